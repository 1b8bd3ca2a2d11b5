// SPDX-License-Identifier: Apache-2.0
#include "diagram.hpp"

#include "html.hpp"

#include <algorithm>
#include <string_view>

namespace costrand::trace {

namespace {

// Shorter silences have no row of their own, in microseconds.
constexpr std::int64_t told_silence = 100'000;

bool is_arrow(const event &e) {
    return e.from != party::none && e.to != party::none;
}

// The switch that shows it; empty: always shown. A step that repeats the message before it says
// nothing new.
std::string_view hidden_by(const event &e, const event &message) {
    const bool repeats = !message.detail.empty() && e.what.ends_with(message.detail);
    if (e.is == kind::log || (e.is == kind::step && (e.detail == "quiet" || repeats)))
        return "d-log";
    const bool below = e.on == layer::apf || e.on == layer::heci;
    return below && (e.is == kind::message || e.is == kind::link) ? "d-apf" : "";
}

std::string small_print(const event &e) {
    std::string out;
    const auto add = [&out](const std::string &text) { out += (out.empty() ? "" : " · ") + text; };
    if (e.size)
        add(size_text(*e.size));
    if (e.channel && e.on == layer::apf)
        add("channel " + std::to_string(*e.channel));
    if (e.tx && e.rx)
        add("window out " + std::to_string(*e.tx) + ", in " + std::to_string(*e.rx));
    if (e.took)
        add("after " + duration_text(static_cast<std::int64_t>(*e.took)));
    return out;
}

// Long names break at their underscores rather than anywhere.
std::string breakable(std::string_view text) {
    std::string out = escaped(text);
    for (auto at = out.find('_'); at != out.npos; at = out.find('_', at + 1))
        out.insert(at + 1, "<wbr>");
    return out;
}

std::string words(const event &e) {
    std::string out = "<b>" + breakable(e.what) + "</b>";
    // The call stands at the request, just above.
    const bool reply = e.on == layer::http && e.from == party::amt && e.detail != "broken off";
    if (!e.detail.empty() && e.is != kind::step && !reply)
        out += " <span class=d>" + breakable(e.detail) + "</span>";
    if (const auto small = small_print(e); !small.empty())
        out += " <small>" + small + "</small>";
    return out;
}

std::string arrow(const event &e) {
    const bool left = e.from == party::rps || e.to == party::rps;
    const bool towards_right = e.from == party::rps || e.to == party::amt;
    return std::string("<div class=\"a ") + (left ? "h1" : "h2") + (towards_right ? " r" : " l") +
           "\"><p>" + words(e) + "</p><i></i></div>";
}

std::string note(const event &e) {
    const auto mark = mark_of(e);
    return "<div class=n><p>" +
           (mark.empty() ? std::string() : "<em>" + std::string(mark) + "</em> ") + words(e) +
           "</p></div>";
}

std::string row(const event &e, std::size_t index, std::string_view hidden) {
    std::string classes = "k-" + std::string(to_string(e.is));
    if (e.on != layer::none)
        classes += " l-" + std::string(to_string(e.on));
    if (!hidden.empty())
        classes += " " + std::string(hidden);
    std::string out = "<li id=" + anchor(index) + " class=\"" + classes + "\"";
    if (is_arrow(e))
        out += " data-from=" + std::string(to_string(e.from)) +
               " data-to=" + std::string(to_string(e.to));
    return out + "><time>" + clock_text(e.t) + "</time><div class=s>" +
           (is_arrow(e) ? arrow(e) : note(e)) + "</div></li>\n";
}

// Of the silence before an event that is always shown: who was to speak.
std::string silence(std::int64_t from, std::int64_t to, const summary &facts) {
    const time_span *longest = nullptr;
    std::int64_t most = 0;
    for (const time_span &s : facts.spans) {
        const auto shared = std::min(to, s.end) - std::max(from, s.begin);
        if (shared > most) {
            most = shared;
            longest = &s;
        }
    }
    if (!longest)
        return {};
    const std::string why = longest->whose == turn::pause
                                ? std::string("pause")
                                : "waiting for " + std::string(to_string(longest->whose));
    return "<li class=\"gap t-" + std::to_string(static_cast<int>(longest->whose)) +
           "\"><time></time><div class=s><div class=n><p>" + duration_text(to - from) + " · " +
           why + "</p></div></div></li>\n";
}

} // namespace

std::string anchor(std::size_t index) {
    return "e" + std::to_string(index);
}

bool is_mark(const event &e) noexcept {
    return !mark_of(e).empty();
}

std::string_view mark_of(const event &e) noexcept {
    switch (e.is) {
    case kind::fault:
        return "✕";
    case kind::retry:
        return "↻";
    case kind::reset:
        return "↺";
    case kind::wait:
        return "‖";
    default:
        return {};
    }
}

std::string diagram(std::span<const event> events, const summary &facts) {
    std::string out = "<ol class=seq>\n<li class=lanes aria-hidden=true><time></time><div class=s>"
                      "<b>RPS</b><b>client</b><b>AMT</b></div></li>\n";
    std::int64_t last = 0;
    event message; // the last one of the server
    for (std::size_t i = 0; i < events.size(); ++i) {
        const event &e = events[i];
        const auto hidden = hidden_by(e, message);
        if (e.on == layer::rps && e.from == party::rps)
            message = e;
        if (hidden.empty()) {
            if (e.t - last >= told_silence)
                out += silence(last, e.t, facts);
            last = e.t;
        }
        out += row(e, i, hidden);
    }
    return out + "</ol>\n";
}

} // namespace costrand::trace
