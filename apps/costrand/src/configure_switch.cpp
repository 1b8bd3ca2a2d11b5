// SPDX-License-Identifier: Apache-2.0
#include "configure_switch.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_watchdog.hpp>

#include <optional>
#include <utility>

namespace costrand::commands {

namespace {

using activate::exit_code;

[[noreturn]] void refuse(std::string text) {
    throw activate::error(exit_code::unable_to_configure, std::move(text));
}

std::string state(bool on) {
    return on ? "on" : "off";
}

// Throws what the failure of something asked of the device means.
template <typename Result>
void check(const activate::environment &env, const Result &result, std::string_view what) {
    if (result)
        return;
    if (result.error() == core::cond::cancelled)
        throw system_error(result.error());
    throw activate::error(activate::explain(result.error(), env.device->name(), what));
}

awaitable<void> check_mode(const activate::environment &env) {
    heci::amthi amt(*env.device, env.heci_limits, env.log);
    const auto mode = co_await core::as_result(amt.read_control_mode());
    amt.close();
    check(env, mode, "reading the control mode");
    if (*mode != heci::control_mode::none)
        refuse("this device is activated: AMT can be switched on and off before activation only; "
               "deactivate it first");
}

awaitable<std::optional<heci::amt_enablement>> ask(const activate::environment &env) {
    return heci::query_enablement(*env.device, env.heci_limits, env.log);
}

} // namespace

awaitable<std::string> switch_amt(const activate::environment &env, bool on) {
    env.step("reading the device's state over " + env.device->name(), true);
    co_await check_mode(env);
    const auto before = co_await ask(env);
    // Without an answer somebody may hold the client, which the order then waits for.
    if (before && !before->known)
        refuse("this firmware (before CSME 16.1) does not let the system switch AMT: do it in the "
               "BIOS");
    if (before && before->enabled == on)
        co_return "AMT is " + state(on) + " already";
    if (before && !before->change_allowed)
        refuse("the firmware does not let the system switch AMT now: do it in the BIOS");
    env.step("switching AMT " + state(on));
    auto order = heci::switch_amt(*env.device, env.heci_limits, env.log, on);
    const auto done = co_await core::as_result(std::move(order));
    check(env, done, "switching AMT " + state(on));
    const auto after = co_await ask(env);
    if (after && after->known && after->enabled != on)
        refuse("the firmware took the order, but AMT is still " + state(!on));
    co_return "AMT is switched " + state(on);
}

} // namespace costrand::commands
