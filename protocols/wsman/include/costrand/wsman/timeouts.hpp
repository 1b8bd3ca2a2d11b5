// SPDX-License-Identifier: Apache-2.0
// Every duration of the WS-Management client, with its source and reason. Options of the client; a
// test or a command line changes them there.
#pragma once

#include <chrono>

namespace costrand::wsman {

struct timeouts {
    // One connection, TLS handshake included. Over LME the reference client gives one channel 18 s,
    // twice (rpc-cli.md 13); firmware that has just left a reset needs most of that.
    std::chrono::nanoseconds dial = std::chrono::seconds(40);

    // One HTTP exchange on it: the whole request and the whole answer. The clients known give 10 s
    // (RPC over the LMS), 18 s (RPC over LME) and 60 s (MeshCentral; wsman.md 2.2). The slowest
    // calls seen, those that make keys or restart the ports, take some seconds.
    std::chrono::nanoseconds exchange = std::chrono::seconds(30);

    // One enumeration from Enumerate to the last Pull, for a device that never comes to an end.
    // Our choice: the longest known ones are a few exchanges of well under a second.
    std::chrono::nanoseconds enumeration = std::chrono::minutes(2);

    // So long after its last answer a connection is trusted with a request whose answer must not be
    // lost. Firmware may close an idle connection at any time (wsman.md 2.2); no source says after
    // how long, and none saw less than a good part of a minute. Our choice.
    std::chrono::nanoseconds trusted_idle = std::chrono::seconds(10);

    // Before such a request goes on an idle connection, so long is listened whether that has ended.
    // Our choice: an end that has arrived shows within a few turns of the event loop.
    std::chrono::nanoseconds listen = std::chrono::milliseconds(1);

    // Between two looks at the control mode of a device whose answer got lost. RPC looks three
    // times, so far apart (wsman.md 2.2).
    std::chrono::nanoseconds mode_look = std::chrono::seconds(1);

    // Between two tries to start a host-based configuration. RPC tries three times, so far apart
    // (rpc-cli.md 7.3).
    std::chrono::nanoseconds start_again = std::chrono::seconds(2);

    // Whether `admin` is let in, asked of such a device: all of it. Our choice; by then what was
    // asked for is known, and only somebody else's doing is looked for.
    std::chrono::nanoseconds owner_check = std::chrono::seconds(10);
};

} // namespace costrand::wsman
