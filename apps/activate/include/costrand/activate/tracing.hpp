// SPDX-License-Identifier: Apache-2.0
// tracing: the files of --trace and --report, and an environment that is observed for them.
#pragma once

#include <costrand/activate/console.hpp>
#include <costrand/activate/execute.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/trace/device.hpp>
#include <costrand/trace/event.hpp>
#include <costrand/trace/output.hpp>
#include <costrand/trace/recorder.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace costrand::activate {

// `env` as it is, or one whose streams, steps and log lines `to` sees, which outlives the run;
// null: nothing is added, and nothing is slower. The clock of `to` runs as long as this object.
class observed_environment {
  public:
    observed_environment(environment env, trace::recorder *to);
    observed_environment(const observed_environment &) = delete;
    observed_environment &operator=(const observed_environment &) = delete;
    ~observed_environment();

    [[nodiscard]] const environment &get() const noexcept { return env_; }

  private:
    trace::recorder *to_;
    environment env_;
    std::optional<trace::observed_device> device_;
};

class tracing {
  public:
    // Opens the files that the options name. Throws error 28 for one that cannot be written and 33
    // when both are the same. Both arguments outlive it.
    tracing(const settings &options, console &says);

    // For the run; null when no file is asked for.
    [[nodiscard]] trace::recorder *recorder() noexcept { return recorder_ ? &*recorder_ : nullptr; }

    // The last line, and the page. A file that cannot be written any more is warned of.
    void finish(const end_of_run &end);

  private:
    void open(trace::output &file, const std::string &path, std::string_view option);
    void keep(const trace::event &e);
    void write_page();

    const settings &options_;
    console &says_;
    trace::output trace_, report_;
    std::vector<trace::event> kept_; // for the page
    std::size_t left_out_ = 0;
    std::optional<trace::recorder> recorder_;
};

// The page of options.report from the trace options.from_trace. Throws error 28 when one of the
// two cannot be opened, 10 when the page cannot be written or the trace has no line of one.
void make_page_of_trace(const settings &options, console &says);

} // namespace costrand::activate
