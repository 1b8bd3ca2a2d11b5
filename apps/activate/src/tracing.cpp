// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/tracing.hpp>

#include <costrand/activate/failure.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/trace/jsonl.hpp>
#include <costrand/trace/page.hpp>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

namespace costrand::activate {

namespace {

using enum exit_code;

// Some hundred megabytes of page; a server that never ends must not fill the memory. The last ones
// are missing then, but for faults and the end.
constexpr std::size_t most_events = 200'000;

// Steps and frames on the log's trace level would only repeat what the streams show.
core::log observed(const core::log &below, trace::recorder &to) {
    const auto threshold =
        below.enabled(core::log_level::trace) ? core::log_level::trace : core::log_level::debug;
    return {threshold, [below, to = &to](core::log_level level, std::string_view component,
                                         std::string_view line) {
                if (level >= core::log_level::debug)
                    to->log_line(level, component, line);
                below.write(level, component, line);
            }};
}

// Without a path's or query's words, which may be a token.
std::string describe(const settings &options) {
    const auto &server = options.server.where;
    std::string out = "profile " + options.profile;
    if (!server.host.empty())
        out += std::string(" at ") + (server.secure ? "wss://" : "ws://") + server.host + ":" +
               std::to_string(server.port);
    out += options.demo ? ", demonstration" : "";
    constexpr std::string_view ways[] = {"", ", over LMS only", ", over LME only"};
    return out + std::string(ways[static_cast<std::size_t>(options.transport)]);
}

} // namespace

observed_environment::observed_environment(environment env, trace::recorder *to)
    : to_(to),
      env_(std::move(env)) {
    if (!to_)
        return;
    device_.emplace(*env_.device, *to_);
    env_.device = &*device_;
    env_.dial_lms = trace::observed(std::move(env_.dial_lms), *to_);
    env_.connect_server = trace::observed(std::move(env_.connect_server), *to_);
    env_.on_step = [to, below = std::move(env_.on_step)](std::string_view what, bool quiet) {
        to->step(what, quiet);
        if (below)
            below(what, quiet);
    };
    env_.log = observed(env_.log, *to_);
    to_->start_clock(env_.executor);
}

observed_environment::~observed_environment() {
    if (to_)
        to_->stop_clock();
}

tracing::tracing(const settings &options, console &says) : options_(options), says_(says) {
    if (options.trace.empty() && options.report.empty())
        return;
    open(trace_, options.trace, "--trace");
    open(report_, options.report, "--report");
    if (trace_.is_open() && report_.is_open() && trace_.same_file(report_))
        throw error(invalid_parameter_combination, "--trace and --report name the same file");
    if (trace_.is_open())
        trace_.clear();
    recorder_.emplace([this](const trace::event &e) { keep(e); });
    recorder_->hide(options.password);
    if (options.proxy)
        recorder_->hide(options.proxy->where.password);
    trace::event start;
    start.is = trace::kind::start;
    start.what = "costrand-activate " COSTRAND_VERSION;
    start.detail = describe(options);
    start.utc = utc_stamp(std::chrono::system_clock::now());
    recorder_->record(std::move(start));
}

void tracing::open(trace::output &file, const std::string &path, std::string_view option) {
    if (path.empty())
        return;
    if (const auto why = file.open(path))
        throw error(incorrect_command_line_parameters,
                    std::string(option) + " \"" + printable(path, 200) +
                        "\": cannot be written: " + why.message());
}

void tracing::keep(const trace::event &e) {
    if (trace_.is_open()) {
        if (const auto why = trace_.write(trace::format_line(e))) {
            trace_ = trace::output();
            says_.log_line(core::log_level::warn, "--trace \"" + printable(options_.trace, 200) +
                                                      "\": " + why.message() +
                                                      "; the run goes on without a trace");
        }
    }
    if (!report_.is_open())
        return;
    if (kept_.size() < most_events || e.is == trace::kind::fault || e.is == trace::kind::end)
        kept_.push_back(e);
    else
        ++left_out_;
}

void tracing::finish(const end_of_run &end) {
    if (!recorder_)
        return;
    trace::event last;
    last.is = trace::kind::end;
    last.what = end.signal != 0 ? "interrupted" : end.why ? "failed" : "success";
    if (end.signal != 0)
        last.detail = signal_name(end.signal);
    else if (end.why)
        last.detail = std::string(name(end.why->code)) + ": " + end.why->text;
    if (end.signal == 0)
        last.code = end.why ? static_cast<std::uint64_t>(end.why->code) : 0;
    recorder_->record(std::move(last));
    if (report_.is_open())
        write_page();
}

void tracing::write_page() {
    report_.clear();
    if (const auto why = report_.write(trace::make_page(kept_, left_out_)))
        says_.log_line(core::log_level::warn,
                       "--report \"" + printable(options_.report, 200) + "\": " + why.message());
}

void make_page_of_trace(const settings &options, console &says) {
    errno = 0;
    std::ifstream file(options.from_trace, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const std::string named = "--from-trace \"" + printable(options.from_trace, 200) + "\": ";
    if (!file.is_open() || file.bad())
        throw error(incorrect_command_line_parameters,
                    named + "cannot be read: " +
                        error_code(errno, boost::system::system_category()).message());
    const auto parsed = trace::parse_trace(text);
    if (parsed.events.empty())
        throw error(generic_failure, named + "no line of it is one of a trace");
    if (parsed.unreadable > 0)
        says.log_line(core::log_level::warn, named + std::to_string(parsed.unreadable) +
                                                 " lines cannot be read and are left out");
    trace::output page;
    auto why = page.open(options.report);
    if (why)
        throw error(incorrect_command_line_parameters,
                    "--report \"" + printable(options.report, 200) +
                        "\": cannot be written: " + why.message());
    page.clear();
    why = page.write(trace::make_page(parsed.events, parsed.unreadable));
    if (why)
        throw error(generic_failure,
                    "--report \"" + printable(options.report, 200) + "\": " + why.message());
}

} // namespace costrand::activate
