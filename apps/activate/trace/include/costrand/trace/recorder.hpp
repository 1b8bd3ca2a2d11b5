// SPDX-License-Identifier: Apache-2.0
// recorder: where the observers of a run tell what they saw. It gives each event its time, takes
// secrets and unprintable characters out of it, and hands it to the sink at once: a run that is
// killed leaves all that happened before.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/time.hpp>
#include <costrand/trace/event.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::trace {

// Called in the order of time; does not throw.
using sink = std::function<void(const event &)>;

class recorder {
  public:
    explicit recorder(sink to) : sink_(std::move(to)) {}
    recorder(const recorder &) = delete;
    recorder &operator=(const recorder &) = delete;

    // From here on time is that of the executor's source, and 0 is now. Before, every event has the
    // time 0; after stop_clock(), which the executor must outlive, the last one.
    void start_clock(const net::any_io_executor &executor);
    void stop_clock();
    [[nodiscard]] std::int64_t now() const; // microseconds

    // A text that must not stand in any event, should a peer repeat it. Shorter than 4 characters:
    // not looked for, it would hit by chance.
    void hide(core::secret text);

    // `e.t` is set here. Texts are cut at 400 bytes.
    void record(event e);

    // `quiet`: it only means waiting, or comes too often for a line of its own.
    void step(std::string_view what, bool quiet);
    void fault(layer on, std::string_view what, std::string_view detail);
    // A line of the log: a wait, where it is one of those that begin a pause, else what it is.
    void log_line(core::log_level level, std::string_view component, std::string_view line);

    // For what is tried again when it failed: `name` failed just now, or begins. The second tells
    // of a retry when the last attempt failed.
    void failed(std::string_view name, layer on, std::string_view why);
    void attempts(std::string_view name, layer on);

    // The WS-Management call that the server had relayed last: names the messages to AMT.
    std::string call;
    // Connections to AMT over the LMS so far.
    std::uint64_t connections = 0;

  private:
    [[nodiscard]] std::string clean(std::string_view text) const;

    sink sink_;
    std::vector<core::secret> hidden_;
    std::map<std::string, std::string, std::less<>> failures_; // by name: why
    core::time_source *clock_ = nullptr;
    core::time_point start_{};
    std::int64_t stopped_at_ = 0;
};

} // namespace costrand::trace
