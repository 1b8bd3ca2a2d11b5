// SPDX-License-Identifier: Apache-2.0
// core::errc, the errors of core's own operations, and core::cond, the three conditions callers
// branch on whoever raised the error. No Asio in here: sans-io code includes this file.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <boost/system/is_error_code_enum.hpp>
#include <boost/system/is_error_condition_enum.hpp>

namespace costrand::core {

enum class errc {
    closed = 1,        // the object was closed by our side, or its owner is gone
    timed_out,         // with_deadline: the time was up before the operation
    message_too_large, // a message does not fit the buffer or the limit; the stream is dead
    malformed,         // bytes that are not what the format says
    limit_exceeded,    // a documented limit on size or number was passed
    overloaded,        // a bounded queue is full
};

// Compare error codes with these: core, Asio and the system have several codes for each.
enum class cond {
    closed = 1, // our side closed it: not the peer's end of stream
    cancelled,  // the operation was cancelled from outside
    timed_out,  // a time limit passed
};

const boost::system::error_category &error_category() noexcept;
const boost::system::error_category &condition_category() noexcept;

inline boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}
inline boost::system::error_condition make_error_condition(cond c) noexcept {
    return {static_cast<int>(c), condition_category()};
}

} // namespace costrand::core

template <>
struct boost::system::is_error_code_enum<costrand::core::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<costrand::core::cond> : std::true_type {};
