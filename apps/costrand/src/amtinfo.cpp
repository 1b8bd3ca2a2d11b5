// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/amtinfo.hpp>

#include <costrand/activate/amt_queries.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/result.hpp>
#include <costrand/rps/payload.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_status.hpp>
#include <costrand/transports/heci_watchdog.hpp>

#include <string_view>
#include <utility>

namespace costrand::commands {

namespace {

using activate::exit_code;

constexpr std::string_view component = "amtinfo";

class reader {
  public:
    reader(const activate::environment &env, const system_facts &system, info_selection show)
        : env_(env),
          system_(system),
          show_(show),
          amt_(*env.device, env.heci_limits, env.log) {}

    awaitable<device_info> whole() {
        if (needs_device()) {
            env_.step("asking " + env_.device->name(), true);
            co_await ask_identity();
            co_await ask_state();
            co_await ask_network();
            co_await ask_other_clients();
            amt_.close();
        }
        co_await ask_system();
        co_return std::move(info_);
    }

  private:
    bool wants(info_item what) const noexcept { return show_.has(what); }

    bool needs_device() const noexcept {
        for (std::size_t i = 0; i < info_items; ++i)
            if (is_of_heci(info_item(i)) && wants(info_item(i)))
                return true;
        return false;
    }

    static bool is_of_heci(info_item what) noexcept {
        return what != info_item::hostname && what != info_item::user_certificates &&
               what != info_item::proxies;
    }

    void fail(activate::failure why) {
        if (!info_.failure)
            info_.failure = std::move(why);
    }

    // Nothing: it was refused, or the device is lost, now or before.
    template <typename T>
    awaitable<std::optional<T>> ask(awaitable<T> op, std::string_view what) {
        if (lost_)
            co_return std::nullopt;
        auto got = co_await core::as_result(std::move(op));
        co_return judge(std::move(got), what);
    }

    template <typename T>
    std::optional<T> judge(core::result<T> got, std::string_view what) {
        if (got) {
            answered_ = true;
            return std::move(*got);
        }
        if (got.error() == core::cond::cancelled)
            throw system_error(got.error());
        auto why =
            activate::explain(got.error(), env_.device->name(), "reading the " + std::string(what));
        if (is_refusal(got.error())) {
            answered_ = true;
            if (show_.by_name)
                fail(std::move(why));
            else
                env_.log.warn(component, why.text);
            return std::nullopt;
        }
        lost_ = true;
        info_.heci_usable = answered_;
        fail(std::move(why));
        return std::nullopt;
    }

    // The device goes on answering behind it.
    static bool is_refusal(error_code why) {
        return why.category() == heci::status_category() || why == heci::errc::bad_reply;
    }

    awaitable<void> ask_identity() {
        if (wants(info_item::version) || wants(info_item::build) || wants(info_item::sku)) {
            const auto table =
                co_await ask(activate::read_versions_patiently(amt_, env_.heci_limits), "versions");
            if (table)
                take(*table);
        }
        if (wants(info_item::uuid)) {
            const auto uuid = co_await ask(amt_.read_uuid(), "UUID");
            if (uuid)
                info_.uuid = uuid->text();
        }
    }

    void take(const heci::version_table &table) {
        const auto version = table.find("AMT");
        if (version.empty())
            fail({exit_code::amt_not_detected,
                  env_.device->name() + ": the firmware names no AMT version"});
        if (wants(info_item::version))
            info_.version = version;
        if (wants(info_item::build))
            info_.build = table.find("Build Number");
        if (wants(info_item::sku)) {
            info_.sku = table.find("Sku");
            info_.features = rps::feature_text(version, *info_.sku);
        }
    }

    awaitable<void> ask_state() {
        if (wants(info_item::mode))
            info_.mode = co_await ask(amt_.read_control_mode(), "control mode");
        if (wants(info_item::provisioning_state))
            info_.provisioning = co_await ask(amt_.read_provisioning_state(), "provisioning state");
        if (wants(info_item::dns))
            info_.dns_suffix = co_await ask(amt_.read_dns_suffix(), "DNS suffix");
        if (wants(info_item::hashes))
            info_.hashes = co_await ask(amt_.read_hashes(), "certificate hashes");
    }

    awaitable<void> ask_network() {
        if (wants(info_item::remote_access))
            info_.remote_access =
                co_await ask(amt_.read_remote_access_status(), "remote access status");
        if (!wants(info_item::lan))
            co_return;
        const auto wired = co_await ask_adapter(heci::lan_interface::wired, "wired adapter");
        info_.wired = wired;
        const auto wireless =
            co_await ask_adapter(heci::lan_interface::wireless, "wireless adapter");
        info_.wireless = wireless;
    }

    // An interface that the machine does not have answers zeros, or a status (heci.md 9.9).
    awaitable<std::optional<lan_adapter>> ask_adapter(heci::lan_interface which,
                                                      std::string_view what) {
        if (lost_)
            co_return std::nullopt;
        auto got = co_await core::as_result(amt_.read_lan_settings(which));
        if (!got && got.error().category() == heci::status_category()) {
            env_.log.debug(component, env_.device->name(), ": no ", what, ": ", got.error());
            co_return std::nullopt;
        }
        const auto settings = judge(std::move(got), what);
        if (!settings || !settings->present())
            co_return std::nullopt;
        lan_adapter out;
        out.amt = *settings;
        if (env_.interface_of)
            out.os_address = env_.interface_of(settings->mac).address;
        co_return out;
    }

    // What these clients say is told where it is known: others may hold them, older firmware has
    // none.
    awaitable<void> ask_other_clients() {
        if (wants(info_item::operational_state) && !lost_) {
            const auto state =
                co_await heci::query_enablement(*env_.device, env_.heci_limits, env_.log);
            if (state && state->known)
                info_.operational = state->enabled;
            else
                note_unknown("does not tell whether AMT is enabled in the BIOS");
        }
        if (wants(info_item::platform_id) && !lost_) {
            info_.platform_id =
                co_await heci::query_platform_id(*env_.device, env_.heci_limits, env_.log);
            if (!info_.platform_id)
                note_unknown("has no UPID, or it is switched off");
        }
    }

    void note_unknown(std::string_view what) {
        if (show_.by_name)
            env_.log.warn(component, env_.device->name(), ": ", what);
    }

    awaitable<void> ask_system() {
        if (wants(info_item::hostname))
            info_.hostname_os = env_.hostname();
        if (wants(info_item::dns))
            info_.dns_suffix_os = co_await env_.dns_suffix();
        if (wants(info_item::uuid) && !info_.uuid && system_.smbios_uuid)
            info_.uuid = system_.smbios_uuid();
    }

    const activate::environment &env_;
    const system_facts &system_;
    info_selection show_;
    heci::amthi amt_;
    device_info info_;
    bool answered_ = false, lost_ = false;
};

} // namespace

awaitable<device_info> read_device_info(const activate::environment &env,
                                        const system_facts &system, info_selection show) {
    reader from(env, system, show);
    co_return co_await from.whole();
}

} // namespace costrand::commands
