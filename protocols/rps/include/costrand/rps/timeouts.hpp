// SPDX-License-Identifier: Apache-2.0
// Every duration of the RPS session, with its source and reason. Options of the drivers; a test or
// a command line changes them there.
#pragma once

#include <chrono>

namespace costrand::rps {

// The same type as core::time_point, named here so that the sans-io files need no Asio.
using time_point = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

struct timeouts {
    // One whole exchange with AMT in plain mode: dial (CHANNEL_OPEN and its repetitions, too),
    // write, read. RPS repeats a call after 12 s (rps-session section 10, "per WSMAN call"): at 11
    // s the old channel is closed, and the repeat finds AMT free. The reference client gives up
    // after 3 to 4 s, too short for AdminSetup.
    std::chrono::nanoseconds plain_reply = std::chrono::seconds(11);

    // No word from the server while it is its turn. Its longest own waits seen are 44 s (two of
    // 15 s, one of 12 s, after TLS changes); a recorded run shows it silent for good (75 s and
    // more, rps-session section 14). --server-timeout.
    std::chrono::nanoseconds server_silence = std::chrono::seconds(120);

    // Sending failed: the server may have said why before it closed. So long we still read.
    std::chrono::nanoseconds last_words = std::chrono::seconds(2);
};

} // namespace costrand::rps
