// SPDX-License-Identifier: Apache-2.0
// ask: one request to the user's server, from any thread, and its reply. Knows which connection
// carries it: locks and waits belong to the calling thread's own, iterators to one of the process,
// so that they outlive their thread. Nothing here runs outside of a caller's call.
#pragma once

#include <costrand/ccapi/client.hpp>

#include <optional>

namespace costrand::krb5cc {

// Waits for the reply; for a lock or a change as long as it takes. Throws system_error with
// ccapi::errc: server_unavailable, server_insecure, bad_param (the request cannot be said),
// bad_internal_message; std::bad_alloc.
[[nodiscard]] ccapi::answer ask(const ccapi::request &what);

// The same, but nothing where no server runs and the request is none that starts one.
[[nodiscard]] std::optional<ccapi::answer> ask_if_running(const ccapi::request &what);

// Says it to a server that is connected already. Nobody hears of a failure.
void tell(const ccapi::request &what) noexcept;

} // namespace costrand::krb5cc
