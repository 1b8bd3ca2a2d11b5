// SPDX-License-Identifier: Apache-2.0
// heci::errc: what can go wrong with the HECI device and its commands, by cause.
#pragma once

#include <boost/system/error_code.hpp>

namespace costrand::heci {

enum class errc {
    no_driver = 1,       // ENOENT: no device node; the mei driver is not there
    no_permission,       // EACCES, EPERM: needs root
    not_ready,           // ENODEV at open or connect: the device is resetting or disabled; passes
    no_client,           // ENOTTY: this firmware has no such client
    busy,                // EBUSY: another program holds the client; may pass with time
    connect_refused,     // EINVAL, EOPNOTSUPP: the firmware refused the connection
    connect_timed_out,   // EFAULT, ETIME, or our own limit: the firmware did not answer it
    device_reset,        // ENODEV, POLLERR on an open connection: all state is lost, connect again
    message_too_large,   // EFBIG: longer than the client's maximum
    bad_reply,           // a reply that is not what the command's format says
    reply_timed_out,     // no reply to a command in time
    no_device,           // none of the device nodes carries AMT
    unsupported_request, // this firmware does not know what it was asked
    not_supported,       // this operating system has no HECI device that we know
};

const boost::system::error_category &error_category() noexcept;

inline boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

} // namespace costrand::heci

template <>
struct boost::system::is_error_code_enum<costrand::heci::errc> : std::true_type {};
