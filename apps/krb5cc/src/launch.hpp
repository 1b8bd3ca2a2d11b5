// SPDX-License-Identifier: Apache-2.0
// launch: starts the user's server where none listens (docs/spec/ccapi.md 11.8). For the dialer.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/ccapi_pipe.hpp>

#include <memory>

namespace costrand::krb5cc {

// A connection to the server at the place: to one that somebody else has started meanwhile, or to
// one started now, which is no child of this process and outlives it. Waits 10 s for either.
// Errors: those of connect_pipe and lock_pipe_place.
[[nodiscard]] awaitable<std::unique_ptr<core::message_stream>>
connect_or_launch(transports::pipe_place place);

} // namespace costrand::krb5cc
