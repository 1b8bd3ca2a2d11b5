// SPDX-License-Identifier: Apache-2.0
// The host: dialling on demand, and channels over a link that vanishes, refuses and is silent.
#include "session_world.hpp"

#include <costrand/apf/host.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>

#include <chrono>
#include <list>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using apf::errc;

namespace {

// What the firmware behind the k-th dial (from 0) is like.
using firmware_maker = std::function<void(std::size_t dial, session_setup &setup)>;
using peer_maker = std::function<void(std::size_t dial, peer &firmware)>;

const error_code device_lost = net::error::make_error_code(net::error::connection_aborted);

struct host_setup {
    host_setup() {}
    apf::host_options host;
    firmware_maker link; // may change the link and the firmware's options
    peer_maker firmware; // may disobey
    std::size_t no_device_at = static_cast<std::size_t>(-1); // this dial fails
    core::duration dial_takes{};
};

// What became of an open that runs beside the story, which may end before it.
struct kept_open {
    std::unique_ptr<core::byte_stream> channel;
    std::optional<error_code> outcome;
};

struct host_world {
    host_world(coro_environment e, host_setup s)
        : environment(e),
          setup(std::move(s)),
          peers_tasks(e.executor),
          tasks(e.executor),
          host(e.executor, dialer(), setup.host, log.log()) {}

    apf::link_dialer dialer() {
        return [this] { return dial(); };
    }
    awaitable<std::unique_ptr<core::message_stream>> dial() {
        const auto number = dials++;
        co_await core::sleep_for(setup.dial_takes);
        if (number == setup.no_device_at)
            throw system_error(net::error::make_error_code(net::error::not_found));
        session_setup made;
        made.host_end.failure = device_lost;
        if (setup.link)
            setup.link(number, made);
        auto ends =
            sim::memory_message_pair(environment.executor, made.host_end, made.firmware_end);
        peers.push_back(std::make_unique<peer>(std::move(ends.second), made.firmware));
        if (setup.firmware)
            setup.firmware(number, *peers.back());
        peers_tasks.spawn(peers.back()->run());
        co_return std::move(ends.first);
    }
    awaitable<void> run_host() {
        auto done = co_await core::as_result(host.run());
        ended = done ? error_code() : done.error();
        change.notify_all();
    }
    // The sender numbers of all CHANNEL_OPENs, over all links.
    [[nodiscard]] std::vector<std::uint32_t> opens() const {
        std::vector<std::uint32_t> all;
        for (const auto &p : peers)
            all.insert(all.end(), p->opens.begin(), p->opens.end());
        return all;
    }
    // A question and its answer over a channel to the latest firmware.
    awaitable<void> check_alive(core::byte_stream &channel) {
        auto &firmware = *peers.back();
        co_await write_text(channel, "question");
        const auto number = firmware.accepted.back();
        co_await firmware.until([&] { return firmware.received[number] == "question"; });
        co_await firmware.write(number, "answer");
        const auto answer = co_await read_text(channel, 6);
        CHECK(answer == "answer");
    }

    coro_environment environment;
    host_setup setup;
    log_lines log;
    std::size_t dials = 0;
    std::vector<std::unique_ptr<peer>> peers;
    std::optional<error_code> ended;
    std::list<kept_open> kept;
    core::notifier change;
    core::task_group peers_tasks, tasks;
    apf::host host;
};

using host_story = std::function<awaitable<void>(host_world &)>;

awaitable<void> tell(coro_environment e, host_setup setup, host_story story) {
    host_world world(e, std::move(setup));
    core::task_group host_task(e.executor);
    host_task.spawn(world.run_host());
    std::exception_ptr failure;
    try {
        co_await story(world);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await net::this_coro::throw_if_cancelled(false);
    world.tasks.cancel();
    co_await world.tasks.join();
    world.host.stop();
    co_await host_task.join();
    for (auto &p : world.peers)
        p->drop_link();
    co_await world.peers_tasks.join();
    if (failure)
        std::rethrow_exception(failure);
}

void play(host_setup setup, host_story story) {
    run_coro([&](coro_environment e) { return tell(e, setup, story); });
}

awaitable<void> open_and_keep(host_world &w, kept_open &to) {
    auto opened = co_await core::as_result(w.host.open_channel(16992));
    to.outcome = opened ? error_code() : opened.error();
    if (opened)
        to.channel = std::move(*opened);
}

// Opens a channel beside the story.
kept_open &open_beside(host_world &w) {
    auto &place = w.kept.emplace_back();
    w.tasks.spawn(open_and_keep(w, place));
    return place;
}

// The device vanishes when it has received its n-th CHANNEL_OPEN, answered or not.
peer::hook vanish_at_open(peer &firmware) {
    return [&firmware](const apf::message &m) {
        if (std::holds_alternative<apf::channel_open>(m))
            firmware.drop_link();
        return true;
    };
}

} // namespace

TEST_CASE("nothing is dialled before a channel is wanted, and one link serves many channels") {
    play({}, [](host_world &w) -> awaitable<void> {
        co_await core::sleep_for(1h);
        CHECK(w.dials == 0);
        CHECK(w.host.forwarded_ports().empty());
        for (int i = 0; i < 3; ++i) {
            auto channel = co_await w.host.open_channel(16992);
            co_await w.check_alive(*channel);
        }
        CHECK(w.dials == 1);
        CHECK(w.host.forwarded_ports() == std::vector<std::uint16_t>{623, 16992});
        CHECK(w.environment.time.elapsed() == 1h);
    });
}

TEST_CASE("ready dials and completes after the handshake") {
    play({}, [](host_world &w) -> awaitable<void> {
        co_await w.host.ready();
        CHECK(w.dials == 1);
        CHECK(w.opens().empty());
        CHECK(w.host.forwarded_ports().size() == 2);
        co_await w.host.ready();
        CHECK(w.dials == 1);
    });
}

TEST_CASE("those who wait together share one dial") {
    host_setup setup;
    setup.dial_takes = 1s;
    play(setup, [](host_world &w) -> awaitable<void> {
        auto &a = open_beside(w);
        auto &b = open_beside(w);
        co_await core::sleep_for(2s);
        CHECK(a.channel);
        CHECK(b.channel);
        // And nobody wants another one afterwards.
        w.peers[0]->drop_link();
        co_await core::sleep_for(1h);
        CHECK(w.dials == 1);
    });
}

TEST_CASE("a dial that fails is reported to those who wait, and the next one may succeed") {
    host_setup setup;
    setup.no_device_at = 0;
    setup.dial_takes = 1s;
    play(setup, [](host_world &w) -> awaitable<void> {
        auto &other = open_beside(w);
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == net::error::not_found);
        co_await core::sleep_for(1h);
        CHECK(other.outcome == make_error_code(net::error::not_found));
        CHECK(w.dials == 1);
        auto channel = co_await w.host.open_channel(16992);
        co_await w.check_alive(*channel);
        CHECK(w.dials == 2);
    });
}

TEST_CASE("a device lost at any message up to the confirmation is dialled again, and it works") {
    for (std::size_t n = 1; n <= 8; ++n)
        for (const bool reading : {true, false}) {
            CAPTURE(n);
            CAPTURE(reading);
            host_setup setup;
            setup.link = [=](std::size_t dial, session_setup &s) {
                if (dial == 0)
                    (reading ? s.host_end.fail_read_at : s.host_end.fail_write_at) = n;
            };
            play(setup, [](host_world &w) -> awaitable<void> {
                auto channel = co_await w.host.open_channel(16992);
                if (w.dials == 2) {
                    CHECK(w.environment.time.elapsed() == 50ms);
                    CHECK(w.log.count("replaying APF handshake and retrying") == 1);
                    co_await w.check_alive(*channel);
                }
                CHECK(w.dials <= 2);
            });
        }
}

TEST_CASE("a device lost at each CHANNEL_OPEN gets four of them, each with a fresh number") {
    host_setup setup;
    setup.firmware = [](std::size_t, peer &p) { p.on_message = vanish_at_open(p); };
    play(setup, [](host_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == errc::link_ended);
        CHECK(w.opens() == std::vector<std::uint32_t>{2, 3, 4, 5});
        CHECK(w.dials == 4);
        CHECK(w.environment.time.elapsed() == 50ms + 300ms + 300ms);
    });
}

TEST_CASE("the fourth CHANNEL_OPEN after three losses may succeed") {
    host_setup setup;
    setup.firmware = [](std::size_t dial, peer &p) {
        if (dial < 3)
            p.on_message = vanish_at_open(p);
    };
    play(setup, [](host_world &w) -> awaitable<void> {
        auto channel = co_await w.host.open_channel(16992);
        CHECK(w.opens() == std::vector<std::uint32_t>{2, 3, 4, 5});
        co_await w.check_alive(*channel);
    });
}

TEST_CASE("a device that is lost in each handshake ends after four links") {
    host_setup setup;
    setup.link = [](std::size_t, session_setup &s) { s.host_end.fail_read_at = 2; };
    play(setup, [](host_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == device_lost);
        CHECK(w.dials == 4);
        CHECK(w.opens().empty());
    });
}

TEST_CASE("ready survives three losses of the device in the handshake, not a fourth") {
    for (const std::size_t losses : {1u, 3u, 4u}) {
        host_setup setup;
        setup.link = [losses](std::size_t dial, session_setup &s) {
            if (dial < losses)
                s.host_end.fail_read_at = 2;
        };
        play(setup, [losses](host_world &w) -> awaitable<void> {
            auto done = co_await core::as_result(w.host.ready());
            if (!done && done.error() == core::cond::cancelled)
                co_return;
            CHECK(done.has_value() == (losses < 4));
            CHECK(w.dials == std::min<std::size_t>(losses + 1, 4));
            CHECK(w.environment.time.elapsed() ==
                  50ms + 300ms * static_cast<int>(std::min<std::size_t>(losses, 3) - 1));
        });
    }
}

TEST_CASE("a device that is gone when it is dialled again ends with the dialer's error") {
    host_setup setup;
    setup.no_device_at = 1;
    setup.firmware = [](std::size_t, peer &p) { p.on_message = vanish_at_open(p); };
    play(setup, [](host_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == net::error::not_found);
        CHECK(w.dials == 2);
    });
}

TEST_CASE("an open that is refused is repeated twice, 250 ms apart, on the same link") {
    host_setup setup;
    setup.link = [](std::size_t, session_setup &s) { s.firmware.role.ports = {16993, 664}; };
    play(setup, [](host_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == errc::open_prohibited);
        CHECK(w.opens() == std::vector<std::uint32_t>{2, 3, 4});
        CHECK(w.dials == 1);
        CHECK(w.environment.time.elapsed() == 500ms);
        CHECK(w.log.count("debug APF channel open rejected (the firmware does not offer this port "
                          "now (open failure 1)); retrying") == 2);
    });
}

TEST_CASE("firmware that advertises its port again after a refusal gets the next open") {
    host_setup setup;
    setup.firmware = [](std::size_t, peer &p) {
        p.on_message = [&p](const apf::message &m) {
            const auto *open = std::get_if<apf::channel_open>(&m);
            if (!open || p.opens.size() > 1)
                return true;
            // As an idle device does: the forward comes back just before the refusal.
            p.send(apf::tcpip_forward{true, "", 16992});
            p.send(apf::channel_open_failure{open->sender, 1});
            return false;
        };
    };
    play(setup, [](host_world &w) -> awaitable<void> {
        auto channel = co_await w.host.open_channel(16992);
        CHECK(w.opens() == std::vector<std::uint32_t>{2, 3});
        CHECK(w.environment.time.elapsed() == 250ms);
        CHECK(w.peers[0]->count(apf::message_number::request_failure) == 0);
        co_await w.check_alive(*channel);
    });
}

TEST_CASE("losses and refusals together never cost more than four CHANNEL_OPENs") {
    host_setup setup;
    setup.link = [](std::size_t dial, session_setup &s) {
        if (dial >= 2)
            s.firmware.role.ports = {16993, 664};
    };
    setup.firmware = [](std::size_t dial, peer &p) {
        if (dial < 2)
            p.on_message = vanish_at_open(p);
    };
    play(setup, [](host_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == errc::open_prohibited);
        CHECK(w.opens() == std::vector<std::uint32_t>{2, 3, 4, 5});
    });
}

TEST_CASE("an open without an answer is not repeated: 18 seconds are enough") {
    host_setup setup;
    setup.firmware = [](std::size_t, peer &p) {
        p.on_message = [](const apf::message &m) {
            return !std::holds_alternative<apf::channel_open>(m);
        };
    };
    play(setup, [](host_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == errc::confirmation_timed_out);
        CHECK(w.opens().size() == 1);
        CHECK(w.environment.time.elapsed() == 18s);
    });
}

TEST_CASE("a mute firmware ends the open after three seconds, and is not dialled again") {
    host_setup setup;
    setup.firmware = [](std::size_t, peer &p) { p.mute = true; };
    play(setup, [](host_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == errc::handshake_timed_out);
        CHECK(w.dials == 1);
        CHECK(w.environment.time.elapsed() == 3s);
    });
}

TEST_CASE("a firmware that disconnects is given a new beginning, one that is too old is not") {
    host_setup setup;
    setup.firmware = [](std::size_t dial, peer &p) {
        if (dial == 0)
            p.on_message = [&p](const apf::message &m) {
                if (std::holds_alternative<apf::channel_open>(m))
                    p.send(apf::disconnect{11});
                return true;
            };
    };
    play(setup, [](host_world &w) -> awaitable<void> {
        auto channel = co_await w.host.open_channel(16992);
        CHECK(w.opens() == std::vector<std::uint32_t>{2, 3});
        co_await w.check_alive(*channel);
    });
    host_setup old;
    old.firmware = [](std::size_t, peer &p) {
        p.mute = true;
        p.send(apf::protocol_version{0, 9, 254, {}});
    };
    play(old, [](host_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.host.open_channel(16992));
        CHECK(why == errc::version_not_supported);
        CHECK(w.dials == 1);
    });
}

TEST_CASE("a device lost amid data ends the channel, and the next open dials again at once") {
    play({}, [](host_world &w) -> awaitable<void> {
        auto channel = co_await w.host.open_channel(16992);
        co_await w.check_alive(*channel);
        co_await core::sleep_for(1ms); // the credit for the answer is on its way
        w.peers[0]->drop_link();
        const auto why = co_await error_of(read_text(*channel, 1));
        CHECK(why == errc::link_ended);
        CHECK(w.host.forwarded_ports().empty());
        auto next = co_await w.host.open_channel(16992);
        co_await w.check_alive(*next);
        CHECK(w.dials == 2);
        CHECK(w.opens() == std::vector<std::uint32_t>{2, 3});
        CHECK(w.environment.time.elapsed() == 1ms);
    });
}

TEST_CASE("an open that is cancelled at any moment leaves no channel behind") {
    for (const auto moment : {500ms, 1000ms, 1150ms}) {
        host_setup setup;
        setup.dial_takes = 700ms;
        setup.link = [](std::size_t, session_setup &s) { s.firmware_end.latency = 100ms; };
        play(setup, [moment](host_world &w) -> awaitable<void> {
            const auto why =
                co_await error_of(core::with_deadline(moment, w.host.open_channel(16992)));
            CHECK(why == core::errc::timed_out);
            co_await core::sleep_for(1h);
            auto channel = co_await w.host.open_channel(16992);
            co_await w.check_alive(*channel);
            CHECK(w.dials == 1);
            auto &firmware = *w.peers[0];
            CHECK(firmware.accepted.size() == firmware.opens.size());
            CHECK(firmware.opens.size() == (moment == 1150ms ? 2 : 1));
            CHECK(firmware.closes.size() + 1 == firmware.accepted.size());
        });
    }
}

TEST_CASE("stop ends those who wait, closes channels and device, and run returns") {
    play({}, [](host_world &w) -> awaitable<void> {
        auto channel = co_await w.host.open_channel(16992);
        w.host.stop();
        w.host.stop();
        while (!w.ended)
            co_await w.change.wait();
        CHECK(w.ended == error_code());
        co_await w.peers[0]->until([&] { return w.peers[0]->gone; });
        CHECK(w.peers[0]->closes.size() == 1);
        const auto read = co_await error_of(read_text(*channel, 1));
        CHECK(read == core::cond::closed);
        const auto open = co_await error_of(w.host.open_channel(16992));
        CHECK(open == core::cond::closed);
    });
}

TEST_CASE("stop while the link is dialled, or while the handshake waits, ends the open as closed") {
    for (const bool dialling : {true, false}) {
        host_setup setup;
        setup.dial_takes = dialling ? 1h : 0s;
        setup.firmware = [](std::size_t, peer &p) { p.mute = true; };
        play(setup, [](host_world &w) -> awaitable<void> {
            auto &beside = open_beside(w);
            co_await core::sleep_for(1s);
            w.host.stop();
            while (!w.ended)
                co_await w.change.wait();
            co_await core::sleep_for(1ms);
            CHECK(beside.outcome == core::cond::closed);
            CHECK(w.environment.time.elapsed() == 1001ms);
        });
    }
}

TEST_CASE("a run that is cancelled ends those who wait as closed, and says that it was cancelled") {
    for (const bool dialling : {true, false})
        run_coro([dialling](coro_environment e) -> awaitable<void> {
            host_setup setup;
            setup.dial_takes = dialling ? 1h : 0s;
            host_world w(e, setup);
            core::task_group host_task(e.executor);
            host_task.spawn(w.run_host());
            auto &beside = open_beside(w);
            auto waited = co_await core::as_result(core::sleep_for(1s));
            co_await net::this_coro::throw_if_cancelled(false);
            host_task.cancel();
            co_await host_task.join();
            CHECK(w.ended == core::cond::cancelled);
            co_await w.tasks.join();
            if (waited && dialling)
                CHECK(beside.outcome == core::cond::closed);
            if (waited && !dialling) {
                REQUIRE(beside.channel);
                const auto write = co_await core::as_result(write_text(*beside.channel, "x"));
                CHECK(write.error() == core::cond::closed);
            }
            for (auto &p : w.peers)
                p->drop_link();
            co_await w.peers_tasks.join();
        });
}

TEST_CASE("stop before run ends it at once") {
    run_coro([](coro_environment e) -> awaitable<void> {
        host_world w(e, {});
        w.host.stop();
        co_await w.run_host();
        CHECK(w.ended == error_code());
        const auto open = co_await error_of(w.host.open_channel(16992));
        CHECK(open == core::cond::closed);
    });
}
