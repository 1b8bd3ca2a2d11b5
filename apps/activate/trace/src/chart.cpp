// SPDX-License-Identifier: Apache-2.0
#include "diagram.hpp"
#include "html.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace costrand::trace {

namespace {

// The drawings' own coordinates; they are stretched to what the screen has.
constexpr double wide = 1000, high = 100;

std::string percent(double part, double whole) {
    return decimal(whole > 0 ? 100 * part / whole : 0);
}

// Places on the time axis. Between the messages of a channel lie some hundred microseconds, between
// channels seconds: silences are cut to a length at which the rest can be seen.
class axis {
  public:
    explicit axis(const std::vector<std::int64_t> &times) {
        std::vector<std::int64_t> gaps;
        for (std::size_t i = 1; i < times.size(); ++i)
            gaps.push_back(times[i] - times[i - 1]);
        longest_ = longest_gap(gaps);
        double x = 0;
        for (std::size_t i = 0; i < times.size(); ++i) {
            if (i > 0 && gaps[i - 1] > longest_)
                cuts_.push_back({x + static_cast<double>(longest_) / 2, gaps[i - 1]});
            if (i > 0)
                x += static_cast<double>(std::min(gaps[i - 1], longest_));
            places_[times[i]] = x;
        }
        length_ = std::max(x, 1.0);
    }

    struct cut {
        double at;
        std::int64_t silence;
    };

    // `t` is one of the times.
    [[nodiscard]] double at(std::int64_t t) const { return wide * places_.at(t) / length_; }
    [[nodiscard]] std::vector<cut> cuts() const {
        auto out = cuts_;
        for (cut &c : out)
            c.at = wide * c.at / length_;
        return out;
    }

  private:
    // As long as what nine of ten gaps take together, but for a few per cent of the whole.
    static std::int64_t longest_gap(std::vector<std::int64_t> gaps) {
        if (gaps.empty())
            return 1;
        std::ranges::sort(gaps);
        std::int64_t sum = 0;
        const std::size_t most = gaps.size() * 9 / 10;
        for (std::size_t i = 0; i < most; ++i)
            sum += gaps[i];
        constexpr std::int64_t shortest = 100; // microseconds
        constexpr std::int64_t parts = 25;
        return std::max({sum / parts, gaps[most / 2], shortest});
    }

    std::int64_t longest_ = 1;
    std::map<std::int64_t, double> places_;
    std::vector<cut> cuts_;
    double length_ = 1;
};

struct sample {
    std::int64_t t;
    std::uint64_t channel, tx, rx;
    bool last; // of its channel
};

std::vector<sample> samples_of(std::span<const event> events) {
    std::vector<sample> out;
    for (const event &e : events)
        if (e.on == layer::apf && e.channel && e.tx && e.rx)
            out.push_back({e.t, *e.channel, *e.tx, *e.rx, e.what == "CHANNEL_CLOSE"});
    return out;
}

// Steps of one window, a line of its own for each channel.
std::string steps(const std::vector<sample> &samples, const axis &x, std::uint64_t top,
                  std::uint64_t sample::*window) {
    std::map<std::uint64_t, std::string> open;
    std::string out;
    for (const sample &s : samples) {
        const std::string at = decimal(x.at(s.t));
        const std::string y =
            decimal(high - high * static_cast<double>(s.*window) / static_cast<double>(top));
        std::string &path = open[s.channel];
        path += path.empty() ? "M" + at + " " + y : "H" + at + "V" + y;
        if (s.last) {
            out += path;
            open.erase(s.channel);
        }
    }
    for (const auto &[channel, path] : open)
        out += path;
    return out;
}

std::string plot(const std::vector<sample> &samples, const axis &x, std::uint64_t sample::*window,
                 std::string_view name, std::string_view css) {
    std::uint64_t top = 1;
    for (const sample &s : samples)
        top = std::max(top, s.*window);
    std::string out = "<h3>" + std::string(name) +
                      "</h3><div class=plot><svg viewBox=\"0 0 1000 "
                      "100\" preserveAspectRatio=none role=img aria-label=\"" +
                      std::string(name) + "\">";
    for (const auto &cut : x.cuts())
        out += "<line class=cut x1=\"" + decimal(cut.at) + "\" x2=\"" + decimal(cut.at) +
               "\" y1=0 y2=100 />";
    out += "<path class=\"" + std::string(css) + "\" d=\"" + steps(samples, x, top, window) +
           "\"/></svg><span class=y>" + size_text(top) + "</span><span class=\"y z\">0</span>";
    return out + "</div>";
}

} // namespace

std::string timeline(std::span<const event> events, const summary &facts) {
    const auto length = static_cast<double>(facts.length);
    std::string out = "<div class=line>";
    for (const time_span &s : facts.spans)
        out += "<span class=t-" + std::to_string(static_cast<int>(s.whose)) +
               " style=\"left:" + percent(static_cast<double>(s.begin), length) +
               "%;width:" + percent(static_cast<double>(s.end - s.begin), length) + "%\"></span>";
    for (std::size_t i = 0; i < events.size(); ++i)
        if (is_mark(events[i]) && events[i].is != kind::wait)
            out += "<a class=k-" + std::string(to_string(events[i].is)) + " href=\"#" + anchor(i) +
                   "\" style=\"left:" + percent(static_cast<double>(events[i].t), length) +
                   "%\" title=\"" + escaped(events[i].what) + "\">" +
                   std::string(mark_of(events[i])) + "</a>";
    return out + "</div><div class=ends><span>0</span><span>" + duration_text(facts.length / 2) +
           "</span><span>" + duration_text(facts.length) + "</span></div>\n";
}

std::string window_chart(std::span<const event> events) {
    const auto samples = samples_of(events);
    if (samples.empty())
        return {};
    std::vector<std::int64_t> times;
    for (const sample &s : samples)
        times.push_back(s.t);
    const axis x(times);
    std::int64_t silence = 0;
    for (const auto &cut : x.cuts())
        silence += cut.silence;
    std::string out = plot(samples, x, &sample::tx, "Bytes that AMT takes from us (out)", "tx") +
                      plot(samples, x, &sample::rx, "Bytes that we take from AMT (in)", "rx") +
                      "<div class=ends><span>" + clock_text(times.front()) + " s</span><span>" +
                      clock_text(times.back()) + " s</span></div>";
    if (!x.cuts().empty())
        out += "<p class=hint>Dashed lines: " + std::to_string(x.cuts().size()) +
               " silences without an APF message, together " + duration_text(silence) +
               ", are cut short.</p>";
    return out;
}

} // namespace costrand::trace
