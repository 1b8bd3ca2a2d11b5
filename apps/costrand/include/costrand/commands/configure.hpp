// SPDX-License-Identifier: Apache-2.0
// configure: one setting of an activated device, without a server (rpc-cli.md 9); and AMT itself,
// on or off, before it is activated.
#pragma once

#include <costrand/activate/amt_client.hpp>
#include <costrand/activate/cli.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/configure.hpp>
#include <costrand/wsman/configure_8021x.hpp>
#include <costrand/wsman/configure_cira.hpp>
#include <costrand/wsman/configure_tls.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::commands {

enum class configure_task {
    help,
    enable_amt,
    disable_amt,
    mebx,
    amt_password,
    amt_features,
    sync_clock,
    host_name,
    wifi_sync,
    add_wireless,
    purge_wireless,
    wired,
    wired_8021x, // a part of wired
    add_proxy,
    list_proxies,
    remove_proxy,
    tls,
    cira,
};

struct configure_settings {
    configure_settings() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    activate::settings base; // device, transport, password, output
    bool skip_amt_cert_check = false;
    configure_task task = configure_task::help;
    std::string name; // of the subcommand, without aliases; empty: help

    core::secret new_password; // AMT's or the menu's
    wsman::remote_features features;
    bool wifi_with_system = true, wifi_with_uefi = true;
    wsman::wireless_profile wireless;
    wsman::wired_settings wired;
    std::optional<wsman::ieee8021x> ieee8021x; // of the wired port, or of the wireless profile
    wsman::proxy_settings proxy;
    wsman::tls_settings tls; // without its clock
    wsman::cira_settings cira;
    bool make_mps_password = false;
};

[[nodiscard]] activate::option_table configure_options() noexcept;

// One line for each subcommand: its name and what it does.
[[nodiscard]] std::string configure_subcommands();

// The word behind "configure" is the subcommand, or one of its aliases. Throws activate::error with
// the code that the table has for the value that is missing or wrong: 23, 26, 27, 29 to 32, 36,
// 116, 117, else 28; 33 for options that exclude each other.
[[nodiscard]] configure_settings make_configure_settings(const activate::option_values &values,
                                                         std::vector<activate::notice> &notices);

struct configured {
    std::string message; // what is set now, a sentence without a full stop
    // That the presence server has to know from now on: made here, told nowhere else.
    core::secret mps_password;
    std::vector<wsman::ips::http_proxy_access_point> proxies; // of list_proxies
};

// Opens `amt` and does what is asked; AMT is switched on and off over the device of `env` alone.
// `now`: seconds since 1970. Asks for the AMT password when it is needed and there is somebody to
// ask. Throws activate::error: 115 for a device that is not activated, 23 without a password, 100
// for a wrong one, else the code of the subcommand: 120 where AMT is not to be switched, 1000 + the
// status that refuses it. All objects outlive the call; `amt` is closed by the caller.
[[nodiscard]] awaitable<configured> configure(activate::amt_client &amt,
                                              const activate::environment &env,
                                              configure_settings what,
                                              std::function<std::int64_t()> now);

// The result for stdout: text, or {"status", "command", "message"} with "proxies" for a list, and
// with "mpsPassword" for one that was made.
[[nodiscard]] std::string configured_text(const configured &done);
[[nodiscard]] std::string configured_json(const configured &done, std::string_view command);

// On this machine: the result on stdout, the exit status of the process. Only root may, but for a
// simulated device.
[[nodiscard]] int run_configure(const configure_settings &what,
                                const std::vector<activate::notice> &notices);

} // namespace costrand::commands
