// SPDX-License-Identifier: Apache-2.0
// What both commands do: devices made and served until a signal comes.
#pragma once

#include "options.hpp"

#include <costrand/core/log.hpp>
#include <costrand/sim/crypto.hpp>

namespace costrand::amtsim {

// With a seed the devices' keys come again, too.
[[nodiscard]] inline sim::crypto crypto_of(const settings &options) {
    return options.seed ? sim::pooled_crypto() : sim::real_crypto();
}

// Runs the program under a simulated device. Gives its exit code, or dies by its signal. Throws
// std::exception when it could not be started.
[[nodiscard]] int run_program(const settings &options, core::log log);

// Serves devices until SIGINT or SIGTERM, and tells on stdout where they are. Gives 0; throws
// std::exception when a socket cannot be made.
[[nodiscard]] int serve_devices(const settings &options, core::log log);

} // namespace costrand::amtsim
