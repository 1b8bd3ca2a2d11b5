// SPDX-License-Identifier: Apache-2.0
// How setting a device up, or taking that back, ended: the result, and the error with all that is
// known about it. Plain data.
#pragma once

#include <costrand/wsman/setup_errc.hpp>

#include <boost/system/system_error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::wsman {

// Of a device, as its host interface tells them; other values may come.
enum class control_mode : std::uint32_t { none = 0, client = 1, admin = 2 };
enum class provisioning_state : std::uint32_t { pre = 0, in = 1, post = 2 };

// "not activated", "client control mode", "admin control mode", "control mode 7".
[[nodiscard]] std::string to_string(control_mode mode);

// Where it went wrong: programs have an exit code for each (rpc-cli.md 11).
enum class setup_step {
    check_password,
    read_mode,
    read_certificate, // of the PFX file
    check_trust,      // whether the device would take it
    sign,
    read_general_settings, // from here on the device is asked afterwards what it is
    read_setup_service,
    read_nonce,
    add_certificate,
    start_configuration, // through the host interface
    set_up,
    set_mebx_password,
    commit,
    unprovision,
};

// What is known of a step that failed.
struct setup_failure {
    setup_step step{};
    boost::system::error_code code;
    // A sentence without a full stop: what was asked of whom, and what came back.
    std::string text;
    std::optional<std::uint32_t> return_value; // with setup_errc::method_refused
};

// Thrown by everything that sets a device up. code() is the cause: a setup_errc, an errc of the
// client's, one of the dialer's or of the host interface's.
class setup_error : public boost::system::system_error {
  public:
    // `mode_now`: as it was read after the failure; nothing: nobody could read it, or asked.
    setup_error(setup_failure why, std::optional<control_mode> mode_now);

    [[nodiscard]] setup_step step() const noexcept { return why_.step; }
    [[nodiscard]] const std::optional<std::uint32_t> &return_value() const noexcept {
        return why_.return_value;
    }
    [[nodiscard]] const std::optional<control_mode> &mode() const noexcept { return mode_; }
    // What went wrong and what the device is now, a sentence without a full stop.
    [[nodiscard]] const std::string &text() const noexcept { return text_; }

  private:
    setup_failure why_;
    std::optional<control_mode> mode_;
    std::string text_;
};

struct setup_result {
    control_mode before{};
    control_mode after{};
    // The device's answer was an error or got lost, and what the device is now shows that it did
    // what it was asked all the same: that failure.
    std::optional<setup_failure> in_spite_of;
};

// What a method's ReturnValue means, by the list of that method: "5 (AuthFailed)"; only the number
// where the list lacks it (wsman.md 9).
[[nodiscard]] std::string setup_return_text(std::string_view method, std::uint32_t value);

} // namespace costrand::wsman
