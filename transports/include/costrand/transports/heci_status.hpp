// SPDX-License-Identifier: Apache-2.0
// heci::status: what the firmware answers to an AMT host command (PTHI status), as error codes.
// The numbers are the wire's; a reply may carry others, which keep their number as well.
#pragma once

#include <boost/system/error_code.hpp>

#include <cstdint>

namespace costrand::heci {

enum class status : std::uint32_t {
    success = 0,
    internal_error = 1,
    not_ready = 2,
    invalid_mode = 3,
    invalid_message_length = 4,
    not_enough_storage = 11,
    not_permitted = 16,
    limit_reached = 23,
    authentication_failed = 25,
    invalid_domain_name = 28,
    unsupported_version = 29,
    request_unexpected = 30,
    invalid_provisioning_state = 32,
    invalid_index = 35,
    invalid_parameter = 36,
    flash_write_limit_exceeded = 38,
    blocked_by_self_test = 44,
    too_many_connections = 46,
    random_generation_in_progress = 47,
    random_numbers_not_ready = 48,
    certificate_not_ready = 49,
    disabled_by_policy = 1024,
    network_interface_error = 2048,
    invalid_command = 2051,
    invalid_handle = 2053,
    invalid_password = 2054,
    invalid_realm = 2055,
    data_missing = 2057,
    not_found = 2068,
};

const boost::system::error_category &status_category() noexcept;

inline boost::system::error_code make_error_code(status s) noexcept {
    return {static_cast<int>(s), status_category()};
}

// The firmware is busy with something: the same command may succeed in some seconds. All other
// statuses are final.
[[nodiscard]] constexpr bool passes_with_time(status s) noexcept {
    return s == status::not_ready || s == status::random_generation_in_progress ||
           s == status::random_numbers_not_ready || s == status::certificate_not_ready;
}

} // namespace costrand::heci

template <>
struct boost::system::is_error_code_enum<costrand::heci::status> : std::true_type {};
