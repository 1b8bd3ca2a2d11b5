// SPDX-License-Identifier: Apache-2.0
// Strands: one per session, made by the composition root and handed down as any_io_executor; what
// starts the outermost coroutine on one.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/time.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <cassert>
#include <exception>
#include <functional>
#include <utility>

namespace costrand::core {

using session_strand = net::strand<net::io_context::executor_type>;

[[nodiscard]] inline net::any_io_executor make_session_strand(net::io_context &context) {
    return net::make_strand(context);
}

// In debug builds: the caller runs on this executor's strand. Executors that are no session_strand
// are not checked.
inline void assert_on([[maybe_unused]] const net::any_io_executor &executor) noexcept {
    [[maybe_unused]] auto *strand = executor.target<session_strand>();
    assert(!strand || strand->running_in_this_thread());
}

// Runs work that may block (an ioctl, a name lookup) off the strand, and comes back to it.
[[nodiscard]] inline awaitable<void> run_blocking(std::function<void()> work) {
    auto executor = co_await net::this_coro::executor;
    co_await time_source::of(executor).run_blocking(std::move(work));
}

// Completion handler of a program's outermost coroutine: what it threw comes out of the context's
// run().
inline constexpr auto rethrow = [](std::exception_ptr failure) {
    if (failure)
        std::rethrow_exception(failure);
};

} // namespace costrand::core
