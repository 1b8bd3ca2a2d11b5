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
#include <optional>
#include <string>
#include <vector>

namespace costrand::simulation {

// One call of the HECI driver that fails. Counted over all links of a run, from 1.
struct heci_failure {
    enum class call { connect, send, receive };
    call which = call::connect;
    std::size_t at = 1;
    heci::errc error = heci::errc::device_reset;
};

struct scenario {
    std::uint64_t seed = 0;
    std::string device;  // a built-in profile
    std::string profile; // of recorded_rps_options
    bool lms = false;    // the LMS is there, and used
    bool tls_tunnel = false;
    bool again = false; // the device is activated already, without faults
    bool openssl = false;

    sim::memory_options websocket;
    std::vector<sim::fault> device_faults;
    std::vector<std::string> device_fault_names; // in the same order
    std::vector<sim::rps_fault> server_faults;
    std::vector<std::string> server_fault_names;
    std::optional<heci_failure> heci;
    std::optional<core::duration> signal_at; // SIGTERM, after so long

    [[nodiscard]] bool faultless() const noexcept {
        return device_faults.empty() && server_faults.empty() && !heci && !signal_at &&
               websocket.fail_read_at == 0 && websocket.fail_write_at == 0;
    }
};

[[nodiscard]] scenario make_scenario(std::uint64_t seed, bool tls_crypto);

// One line for a person.
[[nodiscard]] std::string describe(const scenario &s);

} // namespace costrand::simulation
