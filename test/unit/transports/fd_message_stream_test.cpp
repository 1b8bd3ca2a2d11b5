// SPDX-License-Identifier: Apache-2.0
// Peers that break the limit which the connection's answer stated. The ordinary life of the stream
// is in heci_socket_test.cpp.
#include <src/fd_message_stream.hpp>

#include <costrand/core/error.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <src/unique_fd.hpp>

#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

using namespace costrand;

TEST_CASE("the rest of a message that is too large for the buffer is not taken for the next one") {
    // A pipe hands out the rest of what was written, as the driver does.
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        heci::unique_fd readable(ends[0]);
        const heci::unique_fd writable(ends[1]);
        heci::fd_message_stream stream(env.executor, std::move(readable), heci::fd_kind::device,
                                       100);
        CHECK(::write(writable.get(), "0123456789abcdef", 16) == 16);
        std::string small(10, ' ');
        const auto why = co_await test::failure_of(stream.receive(net::buffer(small)));
        CHECK(why == core::errc::message_too_large);
        const auto again = co_await test::failure_of(stream.receive(net::buffer(small)));
        CHECK(again == core::cond::closed);
    });
}

TEST_CASE("a packet longer than the limit is an error, never a shorter message") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
        heci::unique_fd ours(ends[0]);
        const heci::unique_fd peer(ends[1]);
        heci::fd_message_stream stream(env.executor, std::move(ours), heci::fd_kind::socket, 100);
        const std::vector<std::byte> large(101);
        CHECK(::send(peer.get(), large.data(), large.size(), MSG_NOSIGNAL) == 101);
        std::vector<std::byte> buffer(100);
        const auto why = co_await test::failure_of(stream.receive(net::buffer(buffer)));
        CHECK(why == core::errc::message_too_large);
    });
}

TEST_CASE("the end of what stands in for a device is a reset, not an empty message for ever") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
        heci::unique_fd ours(ends[0]);
        heci::fd_message_stream stream(env.executor, std::move(ours), heci::fd_kind::device, 100);
        CHECK(::send(ends[1], "", 0, MSG_NOSIGNAL) == 0);
        std::vector<std::byte> buffer(100);
        const auto empty = co_await stream.receive(net::buffer(buffer));
        CHECK(empty == 0);
        ::close(ends[1]);
        const auto why = co_await test::failure_of(stream.receive(net::buffer(buffer)));
        CHECK(why == heci::errc::device_reset);
    });
}
