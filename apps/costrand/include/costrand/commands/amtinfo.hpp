// SPDX-License-Identifier: Apache-2.0
// amtinfo: what the device says of itself, over HECI, with what this machine's system adds; and
// what only AMT's WS-Management tells.
#pragma once

#include <costrand/activate/amt_client.hpp>
#include <costrand/activate/cli.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/transports/amthi_messages.hpp>
#include <costrand/transports/heci_upid.hpp>
#include <costrand/wsman/classes/certificates.hpp>
#include <costrand/wsman/classes/proxy.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace costrand::commands {

// What can be asked for; in the order of the options that ask for it.
enum class info_item : std::size_t {
    version,
    build,
    sku,
    uuid,
    platform_id,
    mode,
    provisioning_state,
    dns,
    hostname,
    lan,
    remote_access,
    operational_state,
    hashes,
    user_certificates, // this one and the next: over WS-Management
    proxies,
};
inline constexpr std::size_t info_items = 15;

class info_selection {
  public:
    [[nodiscard]] bool has(info_item what) const noexcept {
        return chosen_[static_cast<std::size_t>(what)];
    }
    void add(info_item what) noexcept { chosen_[static_cast<std::size_t>(what)] = true; }

    // Whether AMT has to be asked over WS-Management.
    [[nodiscard]] bool needs_wsman() const noexcept {
        return has(info_item::user_certificates) || has(info_item::proxies);
    }

    // Each item was asked for by its name: one that cannot be read is a failure then, and not only
    // a warning.
    bool by_name = false;

  private:
    std::array<bool, info_items> chosen_{};
};

// The option that asks for an item, without dashes.
[[nodiscard]] std::string_view option_of(info_item what) noexcept;

struct amtinfo_settings {
    activate::settings base; // device, way to AMT, password, output
    info_selection show;
    bool table = false;
    bool skip_amt_cert_check = false;
};

[[nodiscard]] activate::option_table amtinfo_options() noexcept;

// Throws activate::error 28.
[[nodiscard]] amtinfo_settings make_amtinfo_settings(const activate::option_values &values,
                                                     std::vector<activate::notice> &notices);

struct lan_adapter {
    heci::lan_settings amt;
    std::string os_address; // of the system's interface with the same MAC; empty: none
};

// What is not set was not asked for, or could not be read.
struct device_info {
    std::optional<std::string> version, build, sku, features, uuid;
    std::optional<heci::control_mode> mode;
    std::optional<heci::provisioning_state> provisioning;
    std::optional<bool> operational; // AMT is enabled in the BIOS
    std::optional<std::string> dns_suffix, dns_suffix_os, hostname_os;
    std::optional<heci::remote_access_status> remote_access;
    std::optional<lan_adapter> wired, wireless;
    std::optional<heci::platform_id> platform_id;
    std::optional<std::vector<heci::certificate_hash>> hashes;
    std::optional<std::vector<wsman::amt::public_key_certificate>> user_certificates;
    std::optional<std::vector<wsman::ips::http_proxy_access_point>> proxies;

    bool heci_usable = true;                  // false: all is from the operating system
    std::optional<activate::failure> failure; // what keeps the command from success
};

// What the system knows beside activate::environment. May be empty.
struct system_facts {
    std::function<std::string()> smbios_uuid;
};

// Reads what is selected; never fails but by cancellation. A device that cannot be reached, or is
// lost on the way, ends the reading of it: device_info::failure says why. A command that the
// firmware refuses leaves its item out, with a warning. Own limits: those of the parts. `env` and
// `system` outlive the call.
[[nodiscard]] awaitable<device_info>
read_device_info(const activate::environment &env, const system_facts &system, info_selection show);

// Adds what AMT tells over WS-Management once it is activated: its certificates and its proxies.
// Before, there is nothing: a warning if it was asked for by name. A failure is a warning, or
// device_info::failure if it was asked for by name. Cancellation: as amt_client::open.
[[nodiscard]] awaitable<void> read_over_wsman(activate::amt_client &amt,
                                              const activate::environment &env, info_selection show,
                                              device_info &info);

} // namespace costrand::commands
