// SPDX-License-Identifier: Apache-2.0
// A machine and, beside it, what costrand-amtsim serves.
#pragma once

#include <unit/amtsim/amtsim.hpp>

#include <string>

namespace costrand::test {

struct served {
    words options;     // of costrand-amtsim serve
    std::string until; // a shell's variable: it is set when all has been said
    std::string take;  // shell commands for one line that is said: $what $where $word $rest
};

// The script runs on the machine, `$1` is the program. What is served says where it is when it
// listens, has its requests in $log, and is ended by the same shell.
inline child_end beside(const served &other, const words &machine_options,
                        const std::string &script) {
    std::string options;
    for (const auto &one : other.options)
        options += " '" + one + "'";
    const std::string around = "export AMT_PASSWORD='P@ssw0rd'; unset " + other.until +
                               "\n"
                               "folder=$(mktemp -d) && mkfifo $folder/said || exit 99\n"
                               "\"$2\" serve --verbose --folder $folder" +
                               options +
                               " > $folder/said 2> $folder/log & server=$!\n"
                               "exec 3< $folder/said; rm $folder/said; log=$folder/log\n"
                               "while [ -z \"$" +
                               other.until + "\" ] && read -r what where word rest <&3; do\n" +
                               other.take +
                               "\ndone\n"
                               "( " +
                               script +
                               " ); status=$?\n"
                               "kill $server; wait $server; rm -rf $folder; exit $status";
    return under_amtsim(machine_options,
                        {"sh", "-c", around, "sh", COSTRAND_ACTIVATE, COSTRAND_AMTSIM});
}

inline child_end run_program(words arguments) {
    child_options options;
    options.arguments = std::move(arguments);
    return run_child(options);
}

inline bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace costrand::test
