// SPDX-License-Identifier: Apache-2.0
// What must hold behind a run, whatever went wrong in it. Each check gives the promises that were
// broken, in words.
#pragma once

#include "scenario.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/firmware.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace costrand::simulation {

// How the client ended: with the server's last word, with a failure of its own, or by a signal.
struct end_of_run {
    std::optional<activate::report> report;
    std::optional<activate::failure> failure;
    bool cancelled = false;

    [[nodiscard]] bool success() const { return report && activate::succeeded(*report); }
    [[nodiscard]] activate::failure why() const {
        return failure ? *failure : activate::why_not(*report);
    }
};

using broken_promises = std::vector<std::string>;

// "success", "signal" or the exit code.
[[nodiscard]] std::string outcome_of(const end_of_run &end);

// Nothing of the client is left at the device.
[[nodiscard]] broken_promises check_left_over(const scenario &s, const sim::firmware &device);
// It ended within the sum of its own limits.
[[nodiscard]] broken_promises check_duration(core::duration taken, std::size_t server_messages);
// What it says is what the device says.
[[nodiscard]] broken_promises check_report(const scenario &s, const end_of_run &end,
                                           const sim::firmware &device, bool was_set_up);

} // namespace costrand::simulation
