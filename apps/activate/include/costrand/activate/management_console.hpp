// SPDX-License-Identifier: Apache-2.0
// management_console: the console that keeps profiles and devices (rpc-cli.md 2, 6, 8), as its
// client: log-in, profile export, device records. Straight requests over whatever `ask` is; the
// program's is transports::http_exchange.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/http.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::activate {

// Where the console is, and who asks.
struct console_access {
    console_access() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    transports::http_url where; // of --url: a profile's export, or any page of the console
    std::string text;           // the same, as given
    std::string way;            // for messages: " through the proxy ...", or nothing
    std::vector<transports::http_url> log_in; // tried one after the other
    transports::http_url devices;
    std::string user; // empty: no log-in
    core::secret password;
    core::secret token; // bearer; empty: from the log-in, if there is one
};

// `endpoint` and `devices` are those of --auth-endpoint and --devices-endpoint: a URL, a path on
// the console, or empty for the console's own. `option` is where the URL is from. Throws error 20.
[[nodiscard]] console_access make_console_access(std::string_view url, std::string_view endpoint,
                                                 std::string_view devices,
                                                 std::string_view option = "--url");

// The record that the console keeps of a device.
struct console_device {
    console_device() = default;

    std::string uuid, hostname, friendly_name;
    std::vector<std::string> tags;
    core::secret amt_password, mebx_password; // empty: not told
    std::string mps_user;                     // empty: there is no presence server
    core::secret mps_password;
    // How the console is to connect to AMT: with TLS, whoever signed it, or without. Nothing: as it
    // has it.
    std::optional<bool> tls;
    std::string amt_version, build, sku, features; // empty: not known
};

// What a device tells of itself, for its record. Empty: not known.
struct console_inventory {
    console_inventory() = default;

    std::string uuid, hostname;
    std::string seen_at; // when, as RFC 3339 in UTC
    std::string amt_version, build, sku, features, mode;
    std::string address, system_address; // of AMT's adapter, and of this system's on the same port
    std::string csme_id, oem_id, oem_id_type; // of the Intel UPID
    std::optional<bool> dhcp, enabled_in_bios;
    std::vector<std::string> root_hashes; // that AMT trusts for its provisioning, in hexadecimal
};

struct console_timeouts {
    core::duration log_in = std::chrono::seconds(30);  // rpc-cli.md 6
    core::duration profile = std::chrono::seconds(30); // the same
    core::duration device = std::chrono::seconds(10);  // the reference client's
};

// One HTTP exchange, all of it within the limit (transports::http_exchange). Errors: its.
using console_exchange = std::function<awaitable<transports::http_answer>(
    transports::http_url, transports::http_request, core::duration limit)>;

// A profile with all its certificates has some 20 KiB.
inline constexpr std::size_t profile_limit = 1024 * 1024;

// Every call is one exchange within its limit, redirections on the same server included; those to
// another server are refused: the token is for this one. Every failure is thrown as activate::error
// with the cause and what to do. Cancellation: as http_exchange.
class management_console {
  public:
    management_console(console_access where, console_exchange ask, core::log log);

    // Without user and token there is nothing to do: some consoles have no log-in.
    [[nodiscard]] awaitable<void> log_in();
    // The body of console_access::where, at most profile_limit.
    [[nodiscard]] awaitable<core::secret> fetch_profile();
    // Also the proof that this user may see devices.
    [[nodiscard]] awaitable<bool> knows_device(std::string uuid);
    // Adds the record, or changes the one that is there.
    [[nodiscard]] awaitable<void> register_device(console_device device);
    // Brings the record up to date; one that is not there is added first, as a device that was
    // found. Passwords are no part of it.
    [[nodiscard]] awaitable<void> synchronize(console_inventory seen);
    // False: it had none of that device.
    [[nodiscard]] awaitable<bool> delete_device(std::string uuid);
    [[nodiscard]] awaitable<void> clear_mps_password(std::string uuid);

    // The address of a device's record.
    [[nodiscard]] std::string record_of(std::string_view uuid) const;

  private:
    struct question;
    awaitable<transports::http_answer> exchange(question what);
    awaitable<transports::http_answer> follow(question &what);
    [[noreturn]] void refuse_log_in(const question &what, const transports::http_answer &answer,
                                    bool is_object) const;
    [[noreturn]] void refuse(const question &what, const transports::http_answer &answer) const;
    [[nodiscard]] question about_devices(std::string method, std::string doing) const;
    [[nodiscard]] question telling(std::string method, std::string doing, core::secret body) const;
    awaitable<void> change_record(std::string doing, core::secret body);
    transports::http_url device_url(std::string_view uuid) const;

    console_access where_;
    console_exchange ask_;
    core::log log_;
    console_timeouts limits_;
    bool token_is_ours_ = false; // from the log-in
};

} // namespace costrand::activate
