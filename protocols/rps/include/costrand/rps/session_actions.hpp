// SPDX-License-Identifier: Apache-2.0
// What session_core is told to say and what it orders: the vocabulary between the sans-io half of
// a run and its driver.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/rps/command.hpp>
#include <costrand/rps/outcome.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace costrand::rps {

// The first message, and the constant fields of all.
struct session_request {
    command what;
    core::secret facts; // format_facts(...): the JSON before base64
    std::string app_version;
    std::string tenant_id; // in the first message only
};

namespace action {
// Send this text frame. `what` is its method without arguments.
struct send {
    core::secret text;
    std::string_view what;
    bool opens_run = false; // the first message
};
// Carry these bytes to AMT and give its whole reply to on_reply(id), or the failure to
// on_no_reply(id). At most one is under way.
struct relay {
    std::uint64_t id = 0;
    std::vector<std::byte> request;
    std::string call; // call_name of the request
    std::size_t round = 0;
};
// Stop the relay under way: close the channel, report nothing.
struct drop_relay {};
// Show the server's label.
struct show {
    std::string label;
};
// The run is over.
struct finish {
    outcome result;
};
struct fail {
    boost::system::error_code error;
    std::string detail; // where in the run it happened, and what was seen
};
} // namespace action

using session_action = std::variant<action::send, action::relay, action::drop_relay, action::show,
                                    action::finish, action::fail>;
using session_actions = std::vector<session_action>;

} // namespace costrand::rps
