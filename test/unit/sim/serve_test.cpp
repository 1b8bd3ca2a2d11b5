// SPDX-License-Identifier: Apache-2.0
// The simulated device over real descriptors: a SEQPACKET socket as HECI, loopback TCP as LMS.
#include <costrand/sim/serve.hpp>

#include "device_client.hpp"
#include "lme_host.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/websocket.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;

namespace {

// A folder of its own for the socket; gone afterwards.
class folder {
  public:
    folder() {
        std::string name = (std::filesystem::temp_directory_path() / "costrand-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()));
        path_ = name;
    }
    ~folder() {
        std::error_code ignored; // a folder left behind harms nobody
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string socket() const { return (path_ / "heci").string(); }

  private:
    std::filesystem::path path_;
};

struct bench {
    explicit bench(net::any_io_executor ex)
        : random(core::seeded_random(1)),
          client_random(core::seeded_random(2)),
          device(ex, without_delays(amt16()), *random, core::log()),
          heci_at(ex, where.socket()),
          lms_at(ex, "127.0.0.1", 0),
          tasks(ex) {
        tasks.spawn(serve_heci_socket(device, heci_at));
        tasks.spawn(serve_lms_port(device, lms_at, 16992));
    }

    awaitable<void> end() {
        heci_at.close();
        lms_at.close();
        device.stop();
        co_await tasks.join();
        co_await device.run();
    }

    folder where;
    std::unique_ptr<core::random_source> random, client_random;
    firmware device;
    heci::socket_acceptor heci_at;
    transports::tcp_acceptor lms_at;
    core::task_group tasks;
};

// In real time, on a strand; a test that hangs fails after 20 s.
void run(const std::function<awaitable<void>(net::any_io_executor)> &body) {
    net::io_context context(1);
    const auto strand = core::make_session_strand(context);
    std::exception_ptr failure;
    net::co_spawn(strand, core::with_deadline(20s, body(strand)),
                  [&failure](std::exception_ptr e) { failure = e; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

TEST_CASE("a program reaches LME through the socket, and one at a time") {
    run([](net::any_io_executor ex) -> awaitable<void> {
        bench b(ex);
        const auto device = heci::open_socket_device(b.where.socket());
        for (int again = 0; again < 2; ++again) { // the second finds LME free at once
            auto link = co_await device->connect(heci::client::lme);
            CHECK(link->max_message_size() == b.device.device_profile().heci.lme);
            test::lme_host host(std::move(link));
            co_await host.handshake();
            const auto channel = co_await host.open(2);
            CHECK(channel.sender == 0);
            const auto busy = co_await core::as_result(device->connect(heci::client::lme));
            CHECK(busy.error() == heci::errc::busy);
        }
        CHECK(b.device.counters().lme_sessions == 2);
        co_await b.end();
        CHECK(b.device.open_channels() == 0);
    });
}

TEST_CASE("refusals cross the socket as the errno of a mei driver") {
    run([](net::any_io_executor ex) -> awaitable<void> {
        bench b(ex);
        const auto device = heci::open_socket_device(b.where.socket());
        for (const auto kind : {fault_kind::no_permission, fault_kind::not_ready,
                                fault_kind::no_client, fault_kind::busy}) {
            b.device.inject().order(fault(kind));
            const auto refused = co_await core::as_result(device->connect(heci::client::amthi));
            CHECK_FALSE(refused.has_value());
        }
        b.device.inject().order(fault(fault_kind::busy));
        const auto busy = co_await core::as_result(device->connect(heci::client::amthi));
        CHECK(busy.error() == heci::errc::busy);
        auto link = co_await device->connect(heci::client::amthi);
        co_await b.end();
    });
}

TEST_CASE("ENODEV reaches a program behind the socket") {
    run([](net::any_io_executor ex) -> awaitable<void> {
        bench b(ex);
        b.device.inject().order(fault(fault_kind::reset_on_send).on_apf(90));
        const auto device = heci::open_socket_device(b.where.socket());
        auto link = co_await device->connect(heci::client::lme);
        test::lme_host host(std::move(link));
        co_await host.handshake();
        const auto request = test::lme_host::open_request(2, 4096);
        co_await host.say(request);
        const auto dead = co_await core::as_result(host.hear());
        CHECK(dead.error() == heci::errc::device_reset);
        co_await b.end();
    });
}

TEST_CASE("a program reaches WS-Management through the LMS port") {
    run([](net::any_io_executor ex) -> awaitable<void> {
        bench b(ex);
        const auto port = b.lms_at.port();
        test::device_client::dialer dial = [port] {
            return transports::tcp_connect("127.0.0.1", port, 5s);
        };
        test::device_client client(dial, *b.client_random, "$$OsAdmin",
                                   b.device.state().local_password);
        const auto reply = co_await client.call(test::get_of("AMT_GeneralSettings"));
        CHECK(reply.http.status == 200);
        CHECK(b.device.counters().lms_connections == 2);
        co_await b.end();
    });
}

// A client that is served still uses the server; a sanitizer sees it when one outlives the loop.
TEST_CASE("a cancelled accept loop ends after its clients") {
    run([](net::any_io_executor ex) -> awaitable<void> {
        auto random = core::seeded_random(1);
        auto server = std::make_unique<rps_server>(recorded_rps_options(), *random, core::log());
        transports::tcp_acceptor at(ex, "127.0.0.1", 0);
        core::task_group loops(ex);
        loops.spawn(serve_rps_port(*server, at));
        auto url = transports::parse_websocket_url("ws://127.0.0.1:" + std::to_string(at.port()));
        auto client = co_await transports::websocket_connect(
            std::move(url.value()), transports::websocket_options(), core::log());
        loops.cancel();
        co_await loops.join();
        server.reset();
        std::array<char, 64> buffer{};
        const auto heard = co_await core::as_result(client->receive(net::buffer(buffer)));
        CHECK(heard.error() == core::end_of_stream);
    });
}

TEST_CASE("each refusal has its errno") {
    CHECK(errno_of(heci::errc::no_driver) == ENOENT);
    CHECK(errno_of(heci::errc::no_permission) == EACCES);
    CHECK(errno_of(heci::errc::not_ready) == ENODEV);
    CHECK(errno_of(heci::errc::no_client) == ENOTTY);
    CHECK(errno_of(heci::errc::busy) == EBUSY);
    CHECK(errno_of(heci::errc::connect_refused) == EINVAL);
}
