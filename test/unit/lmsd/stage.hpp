// SPDX-License-Identifier: Apache-2.0
// The stage of the relay's tests: a relay, and behind it the simulated firmware's end of LME with a
// service that the test writes; all in memory and in virtual time.
#pragma once

#include "../transports/fake_device.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/lmsd/device_link.hpp>
#include <costrand/lmsd/relay.hpp>
#include <costrand/sim/faults.hpp>
#include <costrand/sim/lme.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/sim/profile.hpp>

#include <support/run_coro.hpp>

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

using bytes_stream = std::unique_ptr<core::byte_stream>;

struct stage {
    explicit stage(net::any_io_executor ex, lmsd::relay_options options = {})
        : executor(ex),
          firmware_tasks(ex),
          tasks(ex),
          faults([ex] { return core::now(ex); }),
          device(firmware_tasks),
          relay(ex, lmsd::device_link(device, lmsd::timeouts(), make_log()), std::move(options),
                make_log()) {
        profile.lme.withdraw_after = {};
        relay_task.spawn(relay.run());
    }

    // The next attempts to reach the device find it.
    void there() {
        device.then_serve(
            [this](std::unique_ptr<core::message_stream> link) { return serve(std::move(link)); });
    }
    // The link is gone, as when the firmware resets it.
    void lose_link() {
        if (link_end)
            link_end->close();
    }

    // A client's end of a connection that the relay serves.
    bytes_stream client(std::uint16_t port = 16992, sim::memory_options end = {}) {
        auto [near, far] = sim::memory_byte_pair(executor, end, end);
        tasks.spawn(relay.serve(std::move(far), port));
        return std::move(near);
    }

    [[nodiscard]] std::size_t count(std::string_view part) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            log, [part](const auto &l) { return l.find(part) != std::string::npos; }));
    }
    [[nodiscard]] std::size_t slots_used() const { return lme ? lme->slots_used() : 0; }

    // Since the start; in virtual time.
    [[nodiscard]] core::duration elapsed() const { return core::now(executor).time_since_epoch(); }

    net::any_io_executor executor;
    sim::profile profile = sim::without_delays(sim::amt16());
    // What the firmware does on a channel.
    sim::lme_link::service service;
    std::vector<std::string> log; // "level text"
    core::task_group firmware_tasks, tasks;
    sim::faults faults;
    fake_device device;
    std::size_t links = 0;
    sim::lme_link *lme = nullptr;             // the present one
    core::message_stream *link_end = nullptr; // its firmware's end
    core::task_group relay_task{executor};
    lmsd::relay relay;

  private:
    awaitable<void> serve(std::unique_ptr<core::message_stream> link) {
        sim::lme_link now(
            *link, profile, faults, [this](std::uint16_t) { return service; }, core::log());
        lme = &now;
        link_end = link.get();
        ++links;
        auto ended = co_await core::as_result(now.run());
        protocol_errors += now.protocol_errors();
        lme = nullptr;
        link_end = nullptr;
        if (!ended)
            throw system_error(ended.error());
    }
    core::log make_log() {
        return {core::log_level::debug,
                [this](core::log_level level, std::string_view, std::string_view line) {
                    log.push_back(core::concat(core::to_string(level), " ", line));
                }};
    }

  public:
    std::size_t protocol_errors = 0; // of links that have ended
};

using story = std::function<awaitable<void>(stage &)>;

inline awaitable<void> tell(net::any_io_executor executor, story what) {
    stage s(executor);
    std::exception_ptr failure;
    try {
        co_await what(s);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await net::this_coro::throw_if_cancelled(false);
    s.relay.stop();
    s.tasks.cancel();
    co_await s.tasks.join();
    co_await s.relay_task.join();
    s.firmware_tasks.cancel();
    co_await s.firmware_tasks.join();
    CHECK(s.protocol_errors == 0);
    if (failure)
        std::rethrow_exception(failure);
}

inline void play(std::size_t teardowns, story what) {
    run_coro([&](coro_environment e) { return tell(e.executor, what); }, teardowns);
}
inline void play(story what) {
    play(150, std::move(what));
}

inline awaitable<void> write_text(core::byte_stream &to, std::string text) {
    co_await core::write_all(to, net::buffer(text));
}
inline awaitable<std::string> read_text(core::byte_stream &from, std::size_t n) {
    std::string text(n, '\0');
    co_await core::read_exactly(from, net::buffer(text));
    co_return text;
}
// All of it up to the end of the stream.
inline awaitable<std::string> read_rest(core::byte_stream &from) {
    const auto data = co_await core::read_until_eof(from, 1 << 24);
    co_return std::string(core::as_text(data));
}

// Bytes of which each tells where it stands.
inline std::string pattern(std::size_t n) {
    std::string out(n, '\0');
    for (std::size_t i = 0; i < n; ++i)
        out[i] = static_cast<char>((i * 31 + i / 251) & 0xff);
    return out;
}

inline awaitable<void> send_all(core::byte_stream &to, const std::string &text) {
    co_await core::write_all(to, net::buffer(text));
}

// Sends all and reads all of it back, at the same time.
inline awaitable<void> check_echo(stage &s, core::byte_stream &client, std::size_t n) {
    const std::string sent = pattern(n);
    core::task_group writer(s.executor);
    writer.spawn(send_all(client, sent));
    const auto back = co_await read_text(client, n);
    co_await writer.join();
    CHECK((back == sent));
}

// Reads a line without its end.
inline awaitable<std::string> read_line(core::byte_stream &from) {
    std::string line;
    for (;;) {
        char c = 0;
        co_await core::read_exactly(from, net::buffer(&c, 1));
        if (c == '\n')
            co_return line;
        line += c;
    }
}

// Services of the firmware.
inline awaitable<void> echo(bytes_stream channel) {
    std::vector<std::byte> buffer(3000);
    for (;;) {
        const auto n = co_await channel->read_some(net::buffer(buffer));
        co_await core::write_all(*channel, net::buffer(buffer, n));
    }
}

} // namespace costrand::test
