// SPDX-License-Identifier: Apache-2.0
// What a test orders a small provisioning server to do wrong, and at which of its messages.
#pragma once

#include <costrand/core/time.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace costrand::sim {

enum class rps_fault_kind {
    // Instead of the message:
    drop_before, // the connection is dropped
    silence,     // nothing, and nothing more ever
    raw_text,    // `text` as it is
    plain_error, // an `error` with `text` as it is, no JSON; the run is over
    // The message, but:
    bad_base64,     // its payload is no base64
    null_payload,   // its payload is null
    unknown_method, // its method is `text`, its payload is empty
    padded,         // `size` bytes long
    raw_payload,    // its payload is `text` as it is: a port_switch with another port or delay
    late,           // `delay` later
    in_two,         // in two messages of its method, the payload cut after `size` bytes
    // Beside the message:
    drop_after,     // then the connection is dropped
    heartbeat,      // first a heartbeat_request
    progress,       // first a `progress` with the label `text`
    hello_first,    // first the last ClientHello once more (an empty one when there was none)
    no_hello_first, // first a handshake record that is no ClientHello
    hello_behind,   // then a ClientHello as hello_first, which is early behind a port_switch
    switch_behind,  // then a port_switch with the payload `text`, which nobody waits for
};

struct rps_fault {
    static constexpr std::size_t always = std::numeric_limits<std::size_t>::max();

    rps_fault_kind kind;
    std::size_t at = 1;    // message of a session, from 1
    std::string method;    // if not empty: only messages of that method count
    std::size_t times = 1; // so many sessions; then the fault is used up
    bool every = false;    // of a session: at `at` and each one behind it

    std::string text;
    std::size_t size = 0;
    core::duration delay{};

    explicit rps_fault(rps_fault_kind k) : kind(k) {}

    // For orders in one line: rps_fault(rps_fault_kind::raw_text).nth(3).saying("oops").
    rps_fault &nth(std::size_t n) { return at = n, *this; }
    rps_fault &of(std::string m) { return method = std::move(m), *this; }
    rps_fault &from(std::size_t n) { return at = n, every = true, *this; }
    rps_fault &for_ever() { return times = always, *this; }
    rps_fault &saying(std::string s) { return text = std::move(s), *this; }
    rps_fault &bytes(std::size_t n) { return size = n, *this; }
    rps_fault &after(core::duration d) { return delay = d, *this; }
};

} // namespace costrand::sim
