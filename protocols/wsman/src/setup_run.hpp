// SPDX-License-Identifier: Apache-2.0
// setup_run: the steps that setting a device up and taking that back have in common: a call whose
// failure is looked into, and the question what the device is now. Private to wsman.
#pragma once

#include <costrand/wsman/setup.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace costrand::wsman {

inline constexpr std::string_view setup_service = "IPS_HostBasedSetupService";
inline constexpr std::string_view configuration_service = "AMT_SetupAndConfigurationService";

// Parameters of Setup and AdminSetup, others behind them; holds the digest of a password.
[[nodiscard]] std::string password_parameters(const core::secret &ha1,
                                              std::string_view others = {});

// Whether the device may have acted although no answer says so.
[[nodiscard]] bool is_unanswered(const setup_failure &why);

class setup_run {
  public:
    // All outlive it. `user` is who the client logs in as, in words.
    setup_run(client &amt, const setup_means &means, std::string_view user)
        : amt_(amt),
          means_(means),
          user_(user) {}

    // Throws setup_error when it cannot be read.
    [[nodiscard]] awaitable<control_mode> mode_before();

    // The one instance of a class. Throws setup_error, with the control mode of then.
    [[nodiscard]] awaitable<xml_element> read(setup_step step, std::string_view class_name);

    // MD5(admin:realm:password) in hexadecimal, the realm asked of the device.
    [[nodiscard]] awaitable<core::secret> new_ha1(core::secret password);

    // Calls a method, once. Nothing: ReturnValue 0. Throws only cancellation. `parameters` is
    // wiped.
    [[nodiscard]] awaitable<std::optional<setup_failure>> call(setup_step step,
                                                               std::string_view class_name,
                                                               std::string_view method,
                                                               std::string parameters);

    // What a call that should have led to `wanted` has led to. Throws setup_error.
    [[nodiscard]] awaitable<setup_result> settled(setup_step step, control_mode before,
                                                  control_mode wanted,
                                                  std::optional<setup_failure> failed);

    // `admin` with this password from now on. After a failure that the device's mode speaks
    // against: throws when the password is not taken, for then somebody else set the device up.
    [[nodiscard]] awaitable<void> become_admin(core::secret password, const setup_result &so_far);

    // CommitChanges as `admin`. When it fails the device is unprovisioned. Throws setup_error.
    [[nodiscard]] awaitable<void> commit(setup_result &so_far);

    // The control mode, if it can be read.
    [[nodiscard]] awaitable<std::optional<control_mode>> look();

    [[noreturn]] static void fail(setup_step step, error_code code, std::string text,
                                  std::optional<control_mode> now);

  private:
    setup_failure explain(setup_step step, const std::string &what, const system_error &e) const;
    awaitable<void> take_back();

    client &amt_;
    const setup_means &means_;
    std::string_view user_;
};

} // namespace costrand::wsman
