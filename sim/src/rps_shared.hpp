// SPDX-License-Identifier: Apache-2.0
// What all sessions of one small provisioning server share. Private to sim/src/rps*.
#pragma once

#include <costrand/sim/rps.hpp>

#include "rps_authority.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace costrand::sim {

struct rps_shared {
    rps_options options;
    core::random_source &random;
    core::log log;

    std::vector<rps_fault> faults;
    std::vector<std::size_t> faults_acted;                      // how often each of them did
    std::map<std::string, core::secret, std::less<>> passwords; // by UUID, the next too
    std::map<std::string, der_bytes, std::less<>> device_certificates;
    std::shared_ptr<tls_layer> tls;
    rps_authority authority;
    std::vector<rps_call> calls;
    rps_counters counters;

    rps_shared(rps_options o, crypto c, core::random_source &r, core::log l)
        : options(std::move(o)),
          random(r),
          log(std::move(l)),
          tls(std::move(c.tls)),
          authority(std::move(c.keys), options.on_die_roots) {}
};

inline constexpr std::string_view rps_component = "sim.rps";

// A pause of the server's own, counted as such. `why` ends "waits 12 s: " in the log; it outlives
// the call.
[[nodiscard]] inline awaitable<void> rps_pause(rps_shared &shared, core::duration d,
                                               std::string_view why) {
    shared.counters.own_waits += d;
    shared.log.debug(rps_component, "waits ", d, ": ", why);
    co_await core::sleep_for(d);
}

} // namespace costrand::sim
