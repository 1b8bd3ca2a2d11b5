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

    // An answer that AMT owes in tunnel mode, counted from the first request without one
    // (rps-session section 10, "executor response wait tunnel"). The server asks again after 12 +
    // 15 s.
    std::chrono::nanoseconds tunnel_reply = std::chrono::seconds(90);

    // Between two attempts to reach AMT while it restarts (its port is deaf, its MEI client gone).
    // Our choice: the reference tries four times, 300 ms apart, which is too short for a restart.
    std::chrono::nanoseconds redial = std::chrono::seconds(1);

    // port_switch (rps-session section 9): the server's delay is clamped to the first
    // (RPC_PORT_SWITCH_MAX_DELAY), the second is added after that (RPC_PORT_SWITCH_EXTRA_DELAY).
    std::chrono::nanoseconds port_switch_max_delay = std::chrono::seconds(60);
    std::chrono::nanoseconds port_switch_extra_delay = std::chrono::seconds(0);
    // LMS: the new port is tried before the acknowledgement, each attempt so long, so far apart.
    // The reference tries five times; the server waits 60 s behind its delay, so we go on until 55
    // s.
    std::chrono::nanoseconds port_switch_dial = std::chrono::seconds(5);
    std::chrono::nanoseconds port_switch_redial = std::chrono::seconds(5);
    std::chrono::nanoseconds port_switch_patience = std::chrono::seconds(55);

    // LME: nothing new is opened so long after the reply to GenerateKeyPair, because making the key
    // can take the MEI client away a moment later (rps-session section 13).
    // RPC_LME_POST_KEYGEN_PAUSE_MS.
    std::chrono::nanoseconds post_keygen_pause = std::chrono::milliseconds(750);

    // Sending failed: the server may have said why before it closed. So long we still read.
    std::chrono::nanoseconds last_words = std::chrono::seconds(2);
};

} // namespace costrand::rps
