// SPDX-License-Identifier: Apache-2.0
// event: one thing that happened in a run, as the trace has it. docs/trace.md says what each field
// means. Holds sizes and names, never content.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::trace {

enum class kind {
    start,   // of the run: the first event
    step,    // what the program tells a person that it does now
    message, // went from one party to another
    link,    // a connection or channel, opened or closed
    wait,    // a named pause begins
    retry,   // something that failed is tried again
    reset,   // the server is asked to begin a TLS session again
    fault,   // something failed
    log,     // a line of the program's log
    end,     // of the run: the last event
};

enum class party { none, rps, client, amt };

// What a message is one of.
enum class layer { none, rps, http, tls, apf, heci, lms };

struct event {
    std::int64_t t = 0; // microseconds since the start
    kind is = kind::log;
    party from = party::none, to = party::none;
    layer on = layer::none;
    std::string what;                     // a name: "wsman", "CHANNEL_DATA"
    std::string detail;                   // more of it: "AMT_GeneralSettings Get"
    std::optional<std::uint64_t> size;    // bytes, of the whole message
    std::optional<std::uint64_t> payload; // bytes, of what it carries
    std::optional<std::uint64_t> channel; // our APF number, or the number of an LMS connection
    std::optional<std::uint64_t> tx,
        rx;                            // windows behind the message: bytes that AMT takes, we take
    std::optional<std::uint64_t> took; // microseconds since what it answers
    std::optional<std::uint64_t> code; // of the end: the exit code
    std::string utc;                   // of the start: "2026-08-20T10:00:00Z"

    friend bool operator==(const event &, const event &) = default;
};

[[nodiscard]] std::string_view to_string(kind k) noexcept;
[[nodiscard]] std::string_view to_string(party p) noexcept;
[[nodiscard]] std::string_view to_string(layer l) noexcept;

} // namespace costrand::trace
