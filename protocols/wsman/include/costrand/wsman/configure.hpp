// SPDX-License-Identifier: Apache-2.0
// Settings of an activated device, each as the calls that it takes (rpc-cli.md 9, wsman.md 11).
// Every coroutine here is given a client that logs in as `admin` and outlives it, and
// - reads before it writes, and writes only what differs where that can be seen;
// - throws what the client throws, and errc::method_refused (with the method and what it returned
//   in what()) when the device says no. What was written before stays.
// Cancellation: as the client's; the device may have been changed.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/classes/consent.hpp>
#include <costrand/wsman/classes/proxy.hpp>
#include <costrand/wsman/classes/wifi.hpp>
#include <costrand/wsman/client.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace costrand::wsman {

// Who must be asked before a session, and what may be used remotely: the screen, the serial port,
// the drive.
struct remote_features {
    remote_features() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::optional<ips::opt_in_required> consent = ips::opt_in_required::all; // nothing: as it is
    bool kvm = false, sol = false, ider = false;
};

// errc::method_refused before anything is written when AMT does not let the consent be changed.
[[nodiscard]] awaitable<void> set_features(client &amt, remote_features wanted);

// The device's clock after ours. `now`: seconds since 1970. Gives the seconds by which the device
// was late.
[[nodiscard]] awaitable<std::int64_t> sync_clock(client &amt, std::function<std::int64_t()> now);

// Of AMT's own menu; in admin control mode only.
[[nodiscard]] awaitable<void> set_mebx_password(client &amt, core::secret password);

// Of `admin`; the client goes on with it. See check_password(). When the answer is lost, a login
// shows which one is in force; errc::reply_lost remains where that cannot be found out either.
[[nodiscard]] awaitable<void> set_admin_password(client &amt, core::secret password);

// Host name at most 63 bytes, domain at most 191; an empty domain: AMT keeps its own.
[[nodiscard]] awaitable<void> set_host_name(client &amt, std::string host, std::string domain);

// Whether AMT takes over the wireless profiles of the operating system's user, and shares its own
// with the UEFI. Gives whether the device can do the second; else it is left alone.
[[nodiscard]] awaitable<bool> set_wifi_sync(client &amt, bool with_system, bool with_uefi);

// The wired port: DHCP, addresses that AMT takes from the operating system, or fixed ones.
struct wired_settings {
    wired_settings() = default; // no aggregate, as above

    bool dhcp = true;
    bool ip_sync = true;
    // Without both: IPv4 addresses. The DNS servers may be empty.
    std::string address, subnet_mask, gateway, primary_dns, secondary_dns;
};
[[nodiscard]] awaitable<void> set_wired(client &amt, wired_settings wanted);

// A wireless profile with a passphrase. One of the same name is replaced once the device has taken
// the new one. The port is switched on for all power states.
struct wireless_profile {
    wireless_profile() = default; // no aggregate, as above

    std::string name, ssid;
    std::int64_t priority = 1;
    cim::authentication_method authentication = cim::authentication_method::wpa2_psk;
    cim::encryption_method encryption = cim::encryption_method::ccmp;
    core::secret passphrase; // 8 to 63 characters
};
[[nodiscard]] awaitable<void> add_wireless(client &amt, wireless_profile profile);

// Whether the machine has a wireless port that AMT can use.
[[nodiscard]] awaitable<bool> has_wireless_port(client &amt);

// Deletes all profiles but those without InstanceID, which are the operating system's user's. Gives
// how many. One that cannot be deleted does not keep the others; then throws the first error.
[[nodiscard]] awaitable<std::size_t> purge_wireless(client &amt);

// HTTP proxies on AMT's way to a server, in its order.
[[nodiscard]] awaitable<std::vector<ips::http_proxy_access_point>> proxies(client &amt);

struct proxy_settings {
    proxy_settings() = default; // no aggregate, as above

    std::string address; // IPv4, IPv6 or a name, at most 256 bytes
    std::uint16_t port = 80;
    std::string dns_suffix; // of the network where it is used; at most 192 bytes
};
[[nodiscard]] awaitable<void> add_proxy(client &amt, proxy_settings proxy);

// Deletes the proxies with that address. Gives how many there were.
[[nodiscard]] awaitable<std::size_t> remove_proxy(client &amt, std::string address);

} // namespace costrand::wsman
