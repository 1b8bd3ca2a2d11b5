// SPDX-License-Identifier: Apache-2.0
// The durations of APF, each with its source and reason. "RPC" is the open client rpc-go, "LMS"
// Intel's local manageability service: both were run against many generations of firmware.
#pragma once

#include <chrono>

namespace costrand::apf {

// The same type as core::time_point. Sans-io code is given the time, it never reads a clock.
using time_point = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

struct timeouts {
    // Silence that ends the handshake though no complete pair of ports was advertised. RPC's read
    // time limit: firmware that has something to say says it within milliseconds.
    std::chrono::nanoseconds handshake_silence = std::chrono::seconds(3);

    // The whole handshake, for a peer that talks for ever and never becomes ready. The limit that
    // is recommended for servers of the remote variant (apf.md 12); a healthy handshake takes well
    // under a second.
    std::chrono::nanoseconds handshake = std::chrono::seconds(30);

    // CHANNEL_OPEN to its answer. RPC: 3 s + 15 s; firmware that has just left a reset needs most
    // of it. In an activation the limit around it comes first: rps::timeouts::plain_reply.
    std::chrono::nanoseconds confirmation = std::chrono::seconds(18);

    // Between CHANNEL_OPENs that were answered with OPEN_FAILURE. RPC: an AMT 16 that was idle
    // tears its forwards down and advertises them again within this time.
    std::chrono::nanoseconds open_retry = std::chrono::milliseconds(250);

    // After the link was lost for the first time, before it is opened again. RPC sleeps this long
    // after a write that found no device.
    std::chrono::nanoseconds redial = std::chrono::milliseconds(50);

    // After it was lost again while the same channel is being opened. RPC sleeps this long after a
    // failed poll and after "no such device": the device is on its way through a reset.
    std::chrono::nanoseconds redial_again = std::chrono::milliseconds(300);

    // How long a remnant of the window is held back for a peer that has not yet given credit for so
    // little (apf.md 9.3); then never again on that channel. Our choice: far longer than a peer
    // takes that credits by half of its window, and short beside an activation.
    std::chrono::nanoseconds remnant_trial = std::chrono::milliseconds(250);

    // The last messages (CHANNEL_CLOSE, DISCONNECT) of a session that ends. Our choice: a send
    // takes microseconds, and a link that is stuck must not hold up the end of a program.
    std::chrono::nanoseconds farewell = std::chrono::milliseconds(200);
};

} // namespace costrand::apf
