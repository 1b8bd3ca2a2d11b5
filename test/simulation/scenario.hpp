// SPDX-License-Identifier: Apache-2.0
// What one seed decides: the device, the way to it, what the server is to do, how streams behave,
// and which faults act when. Data; world.hpp plays it.
#pragma once

#include <costrand/core/time.hpp>
#include <costrand/sim/faults.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/sim/rps_faults.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::simulation {

// One call of the HECI driver that fails. Counted over all links of a run, from 1.
struct heci_failure {
    enum class call { connect, send, receive };
    call which = call::connect;
    std::size_t at = 1;
    heci::errc error = heci::errc::device_reset;
};

// How a stream between two programs behaves in the faulty run. Calls are counted over all
// connections of that kind, from 1; 0 means never.
struct stream_conditions {
    std::size_t chop = std::numeric_limits<std::size_t>::max(); // most bytes of one call
    std::size_t fail_read_at = 0;
    std::size_t fail_write_at = 0;
};

struct device_fault {
    std::string name;
    sim::fault order;
};
struct server_fault {
    std::string name;
    sim::rps_fault order;
};

// What is asked for, of which device.
struct order {
    const char *device;  // a built-in profile
    const char *profile; // of recorded_rps_options
    bool tls_tunnel = false;
    const char *before = nullptr; // the profile it was activated with before; nothing: it is new

    [[nodiscard]] bool admin_control() const noexcept {
        return std::string_view(profile).starts_with("acm");
    }
    [[nodiscard]] bool with_cira() const noexcept {
        return std::string_view(profile).ends_with("-cira");
    }
    // A tunnel sets TLS; a device that enforces TLS has one without asking.
    [[nodiscard]] bool with_tls() const noexcept {
        return tls_tunnel || std::string_view(device).ends_with("-tls-enforced");
    }
};

struct scenario {
    std::uint64_t seed = 0;
    simulation::order order{};
    bool lms = false; // the LMS is there, and used
    bool openssl = false;

    sim::memory_options websocket; // chunks and delays
    stream_conditions websocket_conditions, lms_conditions;
    std::vector<device_fault> device_faults;
    std::vector<server_fault> server_faults;
    std::vector<heci_failure> heci;
    std::optional<core::duration> signal_at; // SIGTERM, after so long

    [[nodiscard]] bool faultless() const noexcept;
};

[[nodiscard]] scenario make_scenario(std::uint64_t seed, bool tls_crypto);

// One line for a person.
[[nodiscard]] std::string describe(const scenario &s);

// Every fault that a seed may order, by its name in coverage tables, and every phase.
[[nodiscard]] std::vector<std::string> all_faults();
[[nodiscard]] std::vector<std::string> all_phases();

} // namespace costrand::simulation
