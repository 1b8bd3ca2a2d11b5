// SPDX-License-Identifier: Apache-2.0
// What a small provisioning server knows before anybody connects: its profiles, its domains and the
// times it keeps. Data for sim::rps_server.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace costrand::sim {

// A presence server that the device is to call (rps-session section 15.6). The certificate that
// the device is to trust for it is the server's own root: rps_server::mps_root().
struct rps_cira {
    std::string address;        // a literal IPv4 address, or a name
    std::uint16_t port = 4433;  // wsman section 11.4
    std::string user = "admin"; // at most 16 characters, the password too
    core::secret password;
};

// One wireless network that the device is to know (15.8). The numbers are those of
// CIM_WiFiEndpointSettings; the defaults are the recorded ones: WPA2 with a pre-shared key, CCMP.
struct rps_wireless {
    std::string name;
    std::string ssid;
    unsigned authentication = 6;
    unsigned encryption = 4;
    core::secret passphrase;
};

// What a device is to become.
struct rps_profile {
    enum class activation { client_control, admin_control };
    enum class consent { none, kvm, all };

    activation mode = activation::client_control;
    // Empty: the server makes one for each device.
    core::secret amt_password;
    core::secret mebx_password; // of admin control

    // What TLS is set to, in the runs that set it (15.5): those with a tunnel.
    bool mutual_tls = false;
    bool accept_plain = false; // on the network, beside TLS

    std::optional<rps_cira> cira;
    // Set on a device with a wireless port, in this order; priorities count from 1.
    std::vector<rps_wireless> wireless;

    bool dhcp = true;
    bool ip_sync = true; // without DHCP: follow the host's static address

    // Features (rps-session section 15.8).
    bool ider = true;
    bool sol = true;
    bool kvm = true;
    consent user_consent = consent::all;
};

// Where the server has a provisioning certificate for. It makes the chain itself, below
// rps_server::provisioning_root(); what is trusted is the hash of that root.
struct rps_domain {
    std::string suffix;
    // Further hashes that count as the root's, lower-case hexadecimal.
    std::vector<std::string> root_hashes;
};

// Every wait of the server, each with its source.
struct rps_timings {
    // One WS-Management call, request to response (rps-session section 10: "per WSMAN call").
    core::duration call = std::chrono::seconds(12);
    // Tries of one call, the first included (same place).
    int attempts = 3;
    // Before a call is repeated after a time-out or a connection_reset (section 14, "Retry"; 10,
    // "wait after tunnel loss").
    core::duration before_repeat = std::chrono::seconds(15);
    // After a successful Setup or AdminSetup, before the first call as admin (sections 10 and 15.1,
    // recorded). With TLS enforced it is a part of the wait for the next tunnel (15.4).
    core::duration after_activation = std::chrono::seconds(12);
    // Between the Puts of the two TLS settings (section 10).
    core::duration between_tls_settings = std::chrono::seconds(5);
    // Before a new tunnel, where the server ended the one before itself (15.4, recorded).
    core::duration before_tunnel = std::chrono::seconds(15);
    // What a port_switch asks for (15.4b), and how long beyond that its ack may take (section 9).
    core::duration port_switch_delay = std::chrono::seconds(15);
    core::duration port_switch_ack = std::chrono::seconds(60);
    // How long the connection is kept after the last word. The real server keeps it for ever, the
    // client drops it (section 1): so it is ours alone, for clients that do not.
    core::duration linger = std::chrono::seconds(5);
};

struct rps_options {
    std::map<std::string, rps_profile, std::less<>> profiles;
    std::vector<rps_domain> domains;
    // DER. Which roots may stand above the certificate of a device that is not set up yet: the real
    // server has Intel's on-die roots built in.
    std::vector<std::vector<std::byte>>
        on_die_roots; // of recorded_rps_options: firmware::on_die_root()
    rps_timings timings;
    std::string version = "2.40.0"; // appVersion: that of the recorded server

    rps_options() = default; // not an aggregate: callers build it inside co_await expressions
    rps_options(const rps_options &) = default;
    rps_options(rps_options &&) = default;
    rps_options &operator=(const rps_options &) = default;
    rps_options &operator=(rps_options &&) = default;
    ~rps_options() = default;
};

// The profiles of the recorded conversations, under their names there: "ccm", "acm", "acm-random",
// "ccm-tls", "acm-tls", "ccm-cira", "acm-cira" and "acm-wifi"; all with DHCP, all features and user
// consent always. The domain is theirs, too: corp.example.
[[nodiscard]] rps_options recorded_rps_options();

} // namespace costrand::sim
