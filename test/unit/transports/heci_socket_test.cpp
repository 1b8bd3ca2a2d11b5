// SPDX-License-Identifier: Apache-2.0
// Real SEQPACKET sockets. Virtual time is right for them: what one end has written the other can
// read at once.
#include <costrand/transports/heci_socket.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/heci_connect.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <support/private_folder.hpp>
#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using heci::errc;

namespace {

heci::connect_policy always(heci::connect_answer answer) {
    return [answer](heci::client_id) -> awaitable<heci::connect_answer> { co_return answer; };
}

// Shared: a test that is cancelled may be gone when the client is accepted.
using accepted_ptr = std::shared_ptr<heci::accepted_client>;

awaitable<void> accept_into(heci::socket_acceptor &acceptor, heci::connect_policy policy,
                            accepted_ptr out) {
    *out = co_await acceptor.accept(std::move(policy));
}

// Accepts, and answers every message with itself.
awaitable<void> echo(heci::socket_acceptor &acceptor, heci::connect_policy policy) {
    const auto accepted = co_await acceptor.accept(std::move(policy));
    std::vector<std::byte> buffer(accepted.stream->max_message_size());
    for (;;) {
        const auto size = co_await core::as_result(accepted.stream->receive(net::buffer(buffer)));
        if (!size)
            co_return;
        co_await accepted.stream->send(net::buffer(buffer.data(), *size));
    }
}

// Accepts nobody: every client is refused.
awaitable<void> refuse(heci::socket_acceptor &acceptor, int why) {
    heci::connect_answer answer;
    answer.refusal = why;
    (void)co_await core::as_result(acceptor.accept(always(answer)));
}

int raw_client(const std::string &path) {
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0);
    return fd;
}

} // namespace

TEST_CASE("messages pass whole through a socket, and their limit is the answer's") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        heci::socket_acceptor acceptor(env.executor, folder.file("heci"));
        core::task_group servers(env.executor);
        heci::connect_answer answer;
        answer.max_message_size = 5120;
        servers.spawn(echo(acceptor, always(answer)));
        const auto dev = heci::open_socket_device(folder.file("heci"));
        auto link = co_await dev->connect(heci::client::amthi);
        CHECK(link->max_message_size() == 5120);
        std::vector<std::byte> sent(5120, std::byte{7}), got(5120);
        for (const std::size_t size : {1U, 12U, 4096U, 5120U}) {
            co_await link->send(net::buffer(sent.data(), size));
            const auto back = co_await link->receive(net::buffer(got));
            CHECK(back == size);
            CHECK(std::equal(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(size),
                             sent.begin()));
        }
        link.reset();
        co_await servers.join();
    });
}

TEST_CASE("the acceptor is told which client is wanted") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        heci::socket_acceptor acceptor(env.executor, folder.file("heci"));
        core::task_group servers(env.executor);
        auto accepted = std::make_shared<heci::accepted_client>();
        servers.spawn(accept_into(acceptor, always(heci::connect_answer()), accepted));
        const auto dev = heci::open_socket_device(folder.file("heci"));
        auto link = co_await dev->connect(heci::client::lme);
        co_await servers.join();
        CHECK(accepted->client == heci::client::lme);
        CHECK(dev->name() == "unix:" + folder.file("heci"));
    });
}

TEST_CASE("a refusal is the error that the driver would give") {
    const std::vector<std::pair<int, errc>> refusals = {{EBUSY, errc::busy},
                                                        {ENOTTY, errc::no_client},
                                                        {ENODEV, errc::not_ready},
                                                        {EINVAL, errc::connect_refused},
                                                        {EFAULT, errc::connect_timed_out}};
    for (const auto &[number, expected] : refusals)
        test::run_coro(
            [number = number, expected = expected](test::coro_environment env) -> awaitable<void> {
                const test::private_folder folder;
                heci::socket_acceptor acceptor(env.executor, folder.file("heci"));
                core::task_group servers(env.executor);
                servers.spawn(refuse(acceptor, number));
                const auto dev = heci::open_socket_device(folder.file("heci"));
                const auto link = co_await test::failure_of(dev->connect(heci::client::amthi));
                CHECK(link == expected);
                acceptor.close();
                co_await servers.join();
            });
}

TEST_CASE("a path where nobody listens is a missing driver") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto absent = heci::open_socket_device(folder.file("absent"));
        const auto first = co_await test::failure_of(absent->connect(heci::client::amthi));
        CHECK(first == errc::no_driver);
        heci::socket_acceptor acceptor(env.executor, folder.file("left"));
        acceptor.close(); // the file stays until the acceptor is destroyed
        const auto left = heci::open_socket_device(folder.file("left"));
        const auto second = co_await test::failure_of(left->connect(heci::client::amthi));
        CHECK(second == errc::no_driver);
    });
}

TEST_CASE("a socket file that a killed program left is replaced, one that is in use is not") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto path = folder.file("heci");
        auto dead = std::make_unique<heci::socket_acceptor>(env.executor, path);
        dead->close();
        const heci::socket_acceptor alive(env.executor, path);
        error_code why;
        try {
            const heci::socket_acceptor second(env.executor, path);
        } catch (const system_error &e) {
            why = e.code();
        }
        CHECK(why == boost::system::errc::address_in_use);
        co_return;
    });
}

TEST_CASE("the peer's end is a device reset for receive and for send") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [here, there] = heci::socket_message_pair(env.executor, env.executor, 100);
        there.reset();
        char c = 'x';
        const auto received = co_await test::failure_of(here->receive(net::buffer(&c, 1)));
        CHECK(received == errc::device_reset);
        const auto sent = co_await test::failure_of(here->send(net::buffer(&c, 1)));
        CHECK(sent == errc::device_reset);
    });
}

TEST_CASE("a message larger than the limit is refused before it is sent") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [here, there] = heci::socket_message_pair(env.executor, env.executor, 100);
        const std::vector<std::byte> large(101);
        const auto sent = co_await test::failure_of(here->send(net::buffer(large)));
        CHECK(sent == errc::message_too_large);
        co_await here->send(net::buffer(large.data(), 100)); // the stream is still good
        std::vector<std::byte> got(100);
        const auto size = co_await there->receive(net::buffer(got));
        CHECK(size == 100);
    });
}

TEST_CASE("a message larger than the reader's buffer ends the stream") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [here, there] = heci::socket_message_pair(env.executor, env.executor, 100);
        const std::vector<std::byte> message(20);
        co_await here->send(net::buffer(message));
        std::vector<std::byte> small(19);
        const auto got = co_await test::failure_of(there->receive(net::buffer(small)));
        CHECK(got == core::errc::message_too_large);
        const auto again = co_await test::failure_of(there->receive(net::buffer(small)));
        CHECK(again == core::cond::closed);
    });
}

TEST_CASE("a small buffer is enough for a small message, and nothing is lost between two") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [here, there] = heci::socket_message_pair(env.executor, env.executor, 100);
        co_await here->send(net::buffer("abc", 3));
        co_await here->send(net::buffer("de", 2));
        std::string got(3, ' ');
        const auto first = co_await there->receive(net::buffer(got));
        CHECK(first == 3);
        CHECK(got == "abc");
        const auto second = co_await there->receive(net::buffer(got));
        CHECK(second == 2);
        CHECK(got.substr(0, 2) == "de");
    });
}

TEST_CASE("a HECI receive that was cancelled has taken nothing") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [here, there] = heci::socket_message_pair(env.executor, env.executor, 100);
        char c = 0;
        const auto late =
            co_await test::failure_of(core::with_deadline(1s, there->receive(net::buffer(&c, 1))));
        CHECK(late == core::cond::timed_out);
        co_await here->send(net::buffer("x", 1));
        const auto size = co_await there->receive(net::buffer(&c, 1));
        CHECK(size == 1);
        CHECK(c == 'x');
    });
}

TEST_CASE("senders wait for room, and their messages stay whole and in order") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            auto [here, there] = heci::socket_message_pair(env.executor, env.executor, 4096);
            constexpr int count = 400; // more than any socket buffer holds
            auto send_all = [](core::message_stream &s, char mark) -> awaitable<void> {
                const std::string message(4000, mark);
                for (int i = 0; i < count; ++i)
                    co_await s.send(net::buffer(message));
            };
            core::task_group senders(env.executor);
            senders.spawn(send_all(*here, 'a'));
            senders.spawn(send_all(*here, 'b'));
            std::string got(4096, ' ');
            int whole = 0;
            for (int i = 0; i < 2 * count; ++i) {
                const auto size = co_await there->receive(net::buffer(got));
                const auto text = std::string_view(got).substr(0, size);
                if (size == 4000 && text.find_first_not_of(text[0]) == text.npos)
                    ++whole;
            }
            co_await senders.join();
            CHECK(whole == 2 * count);
        },
        20);
}

TEST_CASE("a message is sent without waiting while there is room, then send waits for it") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [a, b] = heci::socket_message_pair(env.executor, env.executor, 5000);
        const std::vector<std::byte> packet(5000), large(5001);
        CHECK_FALSE(a->try_send(net::buffer(large)));
        int sent = 0;
        while (sent < 10000 && a->try_send(net::buffer(packet)))
            ++sent;
        CHECK(sent > 0);
        CHECK(sent < 10000); // the socket's buffer is full
        core::task_group group(env.executor);
        group.spawn(a->send(net::buffer(packet)));
        std::vector<std::byte> buffer(5000);
        for (int i = 0; i < sent; ++i) {
            const auto n = co_await b->receive(net::buffer(buffer));
            CHECK(n == 5000);
            CHECK((i > 0 || !a->try_send(net::buffer(packet)))); // not before the one that waits
        }
        const auto last = co_await b->receive(net::buffer(buffer));
        CHECK(last == 5000);
        co_await group.join();
        a->close();
        CHECK_FALSE(a->try_send(net::buffer(packet)));
    });
}

TEST_CASE("messages that are there are received without waiting, up to the last") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        auto [a, b] = heci::socket_message_pair(env.executor, env.executor, 100);
        for (const char *text : {"one", "two", "three"})
            CHECK(a->try_send(net::buffer(text, std::strlen(text))));
        std::string buffer(100, ' '), got;
        while (const auto n = b->try_receive(net::buffer(buffer)))
            got += buffer.substr(0, *n) + ',';
        CHECK(got == "one,two,three,");
        CHECK(a->try_send(net::buffer("four", 4)));
        const auto n = co_await b->receive(net::buffer(buffer));
        CHECK(buffer.substr(0, n) == "four");
        a->close();
        const auto end = co_await test::failure_of(b->receive(net::buffer(buffer)));
        CHECK(end == errc::device_reset);
    });
}

TEST_CASE("close ends a pending receive and a pending accept with cond::closed") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        heci::socket_acceptor acceptor(env.executor, folder.file("heci"));
        auto [here, there] = heci::socket_message_pair(env.executor, env.executor, 100);
        auto close_later = [](core::message_stream &s,
                              heci::socket_acceptor &a) -> awaitable<void> {
            co_await core::sleep_for(1s);
            s.close();
            co_await core::sleep_for(1s);
            a.close();
        };
        core::task_group group(env.executor);
        group.spawn(close_later(*here, acceptor));
        char c = 0;
        const auto received = co_await test::failure_of(here->receive(net::buffer(&c, 1)));
        const auto accepted =
            co_await test::failure_of(acceptor.accept(always(heci::connect_answer())));
        co_await group.join();
        CHECK(received == core::cond::closed);
        CHECK(accepted == core::cond::closed);
    });
}

TEST_CASE("a peer that says nothing, or no client id, is dropped and the next one served") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        heci::socket_acceptor acceptor(env.executor, folder.file("heci"));
        struct raw {
            int fd;
            ~raw() { ::close(fd); }
        };
        const raw mute{raw_client(folder.file("heci"))};
        const raw wrong{raw_client(folder.file("heci"))};
        CHECK(::send(wrong.fd, "hello", 5, MSG_NOSIGNAL) == 5);
        core::task_group servers(env.executor);
        auto accepted = std::make_shared<heci::accepted_client>();
        servers.spawn(accept_into(acceptor, always(heci::connect_answer()), accepted));
        const auto dev = heci::open_socket_device(folder.file("heci"));
        auto link = co_await dev->connect(heci::client::mkhi);
        co_await servers.join();
        CHECK(accepted->client == heci::client::mkhi);
        CHECK(env.time.elapsed() == 2s);
    });
}

TEST_CASE("an answer that is neither a limit nor an errno is malformed") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        heci::socket_acceptor acceptor(env.executor, folder.file("heci"));
        core::task_group servers(env.executor);
        heci::connect_answer answer;
        answer.max_message_size = 0;
        auto accepted = std::make_shared<heci::accepted_client>();
        servers.spawn(accept_into(acceptor, always(answer), accepted));
        const auto dev = heci::open_socket_device(folder.file("heci"));
        const auto link = co_await test::failure_of(dev->connect(heci::client::amthi));
        co_await servers.join();
        CHECK(link == errc::bad_reply);
    });
}

TEST_CASE("a device that is resetting is connected by the next attempt of connect_with_retry") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        heci::socket_acceptor acceptor(env.executor, folder.file("heci"));
        core::task_group servers(env.executor);
        // Refuses the first connection as a resetting device does, then serves.
        auto serve = [](heci::socket_acceptor &a, bool &refused) -> awaitable<void> {
            heci::connect_policy policy =
                [&refused](heci::client_id) -> awaitable<heci::connect_answer> {
                heci::connect_answer answer;
                answer.refusal = refused ? 0 : ENODEV;
                refused = true;
                co_return answer;
            };
            co_await echo(a, std::move(policy));
        };
        bool refused = false;
        servers.spawn(serve(acceptor, refused));
        const auto dev = heci::open_socket_device(folder.file("heci"));
        const heci::timeouts limits;
        auto link = co_await heci::connect_with_retry(*dev, heci::client::lme, limits, core::log());
        CHECK(env.time.elapsed() == 500ms);
        link.reset();
        co_await servers.join();
    });
}
