// SPDX-License-Identifier: Apache-2.0
// What the errno values of a HECI device mean, by the call that gave them. A value without a name
// here stays what it is: a code of the system's category.
#pragma once

#include <costrand/transports/heci_errc.hpp>

#include <boost/system/error_code.hpp>

#include <cerrno>

namespace costrand::heci {

[[nodiscard]] inline boost::system::error_code system_code(int value) noexcept {
    return {value, boost::system::system_category()};
}

[[nodiscard]] inline boost::system::error_code from_open_errno(int value) noexcept {
    switch (value) {
    case ENOENT:
    case ENXIO:   // a device node without a driver
    case ENOTDIR: // ... or a path to nowhere
        return errc::no_driver;
    case EACCES:
    case EPERM:
        return errc::no_permission;
    case ENODEV:
        return errc::not_ready;
    case EBUSY:
        return errc::busy;
    default:
        return system_code(value);
    }
}

[[nodiscard]] inline boost::system::error_code from_connect_errno(int value) noexcept {
    switch (value) {
    case ENOTTY:
        return errc::no_client;
    case EBUSY:
        return errc::busy;
    case ENODEV:
        return errc::not_ready;
    case EINVAL:
    case EOPNOTSUPP:
        return errc::connect_refused;
    case EFAULT: // the driver says so when the firmware is silent for about 15 s
    case ETIME:
    case ETIMEDOUT:
        return errc::connect_timed_out;
    default:
        return system_code(value);
    }
}

// Reads and writes of a connected device, or of the socket that stands for one.
[[nodiscard]] inline boost::system::error_code from_io_errno(int value) noexcept {
    switch (value) {
    case ENODEV:
    case ENOTTY: // the client vanished
    case ECONNRESET:
    case EPIPE:
    case ENOTCONN:
        return errc::device_reset;
    case EBUSY:
        return errc::busy;
    case EFBIG:
    case EMSGSIZE:
        return errc::message_too_large;
    default:
        return system_code(value);
    }
}

} // namespace costrand::heci
