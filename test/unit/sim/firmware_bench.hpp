// SPDX-License-Identifier: Apache-2.0
// A simulated device in memory, without delays of its own, and a host's end of LME.
#pragma once

#include "lme_host.hpp"

#include <costrand/core/random.hpp>
#include <costrand/sim/firmware.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <utility>

namespace costrand::test {

struct firmware_bench {
    explicit firmware_bench(net::any_io_executor ex,
                            sim::profile p = sim::without_delays(sim::amt16()))
        : random(core::seeded_random(1)),
          client_random(core::seeded_random(2)),
          device(ex, std::move(p), *random, core::log()) {}

    std::unique_ptr<core::random_source> random, client_random;
    sim::firmware device;

    awaitable<lme_host> host() {
        auto link = co_await device.heci()->connect(heci::client::lme);
        co_return lme_host(std::move(link));
    }
    awaitable<void> end() {
        device.stop();
        co_await device.run();
        CHECK(device.open_links() == 0);
        CHECK(device.open_channels() == 0);
    }
};

} // namespace costrand::test
