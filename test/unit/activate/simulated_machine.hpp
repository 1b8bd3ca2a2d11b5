// SPDX-License-Identifier: Apache-2.0
// A machine without an LMS as the programs' wiring sees it: an AMT 16 that is not activated, in
// virtual time.
#pragma once

#include "../setup/pfx_maker.hpp"

#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/wsman/digest.hpp>
#include <support/run_coro.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

struct simulated_machine {
    explicit simulated_machine(net::any_io_executor ex,
                               sim::profile what = sim::without_delays(sim::amt16()))
        : device(ex, what, *random, {}, state(what, *random, ex)),
          heci(device.heci()) {
        env.executor = ex;
        env.device = heci.get();
        env.hostname = [] { return "lab-pc"; };
        env.dial_lms = [](std::uint16_t) -> awaitable<std::unique_ptr<core::byte_stream>> {
            throw system_error(transports::lms_errc::not_running);
            co_return nullptr;
        };
        env.log = core::log(core::log_level::trace,
                            [this](core::log_level, std::string_view, std::string_view line) {
                                logged += std::string(line) + "\n";
                            });
    }

    static sim::device_state state(const sim::profile &what, core::random_source &random,
                                   const net::any_io_executor &ex) {
        auto out = sim::new_device(what, random, core::now(ex));
        out.clock_base = noon;
        return out;
    }

    bool has_password(const core::secret &password) {
        const auto ha1 = wsman::digest_ha1("admin", device.state().digest_realm, password);
        return ha1 && *ha1 == device.state().admin_ha1;
    }

    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    sim::firmware device;
    std::unique_ptr<heci::device> heci;
    std::string logged;
    activate::environment env;
    activate::settings options;
};

// Then the device is let go, and the log has none of the secrets.
template <typename Machine>
void on(const std::function<awaitable<void>(Machine &)> &body,
        const std::vector<std::string> &secrets) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            Machine m(env.executor);
            std::exception_ptr failed;
            try {
                co_await body(m);
            } catch (...) {
                failed = std::current_exception();
            }
            co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
            co_await core::sleep_for(std::chrono::seconds(1)); // the other ends learn of it
            CHECK(m.device.open_links() == 0);
            m.device.stop();
            co_await m.device.run();
            if constexpr (requires { m.tasks; })
                co_await m.tasks.join();
            for (const auto &secret : secrets)
                CHECK(m.logged.find(secret) == m.logged.npos);
            if (failed)
                std::rethrow_exception(failed);
        },
        4);
}

} // namespace costrand::test
