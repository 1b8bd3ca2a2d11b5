// SPDX-License-Identifier: Apache-2.0
#include "profile_settings.hpp"

#include <costrand/activate/setting_words.hpp>
#include <costrand/activate/tls_switch.hpp>
#include <costrand/core/error.hpp>

#include <algorithm>
#include <utility>

namespace costrand::activate {

namespace {

using wsman::control_mode;

constexpr const char *no_wireless = "this machine has no wireless port";

std::string counted(std::size_t n, std::string_view of) {
    return std::to_string(n) + ' ' + std::string(of) + (n == 1 ? "" : "s");
}

std::string names_of(const std::vector<wireless_order> &all) {
    std::string out;
    for (const auto &one : all)
        out += (out.empty() ? "" : ", ") + printable(one.profile.name, 100);
    return out;
}

awaitable<void> add_wireless(wsman::client &amt, wireless_order order) {
    if (order.ieee8021x)
        return wsman::add_wireless(amt, std::move(order.profile), std::move(*order.ieee8021x));
    return wsman::add_wireless(amt, std::move(order.profile));
}

bool is_known(const std::vector<wsman::ips::http_proxy_access_point> &known,
              const wsman::proxy_settings &proxy) {
    return std::ranges::any_of(known, [&](const auto &one) {
        return one.access_info == proxy.address && one.port == proxy.port &&
               one.network_dns_suffix.value_or("") == proxy.dns_suffix;
    });
}

} // namespace

profile_settings::profile_settings(const environment &env, const profile_request &what,
                                   core::random_source &random, amt_source source)
    : env_(env),
      wanted_(what.wanted),
      what_(what),
      source_(std::move(source)),
      random_(random) {}

awaitable<step_end> profile_settings::set_mebx(control_mode mode, bool mebx_is_set) {
    if (wanted_.mebx_password.empty())
        co_return step_end(false, "the profile has none");
    if (mode != control_mode::admin)
        co_return step_end(false, "it is set in admin control mode only");
    if (mebx_is_set)
        co_return step_end(false, "the activation has set it");
    auto *amt = co_await source_();
    co_await wsman::set_mebx_password(amt->get(), wanted_.mebx_password);
    co_return step_end(true, "the password of AMT's menu is set");
}

awaitable<step_end> profile_settings::set_features(control_mode mode) {
    auto features = wanted_.features;
    // In client control mode the user is always asked, and that cannot be changed.
    if (mode != control_mode::admin || wanted_.mode == control_mode::client)
        features.consent.reset();
    auto text = words_of(features);
    auto *amt = co_await source_();
    co_await wsman::set_features(amt->get(), std::move(features));
    co_return step_end(true, std::move(text));
}

awaitable<step_end> profile_settings::set_wired() {
    if (!wanted_.wired && !wanted_.wired_8021x)
        co_return step_end(false, "the profile says nothing of it");
    auto *amt = co_await source_();
    std::string text;
    if (wanted_.wired) {
        co_await wsman::set_wired(amt->get(), *wanted_.wired);
        text = words_of(*wanted_.wired);
    }
    if (wanted_.wired_8021x) {
        co_await set_wired_8021x(*amt);
        text += text.empty() ? "802.1x is on" : ", and 802.1x is on";
    }
    co_return step_end(true, std::move(text));
}

// Its failures have a code of their own.
awaitable<void> profile_settings::set_wired_8021x(amt_client &amt) {
    std::optional<failure> failed;
    try {
        co_await wsman::set_wired_8021x(amt.get(), *wanted_.wired_8021x);
        co_return;
    } catch (const system_error &e) {
        failed = explain_setting(e, "802.1x", exit_code::ieee8021x_configuration_failed);
        if (failed->code != exit_code::ieee8021x_configuration_failed)
            throw;
    }
    throw error(std::move(*failed));
}

awaitable<bool> profile_settings::has_wireless() {
    if (has_wireless_)
        co_return *has_wireless_;
    auto *amt = co_await source_();
    has_wireless_ = co_await wsman::has_wireless_port(amt->get());
    co_return *has_wireless_;
}

awaitable<step_end> profile_settings::set_wifi_sync() {
    const bool can = co_await has_wireless();
    if (!can)
        co_return step_end(false, no_wireless);
    auto *amt = co_await source_();
    const bool can_share =
        co_await wsman::set_wifi_sync(amt->get(), wanted_.wifi_with_system, wanted_.wifi_with_uefi);
    co_return step_end(
        true, wifi_sync_words(wanted_.wifi_with_system, wanted_.wifi_with_uefi, can_share));
}

std::string profile_settings::without_wireless() const {
    return std::string(no_wireless) +
           ", and the profile has wireless profiles for it: " + names_of(wanted_.wireless);
}

awaitable<step_end> profile_settings::set_wireless() {
    const bool can = co_await has_wireless();
    if (!can && wanted_.wireless.empty())
        co_return step_end(false, no_wireless);
    if (!can)
        throw error(exit_code::wifi_configuration_failed, without_wireless());
    auto *amt = co_await source_();
    const auto deleted = co_await wsman::purge_wireless(amt->get());
    auto text = counted(deleted, "wireless profile") + " deleted";
    for (const auto &order : wanted_.wireless) {
        env_.step("wireless profile " + printable(order.profile.name, 100), true);
        co_await add_wireless(amt->get(), order);
    }
    if (!wanted_.wireless.empty())
        text += ", written: " + names_of(wanted_.wireless);
    co_return step_end(true, std::move(text));
}

awaitable<step_end> profile_settings::set_tls() {
    if (!wanted_.tls)
        co_return step_end(false, "the profile does not switch it on");
    auto *amt = co_await source_();
    const bool is_so = co_await wsman::has_tls(amt->get(), *wanted_.tls);
    if (is_so)
        co_return step_end(true, "AMT's TLS was so already");
    wsman::tls_settings how;
    how.mode = *wanted_.tls;
    how.now = what_.now;
    auto text = co_await switch_tls(*amt, env_, std::move(how));
    co_return step_end(true, std::move(text));
}

awaitable<step_end> profile_settings::set_cira() {
    if (!wanted_.cira)
        co_return step_end(false, "the profile has no presence server");
    auto *amt = co_await source_();
    co_await wsman::set_cira(amt->get(), *wanted_.cira, random_);
    co_return step_end(true, words_of(*wanted_.cira));
}

awaitable<step_end> profile_settings::set_proxies() {
    if (wanted_.proxies.empty())
        co_return step_end(false, "the profile has none");
    auto *amt = co_await source_();
    const auto known = co_await wsman::proxies(amt->get());
    std::size_t added = 0;
    for (const auto &proxy : wanted_.proxies) {
        if (is_known(known, proxy))
            continue;
        co_await wsman::add_proxy(amt->get(), proxy);
        ++added;
    }
    co_return step_end(true, std::to_string(added) + " added, " +
                                 std::to_string(wanted_.proxies.size() - added) + " known already");
}

} // namespace costrand::activate
