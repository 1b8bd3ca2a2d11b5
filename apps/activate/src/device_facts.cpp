// SPDX-License-Identifier: Apache-2.0
#include "device_facts.hpp"

#include <costrand/activate/amt_queries.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_watchdog.hpp>

#include <optional>
#include <utility>

namespace costrand::activate {

namespace {

constexpr std::string_view component = "activate";

class reader {
  public:
    reader(const environment &env, const settings &options)
        : env_(env),
          options_(options),
          amt_(*env.device, env.heci_limits, env.log) {}

    awaitable<device_reading> whole() {
        co_await read_versions();
        co_await warn_of_link();
        co_await read_uuid();
        const auto mode = co_await needed(env_, amt_.read_control_mode(), "control mode");
        facts_.control_mode = static_cast<int>(mode);
        need_activated();
        co_await read_account();
        facts_.hostname = options_.hostname.empty() ? env_.hostname() : options_.hostname;
        co_await read_hashes();
        co_await read_suffix();
        co_await read_tls_enforced();
        co_await read_what_to_sync();
        facts_.tls_tunnel = options_.tls_tunnel;
        amt_.close();
        facts_.friendly_name = options_.friendly_name;
        facts_.progress_supported = true;
        device_reading out;
        out.facts = std::move(facts_);
        out.watchdog_asked = watchdog_asked_;
        co_return out;
    }

  private:
    // Only worth a word: a machine may be prepared before it gets its cable.
    awaitable<void> warn_of_link() {
        auto lan = co_await core::as_result(amt_.read_lan_settings(heci::lan_interface::wired));
        if (!lan && lan.error() == core::cond::cancelled)
            throw system_error(lan.error());
        if (lan && lan->present() && !lan->link_up)
            env_.log.warn(component, "the wired network link of AMT is down");
    }

    // The first command: what keeps it from an answer is what keeps all of them.
    awaitable<void> read_versions() {
        const auto table =
            co_await needed(env_, read_versions_patiently(amt_, env_.heci_limits), "versions");
        facts_.version = table.find("AMT");
        facts_.build = table.find("Build Number");
        facts_.sku = table.find("Sku");
        facts_.features = rps::feature_text(facts_.version, facts_.sku);
        if (facts_.version.empty())
            throw error(exit_code::amt_not_detected,
                        env_.device->name() + ": the firmware names no AMT version");
    }

    awaitable<void> read_uuid() {
        facts_.uuid = options_.uuid;
        if (!facts_.uuid.empty())
            co_return;
        const auto uuid = co_await needed(env_, amt_.read_uuid(), "UUID");
        if (!uuid.usable())
            throw error(exit_code::invalid_uuid,
                        "the device's UUID is " + uuid.text() +
                            ", which its maker never set: give one with --uuid");
        facts_.uuid = uuid.text();
    }

    void need_activated() const {
        if (facts_.control_mode != 0 || activates())
            return;
        if (options_.asked.kind == rps::task::deactivate)
            throw error(exit_code::unable_to_deactivate,
                        "this device is not activated: there is nothing to deactivate");
        throw error(exit_code::device_not_activated,
                    "this device is not activated: the server has nothing to maintain");
    }

    awaitable<void> read_account() {
        auto account = co_await needed(env_, amt_.read_local_account(), "local system account");
        facts_.username = std::move(account.user);
        facts_.password = std::move(account.password);
        if (facts_.control_mode == 0)
            co_return;
        facts_.password = options_.password;
        if (!facts_.password.empty())
            co_return;
        if (env_.ask_password)
            facts_.password = co_await env_.ask_password();
        if (facts_.password.empty())
            throw error(exit_code::missing_or_incorrect_password,
                        "the device is activated already: its AMT password is needed, set "
                        "AMT_PASSWORD or give --password");
    }

    awaitable<void> read_hashes() {
        const auto entries = co_await needed(env_, amt_.read_hashes(), "certificate hashes");
        for (const auto &entry : entries)
            facts_.certificate_hashes.push_back(hex_text(entry.hash));
    }

    awaitable<void> read_suffix() {
        facts_.fqdn = options_.dns_suffix;
        if (facts_.fqdn.empty())
            facts_.fqdn = co_await needed(env_, amt_.read_dns_suffix(), "DNS suffix");
        if (facts_.fqdn.empty())
            facts_.fqdn = co_await env_.dns_suffix();
        if (facts_.fqdn.empty() && activates())
            env_.log.warn(component, "no DNS suffix is known: activation to admin control mode "
                                     "will not be possible; give it with --dns");
    }

    // The kernel's watchdog driver may hold the client: then AMT's ports tell.
    awaitable<void> read_tls_enforced() {
        const auto state =
            co_await heci::query_enablement(*env_.device, env_.heci_limits, env_.log);
        watchdog_asked_ = state.has_value();
        facts_.tls_enforced = state && state->tls_enforced;
        if (facts_.tls_enforced)
            env_.log.info(component, "TLS is enforced on local ports");
    }

    // Each is what AMT's is set to; the server asks AMT itself what it has now.
    awaitable<void> read_what_to_sync() {
        if (options_.asked.kind != rps::task::maintenance)
            co_return;
        if (options_.asked.what == maintenance::sync_host_name)
            co_await read_host_name();
        if (options_.asked.what == maintenance::sync_ip)
            co_await read_addresses();
    }

    awaitable<void> read_host_name() {
        const auto host = env_.hostname();
        facts_.host.hostname = host.substr(0, host.find('.'));
        if (facts_.host.hostname.empty())
            throw error(exit_code::missing_hostname, "this machine has no host name");
        facts_.host.dns_suffix_os = co_await env_.dns_suffix();
    }

    awaitable<void> read_addresses() {
        facts_.ip = options_.asked.ip;
        if (!facts_.ip.ip_address.empty() && !facts_.ip.netmask.empty())
            co_return;
        const auto lan = co_await needed(env_, amt_.read_lan_settings(heci::lan_interface::wired),
                                         "settings of the wired adapter");
        os_interface here;
        if (env_.interface_of && lan.present())
            here = env_.interface_of(lan.mac);
        if (facts_.ip.ip_address.empty())
            facts_.ip.ip_address = here.address;
        if (facts_.ip.netmask.empty())
            facts_.ip.netmask = here.mask;
        if (facts_.ip.ip_address.empty())
            throw error(exit_code::os_network_interfaces_lookup_failed,
                        "this system has no IPv4 address on AMT's wired adapter: give one with "
                        "--staticip and --netmask");
    }

    [[nodiscard]] bool activates() const noexcept {
        return options_.asked.kind == rps::task::activate;
    }

    const environment &env_;
    const settings &options_;
    heci::amthi amt_;
    rps::device_facts facts_;
    bool watchdog_asked_ = false;
};

} // namespace

awaitable<device_reading> read_device(const environment &env, const settings &options) {
    reader from(env, options);
    co_return co_await from.whole();
}

} // namespace costrand::activate
