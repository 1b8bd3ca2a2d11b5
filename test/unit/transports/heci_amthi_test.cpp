// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_amthi.hpp>

#include "fake_device.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_watchdog.hpp>

#include <support/hex.hpp>
#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using heci::errc;
using test::from_hex;

namespace {

const char *const mode_request = "010100006b00000400000000";
const char *const mode_reply = "010100006b008004080000000000000001000000";
const char *const uuid_request = "010100005c00000400000000";
const char *const uuid_reply = "010100005c0080041400000000000000 44454c4c420010308051b4c04f4d3132";

// What the firmware does with one request: the replies, and how long it takes.
struct reaction {
    std::vector<std::string> replies;
    core::duration after{};
    bool reset = false; // ends the link instead of replying
};

// Expects these requests, in this order, and hangs up.
struct exchange {
    std::string request;
    reaction then;
};

awaitable<void> serve(std::unique_ptr<core::message_stream> link, std::vector<exchange> script) {
    std::vector<std::byte> buffer(link->max_message_size());
    for (const auto &step : script) {
        const auto size = co_await link->receive(net::buffer(buffer));
        const auto seen = test::to_hex(core::const_bytes(buffer).first(size));
        CHECK(seen == step.request);
        co_await core::sleep_for(step.then.after);
        if (step.then.reset)
            co_return;
        for (const auto &reply : step.then.replies) {
            const auto bytes = from_hex(reply);
            co_await link->send(net::buffer(bytes));
        }
    }
    // Until the client is gone.
    (void)co_await core::as_result(link->receive(net::buffer(buffer)));
}

test::link_server serving(std::vector<exchange> script) {
    return [script](std::unique_ptr<core::message_stream> link) {
        return serve(std::move(link), script);
    };
}

// A firmware that resets its link: memory streams say end_of_stream, devices say device_reset.
class resetting_link : public core::message_stream {
  public:
    explicit resetting_link(std::unique_ptr<core::message_stream> below)
        : below_(std::move(below)) {}
    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        auto size = co_await core::as_result(below_->receive(buffer));
        if (size)
            co_return *size;
        throw system_error(size.error() == core::end_of_stream ? make_error_code(errc::device_reset)
                                                               : size.error());
    }
    awaitable<void> send(net::const_buffer message) override { return below_->send(message); }
    std::size_t max_message_size() const noexcept override { return below_->max_message_size(); }
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    std::unique_ptr<core::message_stream> below_;
};

class resetting_device : public test::fake_device {
  public:
    using fake_device::fake_device;
    awaitable<std::unique_ptr<core::message_stream>> connect(heci::client_id client) override {
        auto link = co_await fake_device::connect(client);
        co_return std::make_unique<resetting_link>(std::move(link));
    }
};

} // namespace

TEST_CASE("a command opens the AMTHI client once, and the link is kept for the next") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({{mode_request, {{mode_reply}}}, {uuid_request, {{uuid_reply}}}}));
        heci::amthi amthi(dev, {}, {});
        const auto mode = co_await amthi.read_control_mode();
        const auto uuid = co_await amthi.read_uuid();
        CHECK(mode == heci::control_mode::client);
        CHECK(uuid.text() == "4c4c4544-0042-3010-8051-b4c04f4d3132");
        REQUIRE(dev.clients().size() == 1);
        CHECK(dev.clients()[0] == heci::client::amthi);
        amthi.close();
        co_await servers.join();
    });
}

TEST_CASE("a stale reply to another command is dropped and reading goes on") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({{mode_request, {{uuid_reply, uuid_reply, mode_reply}}}}));
        heci::amthi amthi(dev, {}, {});
        const auto mode = co_await amthi.read_control_mode();
        CHECK(mode == heci::control_mode::client);
        amthi.close();
        co_await servers.join();
    });
}

TEST_CASE("a command without a reply ends after 10 s, and its late reply never meets the next") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({{mode_request, {{}, 11s}}}));
        dev.then_serve(serving({{mode_request, {{mode_reply}}}}));
        heci::amthi amthi(dev, {}, {});
        const auto late = co_await test::failure_of(amthi.read_control_mode());
        CHECK(late == errc::reply_timed_out);
        CHECK(env.time.elapsed() == 10s);
        const auto mode = co_await amthi.read_control_mode();
        CHECK(mode == heci::control_mode::client);
        CHECK(dev.attempts().size() == 2);
        amthi.close();
        co_await servers.join();
    });
}

TEST_CASE("stale replies do not extend the limit") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({{mode_request, {{uuid_reply}, 9s}}}));
        heci::amthi amthi(dev, {}, {});
        const auto late = co_await test::failure_of(amthi.read_control_mode());
        CHECK(late == errc::reply_timed_out);
        CHECK(env.time.elapsed() == 10s);
        co_await servers.join();
    });
}

TEST_CASE("a query is repeated once over a new link when the device was reset") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        resetting_device dev(servers);
        dev.then_serve(serving({{mode_request, {{}, {}, true}}}));
        dev.then_serve(serving({{mode_request, {{mode_reply}}}}));
        heci::amthi amthi(dev, {}, {});
        const auto mode = co_await amthi.read_control_mode();
        CHECK(mode == heci::control_mode::client);
        CHECK(dev.attempts().size() == 2);
        amthi.close();
        co_await servers.join();
    });
}

TEST_CASE("a query that meets a reset twice fails with device_reset") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        resetting_device dev(servers);
        dev.then_serve(serving({{mode_request, {{}, {}, true}}}));
        heci::amthi amthi(dev, {}, {});
        const auto mode = co_await test::failure_of(amthi.read_control_mode());
        CHECK(mode == errc::device_reset);
        CHECK(dev.attempts().size() == 2);
        co_await servers.join();
    });
}

TEST_CASE("unprovision is not repeated after a reset: it may have taken effect") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        resetting_device dev(servers);
        dev.then_serve(serving({{"01010000100000040400000000000000", {{}, {}, true}}}));
        heci::amthi amthi(dev, {}, {});
        const auto done = co_await test::failure_of(amthi.unprovision());
        CHECK(done == errc::device_reset);
        CHECK(dev.attempts().size() == 1);
        co_await servers.join();
    });
}

TEST_CASE("a start of a configuration is not repeated after a reset") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        heci::shown_certificate ours;
        ours.algorithm = 2;
        ours.hash.assign(32, std::byte{0xab});
        std::string expected = "010100008b0000048601000002";
        for (int i = 0; i < 32; ++i)
            expected += "ab";
        expected += std::string(2 * (402 - 45), '0');
        core::task_group servers(env.executor);
        resetting_device dev(servers);
        dev.then_serve(serving({{expected, {{}, {}, true}}}));
        heci::amthi amthi(dev, {}, {});
        const auto done = co_await test::failure_of(amthi.start_host_based_configuration(ours));
        CHECK(done == errc::device_reset);
        CHECK(dev.attempts().size() == 1);
        co_await servers.join();
    });
}

TEST_CASE("a status other than success is an error with the status as its code") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({
            {"01010000100000040400000000000000", {{"01010000100080040800000003000000 00000000"}}},
            {"010100005e00000400000000", {{"010100005e0080040400000000000000"}}},
        }));
        heci::amthi amthi(dev, {}, {});
        const auto refused = co_await test::failure_of(amthi.unprovision());
        CHECK(refused == heci::status::invalid_mode);
        co_await amthi.stop_configuration(); // the link is still good
        CHECK(dev.attempts().size() == 1);
        amthi.close();
        co_await servers.join();
    });
}

TEST_CASE("a reply that is malformed or too short is refused") {
    const std::vector<std::string> replies = {
        "",                                         // nothing
        "010100006b008004080000000000",             // cut
        "010100006b008004040000000000000002000000", // length is not that of the message
        "010100006b0080040400000000000000",         // success without the mode
        "010100006b00000400000000",                 // a request
    };
    for (const auto &reply : replies) {
        CAPTURE(reply);
        test::run_coro([reply](test::coro_environment env) -> awaitable<void> {
            core::task_group servers(env.executor);
            test::fake_device dev(servers);
            dev.then_serve(serving({{mode_request, {{reply}}}}));
            heci::amthi amthi(dev, {}, {});
            const auto mode = co_await test::failure_of(amthi.read_control_mode());
            CHECK(mode == errc::bad_reply);
            amthi.close();
            co_await servers.join();
        });
    }
}

TEST_CASE("overlapping commands are sent one after the other") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor), clients(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(
            serving({{mode_request, {{mode_reply}, 2s}}, {uuid_request, {{uuid_reply}, 2s}}}));
        heci::amthi amthi(dev, {}, {});
        auto first = [](heci::amthi &a) -> awaitable<void> {
            const auto mode = co_await a.read_control_mode();
            CHECK(mode == heci::control_mode::client);
        };
        auto second = [](heci::amthi &a) -> awaitable<void> {
            const auto uuid = co_await a.read_uuid();
            CHECK(uuid.usable());
        };
        clients.spawn(first(amthi));
        clients.spawn(second(amthi));
        co_await clients.join();
        CHECK(dev.attempts().size() == 1);
        CHECK(env.time.elapsed() == 4s);
        amthi.close();
        co_await servers.join();
    });
}

TEST_CASE("the hash entries are read one by one, and one that vanished is left out") {
    const std::string handles = "010100002c00800410000000 00000000 02000000 00000000 07000000";
    const std::string entry = "010100002d0080045b00000000000000 01000000 01000000" +
                              std::string(64, 'a') + std::string(64, '0') +
                              "02 0c00 44656d6f20526f6f74204341";
    const std::string gone = "010100002d0080040400000014080000"; // status 2068
    test::run_coro([=](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({
            {"010100002c00000400000000", {{handles}}},
            {"010100002d0000040400000000000000", {{gone}}},
            {"010100002d0000040400000007000000", {{entry}}},
        }));
        heci::amthi amthi(dev, {}, {});
        const auto hashes = co_await amthi.read_hashes();
        REQUIRE(hashes.size() == 1);
        CHECK(hashes[0].name == "Demo Root CA");
        CHECK(hashes[0].hash.size() == 32);
        amthi.close();
        co_await servers.join();
    });
}

TEST_CASE("the local account is asked for with forty zero bytes, and never logged") {
    const std::string request = "010100006700000428000000" + std::string(80, '0');
    // "$$OsAdmin", and a password of 32 times '7'
    const std::string reply = "01010000670080044800000000000000 24244f7341646d696e" +
                              std::string(48, '0') +
                              [] {
                                  std::string hex;
                                  for (int i = 0; i < 32; ++i)
                                      hex += "37";
                                  return hex;
                              }() +
                              "00 0000";
    test::run_coro([=](test::coro_environment env) -> awaitable<void> {
        std::string logged;
        core::log log(core::log_level::trace, [&logged](core::log_level, std::string_view,
                                                        std::string_view line) { logged += line; });
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({{request, {{reply}}}}));
        heci::amthi amthi(dev, {}, log);
        const auto account = co_await amthi.read_local_account();
        CHECK(account.user == "$$OsAdmin");
        CHECK(account.password.reveal() == std::string(32, '7'));
        CHECK(!logged.empty());
        CHECK(logged.find("777") == std::string::npos);
        amthi.close();
        co_await servers.join();
    });
}

TEST_CASE("the watchdog's flags mean something only beside the bit of the new interface") {
    const auto decoded = [](unsigned flags) {
        const std::array<std::byte, 1> reply = {static_cast<std::byte>(flags)};
        return heci::decode_enablement(reply).value();
    };
    CHECK(decoded(0x83) == heci::amt_enablement{true, true, true, false});
    CHECK(decoded(0xc3) == heci::amt_enablement{true, true, true, true});
    CHECK(decoded(0x80) == heci::amt_enablement{true, false, false, false});
    CHECK(decoded(0x43) == heci::amt_enablement{});
    for (unsigned flags : {0x83u, 0xc3u, 0x80u, 0x81u, 0x00u})
        CHECK(std::to_integer<unsigned>(heci::encode(decoded(flags))) == flags);
    const std::array<std::byte, 2> two = {};
    CHECK(heci::decode_enablement(two).error() == errc::bad_reply);
    CHECK(heci::decode_enablement({}).error() == errc::bad_reply);
}

TEST_CASE("the watchdog is asked with four bytes") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({{"05025110", {{"c3"}}}}));
        const heci::timeouts limits;
        const auto answer = co_await heci::query_enablement(dev, limits, core::log());
        REQUIRE(answer);
        CHECK(answer->known);
        CHECK(answer->tls_enforced);
        CHECK(dev.clients().at(0) == heci::client::watchdog);
        co_await servers.join();
    });
}

TEST_CASE("a watchdog that is busy, mute or wrong gives no answer") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_fail(errc::busy);
        dev.then_serve(serving({{"05025110", {{}, 4s}}}));
        dev.then_serve(serving({{"05025110", {{"c3c3"}}}}));
        const heci::timeouts limits;
        const auto busy = co_await heci::query_enablement(dev, limits, core::log());
        CHECK_FALSE(busy);
        CHECK(env.time.elapsed() == 0s); // not waited for
        const auto mute = co_await heci::query_enablement(dev, limits, core::log());
        CHECK_FALSE(mute);
        CHECK(env.time.elapsed() == 3s);
        const auto wrong = co_await heci::query_enablement(dev, limits, core::log());
        CHECK_FALSE(wrong);
        co_await servers.join();
    });
}

TEST_CASE("AMT is switched with five bytes, and the firmware's status comes out") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_fail(errc::busy); // somebody else's turn: waited for
        dev.then_serve(serving({{"0503531001", {{"0503531000000000"}}}}));
        dev.then_serve(serving({{"0503531000", {{"0503531010000000"}}}}));
        const heci::timeouts limits;
        co_await heci::switch_amt(dev, limits, core::log(), true);
        CHECK(env.time.elapsed() == 250ms);
        const auto refused =
            co_await test::failure_of(heci::switch_amt(dev, limits, core::log(), false));
        CHECK(refused == heci::status::not_permitted);
        CHECK(dev.clients().back() == heci::client::watchdog);
        co_await servers.join();
    });
}

TEST_CASE("a watchdog that is mute or repeats another order does not count as switched") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device dev(servers);
        dev.then_serve(serving({{"0503531001", {{}, 11s}}}));
        dev.then_serve(serving({{"0503531001", {{"0503521000000000"}}}}));
        dev.then_serve(serving({{"0503531001", {{"05035310000000"}}}}));
        const heci::timeouts limits;
        const auto mute =
            co_await test::failure_of(heci::switch_amt(dev, limits, core::log(), true));
        CHECK(mute == errc::reply_timed_out);
        CHECK(env.time.elapsed() == 10s);
        for (int wrong = 0; wrong < 2; ++wrong) {
            const auto end =
                co_await test::failure_of(heci::switch_amt(dev, limits, core::log(), true));
            CHECK(end == errc::bad_reply);
        }
        co_await servers.join();
    });
}
