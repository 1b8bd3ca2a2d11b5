// SPDX-License-Identifier: Apache-2.0
// pump: one direction of a relay, from one byte_stream to another. It reads again only when all it
// read is written, so a slow reader at the far end slows the writer at the near end, and no more
// than the buffer is ever in hand.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream.hpp>

#include <concepts>
#include <cstddef>

namespace costrand::core {

// Why a pump ended.
struct pump_end {
    enum class side { source, sink };
    side where = side::source;
    error_code why; // of the source: end_of_stream is its orderly end
};

// Told of every step, on the strand.
template <typename T>
concept pump_observer = requires(T &t, std::size_t n) {
    t.took(n); // bytes from the source
    t.gave(n); // bytes to the sink
};

// Carries bytes until the source ends or either side fails; closes and shuts down nothing. Streams,
// buffer and observer outlive the call; between calls the buffer may hold what was carried last.
// Throws only when it is cancelled; what it had in hand is lost then.
template <pump_observer Observer>
[[nodiscard]] awaitable<pump_end> pump(byte_stream &from, byte_stream &to,
                                       net::mutable_buffer buffer, Observer &seen_by) {
    for (;;) {
        const auto taken = co_await as_result(from.read_some(buffer));
        if (!taken && taken.error() == cond::cancelled)
            throw system_error(taken.error());
        if (!taken)
            co_return pump_end{pump_end::side::source, taken.error()};
        seen_by.took(*taken);
        net::const_buffer rest(buffer.data(), *taken);
        while (rest.size() > 0) {
            const auto given = co_await as_result(to.write_some(rest));
            if (!given && given.error() == cond::cancelled)
                throw system_error(given.error());
            if (!given)
                co_return pump_end{pump_end::side::sink, given.error()};
            seen_by.gave(*given);
            rest += *given;
        }
    }
}

} // namespace costrand::core
