// SPDX-License-Identifier: Apache-2.0
// The channels of a session against a firmware over an in-memory link: windows, credits, closes.
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

namespace {

// Takes every message at once, as a socket would whose peer reads as fast as we write.
class roomy_link : public core::message_stream {
  public:
    explicit roomy_link(std::unique_ptr<core::message_stream> below) : below_(std::move(below)) {}
    awaitable<std::size_t> receive(net::mutable_buffer b) override { return below_->receive(b); }
    awaitable<void> send(net::const_buffer m) override { return below_->send(m); }
    bool try_send(net::const_buffer m) override {
        sent += roomy ? m.size() : 0;
        return roomy;
    }
    std::size_t max_message_size() const noexcept override { return below_->max_message_size(); }
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

    bool roomy = false;
    std::size_t sent = 0; // bytes, at once

  private:
    std::unique_ptr<core::message_stream> below_;
};

} // namespace

TEST_CASE("writes beyond the window wait for window adjusts, and no message is too large") {
    session_setup setup = windows(4096, 100);
    setup.host_end.max_message_size = setup.firmware_end.max_message_size = 93; // 84 of payload
    play(setup, [](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        const auto text = pattern(5000);
        co_await write_text(*channel, text);
        co_await w.firmware.until([&] { return w.firmware.received[0].size() == 5000; });
        CHECK(w.firmware.received[0] == text);
        CHECK(std::ranges::max(w.firmware.data_sizes) <= 84);
        CHECK(w.firmware.closes.empty()); // the firmware saw no overrun
    });
}

TEST_CASE("a window of 0 holds the writer back until the firmware opens it") {
    play(windows(4096, 0), [](session_world &w) -> awaitable<void> {
        auto &channel = w.keep(co_await w.open());
        // The test grants by hand, so it counts by hand.
        w.firmware.on_message = [](const apf::message &m) {
            return !std::holds_alternative<apf::channel_data>(m);
        };
        auto &written = w.keep(std::optional<error_code>());
        w.tasks.spawn(keep_error(write_text(*channel, "hello"), written));
        co_await core::sleep_for(1h);
        CHECK_FALSE(written.has_value());
        CHECK(w.firmware.data_sizes.empty());
        const apf::channel_window_adjust adjust{2, 4};
        co_await w.firmware.send_now(adjust);
        co_await settle();
        CHECK(w.firmware.data_sizes == std::vector<std::size_t>{4});
        CHECK_FALSE(written.has_value());
        const apf::channel_window_adjust more_adjust{2, 1};
        co_await w.firmware.send_now(more_adjust);
        co_await settle();
        CHECK(w.firmware.data_sizes == std::vector<std::size_t>{4, 1});
        CHECK(written == error_code());
    });
}

TEST_CASE("a window of one byte, both ways, carries everything in order") {
    play(windows(1, 1), [](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        const auto text = pattern(200);
        co_await write_text(*channel, text);
        co_await w.firmware.until([&] { return w.firmware.received[0].size() == 200; });
        CHECK(w.firmware.received[0] == text);
        for (std::size_t i = 0; i < 50; ++i) {
            const auto n = co_await w.firmware.write(0, text.substr(i));
            REQUIRE(n == 1);
            const auto got = co_await read_text(*channel, 1);
            REQUIRE(got[0] == text[i]);
            co_await w.firmware.until([&] { return w.firmware.adjusts.size() == i + 1; });
        }
    });
}

TEST_CASE("payloads a little shorter than the window go in one message each") {
    play(windows(4096, 4096), [](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        const auto text = pattern(4087);
        for (int i = 0; i < 10; ++i)
            co_await write_text(*channel, text);
        co_await w.firmware.until([&] { return w.firmware.received[0].size() == 40870; });
        CHECK(w.firmware.data_sizes == std::vector<std::size_t>(10, 4087));
    });
}

TEST_CASE("a firmware that gives credit only for its whole window does not stall a writer") {
    play(windows(4096, 4096), [](session_world &w) -> awaitable<void> {
        std::size_t arrived = 0;
        w.firmware.on_message = [&w, &arrived](const apf::message &m) {
            const auto *data = std::get_if<apf::channel_data>(&m);
            if (!data)
                return true;
            arrived += data->data.size();
            if (arrived % 4096 == 0)
                w.firmware.send(apf::channel_window_adjust{w.firmware.opens.front(), 4096});
            return false;
        };
        auto channel = co_await w.open();
        const auto text = pattern(8 * 4096);
        co_await write_text(*channel, text);
        co_await w.firmware.until([&] { return arrived == text.size(); });
    });
}

TEST_CASE("a writer on a link that always has room lets others run") {
    session_setup setup = windows(4096, 0xffffffff);
    setup.host_end.max_message_size = setup.firmware_end.max_message_size = 1009;
    setup.session.max_queued = 10000;
    setup.wrap = [](std::unique_ptr<core::message_stream> below) {
        return std::make_unique<roomy_link>(std::move(below));
    };
    play(setup, [](session_world &w) -> awaitable<void> {
        auto &channel = w.keep(co_await w.open());
        auto &link = static_cast<roomy_link &>(*w.link);
        auto &written = w.keep(std::optional<error_code>());
        link.roomy = true;
        w.tasks.spawn(keep_error(write_text(*channel, std::string(1000000, 'x')), written));
        CHECK_FALSE(written.has_value()); // it waits, though the link never did
        CHECK(link.sent > 0);
        CHECK(link.sent < 20000);
        co_await settle();
        CHECK(written == error_code());
        CHECK(link.sent > 1000000);
        link.roomy = false;
    });
}

TEST_CASE("a response of 75 KB and one in single bytes arrive whole") {
    play(windows(4096, 4096), [](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        for (const std::size_t chunk : {4096u, 1u}) {
            const auto text = pattern(chunk == 1 ? 3000 : 75 * 1024);
            std::string got;
            std::size_t at = 0;
            while (got.size() < text.size()) {
                while (at < text.size()) {
                    const auto n = co_await w.firmware.write(0, text.substr(at, chunk));
                    if (n == 0)
                        break;
                    at += n;
                }
                char buffer[1500];
                got.append(buffer, co_await channel->read_some(net::buffer(buffer)));
                co_await settle();
            }
            CHECK(got == text);
        }
        CHECK(w.firmware.closes.empty());
    });
}

TEST_CASE("a slow reader's credits are few, and a silent reader's none") {
    play(windows(4096, 4096), [](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        for (int i = 0; i < 8; ++i)
            co_await w.firmware.write(0, std::string(512, 'x'));
        co_await settle();
        CHECK(w.firmware.adjusts.empty()); // nothing was consumed
        for (int i = 0; i < 3; ++i)
            co_await read_text(*channel, 512);
        co_await settle();
        CHECK(w.firmware.adjusts.empty()); // less than half of the window
        co_await read_text(*channel, 512);
        co_await settle();
        CHECK(w.firmware.adjusts == std::vector<std::uint32_t>{2048});
        co_await read_text(*channel, 2048);
        co_await settle();
        CHECK(w.firmware.adjusts == std::vector<std::uint32_t>{2048, 2048});
    });
}

TEST_CASE("the window adjust of a turn goes behind the data of that turn") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        co_await w.firmware.write(0, "question");
        co_await read_text(*channel, 8);
        co_await write_text(*channel, "answer"); // at once: in the turn of the read
        co_await w.firmware.until([&] { return !w.firmware.adjusts.empty(); });
        const auto &seen = w.firmware.seen;
        CHECK(seen.back() == message_number::channel_window_adjust);
        CHECK(seen[seen.size() - 2] == message_number::channel_data);
    });
}

TEST_CASE("after the firmware's close the reader gets what was sent and then the end") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        co_await w.firmware.write(0, "last words");
        co_await w.firmware.close(0);
        co_await settle();
        CHECK(w.firmware.closes == std::vector<std::uint32_t>{0});
        const auto text = co_await read_text(*channel, 10);
        CHECK(text == "last words");
        char byte;
        const auto end = co_await error_of(channel->read_some(net::buffer(&byte, 1)));
        CHECK(end == core::end_of_stream);
        const auto write = co_await error_of(channel->write_some(net::buffer("x", 1)));
        CHECK(write == errc::channel_closed_by_peer);
        channel->close();
        channel.reset();
        co_await settle();
        CHECK(w.firmware.closes.size() == 1); // once a side
        CHECK(w.firmware.core.counters().ignored == 0);
    });
}

TEST_CASE("reader and writer that wait are woken by the firmware's close") {
    play(windows(4096, 0), [](session_world &w) -> awaitable<void> {
        auto &channel = w.keep(co_await w.open());
        auto &written = w.keep(std::optional<error_code>());
        auto &got = w.keep(std::string());
        auto &read = w.keep(error_code());
        w.tasks.spawn(keep_error(write_text(*channel, "x"), written));
        w.tasks.spawn(read_to_error(*channel, got, read));
        co_await settle();
        co_await w.firmware.close(0);
        co_await settle();
        CHECK(written == make_error_code(errc::channel_closed_by_peer));
        CHECK(read == core::end_of_stream);
    });
}

TEST_CASE("our own close ends pending calls with closed and tells the firmware once") {
    play(windows(4096, 0), [](session_world &w) -> awaitable<void> {
        auto &channel = w.keep(co_await w.open());
        auto &written = w.keep(std::optional<error_code>());
        auto &got = w.keep(std::string());
        auto &read = w.keep(error_code());
        w.tasks.spawn(keep_error(write_text(*channel, "x"), written));
        w.tasks.spawn(read_to_error(*channel, got, read));
        co_await settle();
        channel->close();
        channel->close();
        co_await settle();
        CHECK(written == core::cond::closed);
        CHECK(read == core::cond::closed);
        CHECK(w.firmware.closes == std::vector<std::uint32_t>{0});
        const auto late = co_await error_of(channel->write_some(net::buffer("x", 1)));
        CHECK(late == core::cond::closed);
    });
}

TEST_CASE("data written before a close reaches the firmware before the close") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        co_await write_text(*channel, "goodbye");
        channel.reset();
        co_await w.firmware.until([&] { return !w.firmware.closes.empty(); });
        CHECK(w.firmware.received[0] == "goodbye");
    });
}

TEST_CASE("shutdown ends writing here, tells the firmware nothing, and reading goes on") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        co_await channel->shutdown();
        const auto write = co_await error_of(channel->write_some(net::buffer("x", 1)));
        CHECK(write == core::cond::closed);
        co_await w.firmware.write(0, "still here");
        const auto text = co_await read_text(*channel, 10);
        CHECK(text == "still here");
        CHECK(w.firmware.closes.empty());
    });
}

TEST_CASE("an empty buffer completes at once, even beside a pending read") {
    play(windows(4096, 0), [](session_world &w) -> awaitable<void> {
        auto &channel = w.keep(co_await w.open());
        auto &got = w.keep(std::string());
        auto &read = w.keep(error_code());
        w.tasks.spawn(read_to_error(*channel, got, read));
        const auto nothing_read = co_await channel->read_some(net::mutable_buffer());
        const auto nothing_written = co_await channel->write_some(net::const_buffer());
        CHECK(nothing_read == 0);
        CHECK(nothing_written == 0);
    });
}

TEST_CASE("a read that was cancelled has taken nothing") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        char buffer[10];
        const auto late =
            co_await error_of(core::with_deadline(5s, channel->read_some(net::buffer(buffer))));
        CHECK(late == core::errc::timed_out);
        co_await w.firmware.write(0, "hello");
        const auto text = co_await read_text(*channel, 5);
        CHECK(text == "hello");
    });
}

TEST_CASE("data that comes in the turn of a cancellation is not lost") {
    play([](session_world &w) -> awaitable<void> {
        auto channel = co_await w.open();
        std::string got;
        for (int i = 0; i < 20; ++i) {
            error_code why;
            core::task_group reader(w.environment.executor);
            reader.spawn(read_to_error(*channel, got, why));
            w.firmware.send(apf::channel_data{2, core::as_bytes("x")});
            w.tasks.spawn(w.firmware.flush());
            // Each round lets the data come one step further before the reader is cancelled.
            for (int steps = 0; steps < i; ++steps)
                co_await yield();
            reader.cancel();
            co_await reader.join();
            co_await settle();
        }
        got += co_await read_text(*channel, 20 - got.size());
        CHECK(got == std::string(20, 'x'));
    });
}

TEST_CASE("opens that overlap get channels of their own") {
    play([](session_world &w) -> awaitable<void> {
        auto &a = w.keep(std::unique_ptr<core::byte_stream>());
        auto &b = w.keep(std::unique_ptr<core::byte_stream>());
        auto &a_outcome = w.keep(std::optional<error_code>());
        auto &b_outcome = w.keep(std::optional<error_code>());
        w.tasks.spawn(open_and_keep(w, a, a_outcome));
        w.tasks.spawn(open_and_keep(w, b, b_outcome));
        co_await settle();
        REQUIRE(a);
        REQUIRE(b);
        co_await write_text(*a, "to a");
        co_await write_text(*b, "to b");
        co_await w.firmware.until([&] { return w.firmware.received.size() == 2; });
        CHECK(w.firmware.received[0] == "to a");
        CHECK(w.firmware.received[1] == "to b");
        co_await w.firmware.write(1, "from b");
        const auto text = co_await read_text(*b, 6);
        CHECK(text == "from b");
    });
}

TEST_CASE("data beyond the window ends that channel with its cause, and no other") {
    play(windows(10, 4096), [](session_world &w) -> awaitable<void> {
        auto victim = co_await w.open();
        auto other = co_await w.open();
        co_await w.firmware.write(0, "0123456789");
        const apf::channel_data excess{2, core::as_bytes("x")};
        co_await w.firmware.send_now(excess);
        co_await settle();
        const auto text = co_await read_text(*victim, 10);
        CHECK(text == "0123456789");
        char byte;
        const auto why = co_await error_of(victim->read_some(net::buffer(&byte, 1)));
        CHECK(why == errc::window_overrun);
        CHECK(w.firmware.closes == std::vector<std::uint32_t>{0});
        co_await w.firmware.write(1, "alive");
        const auto alive = co_await read_text(*other, 5);
        CHECK(alive == "alive");
    });
}

TEST_CASE("the session's queue is bounded, and what waits for room goes on when there is some") {
    session_setup setup = windows(4096, 1000000);
    setup.session.max_queued = 1000;
    setup.host_end.capacity = 500; // of the link
    setup.host_end.latency = 1ms;
    play(setup, [](session_world &w) -> awaitable<void> {
        auto &channel = w.keep(co_await w.open());
        auto &written = w.keep(std::optional<error_code>());
        w.tasks.spawn(keep_error(write_text(*channel, std::string(300000, 'x')), written));
        co_await settle();
        CHECK_FALSE(written.has_value());
        co_await w.firmware.until([&] { return w.firmware.received[0].size() == 300000; });
        co_await settle();
        CHECK(written == error_code());
    });
}
