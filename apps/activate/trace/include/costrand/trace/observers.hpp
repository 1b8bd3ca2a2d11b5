// SPDX-License-Identifier: Apache-2.0
// The observers of the four seams of an activation: the provisioning server's websocket, the APF
// link, the other clients of the HECI device, a connection to the LMS. Sans-io. The recorder
// outlives them.
#pragma once

#include <costrand/trace/observer.hpp>
#include <costrand/trace/recorder.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace costrand::trace {

// Method, WS-Management call, port switch, TLS records; of the first message the password is kept
// in mind, to be masked wherever it should come back.
[[nodiscard]] std::unique_ptr<observer> observe_server(recorder &to);

// Each APF message with the windows behind it, and the HTTP or TLS that the channels carry.
[[nodiscard]] std::unique_ptr<observer> observe_apf(recorder &to);

// Commands of AMTHI by name; of any other client (`name`) the sizes.
[[nodiscard]] std::unique_ptr<observer> observe_amthi(recorder &to);
[[nodiscard]] std::unique_ptr<observer> observe_heci(recorder &to, std::string name);

// The HTTP or TLS of one connection.
[[nodiscard]] std::unique_ptr<observer> observe_lms(recorder &to, std::uint64_t connection);

} // namespace costrand::trace
