// SPDX-License-Identifier: Apache-2.0
// The durations of the local management service, each with its source and reason. Sections are
// those of the project's description of port forwarding (apf.md).
#pragma once

#include <costrand/core/time.hpp>

#include <chrono>

namespace costrand::lmsd {

struct timeouts {
    // A client that has spoken waits so long for its channel: for its turn, for the device, for the
    // firmware's answer. Our choice: what the device may take (below) twice over. A client that is
    // less patient goes earlier.
    core::duration channel = std::chrono::seconds(60);

    // The end of stream of a client that waits: so soon after its first bytes it ends its requests,
    // which are answered; later it has given up, and what it asked must not happen behind its back.
    // Our choice: programs that half-close do it with the request, and no program's time limit is
    // as short.
    core::duration half_close = std::chrono::seconds(1);

    // The device is waited for so long while it is busy, resetting, or its LME client is away. The
    // sum of the waits that are recommended for the first two (heci.md 6).
    core::duration device = std::chrono::seconds(30);
    // Between the attempts. Intel's LMS: 10.3.
    core::duration device_again = std::chrono::seconds(1);

    // Until a channel is asked for once more when the firmware has none left though we use fewer
    // than there are: another program holds some, or our last CHANNEL_CLOSE was lost. Our choice.
    core::duration shortage_again = std::chrono::seconds(1);

    // A client that connects and says nothing. Our choice: nobody waits longer before the first
    // byte of HTTP or TLS.
    core::duration first_word = std::chrono::seconds(120);

    // After a client's end of stream: may be the end of its requests or its own. The firmware's
    // answer to the last of them is waited for as long as the slowest may take (10.1: "90 s").
    core::duration reply = std::chrono::seconds(90);
    // Silence behind an answer, after which it was all of it (10.1: "until 200 ms idle, then up to
    // 1.5 s more"). The shorter one while another client waits for the channel.
    core::duration answered = std::chrono::milliseconds(1700);
    core::duration answered_contended = std::chrono::milliseconds(200);

    // A side that takes nothing of what the other one sends keeps its channel so long. Our choice:
    // more than the slowest answer.
    core::duration stalled = std::chrono::seconds(120);

    // After the firmware closed a channel, for the client to read the rest and close its end. Our
    // choice; it costs a descriptor, not a channel.
    core::duration farewell = std::chrono::seconds(5);
};

} // namespace costrand::lmsd
