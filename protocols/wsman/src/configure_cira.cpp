// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/configure_cira.hpp>

#include "configure_additions.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/network.hpp>
#include <costrand/wsman/classes/remote_access.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

namespace costrand::wsman {

namespace {

struct policy {
    amt::remote_access_trigger trigger;
    std::int64_t life_time; // seconds, 0: no end
    std::string_view data;
};
// While there is no tunnel, each 25 s; and when the user asks, for 300 s (wsman.md 11.4).
constexpr std::array policies = {
    policy{amt::remote_access_trigger::periodic, 0, "AAAAAAAAABk="},
    policy{amt::remote_access_trigger::user_initiated, 300, ""},
};

// A name that no network has.
std::string random_domain(core::random_source &random) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    std::string out;
    for (const std::byte b : bytes) {
        out += digits[std::to_integer<unsigned>(b >> 4)];
        out += digits[std::to_integer<unsigned>(b & std::byte{15})];
    }
    return out + ".com";
}

awaitable<void> remove_policies(client &amt) {
    const auto known = co_await all_instances<amt::remote_access_policy_rule>(amt);
    for (const auto &rule : known) {
        std::vector<selector> keys;
        keys.push_back({"PolicyRuleName", rule.policy_rule_name.value_or("")});
        auto which = reference_to<amt::remote_access_policy_rule>(std::move(keys));
        co_await amt.remove(std::move(which));
    }
}

endpoint_reference server_named(std::string name) {
    std::vector<selector> keys;
    keys.push_back({"Name", std::move(name)});
    return reference_to<amt::management_presence_remote_sap>(std::move(keys));
}

awaitable<void> remove_servers(client &amt) {
    const auto known = co_await all_instances<amt::management_presence_remote_sap>(amt);
    for (const auto &server : known) {
        auto which = server_named(server.name.value_or(""));
        co_await amt.remove(std::move(which));
    }
}

amt::info_format format_of(const std::string &address) {
    error_code failed;
    const auto parsed = net::ip::make_address(address, failed);
    if (failed)
        return amt::info_format::fqdn;
    return parsed.is_v4() ? amt::info_format::ipv4_address : amt::info_format::ipv6_address;
}

awaitable<void> add_server(client &amt, const cira_settings &wanted) {
    amt::add_mp_server_input input;
    input.access_info = wanted.address;
    input.info_format = format_of(wanted.address);
    input.port = wanted.port;
    input.auth_method = amt::mps_auth_method::username_password_authentication;
    input.username = wanted.user;
    input.password = wanted.password;
    if (input.info_format != amt::info_format::fqdn) // what its certificate has to name
        input.cn = wanted.address;
    auto output = co_await invoke<amt::add_mp_server_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

// As AMT lists it, since the reference that AddMpServer gives has more keys than policies take.
awaitable<std::string> name_of_server(client &amt, const cira_settings &wanted) {
    const auto known = co_await all_instances<amt::management_presence_remote_sap>(amt);
    for (const auto &server : known)
        if (server.access_info == wanted.address && server.port == wanted.port && server.name)
            co_return *server.name;
    throw system_error(errc::method_refused, "AMT took the presence server and does not list it");
}

awaitable<void> add_policy(client &amt, policy what, std::string server) {
    amt::add_remote_access_policy_rule_input input;
    input.trigger = what.trigger;
    input.tunnel_life_time = what.life_time;
    input.extended_data = std::string(what.data);
    input.mp_server = server_named(std::move(server));
    auto output = co_await invoke<amt::add_remote_access_policy_rule_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

std::vector<selector> keys_of(const amt::remote_access_policy_applies_to_mps &one) {
    std::vector<selector> out;
    add_reference_key(out, "ManagedElement", one.managed_element);
    add_reference_key(out, "PolicySet", one.policy_set);
    return out;
}

// From the inside of the company and from the outside alike.
awaitable<void> apply_policies(client &amt) {
    auto known = co_await all_instances<amt::remote_access_policy_applies_to_mps>(amt);
    for (auto &one : known) {
        if (one.mps_type == amt::mps_type::both_mps && one.order_of_access == 0)
            continue;
        one.mps_type = amt::mps_type::both_mps;
        one.order_of_access = 0;
        auto keys = keys_of(one);
        co_await put_instance(amt, std::move(one), std::move(keys));
    }
}

awaitable<void> let_user_call(client &amt) {
    amt::request_user_initiated_state_input input;
    input.requested_state = amt::user_initiated_state::bios_and_os_interfaces_enabled;
    auto output = co_await invoke<amt::request_user_initiated_state_output>(amt, std::move(input));
    (void)accepted(std::move(output));
}

awaitable<void> detect_home(client &amt, const std::vector<std::string> &domains) {
    auto settings = co_await get_instance<amt::environment_detection_setting_data>(amt);
    settings.detection_strings = domains;
    auto key = by_instance(settings.instance_id.value_or(""));
    co_await put_instance(amt, std::move(settings), std::move(key));
}

// What AMT tells of itself now.
awaitable<void> check(client &amt, const cira_settings &wanted) {
    (void)co_await name_of_server(amt, wanted);
    const auto rules = co_await all_instances<amt::remote_access_policy_rule>(amt);
    for (const auto &one : policies)
        if (std::ranges::none_of(rules, [&](const auto &r) { return r.trigger == one.trigger; }))
            throw system_error(errc::method_refused,
                               "AMT took the policies and does not list them all");
    const auto home = co_await get_instance<amt::environment_detection_setting_data>(amt);
    if (home.detection_strings != wanted.home_domains)
        throw system_error(errc::method_refused, "AMT took the domains of its home network and "
                                                 "tells others");
}

awaitable<void> write(client &amt, additions &added, const cira_settings &wanted) {
    (void)co_await added.add_root(wanted.root);
    co_await add_server(amt, wanted);
    auto name = co_await name_of_server(amt, wanted);
    added.note(server_named(name));
    for (const auto &one : policies)
        co_await add_policy(amt, one, name);
    co_await apply_policies(amt);
    co_await let_user_call(amt);
    co_await detect_home(amt, wanted.home_domains);
    co_await check(amt, wanted);
}

} // namespace

awaitable<void> set_cira(client &amt, cira_settings wanted, core::random_source &random) {
    if (wanted.home_domains.empty())
        wanted.home_domains.push_back(random_domain(random));
    co_await remove_policies(amt);
    co_await remove_servers(amt);
    additions added(amt);
    std::exception_ptr failed;
    try {
        co_await write(amt, added, wanted);
        co_return;
    } catch (const system_error &e) {
        if (!is_refusal(e.code()))
            throw;
        failed = std::current_exception();
    }
    auto removal = remove_policies(amt); // they name the server
    (void)co_await core::as_result(std::move(removal));
    co_await added.take_back();
    std::rethrow_exception(failed);
}

} // namespace costrand::wsman
