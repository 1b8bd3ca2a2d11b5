// SPDX-License-Identifier: Apache-2.0
// --status: asks the server that runs what it holds, and tells it.
#pragma once

#include <costrand/ccapi/status.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/ccapi_pipe.hpp>

#include <string>

namespace costrand::ccapid {

// Asks over a connection to it. Errors: ccapi::errc, the stream's; an older server closes the
// connection. Cancelled: the stream is not to be used any more.
[[nodiscard]] awaitable<ccapi::server_status> ask_status(core::message_stream &server);

// The same of a server that speaks KCM. Error also: kcm::status::internal, it tells this process's
// user nothing.
[[nodiscard]] awaitable<ccapi::server_status> ask_kcm_status(core::message_stream &server);

// One line a number, or one JSON object.
[[nodiscard]] std::string to_text(const ccapi::server_status &status, const std::string &endpoint);
[[nodiscard]] std::string to_json(const ccapi::server_status &status, const std::string &endpoint);

// The exit status of the program: 0, told on stdout; 3, no server runs there; 1, it cannot be
// asked. Both are told on stderr. Never starts a server.
[[nodiscard]] int tell_status(const core::result<transports::pipe_place> &place, bool speaks_kcm,
                              bool json);

} // namespace costrand::ccapid
