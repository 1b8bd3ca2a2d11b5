// SPDX-License-Identifier: Apache-2.0
// The stage of the session tests: a session and a firmware on one in-memory link, both running.
#pragma once

#include "peer.hpp"

#include <costrand/apf/session.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/task_group.hpp>

#include <support/run_coro.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

struct session_setup {
    session_setup() {}
    sim::memory_options host_end, firmware_end;
    // What the session gets instead of its end of the link.
    std::function<std::unique_ptr<core::message_stream>(std::unique_ptr<core::message_stream>)>
        wrap;
    apf::session_options session;
    apf::core_options<apf::firmware_role> firmware;
};

// Log lines as "level text".
class log_lines {
  public:
    core::log log() {
        return {core::log_level::trace,
                [this](core::log_level level, std::string_view, std::string_view line) {
                    lines.push_back(core::concat(core::to_string(level), " ", line));
                }};
    }
    [[nodiscard]] std::size_t count(std::string_view part) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            lines, [part](const auto &l) { return l.find(part) != std::string::npos; }));
    }
    std::vector<std::string> lines;
};

struct session_world {
    session_world(coro_environment e, session_setup setup)
        : session_world(e, std::move(setup),
                        sim::memory_message_pair(e.executor, setup.host_end, setup.firmware_end)) {}

    awaitable<void> run_session() {
        auto done = co_await core::as_result(session->run());
        ended = done ? error_code() : done.error();
        change.notify_all();
    }
    awaitable<void> until_ended() {
        while (!ended)
            co_await change.wait();
    }
    awaitable<std::unique_ptr<core::byte_stream>> open() { return session->open_channel(16992); }

    // For what runs beside the story: a place that outlives it, however it ends.
    template <typename T>
    T &keep(T value) {
        auto place = std::make_shared<T>(std::move(value));
        kept.push_back(place);
        return *place;
    }

    coro_environment environment;
    log_lines log;
    std::unique_ptr<core::message_stream> link;
    peer firmware;
    std::unique_ptr<apf::session> session;
    std::optional<error_code> ended; // how run() ended
    core::notifier change;
    std::vector<std::shared_ptr<void>> kept;
    core::task_group tasks; // of the story

  private:
    session_world(coro_environment e, session_setup setup, sim::message_stream_pair ends)
        : environment(e),
          link(setup.wrap ? setup.wrap(std::move(ends.first)) : std::move(ends.first)),
          firmware(std::move(ends.second), std::move(setup.firmware)),
          session(std::make_unique<apf::session>(*link, std::move(setup.session), log.log())),
          tasks(e.executor) {}
};

using session_story = std::function<awaitable<void>(session_world &)>;

// Tells the story while both ends run, then stops the session and waits for all.
inline awaitable<void> tell(coro_environment e, session_setup setup, session_story story) {
    session_world world(e, std::move(setup));
    core::task_group ends(e.executor);
    ends.spawn(world.firmware.run());
    ends.spawn(world.run_session());
    std::exception_ptr failure;
    try {
        co_await story(world);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await net::this_coro::throw_if_cancelled(false);
    world.tasks.cancel();
    co_await world.tasks.join();
    if (world.session)
        world.session->stop();
    co_await ends.join();
    if (failure)
        std::rethrow_exception(failure);
}

inline void play(session_setup setup, session_story story) {
    run_coro([&](coro_environment e) { return tell(e, setup, story); });
}
inline void play(session_story story) {
    play(session_setup(), std::move(story));
}

// The code of what op throws, none if it succeeds. Throws when the test itself is cancelled.
template <typename T>
awaitable<error_code> error_of(awaitable<T> op) {
    auto outcome = co_await core::as_result(std::move(op));
    const auto state = co_await net::this_coro::cancellation_state;
    if (state.cancelled() != net::cancellation_type::none)
        throw system_error(net::error::operation_aborted);
    co_return outcome ? error_code() : outcome.error();
}

// Reads until n bytes are there.
inline awaitable<std::string> read_text(core::byte_stream &stream, std::size_t n) {
    std::string out(n, '\0');
    std::size_t at = 0;
    while (at < n)
        at += co_await stream.read_some(net::buffer(out.data() + at, n - at));
    co_return out;
}

inline awaitable<void> write_text(core::byte_stream &stream, std::string text) {
    std::size_t at = 0;
    while (at < text.size())
        at += co_await stream.write_some(net::buffer(text.data() + at, text.size() - at));
}

// A text in which each place is recognisable.
inline std::string pattern(std::size_t n) {
    std::string out;
    for (std::size_t i = 0; out.size() < n; ++i)
        out += std::to_string(i) + ',';
    out.resize(n);
    return out;
}

inline session_setup windows(std::uint32_t ours, std::uint32_t firmwares) {
    session_setup setup;
    setup.session.window = ours;
    setup.firmware.window = firmwares;
    return setup;
}

// Lets everything happen that can happen now.
inline awaitable<void> settle() {
    co_await core::sleep_for(std::chrono::milliseconds(1));
}

// Lets one more handler of the strand run.
inline awaitable<void> yield() {
    co_await net::post(co_await net::this_coro::executor, use_awaitable);
}

inline awaitable<void> open_and_keep(session_world &w, std::unique_ptr<core::byte_stream> &to,
                                     std::optional<error_code> &outcome) {
    auto opened = co_await core::as_result(w.open());
    outcome = opened ? error_code() : opened.error();
    if (opened)
        to = std::move(*opened);
}

inline awaitable<void> keep_error(awaitable<void> op, std::optional<error_code> &outcome) {
    auto done = co_await core::as_result(std::move(op));
    outcome = done ? error_code() : done.error();
}

inline awaitable<void> read_to_error(core::byte_stream &stream, std::string &got, error_code &why) {
    char buffer[100];
    for (;;) {
        auto n = co_await core::as_result(stream.read_some(net::buffer(buffer)));
        if (!n) {
            why = n.error();
            co_return;
        }
        got.append(buffer, *n);
    }
}

} // namespace costrand::test
