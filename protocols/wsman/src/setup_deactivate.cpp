// SPDX-License-Identifier: Apache-2.0
// The way back: rpc-cli.md 8.
#include "setup_run.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>

#include <optional>
#include <utility>

namespace costrand::wsman {

namespace {

constexpr auto step = setup_step::unprovision;

awaitable<std::optional<setup_failure>> by_host(const setup_means &means) {
    auto done = co_await core::as_result(means.unprovision_by_host());
    std::optional<setup_failure> failed;
    if (!done && done.error() == core::cond::cancelled)
        throw system_error(done.error());
    if (!done) {
        failed.emplace();
        failed->step = step;
        failed->code = done.error();
        failed->text = "Unprovision through the host interface: " + done.error().message();
    }
    co_return failed;
}

awaitable<bool> is_in_provisioning(const setup_means &means) {
    if (!means.read_provisioning_state)
        co_return false;
    auto state = co_await core::as_result(means.read_provisioning_state());
    if (!state && state.error() == core::cond::cancelled)
        throw system_error(state.error());
    co_return state &&*state == provisioning_state::in;
}

// A provisioning that was begun: unprovisioned, or else only stopped. Its failure is told if the
// second fails, too: firmware that has unprovisioned has nothing left to stop.
awaitable<std::optional<setup_failure>> end_provisioning(const setup_means &means) {
    auto failed = co_await by_host(means);
    if (!means.stop_configuration)
        co_return failed;
    auto stopped = co_await core::as_result(means.stop_configuration());
    if (!stopped && stopped.error() == core::cond::cancelled)
        throw system_error(stopped.error());
    if (stopped)
        failed.reset();
    co_return failed;
}

awaitable<std::optional<setup_failure>> as_admin(client &amt, setup_run &run, deactivation what) {
    if (what.password.empty())
        setup_run::fail(setup_step::check_password, setup_errc::password_missing,
                        "the device is in admin control mode: its AMT password is needed",
                        control_mode::admin);
    amt.set_user("admin", std::move(what.password));
    if (what.partial)
        co_return co_await run.call(step, configuration_service, "PartialUnprovision", "");
    co_return co_await run.call(step, configuration_service, "Unprovision",
                                "<h:ProvisioningMode>1</h:ProvisioningMode>");
}

} // namespace

awaitable<setup_result> deactivate(client &amt, deactivation what, const setup_means &means) {
    setup_run run(amt, means, "the password of admin");
    const auto before = co_await run.mode_before();
    if (what.partial && before == control_mode::client)
        setup_run::fail(step, setup_errc::mode_unsuitable,
                        "a partial deactivation is of admin control mode only", before);
    std::optional<setup_failure> failed;
    if (before == control_mode::none) {
        const bool begun = co_await is_in_provisioning(means);
        if (!begun)
            setup_run::fail(setup_step::read_mode, setup_errc::not_activated,
                            "the device is not activated: there is nothing to deactivate", before);
        failed = co_await end_provisioning(means);
        if (failed)
            throw setup_error(std::move(*failed), before);
    } else if (before == control_mode::client) {
        failed = co_await by_host(means);
    } else {
        failed = co_await as_admin(amt, run, std::move(what));
        const bool begun = failed && co_await is_in_provisioning(means);
        if (begun)
            failed = co_await end_provisioning(means);
    }
    co_return co_await run.settled(step, before, control_mode::none, std::move(failed));
}

} // namespace costrand::wsman
