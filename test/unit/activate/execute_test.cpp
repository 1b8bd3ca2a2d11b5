// SPDX-License-Identifier: Apache-2.0
// Signals and failures of a run, each in a process of its own.
#include <costrand/activate/execute.hpp>
#include <costrand/activate/process.hpp>

#include <costrand/core/time.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using namespace costrand;
using namespace std::chrono_literals;

namespace {

using body = awaitable<void> (*)(net::any_io_executor);

awaitable<void> waits(net::any_io_executor) {
    ::raise(SIGINT);
    co_await core::sleep_for(1h);
}
awaitable<void> ignores_cancellation(net::any_io_executor) {
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    ::raise(SIGTERM);
    co_await core::sleep_for(200ms); // the first one has been taken
    ::raise(SIGTERM);
    co_await core::sleep_for(1h);
}
awaitable<void> is_interrupted_and_goes_on(net::any_io_executor) {
    ::raise(SIGINT);
    co_await core::sleep_for(1ms);
}
awaitable<void> fails(net::any_io_executor) {
    throw system_error(heci::errc::no_permission);
    co_return;
}

struct child_result {
    int wait_status = 0;
    std::string told;
};

// Runs it as the program does; 42 stands for success.
child_result run(body what, bool ignore_interrupts) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::signal(SIGINT, ignore_interrupts ? SIG_IGN : SIG_DFL);
        activate::console_options options;
        options.out =
            options.err = [&](std::string_view text) { activate::write_text(ends[1], text); };
        options.wall_clock = [] { return std::chrono::system_clock::time_point(); };
        activate::console says(options);
        const auto end = activate::execute(what, says);
        if (end.why)
            says.fail(*end.why);
        if (end.signal != 0)
            activate::die_by(end.signal);
        ::_exit(end.why ? activate::process_status(end.why->code) : 42);
    }
    ::close(ends[1]);
    child_result out;
    std::array<char, 512> buffer;
    for (;;) {
        const auto n = ::read(ends[0], buffer.data(), buffer.size());
        if (n <= 0)
            break;
        out.told.append(buffer.data(), static_cast<std::size_t>(n));
    }
    ::close(ends[0]);
    ::waitpid(child, &out.wait_status, 0);
    return out;
}

} // namespace

TEST_CASE("a signal cancels the run, and the process dies of it when all is closed") {
    const auto end = run(waits, false);
    REQUIRE(WIFSIGNALED(end.wait_status));
    CHECK(WTERMSIG(end.wait_status) == SIGINT);
    CHECK(end.told.find("msg=\"interrupt\"") != std::string::npos);
    CHECK(end.told.find("interrupted by SIGINT") != std::string::npos);
}

TEST_CASE("a second signal ends the process at once, however long the closing takes") {
    const auto end = run(ignores_cancellation, false);
    REQUIRE(WIFSIGNALED(end.wait_status));
    CHECK(WTERMSIG(end.wait_status) == SIGTERM);
    CHECK(end.told.find("interrupted by") == std::string::npos); // it never came to that
}

TEST_CASE("a signal that the starter wants ignored stays ignored") {
    const auto end = run(is_interrupted_and_goes_on, true);
    REQUIRE(WIFEXITED(end.wait_status));
    CHECK(WEXITSTATUS(end.wait_status) == 42);
}

TEST_CASE("an error that nobody explained still ends with its code") {
    const auto end = run(fails, false);
    REQUIRE(WIFEXITED(end.wait_status));
    CHECK(WEXITSTATUS(end.wait_status) == 1);
    CHECK(end.told.find("IncorrectPermissions") != std::string::npos);
}
