// SPDX-License-Identifier: Apache-2.0
// What a small provisioning server knows before anybody connects: its profiles, its domains and the
// times it keeps. Data for sim::rps_server.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/core/time.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace costrand::sim {

// What a device is to become.
struct rps_profile {
    enum class activation { client_control, admin_control };
    enum class consent { none, kvm, all };

    // Of admin control only the refusals that need no device are played (unknown domain, untrusted
    // root); the rest of such a run is refused.
    activation mode = activation::client_control;
    core::secret amt_password;

    bool dhcp = true;
    bool ip_sync = true; // without DHCP: follow the host's static address

    // Features (rps-session section 15.8).
    bool ider = true;
    bool sol = true;
    bool kvm = true;
    consent user_consent = consent::all;
};

// Where the server has a provisioning certificate for.
struct rps_domain {
    std::string suffix;
    std::vector<std::string> root_hashes; // of the chain's root, lower-case hexadecimal
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
    // After a successful Setup, before the first call as admin (sections 10 and 15.1, recorded).
    core::duration after_activation = std::chrono::seconds(12);
    // How long the connection is kept after the last word. The real server keeps it for ever, the
    // client drops it (section 1): so it is ours alone, for clients that do not.
    core::duration linger = std::chrono::seconds(5);
};

struct rps_options {
    std::map<std::string, rps_profile, std::less<>> profiles;
    std::vector<rps_domain> domains;
    rps_timings timings;
    std::string version = "2.40.0"; // appVersion: that of the recorded server

    rps_options() = default; // not an aggregate: callers build it inside co_await expressions
    rps_options(const rps_options &) = default;
    rps_options(rps_options &&) = default;
    rps_options &operator=(const rps_options &) = default;
    rps_options &operator=(rps_options &&) = default;
    ~rps_options() = default;
};

// One profile "ccm" as in the recorded conversations: client control mode, DHCP, all features, user
// consent always.
[[nodiscard]] rps_options recorded_rps_options();

} // namespace costrand::sim
