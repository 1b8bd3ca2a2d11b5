// SPDX-License-Identifier: Apache-2.0
// The driver of a session against a firmware over an in-memory link: opening, closing, its ends.
#include "session_world.hpp"

#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>

#include <algorithm>
#include <chrono>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using apf::errc;
using apf::message_number;

TEST_CASE("a session opens a channel, carries a question and its answer, and closes") {
    play([](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        auto channel = co_await w.open();
        CHECK(w.firmware.opens == std::vector<std::uint32_t>{2});
        co_await write_text(*channel, "question");
        co_await w.firmware.until([&] { return w.firmware.received[0] == "question"; });
        co_await w.firmware.write(0, "answer");
        const auto answer = co_await read_text(*channel, 6);
        CHECK(answer == "answer");
        channel.reset();
        co_await w.firmware.until([&] { return !w.firmware.closes.empty(); });
        CHECK(w.firmware.closes == std::vector<std::uint32_t>{0});
        CHECK(w.environment.time.elapsed() == 0s); // no wait of our own
    });
}

TEST_CASE("the log has the lines that operators look for, each when it is true") {
    play([](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        CHECK(w.log.count("info Initialize: tcpip-forward ready for 16992 / 623") == 1);
        CHECK(w.log.count("Sending APF_CHANNEL_OPEN") == 0);
        auto channel = co_await w.open();
        CHECK(w.log.count("debug Sending APF_CHANNEL_OPEN") == 1);
        CHECK(w.log.count("debug Channel open confirmation received") == 1);
    });
}

TEST_CASE("the line with all four ports comes when all four are advertised, and not before") {
    session_setup setup;
    setup.firmware.role.ports = {16992, 16993, 623, 664, 16994};
    play(setup, [](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        co_await settle();
        CHECK(w.log.count("tcpip-forward ready for 16992 / 16993 / 623") >= 1);
        CHECK(w.log.count("tcpip-forward ready for 16992 / 16993 / 623 / 664") == 1);
        const auto ports = w.session->forwarded_ports();
        CHECK(ports == std::vector<std::uint16_t>{623, 664, 16992, 16993, 16994});
    });
    play([](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        co_await settle();
        CHECK(w.log.count("16993") == 0);
    });
}

TEST_CASE("without a complete pair the session is ready after three seconds of silence") {
    session_setup setup;
    setup.firmware.role.ports = {16993};
    play(setup, [](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        CHECK(w.environment.time.elapsed() == 3s);
        CHECK(w.log.count("tcpip-forward ready for 16993") == 1);
    });
}

TEST_CASE("a mute firmware ends the session after three seconds with that cause") {
    run_coro([](coro_environment e) -> awaitable<void> {
        auto ends = sim::memory_message_pair(e.executor);
        apf::session_options options;
        apf::session session(*ends.first, options, {});
        const auto why = co_await error_of(session.run());
        CHECK(why == errc::handshake_timed_out);
        CHECK(why == core::cond::timed_out);
        CHECK_FALSE(session.link_lost());
        CHECK(e.time.elapsed() == 3s);
    });
}

TEST_CASE("an open that was cancelled leaves no channel behind") {
    play([](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        w.firmware.on_message = [](const apf::message &m) {
            return !std::holds_alternative<apf::channel_open>(m);
        };
        const auto why = co_await error_of(core::with_deadline(5s, w.open()));
        CHECK(why == core::errc::timed_out);
        CHECK(w.firmware.closes.empty());
        const apf::channel_open_confirmation late{2, 6, 4096};
        co_await w.firmware.send_now(late);
        co_await w.firmware.until([&] { return !w.firmware.closes.empty(); });
        CHECK(w.firmware.closes == std::vector<std::uint32_t>{6});
    });
}

TEST_CASE("an open without an answer fails after 18 seconds, a late confirmation is closed") {
    play([](session_world &w) -> awaitable<void> {
        w.firmware.on_message = [](const apf::message &m) {
            return !std::holds_alternative<apf::channel_open>(m);
        };
        const auto why = co_await error_of(w.open());
        CHECK(why == errc::confirmation_timed_out);
        CHECK(w.environment.time.elapsed() == 18s);
        CHECK(w.log.count("Channel open confirmation received") == 0);
        const apf::channel_open_confirmation late{2, 6, 4096};
        co_await w.firmware.send_now(late);
        co_await w.firmware.until([&] { return !w.firmware.closes.empty(); });
        CHECK(w.firmware.closes == std::vector<std::uint32_t>{6});
        // The session lives.
        w.firmware.on_message = nullptr;
        auto channel = co_await w.open();
        CHECK(w.firmware.opens == std::vector<std::uint32_t>{2, 3});
    });
}

TEST_CASE("an open that is refused fails with the firmware's reason") {
    play([](session_world &w) -> awaitable<void> {
        const auto why = co_await error_of(w.session->open_channel(5900));
        CHECK(why == errc::open_prohibited);
        CHECK(w.firmware.opens.size() == 1);
    });
}

TEST_CASE("the ninth channel is refused by the firmware, and works once a slot is free") {
    play([](session_world &w) -> awaitable<void> {
        std::vector<std::unique_ptr<core::byte_stream>> channels;
        for (int i = 0; i < 8; ++i)
            channels.push_back(co_await w.open());
        const auto why = co_await error_of(w.open());
        CHECK(why == errc::open_resource_shortage);
        channels.pop_back();
        auto again = co_await w.open();
        CHECK(again);
    });
}

TEST_CASE("a hundred channels one after the other leave no slot taken") {
    play([](session_world &w) -> awaitable<void> {
        for (int i = 0; i < 100; ++i) {
            auto channel = co_await w.open();
            if (i % 3 == 0)
                co_await w.firmware.close(w.firmware.accepted.back());
            if (i % 3 == 1)
                co_await write_text(*channel, "x");
        }
        CHECK(w.firmware.accepted.size() == 100);
        CHECK(w.firmware.core.counters().ignored == 0);
    });
}

TEST_CASE("closes replayed with recipient 0 or an old number do not hit the channel being opened") {
    play([](session_world &w) -> awaitable<void> {
        w.firmware.on_message = [&w](const apf::message &m) {
            if (const auto *open = std::get_if<apf::channel_open>(&m))
                for (const std::uint32_t number : {0u, open->sender, 31u})
                    w.firmware.send(apf::channel_close{number});
            return true;
        };
        auto channel = co_await w.open();
        co_await w.firmware.write(0, "alive");
        const auto text = co_await read_text(*channel, 5);
        CHECK(text == "alive");
        CHECK(w.firmware.closes.empty());
    });
}

TEST_CASE("the firmware's DISCONNECT ends the session and everything in it") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        const apf::disconnect bye{11};
        co_await w.firmware.send_now(bye);
        co_await w.until_ended();
        CHECK(w.ended == make_error_code(errc::disconnected));
        CHECK_FALSE(w.session->link_lost());
        char byte;
        const auto read = co_await error_of(channel->read_some(net::buffer(&byte, 1)));
        CHECK(read == errc::disconnected);
        const auto opened = co_await error_of(w.open());
        CHECK(opened == errc::disconnected);
        CHECK(w.firmware.closes.empty()); // nothing after a DISCONNECT
    });
}

TEST_CASE("our own DISCONNECT is sent before the link is closed") {
    play([](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        const apf::service_request unknown{"x@amt.intel.com"};
        co_await w.firmware.send_now(unknown);
        co_await w.firmware.until([&] { return w.firmware.gone; });
        CHECK(w.ended == make_error_code(errc::service_not_available));
        CHECK(w.firmware.seen.back() == message_number::disconnect);
    });
}

TEST_CASE("after the loss of the link a reader gets what had arrived, then the link's own error") {
    session_setup setup;
    // Four answers of the handshake, the confirmation, one data; then the device is gone.
    setup.host_end.fail_read_at = 7;
    setup.host_end.failure = net::error::make_error_code(net::error::connection_aborted);
    play(setup, [](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        co_await w.firmware.write(0, "amid");
        co_await w.until_ended();
        CHECK(w.ended == net::error::connection_aborted);
        CHECK(w.session->link_lost());
        const auto text = co_await read_text(*channel, 4);
        CHECK(text == "amid");
        char byte;
        const auto why = co_await error_of(channel->read_some(net::buffer(&byte, 1)));
        CHECK(why == net::error::connection_aborted);
        const auto write = co_await error_of(channel->write_some(net::buffer("x", 1)));
        CHECK(write == net::error::connection_aborted);
    });
}

TEST_CASE("a link that just ends is not taken for the end of a channel") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        w.firmware.drop_link();
        co_await w.until_ended();
        CHECK(w.ended == make_error_code(errc::link_ended));
        CHECK(w.session->link_lost());
        char byte;
        const auto why = co_await error_of(channel->read_some(net::buffer(&byte, 1)));
        CHECK(why == errc::link_ended);
    });
}

TEST_CASE("whichever call of the link fails, everybody learns of it and nobody waits for ever") {
    for (std::size_t n = 1; n <= 12; ++n)
        for (const bool reading : {true, false}) {
            CAPTURE(n);
            CAPTURE(reading);
            session_setup setup;
            (reading ? setup.host_end.fail_read_at : setup.host_end.fail_write_at) = n;
            bool finished = false;
            run_coro([&](coro_environment e) {
                return tell(e, setup, [&finished](session_world &w) -> awaitable<void> {
                    auto outcome = co_await core::as_result(w.open());
                    for (int i = 0; outcome && i < 10; ++i) {
                        const auto written = co_await error_of(write_text(**outcome, "ping"));
                        if (written)
                            break;
                        if (w.firmware.gone)
                            continue;
                        co_await settle();
                        co_await w.firmware.write(0, "pong");
                        const auto read = co_await error_of(read_text(**outcome, 4));
                        if (read)
                            CHECK(read == net::error::connection_reset);
                    }
                    co_await w.until_ended();
                    if (!outcome)
                        CHECK(outcome.error() == net::error::connection_reset);
                    CHECK(w.ended == net::error::connection_reset);
                    CHECK(w.session->link_lost());
                    finished = true;
                });
            });
            CHECK(finished);
        }
}

TEST_CASE("stop closes the channels towards the firmware, then the link") {
    play([](session_world &w) -> awaitable<void> {
        auto &channel = w.keep(co_await w.open());
        auto &got = w.keep(std::string());
        auto &read = w.keep(error_code());
        w.tasks.spawn(read_to_error(*channel, got, read));
        co_await settle();
        w.session->stop();
        w.session->stop();
        co_await w.until_ended();
        CHECK(w.ended == error_code());
        CHECK_FALSE(w.session->link_lost());
        co_await w.firmware.until([&] { return w.firmware.gone; });
        CHECK(w.firmware.closes == std::vector<std::uint32_t>{0});
        CHECK(read == core::cond::closed);
        const auto opened = co_await error_of(w.open());
        CHECK(opened == core::cond::closed);
    });
}

TEST_CASE("a stop before run ends it at once") {
    run_coro([](coro_environment e) -> awaitable<void> {
        auto ends = sim::memory_message_pair(e.executor);
        apf::session_options options;
        apf::session session(*ends.first, options, {});
        session.stop();
        const auto why = co_await error_of(session.run());
        CHECK_FALSE(why);
        const auto ready = co_await error_of(session.ready());
        CHECK(ready == core::cond::closed);
    });
}

TEST_CASE("a run that is cancelled closes as stop does, and says that it was cancelled") {
    run_coro([](coro_environment e) -> awaitable<void> {
        auto ends = sim::memory_message_pair(e.executor);
        peer firmware(std::move(ends.second));
        apf::session_options options;
        apf::session session(*ends.first, options, {});
        std::optional<error_code> run;
        core::task_group firmware_task(e.executor), session_task(e.executor);
        firmware_task.spawn(firmware.run());
        session_task.spawn(keep_error(session.run(), run));
        std::exception_ptr failure;
        try {
            auto channel = co_await session.open_channel(16992);
            session_task.cancel();
            co_await firmware.until([&] { return firmware.gone; });
            CHECK(run == core::cond::cancelled);
            CHECK(firmware.closes == std::vector<std::uint32_t>{0});
            const auto write = co_await error_of(channel->write_some(net::buffer("x", 1)));
            CHECK(write == core::cond::closed); // the writer was not cancelled
        } catch (...) {
            failure = std::current_exception();
        }
        co_await net::this_coro::throw_if_cancelled(false);
        session_task.cancel();
        co_await session_task.join();
        co_await firmware_task.join();
        if (failure)
            std::rethrow_exception(failure);
    });
}

TEST_CASE("a link that takes nothing does not hold up the end") {
    session_setup setup;
    setup.host_end.capacity = 100; // the version fits, then the link is full
    play(setup, [](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        auto channel = co_await w.open();
        w.firmware.stuck = true;
        co_await write_text(*channel, std::string(3000, 'x'));
        co_await settle();
        const auto before = w.environment.time.elapsed();
        w.session->stop();
        co_await w.until_ended();
        CHECK(w.environment.time.elapsed() - before <= 200ms);
        w.firmware.drop_link();
    });
}

TEST_CASE("a channel may outlive its session") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        co_await w.firmware.write(0, "late");
        co_await settle();
        w.session->stop();
        co_await w.until_ended();
        w.session.reset();
        const auto text = co_await read_text(*channel, 4);
        CHECK(text == "late");
        const auto write = co_await error_of(channel->write_some(net::buffer("x", 1)));
        CHECK(write == core::cond::closed);
        channel->close();
    });
}

TEST_CASE("event channels go to the sink, whose failure harms nobody") {
    session_setup setup;
    static int served; // counted in the whole run only
    served = 0;
    setup.session.events = [](std::unique_ptr<core::byte_stream> event) -> awaitable<void> {
        const auto text = co_await read_text(*event, 4);
        CHECK(text == "POST");
        co_await write_text(*event, "HTTP/1.1 200 OK");
        ++served;
        throw system_error(core::errc::malformed);
    };
    play(setup, [](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        co_await w.firmware.open_event();
        co_await w.firmware.until([&] { return !w.firmware.opened.empty(); });
        const auto number = w.firmware.opened[0];
        co_await w.firmware.write(number, "POST");
        co_await w.firmware.until([&] { return !w.firmware.closes.empty(); });
        CHECK(w.firmware.closes == std::vector<std::uint32_t>{number});
        CHECK(w.firmware.data_sizes == std::vector<std::size_t>{15});
        auto channel = co_await w.open();
        CHECK(channel);
    });
    CHECK(served > 0);
}

TEST_CASE("without a sink the firmware's event channel is refused") {
    play([](session_world &w) -> awaitable<void> {
        co_await w.session->ready();
        co_await w.firmware.open_event();
        co_await w.firmware.until(
            [&] { return w.firmware.count(message_number::channel_open_failure) == 1; });
        CHECK(w.firmware.count(message_number::channel_open_confirmation) == 0);
    });
}
