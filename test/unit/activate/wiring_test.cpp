// SPDX-License-Identifier: Apache-2.0
// The real wiring against the simulated device and the small server, in memory and virtual time.
#include <costrand/activate/failure.hpp>
#include <costrand/activate/wiring.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/sim/rps.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/transports/tls.hpp>
#include <costrand/transports/websocket.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <support/run_coro.hpp>

using namespace costrand;
using namespace std::chrono_literals;
using activate::exit_code;

namespace {

sim::profile device_profile(bool lms) {
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
        env.dial_lms = [this](std::uint16_t port) { return dial_lms(port); };
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

    // The simulated LMS says no in the words of the system.
    awaitable<std::unique_ptr<core::byte_stream>> dial_lms(std::uint16_t port) {
        auto stream = co_await core::as_result(device.dial_lms(port));
        if (!stream && stream.error() == net::error::connection_refused)
            throw system_error(transports::lms_errc::not_running);
        if (!stream)
            throw system_error(stream.error());
        co_return std::move(*stream);
    }

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
awaitable<run_end> run(world &w) {
    run_end end;
    try {
        end.report = co_await activate::activate_device(w.env, w.options);
    } catch (const activate::error &e) {
        end.failure = e.why();
    }
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await core::sleep_for(1s); // the other ends learn of the closing
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

void check_activated(const run_end &end, const world &w, rps::amt_path path) {
    CHECK_MESSAGE(end.code() == 0, end.text());
    REQUIRE(end.report);
    CHECK(w.device.mode() == sim::control_mode::client);
    CHECK(end.report->outcome.mode == rps::control_mode::client);
    CHECK(end.report->path == path);
    CHECK(end.report->rounds > 10);
    CHECK(end.report->device.password.empty());
    CHECK(w.device.counters().protocol_errors == 0);
}

} // namespace

TEST_CASE("a plain activation over LME takes the device to client control mode") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            const auto end = co_await run(w);
            check_activated(end, w, rps::amt_path::lme);
            CHECK(w.logged("falling back to LME (in-band HECI/APF)"));
            CHECK(w.logged("Initialize: tcpip-forward ready for 16992 / 16993 / 623 / 664"));
            CHECK(w.device.counters().lme_sessions == 1); // one session for the whole run
        },
        40);
}

TEST_CASE("a plain activation over LMS takes the device to client control mode") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, true);
            const auto end = co_await run(w);
            check_activated(end, w, rps::amt_path::lms);
            CHECK(w.logged("Using existing LMS"));
            CHECK(w.device.counters().lme_sessions == 0);
        },
        40);
}

TEST_CASE("the client waits for nothing of its own, over LME no more than over LMS") {
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        test::run_coro(
            [lms](test::coro_environment env) -> awaitable<void> {
                world w(env.executor, lms);
                const auto start = env.time.now();
                const auto end = co_await run(w);
                REQUIRE(end.report);
                // run() itself waits one second.
                const auto own = env.time.now() - start - 1s - w.server.counters().own_waits;
                CHECK(own == 0ns);
            },
            1);
    }
}

TEST_CASE("the four-port text is told only when the four ports were advertised") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            auto two = device_profile(false);
            two.lme.forwards = {16992, 623};
            sim::firmware other(env.executor, two, *w.random, {});
            const auto handle = other.heci();
            w.env.device = handle.get();
            const auto end = co_await run(w);
            CHECK(end.code() == 0);
            CHECK_FALSE(w.logged("16992 / 16993 / 623 / 664"));
            other.stop();
            co_await other.run();
        },
        5);
}

TEST_CASE("--transport lme does not look for an LMS, --transport lms takes nothing else") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, true);
            w.options.transport = activate::transport_choice::lme;
            const auto end = co_await run(w);
            check_activated(end, w, rps::amt_path::lme);
            CHECK(w.device.counters().lms_connections == 0);
        },
        5);
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.options.transport = activate::transport_choice::lms;
        const auto end = co_await run(w);
        CHECK(end.code() == 139);
        CHECK(end.text().find("--transport lme") != std::string::npos);
        CHECK(w.device.counters().lme_sessions == 0);
    });
}

TEST_CASE("an LMS that is mute or hangs up is passed over") {
    for (const auto kind : {sim::fault_kind::lms_mute, sim::fault_kind::lms_closes}) {
        test::run_coro(
            [kind](test::coro_environment env) -> awaitable<void> {
                world w(env.executor, true);
                w.device.inject().order(sim::fault(kind).for_ever());
                const auto end = co_await run(w);
                check_activated(end, w, rps::amt_path::lme);
            },
            5);
    }
}

TEST_CASE("a mute LMS that was asked for is 139, within its limit") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, true);
        w.options.transport = activate::transport_choice::lms;
        w.device.inject().order(sim::fault(sim::fault_kind::lms_mute).for_ever());
        const auto start = env.time.now();
        const auto end = co_await run(w);
        CHECK(end.code() == 139);
        CHECK(env.time.now() - start <= 7s);
    });
}

TEST_CASE("every refusal of the device has its code, and a text that names device and remedy") {
    struct row {
        sim::fault_kind kind;
        int code;
        const char *word;
    };
    for (const row &r :
         {row{sim::fault_kind::no_driver, 2, "modprobe"},
          row{sim::fault_kind::no_permission, 1, "root"},
          row{sim::fault_kind::not_ready, 4, "wait"}, row{sim::fault_kind::no_client, 3, "BIOS"},
          row{sim::fault_kind::busy, 2, "LMS"}}) {
        CAPTURE(r.word);
        test::run_coro([r](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            w.device.inject().order(sim::fault(r.kind).for_ever());
            const auto end = co_await run(w);
            CHECK(end.code() == r.code);
            CHECK_MESSAGE(end.text().find(r.word) != std::string::npos, end.text());
            CHECK(end.text().find("simulated device") != std::string::npos);
        });
    }
}

TEST_CASE("a device held by another program for three seconds is waited for, for ever is told") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            w.device.inject().order(
                sim::fault(sim::fault_kind::busy).on(heci::client::lme).for_time(3s));
            const auto end = co_await run(w);
            CHECK(end.code() == 0);
        },
        5);
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.device.inject().order(sim::fault(sim::fault_kind::busy).on(heci::client::lme).for_ever());
        const auto start = env.time.now();
        const auto end = co_await run(w);
        CHECK(end.code() == 2);
        CHECK(end.text().find("LMS") != std::string::npos);
        CHECK(env.time.now() - start < 30s);
    });
}

TEST_CASE("a refused command of the firmware is 1000 and its status") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.device.inject().order(
            sim::fault(sim::fault_kind::silence).on(heci::client::amthi).for_ever());
        const auto end = co_await run(w);
        CHECK(end.code() == 4);
        CHECK(end.text().find("reading the") != std::string::npos);
    });
}

TEST_CASE("an unknown profile is the server's refusal, in its words") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.options.profile = "nope";
        const auto end = co_await run(w);
        CHECK(end.code() == 111);
        CHECK(end.text().find("nope does not match list of available AMT profiles") !=
              std::string::npos);
        CHECK(w.device.mode() == sim::control_mode::none);
    });
}

TEST_CASE("a server that cannot be reached is told by its cause") {
    struct row {
        std::exception_ptr thrown;
        int code;
        const char *word;
    };
    const row rows[] = {
        {std::make_exception_ptr(system_error(net::error::connection_refused)), 10, "refused"},
        {std::make_exception_ptr(system_error(net::error::host_not_found)), 20, "host name"},
        {std::make_exception_ptr(transports::upgrade_error(401)), 70, "401"},
        {std::make_exception_ptr(transports::upgrade_error(404)), 20, "404"},
        {std::make_exception_ptr(transports::tls_error(
             transports::tls_errc::certificate_not_trusted, "self-signed certificate")),
         22, "self-signed certificate"},
        {std::make_exception_ptr(system_error(core::errc::timed_out)), 10, "time limit"}};
    for (const row &r : rows) {
        CAPTURE(r.word);
        test::run_coro([&r](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            w.server_failure = r.thrown;
            const auto end = co_await run(w);
            CHECK(end.code() == r.code);
            CHECK_MESSAGE(end.text().find(r.word) != std::string::npos, end.text());
            CHECK(end.text().find("ws://rps.example/activate") != std::string::npos);
        });
    }
}

TEST_CASE("a server that falls silent ends the run after --server-timeout, with that cause") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        w.options.server_timeout = 45s;
        w.server.order(sim::rps_fault(sim::rps_fault_kind::silence));
        const auto start = env.time.now();
        const auto end = co_await run(w);
        CHECK(end.code() == 10);
        CHECK(end.text().find("silent") != std::string::npos);
        CHECK(env.time.now() - start == 46s);
    });
}

TEST_CASE("a channel that cannot be opened is 71, with the firmware's reason and what to do") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        constexpr std::uint32_t resource_shortage = 4;
        w.device.inject().order(
            sim::fault(sim::fault_kind::open_failure).with(resource_shortage).for_ever());
        const auto end = co_await run(w);
        CHECK(end.code() == 71);
        CHECK_MESSAGE(end.text().find("all channels") != std::string::npos, end.text());
        CHECK(end.text().find("over LME") != std::string::npos);
    });
}

TEST_CASE("an activated device needs its password: given, asked for, or 23") {
    for (const int way : {0, 1, 2}) {
        CAPTURE(way);
        test::run_coro(
            [way](test::coro_environment env) -> awaitable<void> {
                world w(env.executor, false);
                // Activated by a first run, of which the server remembers the password.
                const auto first = co_await activate::activate_device(w.env, w.options);
                CHECK(activate::succeeded(first));
                if (way == 0)
                    w.options.password = *w.server.stored_password(w.device.device_profile().uuid);
                bool asked = false;
                if (way == 1)
                    w.env.ask_password = [&w, &asked] {
                        asked = true;
                        return w.password();
                    };
                const auto end = co_await run(w);
                CHECK(asked == (way == 1));
                if (way == 0)
                    CHECK_MESSAGE(end.code() == 0, end.text());
                if (way == 1 && end.code() != 0)
                    CHECK(end.code() == 70); // the server compares it with the one it stored
                if (way == 2) {
                    CHECK(end.code() == 23);
                    CHECK(end.text().find("AMT_PASSWORD") != std::string::npos);
                }
            },
            3);
    }
}

TEST_CASE("a device that takes TLS only is refused before the server hears of it") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        world w(env.executor, false);
        auto p = device_profile(false);
        p.tls_enforced = true;
        sim::firmware other(env.executor, p, *w.random, {});
        const auto handle = other.heci();
        w.env.device = handle.get();
        const auto end = co_await run(w);
        CHECK(end.code() == 105);
        CHECK(w.server.counters().sessions == 0);
        other.stop();
        co_await other.run();
    });
}

TEST_CASE("what the options say stands in the first message instead of the device's own") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            w.options.uuid = "4c4c4544-0042-3010-8051-b4c04f4d3132";
            w.options.friendly_name = "Bench 7";
            w.options.dns_suffix = "corp.example";
            w.options.hostname = "other";
            const auto end = co_await run(w);
            REQUIRE(end.report);
            CHECK(end.report->device.uuid == w.options.uuid);
            CHECK(end.report->device.friendly_name == "Bench 7");
            CHECK(end.report->device.fqdn == "corp.example");
            CHECK(end.report->device.hostname == "other");
            CHECK(w.server.stored_password(w.options.uuid) != nullptr);
        },
        3);
}

TEST_CASE("the device's own facts are the recorded ones") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            world w(env.executor, false);
            const auto end = co_await run(w);
            REQUIRE(end.report);
            const auto &p = w.device.device_profile();
            CHECK(end.report->device.uuid == p.uuid);
            CHECK(end.report->device.version == p.amt_version);
            CHECK(end.report->device.build == p.build_number);
            CHECK(end.report->device.sku == p.sku);
            CHECK(end.report->device.hostname == "lab-pc-07");
            CHECK(end.report->device.certificate_hashes.size() == p.roots.size());
            CHECK(end.report->device.fqdn == (p.dns_suffix.empty() ? "lab.example" : p.dns_suffix));
        },
        3);
}
