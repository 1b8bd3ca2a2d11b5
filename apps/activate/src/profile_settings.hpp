// SPDX-License-Identifier: Apache-2.0
// The steps of a profile behind the activation, each as one call: whether there is anything to do,
// and doing it. Each may be called again after it failed half-way. Private to profile_run.
#pragma once

#include <costrand/activate/amt_client.hpp>
#include <costrand/activate/profile_run.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/random.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace costrand::activate {

struct step_end {
    step_end() = default; // no aggregate: GCC 12 destroys those twice in a co_await
    step_end(bool d, std::string t) : done(d), text(std::move(t)) {}

    bool done = false; // else there was nothing to do
    std::string text;
};

// Gives the client of admin on a device that is activated; connects when it has to.
using amt_source = std::function<awaitable<amt_client *>()>;

class profile_settings {
  public:
    // All outlive it.
    profile_settings(const environment &env, const profile_request &what,
                     core::random_source &random, amt_source source);

    // `mode`: of the device. `mebx_is_set`: the activation did it.
    [[nodiscard]] awaitable<step_end> set_mebx(wsman::control_mode mode, bool mebx_is_set);
    [[nodiscard]] awaitable<step_end> set_features(wsman::control_mode mode);
    [[nodiscard]] awaitable<step_end> set_wired();
    [[nodiscard]] awaitable<step_end> set_wifi_sync();
    [[nodiscard]] awaitable<step_end> set_wireless();
    [[nodiscard]] awaitable<step_end> set_tls();
    [[nodiscard]] awaitable<step_end> set_cira();
    [[nodiscard]] awaitable<step_end> set_proxies();

    // Why the wireless profiles cannot be written to a machine without a port for them.
    [[nodiscard]] std::string without_wireless() const;

  private:
    [[nodiscard]] awaitable<bool> has_wireless();
    [[nodiscard]] awaitable<void> set_wired_8021x(amt_client &amt);

    const environment &env_;
    const profile &wanted_;
    const profile_request &what_;
    amt_source source_;
    core::random_source &random_;
    std::optional<bool> has_wireless_;
};

} // namespace costrand::activate
