// SPDX-License-Identifier: Apache-2.0
// The relay between clients and the firmware's channels: bytes, turns, ends, and a device that
// comes and goes.
#include "stage.hpp"

#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <cstdint>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t few = 5; // places to tear a long story down at

} // namespace

TEST_CASE("bytes go both ways at once, whole and in order") {
    constexpr std::size_t whole = 1 << 20;
    struct one {
        std::uint32_t window;
        std::size_t chop, size;
    };
    for (const one o : {one{1, whole, 1'000}, one{9, 7, 3'000}, one{4096, 7, 20'000},
                        one{4096, whole, 300'000}}) {
        CAPTURE(o.window);
        CAPTURE(o.chop);
        play(few, [o](stage &s) -> awaitable<void> {
            s.there();
            s.service = echo;
            s.faults.order(sim::fault(sim::fault_kind::window).for_ever().with(o.window));
            sim::memory_options end;
            end.chop = o.chop;
            auto client = s.client(16992, end);
            co_await check_echo(s, *client, o.size);
        });
    }
}

TEST_CASE("the firmware's end of a channel is the client's end of stream, behind all bytes") {
    play([](stage &s) -> awaitable<void> {
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            co_await send_all(*channel, pattern(20'000));
        };
        auto client = s.client();
        co_await write_text(*client, "request\n");
        const auto all = co_await read_rest(*client);
        CHECK((all == pattern(20'000)));
        CHECK(s.slots_used() == 0);
        CHECK(s.elapsed() < 1s);
    });
}

TEST_CASE(
    "twelve clients at once are served over eight channels, in the order in which they came") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        std::vector<std::string> begun;
        core::notifier go;
        s.service = [&](bytes_stream channel) -> awaitable<void> {
            begun.push_back(co_await read_line(*channel));
            const std::string answer = "answer to " + begun.back();
            co_await go.wait();
            co_await send_all(*channel, answer);
        };
        std::vector<bytes_stream> clients;
        for (int i = 0; i < 12; ++i) {
            clients.push_back(s.client());
            co_await write_text(*clients.back(), std::to_string(i) + "\n");
        }
        co_await core::sleep_for(10s);
        CHECK(begun == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7"});
        CHECK(s.slots_used() == 8);
        CHECK(s.count("waits: all channels are in use") == 4);
        for (std::size_t i = 0; i < 12; ++i) {
            go.notify_one();
            const auto answer = co_await read_rest(*clients[i]);
            CHECK(answer == "answer to " + std::to_string(i));
            co_await core::sleep_for(1ms);
            const std::size_t expected = std::min<std::size_t>(8 + i + 1, 12);
            CHECK(begun.size() == expected);
        }
        for (std::size_t i = 0; i < 12; ++i)
            CHECK(begun[i] == std::to_string(i));
    });
}

TEST_CASE("a client whose turn does not come is let go after a minute, and the next one moves up") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            const auto line = co_await read_line(*channel);
            if (line == "hold")
                co_await core::sleep_for(70s);
        };
        std::vector<bytes_stream> holders;
        for (int i = 0; i < 8; ++i) {
            holders.push_back(s.client());
            co_await write_text(*holders.back(), "hold\n");
        }
        co_await core::sleep_for(1s);
        auto first = s.client();
        co_await write_text(*first, "request\n");
        co_await core::sleep_for(30s);
        auto second = s.client();
        co_await write_text(*second, "request\n");
        const auto nothing = co_await read_rest(*first);
        CHECK(nothing.empty());
        CHECK(s.elapsed() == 61s);
        CHECK(s.count("waited 60 s for its turn in vain") == 1);
        const auto served = co_await read_rest(*second);
        CHECK(served.empty());
        CHECK(s.elapsed() == 70s);
        CHECK(s.count("has its channel after 39 s") == 1);
    });
}

TEST_CASE(
    "what a client asked that left while it waited is not passed on; one that half-closed with "
    "its request is answered") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        std::vector<std::string> begun;
        core::notifier go;
        s.service = [&](bytes_stream channel) -> awaitable<void> {
            begun.push_back(co_await read_line(*channel));
            if (begun.back() == "hold")
                co_await go.wait();
            co_await send_all(*channel, "answer");
        };
        std::vector<bytes_stream> holders;
        for (int i = 0; i < 8; ++i) {
            holders.push_back(s.client());
            co_await write_text(*holders.back(), "hold\n");
        }
        co_await core::sleep_for(1s);
        auto leaves = s.client(), half_closes = s.client(), stays = s.client();
        co_await write_text(*leaves, "leaves\n");
        co_await write_text(*half_closes, "half-closes\n");
        co_await half_closes->shutdown();
        co_await write_text(*stays, "stays");
        co_await core::sleep_for(5s);
        leaves->close();
        co_await write_text(*stays, " to the end\n"); // read while it waits
        co_await core::sleep_for(5s);
        CHECK(s.count("left after 5 s, waiting for its turn") == 1);
        go.notify_all();
        const auto first = co_await read_rest(*half_closes);
        CHECK(first == "answer");
        const auto second = co_await read_rest(*stays);
        CHECK(second == "answer");
        const std::vector<std::string> after(begun.begin() + 8, begun.end());
        CHECK(after == std::vector<std::string>{"half-closes", "stays to the end"});
        CHECK(s.elapsed() == 11s);
    });
}

TEST_CASE("a client that never reads stalls no other, and loses its channel after two minutes") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            const auto line = co_await read_line(*channel);
            if (line != "flood") {
                co_await echo(std::move(channel));
                co_return;
            }
            for (;;)
                co_await send_all(*channel, pattern(10'000));
        };
        sim::memory_options narrow;
        narrow.capacity = 1000;
        auto deaf = s.client(16992, narrow);
        co_await write_text(*deaf, "flood\n");
        co_await core::sleep_for(1s);
        auto other = s.client();
        co_await write_text(*other, "echo\n");
        co_await check_echo(s, *other, 50'000);
        CHECK(s.elapsed() == 1s);
        CHECK(s.slots_used() == 2);
        co_await core::sleep_for(2min);
        CHECK(s.slots_used() == 1);
        CHECK(s.count("the client takes nothing") == 1);
        co_await check_echo(s, *other, 50'000);
    });
}

TEST_CASE("firmware that takes nothing keeps a client two minutes, and the client is told by a "
          "reset") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            co_await core::sleep_for(1h);
        };
        auto client = s.client();
        co_await write_text(*client, "request\n" + std::string(100'000, 'x'));
        const auto nothing = co_await read_rest(*client);
        CHECK(nothing.empty());
        CHECK(s.elapsed() == 2min);
        CHECK(s.count("the firmware takes nothing") == 1);
    });
}

TEST_CASE("a client that half-closes is answered, however late, and then let go") {
    for (const auto late : {0s, 60s}) {
        play(few, [=](stage &s) -> awaitable<void> {
            s.there();
            s.service = [=](bytes_stream channel) -> awaitable<void> {
                (void)co_await read_line(*channel);
                co_await core::sleep_for(late);
                co_await send_all(*channel, "first");
                co_await core::sleep_for(1s);
                co_await send_all(*channel, " second");
                co_await core::sleep_for(1h); // AMT keeps the connection
            };
            auto client = s.client();
            co_await write_text(*client, "request\n");
            co_await client->shutdown();
            const auto answer = co_await read_rest(*client);
            CHECK(answer == "first second");
            CHECK(s.elapsed() == late + 1s + 1700ms);
            co_await core::sleep_for(1ms);
            CHECK(s.slots_used() == 0);
        });
    }
}

TEST_CASE("a half-closed client that was answered makes room as soon as somebody waits") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            co_await send_all(*channel, "answer");
            co_await core::sleep_for(1h);
        };
        std::vector<bytes_stream> done;
        for (int i = 0; i < 8; ++i) {
            done.push_back(s.client());
            co_await write_text(*done.back(), "request\n");
            (void)co_await read_text(*done.back(), 6);
            co_await done.back()->shutdown();
        }
        co_await core::sleep_for(500ms);
        CHECK(s.slots_used() == 8);
        auto next = s.client();
        co_await write_text(*next, "request\n");
        const auto answer = co_await read_text(*next, 6);
        CHECK(answer == "answer");
        CHECK(s.elapsed() == 500ms);
    });
}

TEST_CASE("a client that half-closes and gets no answer is let go after 90 s") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            co_await core::sleep_for(1h);
        };
        auto client = s.client();
        co_await write_text(*client, "request\n");
        co_await client->shutdown();
        const auto nothing = co_await read_rest(*client);
        CHECK(nothing.empty());
        CHECK(s.elapsed() == 90s);
        co_await core::sleep_for(1ms);
        CHECK(s.slots_used() == 0);
    });
}

TEST_CASE("a client that is gone closes its channel at once") {
    play([](stage &s) -> awaitable<void> {
        s.there();
        bool closed = false;
        s.service = [&](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            char c = 0;
            auto end = co_await core::as_result(channel->read_some(net::buffer(&c, 1)));
            closed = end.error() == core::end_of_stream;
        };
        sim::memory_options reset;
        reset.fail_read_at = 3; // the relay reads the request, looks on while it waits, reads on
        auto [near, far] = sim::memory_byte_pair(s.executor, {}, reset);
        s.tasks.spawn(s.relay.serve(std::move(far), 16992));
        co_await write_text(*near, "request\n");
        co_await core::sleep_for(10ms);
        CHECK(closed);
        CHECK(s.slots_used() == 0);
    });
}

TEST_CASE("a client that says nothing costs no channel and is let go after two minutes") {
    play([](stage &s) -> awaitable<void> {
        s.there();
        s.service = echo;
        auto silent = s.client();
        co_await core::sleep_for(119s);
        CHECK(s.links == 0);
        const auto nothing = co_await read_rest(*silent);
        CHECK(nothing.empty());
        CHECK(s.elapsed() == 120s);
    });
}

TEST_CASE(
    "a device that vanishes amid a transfer ends its clients, and the next one is served when "
    "it is back") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.device.then_fail(heci::errc::not_ready);
        s.device.then_fail(heci::errc::no_client);
        s.there();
        s.service = [](bytes_stream channel) -> awaitable<void> {
            (void)co_await read_line(*channel);
            for (;;) {
                co_await send_all(*channel, pattern(1000));
                co_await core::sleep_for(100ms);
            }
        };
        auto client = s.client();
        co_await write_text(*client, "request\n");
        const auto begin = co_await read_text(*client, 5000);
        CHECK((begin ==
               pattern(1000) + pattern(1000) + pattern(1000) + pattern(1000) + pattern(1000)));
        s.lose_link();
        (void)co_await read_rest(*client);
        CHECK(s.count("the firmware has ended the channel") == 1);
        s.service = echo;
        auto next = s.client();
        co_await check_echo(s, *next, 1000);
        CHECK(s.links == 2);
        CHECK(s.count("warn /dev/fake0: the management engine device is resetting") == 1);
        CHECK(s.count("connected to the firmware through /dev/fake0") == 2);
    });
}

TEST_CASE("a device that does not come back is waited for 30 s, for all clients together") {
    play(few, [](stage &s) -> awaitable<void> {
        s.device.then_fail(heci::errc::busy);
        auto a = s.client();
        auto b = s.client();
        co_await write_text(*a, "request\n");
        co_await write_text(*b, "request\n");
        const auto nothing = co_await read_rest(*a);
        CHECK(nothing.empty());
        CHECK(s.elapsed() == 30s);
        (void)co_await read_rest(*b);
        CHECK(s.elapsed() == 30s);
        CHECK(s.count("warn /dev/fake0: the firmware client is in use by another program") == 1);
        CHECK(s.count("error /dev/fake0: the firmware client is in use by another program") == 1);
        CHECK(s.count("gets no channel: the firmware client is in use by another program") == 2);
        // And asked for anew when somebody comes.
        s.device.then_fail(heci::errc::no_permission);
        auto c = s.client();
        co_await write_text(*c, "request\n");
        (void)co_await read_rest(*c);
        CHECK(s.elapsed() == 30s + 1s);
        CHECK(s.count("error /dev/fake0: no permission to open the management engine device") == 1);
    });
}

TEST_CASE("when others hold the firmware's channels, the client waits for one of them") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.service = echo;
        s.faults.order(sim::fault(sim::fault_kind::slots_taken).for_time(5s));
        auto client = s.client();
        co_await check_echo(s, *client, 1000);
        CHECK(s.elapsed() >= 5s);
        CHECK(s.elapsed() <= 7s);
        CHECK(s.count("the firmware has no channel left") == 1);
    });
}

TEST_CASE("a port that the firmware does not forward is a reset for its clients") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.service = echo;
        s.profile.lme.forwards = {16992, 623};
        auto client = s.client(16993);
        co_await write_text(*client, "request\n");
        const auto nothing = co_await read_rest(*client);
        CHECK(nothing.empty());
        CHECK(s.count("client 1 for port 16993 gets no channel") == 1);
    });
}

TEST_CASE("stop closes every channel and every client that has one or waits for one") {
    play(few, [](stage &s) -> awaitable<void> {
        s.there();
        s.service = echo;
        std::vector<bytes_stream> clients;
        for (int i = 0; i < 9; ++i) {
            clients.push_back(s.client());
            co_await write_text(*clients.back(), "request\n");
        }
        co_await core::sleep_for(1s);
        CHECK(s.slots_used() == 8);
        s.relay.stop();
        co_await s.relay_task.join();
        for (auto &client : clients)
            (void)co_await read_rest(*client);
        CHECK(s.slots_used() == 0);
        CHECK(s.elapsed() == 1s);
    });
}
