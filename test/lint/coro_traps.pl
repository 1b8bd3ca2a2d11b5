# SPDX-License-Identifier: Apache-2.0
# The search behind coro_traps.sh. Comments and literals are blanked first; a finding is printed as
# file:line: rule: text, and the exit code is 1 when there is any.
use strict;
use warnings;

my $found = 0;

sub report {
    my ($file, $text, $position, $rule) = @_;
    my $line = 1 + (substr($text, 0, $position) =~ tr/\n//);
    print "$file:$line: $rule\n";
    $found = 1;
}

sub blank { my $s = shift; $s =~ s/[^\n]/ /g; return $s; }

# The expression with what stands in parentheses taken out.
sub without_arguments { my $s = shift; 1 while $s =~ s/\([^()]*\)//; return $s; }

for my $file (@ARGV) {
    open my $in, '<', $file or die "$file: $!";
    local $/;
    my $text = <$in>;
    close $in;
    $text =~ s{(//[^\n]*|/\*.*?\*/)|("(?:\\.|[^"\\\n])*")|('(?:\\.|[^'\\\n])')}
              {defined $1 ? blank($1) : defined $2 ? '"' . blank(substr($2, 2)) . '"' : "'" . blank(substr($3, 2)) . "'"}gse;

    my $core = $file =~ m{(^|/)core/(src|include)/};
    my $app = $file =~ m{(^|/)apps/};
    my $test = $file =~ m{(^|/)(test|bench)/};

    # The statement around each co_await, up to its semicolon or the brace of its block.
    while ($text =~ /\bco_await\b/g) {
        my $at = $-[0];
        my $rest = substr($text, $at);
        $rest =~ /^((?:[^;{}]|\{(?<=[\w>\(,]\{)|(?<=[\w>\(,] )\{)*)/;
        my $expression = $1;
        report($file, $text, $at, 'G1: a braced temporary in a co_await expression; name it first')
            if $expression =~ /[\w>\(,]\s*\{/;
        # Captures by reference are fine.
        while ($expression =~ /[\(,=]\s*\[([^\]]*)\]\s*[\(\{m]/g) {
            report($file, $text, $at, 'G2: a capturing lambda in a co_await expression; name it and move it')
                if grep { !/^\s*(?:&.*|this\s*|)$/ } split /,/, $1;
        }
        my ($before) = substr($text, 0, $at) =~ /([^;{}]*)$/;
        report($file, $text, $at, 'G3: co_await in a conditional expression; write if')
            if $before =~ /\?[^?]*$/ || without_arguments($expression) =~ /\?/;
        report($file, $text, $at, 'G5: ?: in a co_await expression may run both arms; name it first')
            if $expression =~ /\?/ && without_arguments($expression) !~ /\?/;
        report($file, $text, $at, 'A6: bind_executor in a co_await leaves the strand')
            if $expression =~ /\bbind_executor\b/;
    }
    while ($text =~ /\[\s*[^\]\s][^\]]*\]\s*(?:\([^()]*\))?\s*(?:mutable)?\s*->\s*[\w:]*awaitable<[^{]*(\{(?:[^{}]++|(?1))*\})\s*\(/g) {
        report($file, $text, $-[0], 'A4: a capturing coroutine lambda called on the spot loses its captures');
    }
    report($file, $text, $-[0], 'A1: awaitable operators wait for a success') while $text =~ /awaitable_operators/g;
    report($file, $text, $-[0], 'A5: detached swallows exceptions; use task_group or core::rethrow')
        while $text =~ /\bdetached\b/g;
    report($file, $text, $-[0], 'A9: experimental channels lose messages; use mailbox')
        while $text =~ m{experimental(?:::|/)(?:basic_|concurrent_)?channel}g;
    unless ($core || $app || $test) {
        report($file, $text, $-[0], 'co_spawn and core::spawn are for core and the programs; use core::task_group')
            while $text =~ /\b(?:co_spawn|core::spawn)\b/g;
    }
    unless ($core) {
        report($file, $text, $-[0], 'time has one door: core::sleep_for, with_deadline, core::now')
            while $text =~ /\b(?:steady_timer|high_resolution_timer|system_timer|deadline_timer|this_thread::sleep\w*|usleep|nanosleep)\b/g;
    }
    unless ($core || $test) { # a test may ask the real clock about core's, or give up on a child
        report($file, $text, $-[0], 'time has one door: core::now')
            while $text =~ /\bsteady_clock::now\b/g;
    }
}
exit $found;
