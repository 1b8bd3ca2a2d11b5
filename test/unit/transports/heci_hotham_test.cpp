// SPDX-License-Identifier: Apache-2.0
// The HOTHAM client's messages and the record of the CIRA log, byte by byte as docs/spec/heci.md 12
// and 13 have them.
#include <costrand/transports/amthi_cira_log.hpp>
#include <costrand/transports/heci_hotham.hpp>

#include "fake_device.hpp"
#include "support/hex.hpp"
#include "support/run_coro.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

using namespace costrand;

namespace {

core::result<core::const_bytes> size_reply(std::string_view text) {
    static std::vector<std::byte> kept;
    kept = test::from_hex(text);
    return heci::decode_hotham(heci::flash_log_size_request, kept);
}

// A reply whose whole message, header included, is 2797 bytes long; offsets are of that.
class record {
  public:
    record() : message_(2797) { set(16, 1); }
    record &set(std::size_t at, unsigned value, std::size_t size = 1) {
        for (std::size_t i = 0; i < size; ++i)
            message_[at + i] = std::byte(value >> (8 * i) & 0xff);
        return *this;
    }
    record &text(std::size_t at, std::string_view name) {
        std::transform(name.begin(), name.end(), message_.begin() + static_cast<std::ptrdiff_t>(at),
                       [](char c) { return std::byte(c); });
        return *this;
    }
    core::const_bytes data() const { return core::const_bytes(message_).subspan(16); }

  private:
    std::vector<std::byte> message_;
};

// Answers each request by the next reply.
awaitable<void> answer(std::unique_ptr<core::message_stream> link,
                       std::vector<std::vector<std::byte>> replies) {
    std::vector<std::byte> request(64);
    for (const auto &reply : replies) {
        (void)co_await link->receive(net::buffer(request));
        co_await link->send(net::buffer(reply));
    }
    for (;;) { // what comes now is not answered
        const auto got = co_await core::as_result(link->receive(net::buffer(request)));
        if (!got)
            co_return;
    }
}

} // namespace

TEST_CASE("a reply with code 0x10 has what follows its header") {
    const auto content = size_reply("06 10 04 80  2a 00 00 00");
    REQUIRE(content.has_value());
    CHECK(content->size() == 4);
    CHECK(content->front() == std::byte{0x2a});
    CHECK(size_reply("06 10 00 00")->empty());
}

TEST_CASE("0x89 in its place or in the last byte of the header is a refusal") {
    CHECK(size_reply("06 89 00 00").error() == heci::errc::unsupported_request);
    CHECK(size_reply("06 10 00 89").error() == heci::errc::unsupported_request);
}

TEST_CASE("a reply that echoes the request is taken, any other is malformed") {
    CHECK(size_reply("06 80 04 80  2a 00 00 00").has_value());
    CHECK(size_reply("06 81 04 80  2a 00 00 00").error() == heci::errc::bad_reply);
    CHECK(size_reply("05 80 04 80  2a 00 00 00").error() == heci::errc::bad_reply);
    CHECK(size_reply("06 10 04").error() == heci::errc::bad_reply);
}

TEST_CASE("the flash log is its size, then its bytes") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device device(servers);
        std::vector<std::vector<std::byte>> replies;
        replies.push_back(test::from_hex("06 10 04 80  03 00 00 00"));
        replies.push_back(test::from_hex("06 10 03 80  f0 f1 f2"));
        device.then_serve([replies](std::unique_ptr<core::message_stream> link) {
            return answer(std::move(link), replies);
        });
        const heci::timeouts limits;
        const auto log =
            co_await core::as_result(heci::read_flash_log(device, limits, core::log()));
        servers.cancel();
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        (void)co_await core::as_result(servers.join());
        if (!log)
            throw system_error(log.error());
        CHECK(log->size == 3);
        CHECK(log->bytes == test::from_hex("f0 f1 f2"));
        CHECK(device.clients().front() == heci::client::hotham);
    });
}

TEST_CASE("a firmware that does not answer is told within the limit") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        core::task_group servers(env.executor);
        test::fake_device device(servers);
        device.then_serve(
            [](std::unique_ptr<core::message_stream> link) { return answer(std::move(link), {}); });
        const heci::timeouts limits;
        const auto log =
            co_await core::as_result(heci::read_flash_log(device, limits, core::log()));
        servers.cancel();
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        (void)co_await core::as_result(servers.join());
        if (log.error() == core::cond::cancelled)
            throw system_error(log.error());
        CHECK(log.error() == heci::errc::reply_timed_out);
    });
}

TEST_CASE("the CIRA log has its fields where the specification has them") {
    record r;
    r.set(17, 1).set(18, 2).set(22, 1'700'000'000, 4).set(26, 25, 4).set(30, 3);
    r.set(31, 1'700'000'001, 4).set(35, 4).set(36, 1'700'000'002, 4).set(40, 1'700'000'003, 4);
    r.set(44, 1).set(45, 1'700'000'004, 4).set(49, 1).text(53, "mps.example").set(309, 1);
    r.text(310, "proxy.example").set(566, 2).set(567, 1).set(571, 1'700'000'005, 4);
    r.set(575, 30, 4).set(579, 1'700'000'006, 4).set(583, 1).set(584, 11).set(585, 5);
    r.set(589, 1).set(590, 1'700'000'007, 4).set(594, 2).text(598, "other.example").set(854, 1);
    const auto log = heci::decode_cira_log(r.data());
    REQUIRE(log.has_value());
    CHECK(log->version == 1);
    const auto &s = log->summary;
    CHECK(s.open);
    CHECK(s.state == 2);
    CHECK(s.last_keep_alive == 1'700'000'000);
    CHECK(s.keep_alive_interval == 25);
    CHECK(s.connection_status == 3);
    CHECK(s.connection_time == 1'700'000'001);
    CHECK(s.tunnel_status == 4);
    CHECK(s.opened == 1'700'000'002);
    CHECK(s.closed == 1'700'000'003);
    REQUIRE(log->last_tunnel);
    const auto &t = *log->last_tunnel;
    CHECK(t.opened == 1'700'000'004);
    CHECK(t.trigger == 1);
    CHECK(t.server == "mps.example");
    CHECK(t.through_proxy);
    CHECK(t.proxy == "proxy.example");
    CHECK(t.authentication == 2);
    CHECK(t.interface == 1);
    CHECK(t.last_keep_alive == 1'700'000'005);
    CHECK(t.keep_alive_interval == 30);
    CHECK(t.closed == 1'700'000'006);
    CHECK(t.closed_by_server);
    CHECK(t.apf_reason == 11);
    CHECK(t.closure_reason == 5);
    REQUIRE(log->last_failure);
    CHECK(log->last_failure->time == 1'700'000'007);
    CHECK(log->last_failure->trigger == 2);
    CHECK(log->last_failure->server == "other.example");
    CHECK(log->last_failure->authentication == 1);
}

TEST_CASE("records that are not valid are none, and one that is cut within the log is malformed") {
    const record r;
    const auto log = heci::decode_cira_log(r.data());
    REQUIRE(log.has_value());
    CHECK_FALSE(log->last_tunnel);
    CHECK_FALSE(log->last_failure);
    constexpr std::size_t read = 855 - 16;
    CHECK(heci::decode_cira_log(r.data().first(read)).has_value());
    for (std::size_t size = 0; size < read; ++size)
        CHECK(heci::decode_cira_log(r.data().first(size)).error() == heci::errc::bad_reply);
}
