// SPDX-License-Identifier: Apache-2.0
// The listeners, over real sockets on loopback: what a client's program sees of the system calls.
#include "real_stage.hpp"

#include <costrand/core/error.hpp>
#include <costrand/lmsd/service.hpp>
#include <costrand/transports/tcp.hpp>

#include <support/forked.hpp>

#include <optional>

#include <sys/socket.h>
#include <unistd.h>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

const error_code connection_reset = net::error::make_error_code(net::error::connection_reset);

// The stage with a service before it, listening on a free port of 127.0.0.1 for 16992.
struct served {
    explicit served(stage &s, std::size_t clients = lmsd::most_clients)
        : of(s),
          service(s.executor, s.relay, core::log(), clients) {
        service.listen("127.0.0.1", 0, 16992);
    }
    awaitable<bytes_stream> connect() {
        co_return co_await transports::tcp_connect("127.0.0.1", service.ports().front(), 10s);
    }
    stage &of;
    lmsd::service service;
};

using served_story = awaitable<void> (*)(stage &, served &);

awaitable<void> tell_served(stage &s, served_story what) {
    served service(s);
    core::task_group running(s.executor);
    running.spawn(service.service.run());
    co_await what(s, service);
    running.cancel();
    co_await running.join();
}

template <typename Act>
std::string what_it_says(Act act) {
    try {
        act();
    } catch (const std::runtime_error &e) {
        return e.what();
    }
    return "nothing";
}

void play_served(served_story what) {
    play_real([what](stage &s) { return tell_served(s, what); });
}

} // namespace

TEST_CASE("twelve connections at once carry 128 KiB each way, whole") {
    play_served([](stage &s, served &by) -> awaitable<void> {
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            // As AMT does after a reply: it ends the channel.
            std::vector<std::byte> buffer(3000);
            for (std::size_t left = 1 << 17; left > 0;) {
                const auto n = co_await channel->read_some(net::buffer(buffer));
                co_await core::write_all(*channel, net::buffer(buffer, n));
                left -= n;
            }
        };
        auto one = [](stage &st, served &sv) -> awaitable<void> {
            auto client = co_await sv.connect();
            co_await check_echo(st, *client, 1 << 17);
        };
        core::task_group clients(s.executor);
        for (int i = 0; i < 12; ++i)
            clients.spawn(one(s, by));
        co_await clients.join();
        CHECK(s.links == 1);
    });
}

TEST_CASE("a client that half-closes its socket gets the answer and the end of stream") {
    play_served([](stage &s, served &by) -> awaitable<void> {
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            co_await send_all(*channel, pattern(30'000));
        };
        auto client = co_await by.connect();
        co_await write_text(*client, "request\n");
        co_await client->shutdown();
        const auto answer = co_await read_rest(*client);
        CHECK((answer == pattern(30'000)));
    });
}

TEST_CASE("a lost link is a reset for the client and no end of stream") {
    play_served([](stage &s, served &by) -> awaitable<void> {
        s.there();
        s.service = [&s](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            co_await send_all(*channel, "half of an ans");
            s.lose_link();
        };
        auto client = co_await by.connect();
        co_await write_text(*client, "request\n");
        char c = 0;
        auto read = co_await core::as_result(client->read_some(net::buffer(&c, 1)));
        while (read)
            read = co_await core::as_result(client->read_some(net::buffer(&c, 1)));
        CHECK(read.error() == connection_reset);
    });
}

TEST_CASE("a client that resets its connection closes its channel") {
    play_served([](stage &s, served &by) -> awaitable<void> {
        s.there();
        bool heard = false, closed = false;
        core::notifier step;
        s.service = [&](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            heard = true;
            step.notify_all();
            char c = 0;
            auto end = co_await core::as_result(channel->read_some(net::buffer(&c, 1)));
            closed = end.error() == core::end_of_stream;
            step.notify_all();
        };
        auto client = co_await by.connect();
        co_await write_text(*client, "request\n");
        while (!heard)
            co_await step.wait();
        transports::reset(*client);
        while (!closed)
            co_await step.wait();
    });
}

TEST_CASE("a port in use is told with its address and the process that has it") {
    play_real([](stage &s) -> awaitable<void> {
        transports::tcp_acceptor other(s.executor, "127.0.0.1", 0);
        const auto port = other.port();
        lmsd::service service(s.executor, s.relay, core::log());
        const auto attempt = [&] { service.listen("127.0.0.1", port, 16992); };
        const std::string begin = "127.0.0.1:" + std::to_string(port) + ": the port is in use by ";
        // This process is nobody whom it would name.
        CHECK(what_it_says(attempt) == begin + "another program, which is not seen from here");
        if (::access("/proc/self/fd", R_OK) == 0) {
            const forked holder;
            const auto said = what_it_says(attempt);
            CHECK(said.starts_with(begin));
            CHECK(said.ends_with("(process " + std::to_string(holder.pid()) + ")"));
        }
        co_return;
    });
}

TEST_CASE("a passed socket serves the firmware's port that its name says, and no other is taken") {
    play_real([](stage &s) -> awaitable<void> {
        s.there();
        s.profile.lme.forwards = {16993, 664}; // others are refused
        s.service = echo;
        raw_socket listening(true), other(true), closed(false);
        lmsd::service service(s.executor, s.relay, core::log());
        const auto take = [&service](int descriptor, const char *name) {
            const std::vector<transports::passed_socket> one = {{descriptor, name}};
            service.take_over(one);
        };
        const auto unnamed = what_it_says([&] { take(other.descriptor, "costrand.socket"); });
        other.owned = false; // it was one that listens: the service has it
        CHECK(unnamed.find("its name (FileDescriptorName=) has to be 16992 or 16993") !=
              unnamed.npos);
        const auto deaf = what_it_says([&] { take(closed.descriptor, "16993"); });
        CHECK(deaf.find("is no TCP socket that listens") != deaf.npos);

        lmsd::service good(s.executor, s.relay, core::log());
        const std::vector<transports::passed_socket> sockets = {{listening.descriptor, "16993"}};
        good.take_over(sockets);
        listening.owned = false;
        core::task_group running(s.executor);
        running.spawn(good.run());
        auto client = co_await transports::tcp_connect("127.0.0.1", good.ports().front(), 10s);
        co_await check_echo(s, *client, 1000);
        running.cancel();
        co_await running.join();
    });
}

TEST_CASE("more clients than the service takes wait outside") {
    play_real([](stage &s) -> awaitable<void> {
        s.there();
        s.service = echo;
        served by(s, 2);
        core::task_group running(s.executor);
        running.spawn(by.service.run());
        auto a = co_await by.connect();
        co_await check_echo(s, *a, 10);
        auto b = co_await by.connect();
        co_await check_echo(s, *b, 10);
        auto c = co_await by.connect();
        co_await write_text(*c, "c");
        co_await check_echo(s, *a, 10);
        CHECK(s.slots_used() == 2);
        b->close();
        const auto answer = co_await read_text(*c, 1);
        CHECK(answer == "c");
        running.cancel();
        co_await running.join();
    });
}
