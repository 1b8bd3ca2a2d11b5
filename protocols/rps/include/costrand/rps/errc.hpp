// SPDX-License-Identifier: Apache-2.0
// rps::errc: every way in which a run against a provisioning server can end badly, and the process
// exit code of each. No Asio in here.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

#include <type_traits>

namespace costrand::rps {

enum class errc {
    // The request cannot be made.
    unsendable_profile = 1, // empty, holds a blank or begins with '-'
    unsendable_password,    // the same, where the password is part of the command

    // The conversation broke.
    connection_closed, // the websocket ended before success or error
    server_silent,     // it is the server's turn, and it says nothing
    message_too_large, // from the server
    not_json,          // from the server
    malformed_message, // JSON, but not a message
    bad_base64,        // in a payload
    empty_payload,     // a request for AMT with nothing in it
    unknown_method,    // neither known nor a request for AMT
    protocol_version,  // the server speaks another major version, or says that we do
    bad_port_switch,   // a port_switch that names no port or no delay

    // The device did not do its part.
    amt_connect_failed,   // no connection or channel to AMT
    port_switch_failed,   // AMT's new port takes no connection
    amt_no_reply,         // nothing, or not all of it, within the limit
    amt_reply_incomplete, // AMT closed before the reply was whole, or it is no HTTP
    response_too_large,   // the server would drop the connection

    // The server said so: a terminal message.
    server_error, // error, cause unknown
    password_mismatch,
    amt_authentication_failed,
    activation_failed,
    network_failed,
    cira_failed,
    tls_failed,
    wifi_failed,
    not_activated,
    deactivation_failed,
    already_activated,
    unknown_profile,
    unknown_domain,
    firmware_refused,
    untrusted_root,
    sync_clock_failed,
    sync_hostname_failed,
    sync_ip_failed,
    change_password_failed,
    sync_device_info_failed,
};

const boost::system::error_category &error_category() noexcept;

inline boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

// The code of the published exit code table that says most about the error: 0 for success, 10 for
// an error that is not of this category or that the table has no better code for.
[[nodiscard]] int exit_code(const boost::system::error_code &error) noexcept;

} // namespace costrand::rps

template <>
struct boost::system::is_error_code_enum<costrand::rps::errc> : std::true_type {};
