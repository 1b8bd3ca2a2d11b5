// SPDX-License-Identifier: Apache-2.0
// wsman::setup_errc: what can be wrong with setting a device up or taking that back, besides what
// the connection to it can suffer (wsman::errc, the dialer's). No Asio in here.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

namespace costrand::wsman {

enum class setup_errc {
    password_missing = 1,  // none was given where one is needed
    password_unacceptable, // breaks AMT's rules for passwords
    already_activated,     // the device is in a control mode
    not_activated,         // it is in none
    mode_unsuitable,       // its control mode is not one that this can be done in
    method_refused,        // a method's ReturnValue is not 0: setup_error::return_value
    reply_incomplete,      // a reply lacks what it must hold
    not_in_effect,         // the device said yes, and its control mode has not changed
    // Of the provisioning certificate:
    pfx_malformed,
    pfx_wrong_password,
    pfx_no_certificate,
    pfx_no_key,
    pfx_key_without_certificate,
    chain_incomplete, // it does not lead up to a root
    certificate_expired,
    certificate_not_yet_valid,
    certificate_weak_hash,   // SHA-1 or MD5
    certificate_key_unfit,   // no RSA key
    certificate_wrong_usage, // not for provisioning; or it signed others and may not
    root_not_trusted,        // not in the device's list
    root_inactive,           // in it, and switched off
    suffix_missing,          // the device has none
    suffix_mismatch,
    signing_failed,
};

const boost::system::error_category &setup_category() noexcept;

inline boost::system::error_code make_error_code(setup_errc e) noexcept {
    return {static_cast<int>(e), setup_category()};
}

} // namespace costrand::wsman

template <>
struct boost::system::is_error_code_enum<costrand::wsman::setup_errc> : std::true_type {};
