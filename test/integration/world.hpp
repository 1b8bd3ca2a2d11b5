// SPDX-License-Identifier: Apache-2.0
// The whole chain in one process, in memory and in virtual time: the program's own wiring between a
// simulated device and a small provisioning server. The tests of this folder order faults of either
// and look at how the run ends.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/tracing.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/lmsd/device_link.hpp>
#include <costrand/lmsd/relay.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/sim/rps.hpp>
#include <costrand/trace/recorder.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include "support/run_coro.hpp"

#include <array>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

// lmsd: the LMS is our own, over the device's LME.
enum class way { lme, lms, lmsd };

// Exit codes of the published table, by the name that the tests use.
namespace exit_of {
inline constexpr int success = 0, no_permission = 1, no_driver = 2, amt_not_ready = 4, generic = 10,
                     bad_url = 20, bad_profile = 21, bad_certificate = 22, amt_connection = 71,
                     rps_authentication = 70, amt_authentication = 100, bad_reply = 101,
                     activation = 102, network = 103, bad_message = 113;
} // namespace exit_of

struct run_end {
    std::optional<activate::report> report;
    std::optional<activate::failure> failure;
    core::duration elapsed{};

    int code() const {
        if (failure)
            return static_cast<int>(failure->code);
        return activate::succeeded(*report) ? 0 : static_cast<int>(activate::why_not(*report).code);
    }
    std::string text() const {
        if (failure)
            return failure->text;
        return activate::succeeded(*report) ? std::string() : activate::why_not(*report).text;
    }
    bool says(std::string_view part) const { return text().find(part) != std::string::npos; }
};

// One machine and one server. Made within a test coroutine; a run joins all it started, so that a
// cancelled test leaves nothing that refers to the world.
class world {
    std::unique_ptr<core::random_source> random_ = core::seeded_random(1);

  public:
    explicit world(net::any_io_executor executor, way how = way::lme)
        : world(executor, machine(how)) {
        if (how == way::lmsd)
            relay_.emplace(executor, lmsd::device_link(*heci_, lmsd::timeouts(), make_log()),
                           lmsd::relay_options(), make_log());
    }
    world(net::any_io_executor executor, sim::profile machine)
        : world(executor, std::move(machine), sim::recorded_rps_options(), sim::real_crypto()) {}
    world(net::any_io_executor executor, sim::profile machine, sim::rps_options serves,
          sim::crypto with)
        : server(std::move(serves), with, *random_, core::log()),
          device(executor, std::move(machine), *random_, core::log(), with),
          executor_(executor),
          heci_(device.heci()) {
        options.profile = "ccm";
    }

    // Without ciphers, and with a machine that the server may activate to admin control mode: it
    // knows the root of the server's certificate and is in its domain.
    struct in_domain {};
    world(net::any_io_executor executor, sim::profile machine, in_domain)
        : server(sim::recorded_rps_options(), sim::bare_crypto(), *random_, core::log()),
          device(executor, trusting(std::move(machine)), *random_, core::log(), sim::bare_crypto()),
          executor_(executor),
          heci_(device.heci()) {}

    // One activation, to its end and a second beyond it. The device must have been let go.
    awaitable<run_end> run() {
        core::task_group sessions(executor_);
        sessions_ = &sessions;
        if (relay_)
            sessions.spawn(relay_->run());
        run_end end;
        std::exception_ptr stopped;
        const auto begun = core::now(executor_);
        try {
            const activate::observed_environment env(make_environment(), seen_by);
            end.report = co_await activate::activate_device(env.get(), options);
        } catch (const activate::error &e) {
            end.failure = e.why();
        } catch (...) {
            stopped = std::current_exception();
        }
        end.elapsed = core::now(executor_) - begun;
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        if (relay_)
            relay_->stop();
        co_await core::sleep_for(std::chrono::seconds(1)); // the other ends learn of the closing
        sessions.cancel();
        (void)co_await core::as_result(sessions.join());
        if (stopped)
            std::rethrow_exception(stopped);
        CHECK(device.open_channels() == 0);
        CHECK(device.open_links() == 0);
        co_return end;
    }

    // The same with a fault of the device, which must have acted.
    awaitable<run_end> run_with(sim::fault f) {
        device.inject().order(std::move(f));
        const auto end = co_await run();
        CHECK(device.inject().all_acted());
        co_return end;
    }

    sim::rps_server server;
    sim::firmware device;
    activate::settings options = for_activation();
    activate::os_interface wired;       // what the system knows of AMT's wired adapter
    trace::recorder *seen_by = nullptr; // of the runs
    // What connecting to the server throws instead; empty: it is reached.
    std::function<void()> server_refuses;
    // Lines of the log; passwords must not be in them. And those that are no mere information.
    std::vector<std::string> log, complaints;

    bool logged(std::string_view part) const {
        for (const auto &line : log)
            if (line.find(part) != std::string::npos)
                return true;
        return false;
    }

    static sim::profile machine(way how) {
        auto p = sim::without_delays(sim::amt16());
        p.lms = how == way::lms;
        return p;
    }

  private:
    static activate::settings for_activation() {
        activate::settings out;
        out.action = activate::what_to_do::activate;
        out.server.text = "ws://rps.example/activate";
        return out;
    }
    sim::profile trusting(sim::profile machine) {
        machine.dns_suffix = "corp.example"; // of the recorded profiles
        sim::trusted_root root;
        root.hash = sim::sha256_hex(server.provisioning_root());
        machine.roots.push_back(std::move(root));
        return machine;
    }

    activate::environment make_environment() {
        activate::environment env;
        env.executor = executor_;
        env.device = heci_.get();
        env.dial_lms = [this](std::uint16_t port) {
            return relay_ ? dial_relay(port) : device.dial_lms(port);
        };
        env.connect_server = [this] { return connect(); };
        env.hostname = [] { return std::string("lab-pc-07"); };
        env.dns_suffix = [] { return no_suffix(); };
        env.interface_of = [this](const std::array<std::byte, 6> &) { return wired; };
        env.log = make_log();
        return env;
    }

    core::log make_log() {
        return {core::log_level::trace,
                [this](core::log_level level, std::string_view, std::string_view line) {
                    log.emplace_back(line);
                    if (level >= core::log_level::warn)
                        complaints.emplace_back(line);
                }};
    }

    awaitable<std::unique_ptr<core::byte_stream>> dial_relay(std::uint16_t port) {
        auto [near, far] = sim::memory_byte_pair(executor_);
        sessions_->spawn(relay_->serve(std::move(far), port));
        co_return std::move(near);
    }

    static awaitable<std::string> no_suffix() { co_return std::string(); }

    awaitable<std::unique_ptr<core::message_stream>> connect() {
        if (server_refuses)
            server_refuses();
        sim::memory_options link;
        link.max_message_size = (16u << 20) + 1024;
        link.capacity = 64u << 20;
        auto [near, far] = sim::memory_message_pair(executor_, link, link);
        sessions_->spawn(serve(std::move(far)));
        co_return std::move(near);
    }
    awaitable<void> serve(std::unique_ptr<core::message_stream> client) {
        co_await server.serve(*client);
    }

    net::any_io_executor executor_;
    std::unique_ptr<heci::device> heci_;
    core::task_group *sessions_ = nullptr;
    std::optional<lmsd::relay> relay_;
};

// A whole activation is long: a few places to stop at will do.
inline constexpr std::size_t few_teardowns = 3;

// A test body with a world of its own, per way.
inline void in_world(way how, std::function<awaitable<void>(world &, coro_environment)> body) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            world w(env.executor, how);
            co_await body(w, env);
        },
        few_teardowns);
}
// The same with a machine of its own.
inline void in_world(sim::profile machine,
                     std::function<awaitable<void>(world &, coro_environment)> body) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            world w(env.executor, machine);
            co_await body(w, env);
        },
        few_teardowns);
}

} // namespace costrand::test
