// SPDX-License-Identifier: Apache-2.0
// Runs the built program as a child, as a shell does, and tells what it wrote and how it ended.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace costrand::test {

struct child_options {
    std::string program; // empty: costrand-activate
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment; // beside a minimal one
    std::string folder;                             // working directory; empty: a fresh one
    bool terminal = false;        // stdin, stdout and stderr are one terminal of 60 columns
    std::optional<unsigned> user; // run as this one instead of ours
    // Called with all of stderr so far whenever there is more; gives a signal to send, or 0.
    std::function<int(const std::string &)> watch;
    // Written to the terminal when it shows this text.
    std::string answer_when, answer;
};

struct child_end {
    int status = -1;      // of exit; -1: it did not exit
    int signal = 0;       // that killed it
    std::string out, err; // with a terminal all is in `out`
};

// Ends within a minute, or the child is killed.
[[nodiscard]] child_end run_child(const child_options &options);

} // namespace costrand::test
