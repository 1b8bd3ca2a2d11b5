// SPDX-License-Identifier: Apache-2.0
// Questions to the AMT host interface that more than one command asks in the same way.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/amthi_messages.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_timeouts.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace costrand::activate {

// The versions, asked for once more after timeouts::versions_again when the firmware does not know
// them yet. Errors: those of amthi. `amt` and `limits` outlive the call.
[[nodiscard]] awaitable<heci::version_table> read_versions_patiently(heci::amthi &amt,
                                                                     const heci::timeouts &limits);

// What op, a question to a device that answers it in every state, gives. A failure ends the run: it
// is thrown as error, with the device's name and "reading the WHAT". Cancellation passes. `env` and
// `what` outlive the call.
template <typename T>
[[nodiscard]] awaitable<T> needed(const environment &env, awaitable<T> op, std::string_view what) {
    auto got = co_await core::as_result(std::move(op));
    if (!got && got.error() == core::cond::cancelled)
        throw system_error(got.error());
    if (!got)
        throw error(explain(got.error(), env.device->name(), "reading the " + std::string(what)));
    if constexpr (!std::is_void_v<T>)
        co_return std::move(*got);
}

// Hexadecimal, lower case.
[[nodiscard]] std::string hex_text(core::const_bytes bytes);

} // namespace costrand::activate
