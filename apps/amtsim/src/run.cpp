// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"
#include "state_file.hpp"
#include "supervised.hpp"
#include "supervisor.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/sim/serve.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace costrand::amtsim {
namespace {

// How the program ended; nothing while it lives.
std::optional<int> ended(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, WNOHANG) == child ? std::optional(status) : std::nullopt;
}

// As a shell is told: the same exit code, or the same signal.
int end_as(int status) {
    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    const int number = WTERMSIG(status);
    const rlimit no_core{0, 0}; // the program left its own
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(number, SIG_DFL);
    ::raise(number);
    return 128 + number; // only when the signal did not kill
}

watched_calls calls_for(const std::vector<sim::fault> &faults) {
    const bool io = std::ranges::any_of(
        faults, [](const sim::fault &order) { return sim::needs_watched_calls(order.kind); });
    return io ? watched_calls::device_and_io : watched_calls::device;
}

class session {
  public:
    session(const settings &options, core::random_source &random, core::log log)
        : log_(log),
          strand_(core::make_session_strand(context_)),
          watched_(calls_for(options.faults)),
          state_(open_state(options.state_file, options.profile, random, core::now(strand_))),
          device_(strand_, options.profile, random, log,
                  state_ ? state_->state()
                         : sim::new_device(options.profile, random, core::now(strand_)),
                  crypto_of(options)),
          tasks_(strand_),
          signals_(context_) {
        if (state_)
            device_.before_answers([this](const sim::device_state &now) { state_->keep(now); });
        for (const auto &fault : options.faults)
            device_.inject().order(fault);
        if (options.lms)
            for (const auto port : sim::lms_ports(options.profile))
                lms_.push_back(
                    std::make_unique<transports::tcp_acceptor>(strand_, "127.0.0.1", port));
    }

    int run(const std::vector<std::string> &command) {
        signals_.add(SIGCHLD);
        signals_.add(SIGTERM);
        const auto started = start_supervised(command, watched_);
        child_ = started.child;
        // The terminal sends these to the program as well: how it ends is how we end.
        ::signal(SIGINT, SIG_IGN);
        ::signal(SIGQUIT, SIG_IGN);
        watch();
        net::post(strand_, [this, listener = started.listener] {
            supervisor_.emplace(strand_, listener, watched_, device_, log_);
            tasks_.spawn(supervisor_->run());
            tasks_.spawn(device_.run());
            for (const auto &port : lms_)
                tasks_.spawn(sim::serve_lms_port(device_, *port, port->port()));
        });
        core::spawn(strand_, finish(), core::rethrow);
        context_.run();
        return end_as(*status_);
    }

  private:
    void watch() {
        signals_.async_wait([this](error_code failed, int number) {
            if (failed)
                return;
            if (number == SIGTERM)
                ::kill(child_, SIGTERM);
            status_ = ended(child_);
            if (status_)
                net::post(strand_, [this] { over_.notify_all(); });
            else
                watch();
        });
    }

    // When the program itself is gone: what it left running finds no device any more.
    awaitable<void> finish() {
        while (!status_)
            co_await over_.wait();
        signals_.cancel();
        device_.stop();
        tasks_.cancel();
        (void)co_await core::as_result(tasks_.join()); // the program's end is the news
    }

    core::log log_;
    core::notifier over_;
    std::optional<int> status_;
    pid_t child_ = -1;
    net::io_context context_{1};
    net::any_io_executor strand_;
    watched_calls watched_;
    std::unique_ptr<state_file> state_;
    sim::firmware device_;
    std::vector<std::unique_ptr<transports::tcp_acceptor>> lms_;
    std::optional<supervisor> supervisor_;
    core::task_group tasks_;
    net::signal_set signals_;
};

} // namespace

int run_program(const settings &options, core::log log) {
    const auto random = options.seed ? core::seeded_random(*options.seed) : core::system_random();
    session one(options, *random, std::move(log));
    return one.run(options.command);
}

} // namespace costrand::amtsim
