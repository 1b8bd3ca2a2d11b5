// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/amtinfo.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/fault.hpp>

#include <string_view>
#include <utility>

namespace costrand::commands {

namespace {

constexpr std::string_view component = "amtinfo";

void fail(device_info &info, const activate::environment &env, const info_selection &show,
          activate::failure why) {
    if (!show.by_name)
        env.log.warn(component, why.text);
    else if (!info.failure)
        info.failure = std::move(why);
}

template <typename T>
awaitable<std::optional<std::vector<T>>> all_of(wsman::client &amt,
                                                std::optional<activate::failure> &failed) {
    std::optional<std::vector<T>> out;
    try {
        out = co_await wsman::all_instances<T>(amt);
    } catch (const wsman::fault_error &e) {
        failed = activate::explain(e.code(), T::wire_name, to_string(e.fault()));
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled)
            throw;
        failed = activate::explain(e.code(), T::wire_name, "");
    }
    co_return out;
}

// Before the activation AMT holds nothing of the kind, and its ports need not be looked for.
awaitable<bool> is_activated(const activate::environment &env) {
    heci::amthi asked(*env.device, env.heci_limits, env.log);
    auto mode = co_await core::as_result(asked.read_control_mode());
    asked.close();
    if (!mode && mode.error() == core::cond::cancelled)
        throw system_error(mode.error());
    if (!mode)
        throw activate::error(
            activate::explain(mode.error(), env.device->name(), "reading the control mode"));
    co_return *mode != heci::control_mode::none;
}

// Open, or not, and why is told.
awaitable<bool> is_open(activate::amt_client &amt, const activate::environment &env,
                        const info_selection &show, device_info &info) {
    std::optional<activate::failure> failed;
    try {
        const bool activated = co_await is_activated(env);
        if (!activated) {
            if (show.by_name)
                env.log.warn(component,
                             "AMT is not activated: it holds no certificates and no proxies");
            co_return false;
        }
        co_await amt.open();
    } catch (const activate::error &e) {
        failed = e.why();
    }
    if (failed)
        fail(info, env, show, std::move(*failed));
    co_return !failed;
}

} // namespace

awaitable<void> read_over_wsman(activate::amt_client &amt, const activate::environment &env,
                                info_selection show, device_info &info) {
    const bool open = co_await is_open(amt, env, show, info);
    if (!open)
        co_return;
    std::optional<activate::failure> failed;
    if (show.has(info_item::user_certificates)) {
        auto certificates = co_await all_of<wsman::amt::public_key_certificate>(amt.get(), failed);
        info.user_certificates = std::move(certificates);
    }
    if (show.has(info_item::proxies) && !failed) {
        auto proxies = co_await all_of<wsman::ips::http_proxy_access_point>(amt.get(), failed);
        info.proxies = std::move(proxies);
    }
    if (failed)
        fail(info, env, show, std::move(*failed));
}

} // namespace costrand::commands
