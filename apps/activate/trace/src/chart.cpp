// SPDX-License-Identifier: Apache-2.0
#include "diagram.hpp"
#include "html.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace costrand::trace {

namespace {

// The drawings' own coordinates; they are stretched to what the screen has.
constexpr double wide = 1000, high = 100;

std::string percent(double part, double whole) {
    return decimal(whole > 0 ? 100 * part / whole : 0);
}

// Places on the time axis, of each message in turn. Between the messages of a channel lie some
// hundred microseconds, between channels seconds: silences are cut to a length at which the rest
// can be seen, and no two messages have the same place.
class axis {
  public:
    explicit axis(const std::vector<std::int64_t> &times) {
        std::vector<std::int64_t> gaps;
        for (std::size_t i = 1; i < times.size(); ++i)
            gaps.push_back(std::max(times[i] - times[i - 1], shortest));
        const auto longest = longest_gap(gaps);
        places_.push_back(0);
        for (const auto gap : gaps) {
            const double x = places_.back();
            if (gap > longest)
                cuts_.push_back({x + static_cast<double>(longest) / 2, gap});
            places_.push_back(x + static_cast<double>(std::min(gap, longest)));
        }
    }

    struct cut {
        double at;
        std::int64_t silence;
    };

    [[nodiscard]] double at(std::size_t message) const { return scaled(places_[message]); }
    [[nodiscard]] std::vector<cut> cuts() const {
        auto out = cuts_;
        for (cut &c : out)
            c.at = scaled(c.at);
        return out;
    }

  private:
    static constexpr std::int64_t shortest = 20; // microseconds

    // As long as what nine of ten gaps take together, but for a few per cent of the whole.
    static std::int64_t longest_gap(std::vector<std::int64_t> gaps) {
        if (gaps.empty())
            return shortest;
        std::ranges::sort(gaps);
        std::int64_t sum = 0;
        const std::size_t most = gaps.size() * 9 / 10;
        for (std::size_t i = 0; i < most; ++i)
            sum += gaps[i];
        constexpr std::int64_t parts = 25;
        return std::max({sum / parts, gaps[most / 2], shortest});
    }
    [[nodiscard]] double scaled(double place) const {
        return wide * place / std::max(places_.back(), 1.0);
    }

    std::vector<double> places_;
    std::vector<cut> cuts_;
};

using window = std::optional<std::uint64_t> event::*;

bool shows_window(const event &e) {
    return e.on == layer::apf && e.channel && (e.tx || e.rx);
}

// Steps of one window, a line of its own for each channel.
std::string steps(std::span<const event> events, const axis &x, std::uint64_t top, window which) {
    std::map<std::uint64_t, std::string> open;
    std::string out;
    std::size_t message = 0;
    for (const event &e : events) {
        if (!shows_window(e))
            continue;
        const std::string at = decimal(x.at(message++));
        if (!(e.*which))
            continue;
        const std::string y =
            decimal(high - high * static_cast<double>(*(e.*which)) / static_cast<double>(top));
        std::string &path = open[*e.channel];
        if (e.what == "CHANNEL_OPEN") // the last one of this number may have had no close
            out += std::exchange(path, {});
        path += path.empty() ? "M" + at + " " + y : "H" + at + "V" + y;
        if (e.what == "CHANNEL_CLOSE" || e.what == "CHANNEL_OPEN_FAILURE") {
            out += path;
            open.erase(*e.channel);
        }
    }
    for (const auto &[channel, path] : open)
        out += path;
    return out;
}

std::string plot(std::span<const event> events, const axis &x, window which, std::string_view name,
                 std::string_view css) {
    std::uint64_t top = 0;
    bool any = false;
    for (const event &e : events)
        if (shows_window(e) && e.*which) {
            top = std::max(top, *(e.*which));
            any = true;
        }
    if (!any)
        return {};
    std::string out = "<h3>" + std::string(name) +
                      "</h3><div class=plot><svg viewBox=\"0 0 1000 100\" "
                      "preserveAspectRatio=none role=img aria-label=\"" +
                      std::string(name) + "\">";
    for (const auto &cut : x.cuts())
        out += "<line class=cut x1=\"" + decimal(cut.at) + "\" x2=\"" + decimal(cut.at) +
               "\" y1=0 y2=100 />";
    out += "<path class=\"" + std::string(css) + "\" d=\"" +
           steps(events, x, std::max<std::uint64_t>(top, 1), which) + "\"/></svg><span class=y>" +
           size_text(top) + "</span><span class=\"y z\">0</span>";
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
    std::vector<std::int64_t> times;
    for (const event &e : events)
        if (shows_window(e))
            times.push_back(e.t);
    if (times.empty())
        return {};
    const axis x(times);
    std::int64_t silence = 0;
    for (const auto &cut : x.cuts())
        silence += cut.silence;
    std::string out = plot(events, x, &event::tx, "Bytes that AMT takes from us (out)", "tx") +
                      plot(events, x, &event::rx, "Bytes that we take from AMT (in)", "rx") +
                      "<div class=ends><span>" + clock_text(times.front()) + " s</span><span>" +
                      clock_text(times.back()) + " s</span></div>";
    if (!x.cuts().empty())
        out += "<p class=hint>Dashed lines: " + std::to_string(x.cuts().size()) +
               " silences without an APF message, together " + duration_text(silence) +
               ", are cut short.</p>";
    return out;
}

} // namespace costrand::trace
