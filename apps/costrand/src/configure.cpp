// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/configure.hpp>

#include "configure_switch.hpp"

#include <costrand/activate/console.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/setting_words.hpp>
#include <costrand/activate/tls_switch.hpp>
#include <costrand/commands/run_as_root.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace costrand::commands {

namespace {

using activate::exit_code;

// Where the cause has no code of its own.
exit_code code_of(configure_task task) {
    switch (task) {
    case configure_task::mebx:
        return exit_code::set_mebx_password_failed;
    case configure_task::amt_password:
        return exit_code::change_amt_password_failed;
    case configure_task::amt_features:
        return exit_code::amt_features_configuration_failed;
    case configure_task::sync_clock:
        return exit_code::sync_clock_failed;
    case configure_task::host_name:
        return exit_code::sync_hostname_failed;
    case configure_task::wifi_sync:
    case configure_task::add_wireless:
    case configure_task::purge_wireless:
        return exit_code::wifi_configuration_failed;
    case configure_task::wired:
        return exit_code::wired_configuration_failed;
    case configure_task::wired_8021x:
        return exit_code::ieee8021x_configuration_failed;
    case configure_task::add_proxy:
    case configure_task::list_proxies:
    case configure_task::remove_proxy:
        return exit_code::network_configuration_failed;
    case configure_task::tls:
        return exit_code::tls_configuration_failed;
    case configure_task::cira:
        return exit_code::cira_configuration_failed;
    case configure_task::help:
    case configure_task::enable_amt:
    case configure_task::disable_amt:
        break;
    }
    return exit_code::unable_to_configure;
}

activate::failure told(const configure_settings &what, const system_error &e) {
    return activate::explain_setting(e, "configure " + what.name, code_of(what.task));
}

std::string counted(std::size_t n, std::string_view of) {
    return std::to_string(n) + ' ' + std::string(of) + (n == 1 ? "" : "s");
}

std::string say_clock(std::int64_t late) {
    if (late == 0)
        return "AMT's clock was right";
    return "AMT's clock is set; it was " + std::to_string(late < 0 ? -late : late) + " s " +
           (late < 0 ? "fast" : "slow");
}

awaitable<std::string> set_host_name(wsman::client &amt, const activate::environment &env) {
    auto host = env.hostname ? env.hostname() : std::string();
    if (host.empty())
        throw activate::error(exit_code::missing_hostname, "this machine has no host name");
    std::string domain;
    if (env.dns_suffix)
        domain = co_await env.dns_suffix();
    host = host.substr(0, host.find('.'));
    auto message =
        "AMT's host name is " + host +
        (domain.empty() ? "; no domain was found, so AMT keeps its own" : ", its domain " + domain);
    co_await wsman::set_host_name(amt, std::move(host), std::move(domain));
    co_return message;
}

awaitable<std::string> set_wifi_sync(wsman::client &amt, const configure_settings &what) {
    const bool can_share =
        co_await wsman::set_wifi_sync(amt, what.wifi_with_system, what.wifi_with_uefi);
    co_return activate::wifi_sync_words(what.wifi_with_system, what.wifi_with_uefi, can_share);
}

awaitable<void> add_wireless(wsman::client &amt, configure_settings what) {
    if (!what.ieee8021x)
        return wsman::add_wireless(amt, std::move(what.wireless));
    return wsman::add_wireless(amt, std::move(what.wireless), std::move(*what.ieee8021x));
}

// Its failures have a code of their own.
awaitable<void> set_wired_8021x(wsman::client &amt, configure_settings what) {
    if (!what.ieee8021x)
        co_return;
    std::optional<activate::failure> failed;
    try {
        co_await wsman::set_wired_8021x(amt, *what.ieee8021x);
        co_return;
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled)
            throw;
        what.task = configure_task::wired_8021x;
        failed = told(what, e);
    }
    throw activate::error(std::move(*failed));
}

awaitable<void> set_cira(wsman::client &amt, configure_settings what, configured &out) {
    const auto random = core::system_random();
    out.message = activate::words_of(what.cira);
    if (what.make_mps_password)
        out.mps_password = what.cira.password = wsman::random_password(*random);
    co_await wsman::set_cira(amt, std::move(what.cira), *random);
}

awaitable<configured> carry_out(activate::amt_client &device, const activate::environment &env,
                                configure_settings what, std::function<std::int64_t()> now) {
    auto &amt = device.get();
    configured out;
    switch (what.task) {
    case configure_task::mebx:
        co_await wsman::set_mebx_password(amt, std::move(what.new_password));
        out.message = "the password of AMT's menu is set";
        break;
    case configure_task::amt_password:
        co_await wsman::set_admin_password(amt, std::move(what.new_password));
        out.message = "the AMT password is changed";
        break;
    case configure_task::amt_features:
        out.message = activate::words_of(what.features);
        co_await wsman::set_features(amt, std::move(what.features));
        break;
    case configure_task::sync_clock: {
        const auto late = co_await wsman::sync_clock(amt, std::move(now));
        out.message = say_clock(late);
        break;
    }
    case configure_task::host_name:
        out.message = co_await set_host_name(amt, env);
        break;
    case configure_task::wifi_sync:
        out.message = co_await set_wifi_sync(amt, what);
        break;
    case configure_task::add_wireless:
        out.message =
            "the wireless profile " + activate::printable(what.wireless.name, 100) + " is written";
        co_await add_wireless(amt, std::move(what));
        break;
    case configure_task::purge_wireless: {
        const auto deleted = co_await wsman::purge_wireless(amt);
        out.message = counted(deleted, "wireless profile") + " deleted";
        break;
    }
    case configure_task::wired:
        out.message = activate::words_of(what.wired) + (what.ieee8021x ? ", and 802.1x is on" : "");
        co_await wsman::set_wired(amt, what.wired);
        co_await set_wired_8021x(amt, std::move(what));
        break;
    case configure_task::wired_8021x: // a part of wired
    case configure_task::add_proxy:
        out.message = "the proxy " + activate::printable(what.proxy.address, 256) + " is added";
        co_await wsman::add_proxy(amt, std::move(what.proxy));
        break;
    case configure_task::list_proxies: {
        auto known = co_await wsman::proxies(amt);
        out.message = known.empty() ? "AMT knows no proxies" : "";
        out.proxies = std::move(known);
        break;
    }
    case configure_task::remove_proxy: {
        const auto deleted = co_await wsman::remove_proxy(amt, what.proxy.address);
        if (deleted == 0)
            throw activate::error(exit_code::network_configuration_failed,
                                  "AMT knows no proxy " +
                                      activate::printable(what.proxy.address, 256) +
                                      ": see configure proxy --list");
        out.message = "the proxy " + activate::printable(what.proxy.address, 256) + " is deleted";
        break;
    }
    case configure_task::tls:
        what.tls.now = std::move(now);
        out.message = co_await activate::switch_tls(device, env, std::move(what.tls));
        break;
    case configure_task::cira:
        co_await set_cira(amt, std::move(what), out);
        break;
    case configure_task::help:
    case configure_task::enable_amt: // see configure()
    case configure_task::disable_amt:
        break;
    }
    co_return out;
}

awaitable<void> log_in(activate::amt_client &amt, const activate::environment &env,
                       const configure_settings &what) {
    co_await amt.open();
    if (amt.mode() == heci::control_mode::none)
        throw activate::error(exit_code::device_not_activated,
                              "this device is not activated: there is nothing to configure");
    if (what.task == configure_task::mebx && amt.mode() != heci::control_mode::admin)
        throw activate::error(exit_code::set_mebx_password_failed,
                              "the password of AMT's menu can be set in admin control mode only");
    if (!what.base.password.empty())
        co_return;
    core::secret password;
    if (env.ask_password)
        password = co_await env.ask_password();
    if (password.empty())
        throw activate::error(exit_code::missing_or_incorrect_password,
                              "AMT's password is needed: set AMT_PASSWORD or give --password");
    amt.get().set_user("admin", std::move(password));
}

awaitable<void> on_this_machine(net::any_io_executor executor, const configure_settings &what,
                                activate::console &says) {
    auto env = activate::host_environment(executor, what.base, says);
    const auto device = activate::open_device(what.base);
    env.device = device.get();
    activate::amt_client amt(env, what.base, what.skip_amt_cert_check);
    configured done;
    std::exception_ptr failed;
    try {
        const auto clock = [] {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            return std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(now).count()};
        };
        done = co_await configure(amt, env, what, clock);
    } catch (...) {
        failed = std::current_exception();
    }
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await amt.close();
    if (failed)
        std::rethrow_exception(failed);
    says.result(what.base.json ? configured_json(done, what.name) : configured_text(done));
}

} // namespace

awaitable<configured> configure(activate::amt_client &amt, const activate::environment &env,
                                configure_settings what, std::function<std::int64_t()> now) {
    if (what.task == configure_task::enable_amt || what.task == configure_task::disable_amt) {
        configured out;
        out.message = co_await switch_amt(env, what.task == configure_task::enable_amt);
        co_return out;
    }
    co_await log_in(amt, env, what);
    env.step("configure " + what.name);
    std::optional<activate::failure> failed;
    try {
        co_return co_await carry_out(amt, env, what, std::move(now));
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled)
            throw;
        failed = told(what, e);
    }
    throw activate::error(std::move(*failed));
}

std::string configured_text(const configured &done) {
    std::string out;
    for (const auto &proxy : done.proxies)
        out += activate::printable(proxy.access_info.value_or(""), 256) + ':' +
               std::to_string(proxy.port.value_or(0)) + "  " +
               activate::printable(proxy.network_dns_suffix.value_or(""), 192) + '\n';
    if (!done.message.empty())
        out += done.message + '\n';
    if (!done.mps_password.empty())
        out += "its password there: " + std::string(done.mps_password.reveal()) + '\n';
    return out;
}

std::string configured_json(const configured &done, std::string_view command) {
    boost::json::object out;
    out["status"] = "success";
    out["command"] = command;
    out["message"] = done.message;
    if (!done.mps_password.empty())
        out["mpsPassword"] = done.mps_password.reveal();
    if (command == "proxy") {
        boost::json::array &list = out["proxies"].emplace_array();
        for (const auto &proxy : done.proxies) {
            boost::json::object one;
            one["address"] = proxy.access_info.value_or("");
            one["port"] = proxy.port.value_or(0);
            one["networkDnsSuffix"] = proxy.network_dns_suffix.value_or("");
            list.push_back(std::move(one));
        }
    }
    return boost::json::serialize(out) + '\n';
}

int run_configure(const configure_settings &what, const std::vector<activate::notice> &notices) {
    return run_as_root(
        what.base, notices,
        [&](net::any_io_executor strand, activate::console &says) {
            return on_this_machine(strand, what, says);
        },
        [] { return std::string("AMT may have taken what was sent before"); });
}

} // namespace costrand::commands
