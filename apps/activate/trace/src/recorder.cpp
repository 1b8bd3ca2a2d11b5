// SPDX-License-Identifier: Apache-2.0
#include <costrand/trace/recorder.hpp>

#include <costrand/rps/messages.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace costrand::trace {

namespace {

constexpr std::size_t longest_text = 400;
constexpr std::size_t shortest_secret = 4;
constexpr std::string_view mask = "***";

// What the drivers say when they begin a pause of their own. test/integration/trace_test.cpp runs
// into four of them.
constexpr std::array<std::string_view, 5> waits = {
    "AMT makes a key: a pause of ", "AMT takes no connection now (", "Port switch: waiting ",
    "APF channel open rejected (",  "MEI reinitialized (",
};

bool begins_wait(std::string_view line) {
    return line.find("; next attempt in ") != line.npos ||
           std::ranges::any_of(waits, [&](std::string_view w) { return line.starts_with(w); });
}

} // namespace

void recorder::start_clock(const net::any_io_executor &executor) {
    clock_ = &core::time_source::of(executor);
    start_ = clock_->now();
}

void recorder::stop_clock() {
    stopped_at_ = now();
    clock_ = nullptr;
}

std::int64_t recorder::now() const {
    if (!clock_)
        return stopped_at_;
    return std::chrono::duration_cast<std::chrono::microseconds>(clock_->now() - start_).count();
}

void recorder::hide(core::secret text) {
    if (text.reveal().size() >= shortest_secret)
        hidden_.push_back(std::move(text));
}

std::string recorder::clean(std::string_view text) const {
    std::string out(text);
    for (const core::secret &secret : hidden_)
        for (auto at = out.find(secret.reveal()); at != out.npos;
             at = out.find(secret.reveal(), at + mask.size()))
            out.replace(at, secret.reveal().size(), mask);
    return rps::printable(out, longest_text);
}

void recorder::record(event e) {
    e.t = now();
    e.what = clean(e.what);
    e.detail = clean(e.detail);
    sink_(e);
}

void recorder::step(std::string_view what, bool quiet) {
    event e;
    e.is = kind::step;
    e.what = what;
    e.detail = quiet ? "quiet" : "";
    record(std::move(e));
}

void recorder::fault(layer on, std::string_view what, std::string_view detail) {
    event e;
    e.is = kind::fault;
    e.on = on;
    e.what = what;
    e.detail = detail;
    record(std::move(e));
}

void recorder::log_line(core::log_level level, std::string_view component, std::string_view line) {
    event e;
    e.is = begins_wait(line) ? kind::wait : kind::log;
    e.what = e.is == kind::wait ? line : core::to_string(level);
    e.detail = e.is == kind::wait ? std::string(component)
                                  : std::string(component) + ": " + std::string(line);
    record(std::move(e));
}

void recorder::failed(std::string_view name, layer on, std::string_view why) {
    failures_[std::string(name)] = why;
    fault(on, std::string(name) + " failed", why);
}

void recorder::attempts(std::string_view name, layer on) {
    const auto found = failures_.find(name);
    if (found == failures_.end())
        return;
    event e;
    e.is = kind::retry;
    e.on = on;
    e.what = std::string(name) + " again";
    e.detail = "after: " + found->second;
    failures_.erase(found);
    record(std::move(e));
}

} // namespace costrand::trace
