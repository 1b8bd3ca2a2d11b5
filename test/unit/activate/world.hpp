// SPDX-License-Identifier: Apache-2.0
// One simulated device, one small server and the environment of a client before them, in memory:
// what the tests of the wiring run in.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/wiring.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/sim/rps.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace costrand::test {

inline sim::profile device_profile(bool lms) {
    auto p = sim::without_delays(sim::amt16());
    p.lms = lms;
    return p;
}

// One device, one server, and the environment of a client before them.
struct world {
    net::any_io_executor executor;
    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    sim::firmware device;
    sim::rps_server server;
    std::unique_ptr<heci::device> heci;
    core::task_group tasks;
    std::vector<std::string> log, steps;
    activate::environment env;
    activate::settings options;
    std::exception_ptr server_failure; // what connecting to the server throws instead

    world(net::any_io_executor ex, bool lms)
        : executor(ex),
          device(ex, device_profile(lms), *random, {}),
          server(sim::recorded_rps_options(), *random, {}),
          heci(device.heci()),
          tasks(ex) {
        env.executor = ex;
        env.device = heci.get();
        env.dial_lms = [this](std::uint16_t port) { return device.dial_lms(port); };
        env.connect_server = [this] { return connect(); };
        env.hostname = [] { return std::string("lab-pc-07"); };
        env.dns_suffix = [this] { return dns_suffix(); };
        env.log = core::log(core::log_level::trace,
                            [this](core::log_level, std::string_view, std::string_view line) {
                                log.emplace_back(line);
                            });
        env.on_step = [this](std::string_view what, bool) { steps.emplace_back(what); };
        options.action = activate::what_to_do::activate;
        options.server.text = "ws://rps.example/activate";
        options.profile = "ccm";
    }

    awaitable<std::string> dns_suffix() { co_return "lab.example"; }
    awaitable<core::secret> password() { co_return core::secret("P@ssw0rd"); }

    awaitable<std::unique_ptr<core::message_stream>> connect() {
        if (server_failure)
            std::rethrow_exception(server_failure);
        auto pair = sim::memory_message_pair(executor, link(), link());
        tasks.spawn(serve(std::move(pair.second)));
        co_return std::move(pair.first);
    }
    static sim::memory_options link() {
        sim::memory_options o;
        o.max_message_size = 16 * 1024 * 1024;
        return o;
    }
    awaitable<void> serve(std::unique_ptr<core::message_stream> client) {
        co_await server.serve(*client);
    }

    bool logged(std::string_view part) const {
        for (const auto &line : log)
            if (line.find(part) != line.npos)
                return true;
        return false;
    }
};

struct run_end {
    std::optional<activate::report> report;
    std::optional<activate::failure> failure;

    int code() const {
        if (failure)
            return static_cast<int>(failure->code);
        if (!report)
            return -1;
        return activate::succeeded(*report) ? 0 : static_cast<int>(activate::why_not(*report).code);
    }
    std::string text() const {
        return failure ? failure->text : report ? activate::why_not(*report).text : "";
    }
};

// Runs it, and leaves the device as a machine finds it afterwards.
inline awaitable<run_end> run(world &w) {
    run_end end;
    try {
        end.report = co_await activate::activate_device(w.env, w.options);
    } catch (const activate::error &e) {
        end.failure = e.why();
    }
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await core::sleep_for(std::chrono::seconds(1)); // the other ends learn of the closing
    if (end.report || end.failure) {
        CHECK(w.device.open_channels() == 0);
        CHECK(w.device.open_links() == 0);
    }
    w.tasks.cancel();
    (void)co_await core::as_result(w.tasks.join());
    w.device.stop();
    co_await w.device.run();
    co_return end;
}

inline void check_activated(const run_end &end, const world &w, rps::amt_path path) {
    CHECK_MESSAGE(end.code() == 0, end.text());
    REQUIRE(end.report);
    CHECK(w.device.mode() == sim::control_mode::client);
    CHECK(end.report->outcome.mode == rps::control_mode::client);
    CHECK(end.report->path == path);
    CHECK(end.report->rounds > 10);
    CHECK(end.report->device.password.empty());
    CHECK(w.device.counters().protocol_errors == 0);
}

} // namespace costrand::test
