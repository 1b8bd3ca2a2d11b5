// SPDX-License-Identifier: Apache-2.0
// One whole activation in virtual time, client, simulated device and small provisioning server in
// memory, and an account of where its time went. Virtual time is exact: what nobody named is the
// client's own share, to the nanosecond. For bench/activation and the test of that share.
#pragma once

#include <costrand/core/time.hpp>
#include <costrand/sim/device_state.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace costrand::bench {

// Who waits, and why: "client", "AMT" or "server". Known by the line that each writes into its log
// when it begins to wait.
struct named_wait {
    std::string who, why;
    core::duration at{}, lasts{}; // since the beginning of the run

    friend bool operator==(const named_wait &, const named_wait &) = default;
};

struct virtual_order {
    std::string device;  // a built-in profile of the simulator
    std::string profile; // of recorded_rps_options
    bool lms = false;    // the machine has an LMS
    bool tls_tunnel = false;
    core::duration latency{}; // of each message between client and server: a wait without a name
};

struct virtual_run {
    std::string failure; // empty: the client says that all was done
    sim::control_mode mode = sim::control_mode::none;
    bool tls = false; // of the device's ports, with a certificate that it was given
    core::duration elapsed{};
    std::vector<named_wait> waits; // by their beginnings
    core::duration server_waits{}; // the server's own count of them
    std::size_t calls = 0;         // WS-Management calls that the server made
    std::size_t tls_sessions = 0;  // between server and device

    // The part of the time that no named wait covers.
    [[nodiscard]] core::duration own_share() const;
    // What more than one of them claims. Must be 0, or one wait may hide in another.
    [[nodiscard]] core::duration claimed_twice() const;
    // All waits of these names together.
    [[nodiscard]] core::duration total(const std::string &who, const std::string &why) const;
};

// With keys of a fixed pool, and TLS without ciphers. Throws only what is a bug.
[[nodiscard]] virtual_run activate_in_virtual_time(const virtual_order &what);

} // namespace costrand::bench
