// SPDX-License-Identifier: Apache-2.0
// What session_core is told to say and what it orders: the vocabulary between the sans-io half of
// a run and its driver.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/rps/command.hpp>
#include <costrand/rps/messages.hpp>
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
// Stop the relay, or the port switch, under way: close the channel, report nothing.
struct drop_relay {};
// Bytes of the server for the tunnel. `opens_session`: they begin with a ClientHello. Then the
// connection so far is closed and a fresh one takes them; else they go to the one there is, or to a
// fresh one. Everything that comes back goes to on_tunnel_data(id), the end of the connection to
// on_tunnel_closed(id), and a connection that cannot be made to on_tunnel_failed(id).
struct tunnel {
    std::uint64_t id = 0; // of the connection; another id is another connection
    std::vector<std::byte> bytes;
    bool opens_session = false;
    std::size_t round = 0;
};
// Close the tunnel's connection, report nothing.
struct drop_tunnel {};
// Close what is open to AMT, wait, aim at the new port; then on_switched(id), or
// on_no_reply(id) when that port takes no connection.
struct switch_port {
    std::uint64_t id = 0;
    port_switch_order order; // the delay is not clamped yet
};
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

using session_action = std::variant<action::send, action::relay, action::drop_relay, action::tunnel,
                                    action::drop_tunnel, action::switch_port, action::show,
                                    action::finish, action::fail>;
using session_actions = std::vector<session_action>;

} // namespace costrand::rps
