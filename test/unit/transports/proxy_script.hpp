// SPDX-License-Identifier: Apache-2.0
// A proxy that plays a script over an in-memory stream, and what comes of it.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/transports/proxy.hpp>

#include <support/run_coro.hpp>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

using bytes_ptr = std::unique_ptr<core::byte_stream>;
inline constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();

inline transports::proxy_url via(const std::string &url) {
    return transports::parse_proxy_url(url).value();
}

// The proxy reads what it expects and says its reply; behind the last step it ends.
struct step {
    std::string expected, reply;
};
using script = std::vector<step>;

inline awaitable<void> play(bytes_ptr client, script steps) {
    for (const step &s : steps) {
        std::string got(s.expected.size(), '\0');
        co_await core::read_exactly(*client, net::buffer(got));
        CHECK(got == s.expected);
        co_await core::write_all(*client, net::buffer(s.reply));
    }
}

struct outcome {
    error_code why;
    std::string reason, text;
    std::string behind; // of a tunnel: what came through it
};

inline awaitable<outcome> through(net::any_io_executor executor, transports::proxy_url url,
                                  std::string host, script steps, std::size_t chop) {
    sim::memory_options options;
    options.chop = chop;
    auto pair = sim::memory_byte_pair(executor, options, options);
    core::task_group group(executor);
    group.spawn(play(std::move(pair.second), std::move(steps)));
    outcome out;
    bytes_ptr tunnel;
    try {
        tunnel =
            co_await transports::proxy_tunnel(std::move(pair.first), std::move(url), host, 443);
    } catch (const transports::proxy_error &e) {
        out = {e.code(), e.reason(), e.what(), ""};
    }
    if (tunnel) {
        const auto rest = co_await core::read_until_eof(*tunnel, 1 << 20);
        out.behind = core::as_text(rest);
    }
    (void)co_await core::as_result(group.join()); // the client may be gone before the last step
    co_return out;
}

// In virtual time; then with the context destroyed on the way, and cancelled.
inline outcome run(const std::string &url, const script &steps,
                   const std::string &host = "rps.example", std::size_t chop = whole) {
    std::optional<outcome> first;
    test::run_coro(
        [&](test::coro_environment env) -> awaitable<void> {
            auto end = co_await through(env.executor, via(url), host, steps, chop);
            if (!first)
                first = std::move(end);
        },
        10);
    return *first;
}

} // namespace costrand::test
