// SPDX-License-Identifier: Apache-2.0
// The firmware's logs, of a simulated device and of a described record, in their forms.
#include <costrand/commands/firmware_logs.hpp>

#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/transports/heci_status.hpp>

#include <support/run_coro.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using commands::firmware_log;
using sim::fault_kind;
namespace json = boost::json;

namespace {

struct outcome {
    std::optional<firmware_log> log;
    std::optional<activate::failure> failure;
    std::size_t warnings = 0;

    int code() const { return failure ? static_cast<int>(failure->code) : 0; }
};

using reading = awaitable<firmware_log> (*)(const activate::environment &);

awaitable<outcome> read_of(sim::firmware &device, reading what) {
    outcome out;
    const auto heci = device.heci();
    activate::environment env;
    env.executor = co_await net::this_coro::executor;
    env.device = heci.get();
    env.log = core::log(core::log_level::warn, [&](core::log_level, std::string_view,
                                                   std::string_view) { ++out.warnings; });
    try {
        out.log = co_await what(env);
    } catch (const activate::error &e) {
        out.failure = e.why();
    }
    co_return out;
}

// What the device says with these faults, and what `check` finds in it.
void on_device(sim::profile p, const std::vector<sim::fault> &faults, reading what,
               std::function<void(const outcome &)> check) {
    test::run_coro([&](test::coro_environment env) -> awaitable<void> {
        const auto random = core::seeded_random(1);
        sim::firmware device(env.executor, p, *random, {});
        for (const auto &one : faults)
            device.inject().order(one);
        const auto out = co_await read_of(device, what);
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        device.stop();
        co_await device.run();
        check(out);
    });
}

heci::cira_log known_record() {
    heci::cira_log log;
    log.version = 1;
    log.summary.open = true;
    log.summary.keep_alive_interval = 25;
    log.last_tunnel.emplace();
    log.last_tunnel->opened = 1'700'000'000; // 2023-11-14 22:13:20
    log.last_tunnel->trigger = 1;
    log.last_tunnel->server = "mps.example";
    log.last_tunnel->authentication = 2;
    log.last_tunnel->interface = 7;
    log.last_failure.emplace();
    log.last_failure->server = "bad\x1b[2Jname";
    return log;
}

} // namespace

TEST_CASE("the CIRA log of a device that never called a server has its summary alone") {
    on_device(sim::amt16(), {}, &commands::read_cira_log, [](const outcome &out) {
        REQUIRE_MESSAGE(out.log, out.failure->text);
        CHECK(out.log->content.starts_with("CIRA Log\n"));
        CHECK(out.log->content.find("Tunnel Open") != std::string::npos);
        CHECK(out.log->content.find("Last Tunnel\n") == std::string::npos);
        const auto value = json::parse(commands::log_json(*out.log, "f.txt")).as_object();
        CHECK(value.at("status").as_string() == "success");
        CHECK(value.at("file").as_string() == "f.txt");
        CHECK(value.at("version").as_int64() == 1);
        CHECK(value.at("summary").at("tunnelOpen").as_bool() == false);
        CHECK_FALSE(value.contains("lastTunnel"));
    });
}

TEST_CASE("the flash log is what the device has, byte for byte") {
    auto p = sim::amt16();
    p.flash_log = "00ff0a8901";
    on_device(p, {}, &commands::read_csme_log, [](const outcome &out) {
        REQUIRE_MESSAGE(out.log, out.failure->text);
        CHECK(out.log->content == std::string("\x00\xff\x0a\x89\x01", 5));
        CHECK(commands::log_text(*out.log, "f.bin") ==
              "The CSME flash log (5 bytes) is in f.bin\n");
        const auto value = json::parse(commands::log_json(*out.log, "f.bin")).as_object();
        CHECK(value.at("bytes").as_int64() == 5);
        CHECK(value.at("logSize").as_int64() == 5);
        CHECK(out.warnings == 0);
    });
}

TEST_CASE(
    "a firmware without the client, one that lets nobody in, and none have their own causes") {
    auto fault = [](fault_kind kind) {
        return sim::fault(kind).on(heci::client::hotham).for_ever();
    };
    on_device(sim::amt16(), {fault(fault_kind::no_client)}, &commands::read_csme_log,
              [](const outcome &out) {
                  CHECK(out.code() == 10);
                  CHECK(out.failure->text.find("no flash log") != std::string::npos);
              });
    on_device(sim::amt16(), {fault(fault_kind::busy)}, &commands::read_csme_log,
              [](const outcome &out) { CHECK(out.code() == 2); });
    for (const auto what : {&commands::read_csme_log, &commands::read_cira_log})
        on_device(sim::amt16(), {sim::fault(fault_kind::no_driver).for_ever()}, what,
                  [](const outcome &out) { CHECK(out.code() == 2); });
}

TEST_CASE("a firmware that does not know the command ends with its status") {
    auto p = sim::amt16();
    p.amthi.unknown_commands.push_back(0x8e);
    on_device(p, {}, &commands::read_cira_log, [](const outcome &out) {
        CHECK(out.code() == 1000 + static_cast<int>(heci::status::invalid_command));
    });
}

TEST_CASE("a record is told with words, moments in UTC, and nothing that a terminal obeys") {
    firmware_log log;
    log.values = commands::describe(known_record());
    const auto text = commands::as_text(log.values, 0);
    CHECK(text.find("  Opened                         2023-11-14T22:13:20Z\n") != text.npos);
    CHECK(text.find("  Trigger                        alert\n") != text.npos);
    CHECK(text.find("  Authentication                 user name and password\n") != text.npos);
    CHECK(text.find("  Interface                      unknown (7)\n") != text.npos);
    CHECK(text.find('\x1b') == text.npos);
    const auto value = json::parse(commands::log_json(log, "f")).as_object();
    CHECK(value.at("summary").at("tunnelOpen").as_bool());
    CHECK(value.at("summary").at("keepAliveInterval").as_int64() == 25);
    CHECK(value.at("lastTunnel").at("mpsHostname").as_string() == "mps.example");
    CHECK(value.at("lastFailedConnection").at("trigger").as_string() == "user initiated");
}

TEST_CASE("a log's file is named by the time and the kind") {
    firmware_log log;
    log.ending = "ciralog.txt";
    CHECK(commands::log_file_name(log, "2026-08-20T10:00:00Z") == "20260820T100000Z_ciralog.txt");
}
