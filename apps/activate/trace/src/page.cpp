// SPDX-License-Identifier: Apache-2.0
#include <costrand/trace/page.hpp>

#include "diagram.hpp"
#include "html.hpp"
#include "style.hpp"
#include "summary.hpp"

#include <algorithm>
#include <string_view>

namespace costrand::trace {

namespace {

// Nothing is loaded and nothing runs, whatever a peer's text should get past the escaping.
constexpr std::string_view head =
    "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=color-scheme content=\"light dark\">\n"
    "<meta name=referrer content=no-referrer>\n";

std::string verdict(const summary &facts) {
    const event *end = facts.end;
    if (!end)
        return "<p class=\"verdict open\"><b>No end</b> <span>the trace breaks off: the program "
               "was killed, or its file could not be written any more</span></p>\n";
    const std::string css = end->what == "success"  ? "good"
                            : end->what == "failed" ? "bad"
                                                    : "open";
    std::string name = escaped(end->what);
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z')
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
    std::string out = "<p class=\"verdict " + css + "\"><b>" + name + "</b> <span>";
    if (end->code)
        out += "exit code " + std::to_string(*end->code);
    if (!end->detail.empty())
        out += (end->code ? ": " : "") + escaped(end->detail);
    return out + "</span></p>\n";
}

std::string card(const std::string &value, std::string_view label, std::string_view css) {
    return "<div" + (css.empty() ? std::string() : " class=" + std::string(css)) + "><dt>" +
           std::string(label) + "</dt><dd>" + value + "</dd></div>";
}

std::string cards(const summary &f) {
    const auto number = [](std::size_t n) { return std::to_string(n); };
    std::string out = "<dl class=cards>" + card(duration_text(f.length), "length", "");
    if (f.requests > 0 || f.tls_sessions == 0)
        out += card(number(f.requests), f.requests == 1 ? "request to AMT" : "requests to AMT", "");
    if (f.tls_sessions > 0)
        out += card(number(f.tls_sessions), "TLS sessions", "");
    if (f.channels > 0)
        out += card(number(f.channels), "APF channels", "");
    out += card(size_text(f.from_server), "from the server", "");
    out += card(size_text(f.to_server), "to the server", "");
    out += card(number(f.faults), f.faults == 1 ? "fault" : "faults", f.faults > 0 ? "bad" : "");
    out +=
        card(number(f.retries), f.retries == 1 ? "retry" : "retries", f.retries > 0 ? "warn" : "");
    if (f.resets > 0)
        out += card(number(f.resets), f.resets == 1 ? "reset" : "resets", "warn");
    if (f.channels > 0)
        out += card(number(f.dry_windows), "times a window used up", "");
    return out + "</dl>\n";
}

std::string shares(const summary &f) {
    std::string out = "<ul class=shares>";
    for (std::size_t i = 0; i < turns; ++i) {
        const auto total = f.totals[i];
        const double part =
            f.length > 0 ? 100.0 * static_cast<double>(total) / static_cast<double>(f.length) : 0;
        if (total == 0 && i == static_cast<std::size_t>(turn::pause))
            continue;
        out += "<li><i class=t-" + std::to_string(i) + "></i>" +
               std::string(to_string(static_cast<turn>(i))) + " <b>" + duration_text(total) +
               "</b> <small>" + decimal(part) + " %</small></li>";
    }
    return out + "</ul>\n";
}

std::string list_of_marks(std::span<const event> events) {
    std::string out;
    for (std::size_t i = 0; i < events.size(); ++i)
        if (is_mark(events[i]))
            out += "<li class=k-" + std::string(to_string(events[i].is)) + "><a href=\"#" +
                   anchor(i) + "\"><time>" + clock_text(events[i].t) + "</time> <em>" +
                   std::string(mark_of(events[i])) + "</em> <b>" + escaped(events[i].what) +
                   "</b> " + escaped(events[i].detail) + "</a></li>\n";
    if (out.empty())
        return "<p class=hint>No fault, no retry, no pause.</p>\n";
    return "<ul class=marks>" + out + "</ul>\n";
}

std::string switches(std::span<const event> events) {
    const auto below = std::ranges::count_if(events, [](const event &e) {
        return (e.on == layer::apf || e.on == layer::heci) &&
               (e.is == kind::message || e.is == kind::link);
    });
    const auto lines =
        std::ranges::count_if(events, [](const event &e) { return e.is == kind::log; });
    return "<h2 id=sequence>Sequence</h2>\n<input type=checkbox id=sw-apf><label for=sw-apf>APF "
           "and "
           "HECI <small>" +
           std::to_string(below) +
           "</small></label>\n<input type=checkbox id=sw-log><label for=sw-log>log lines <small>" +
           std::to_string(lines) + "</small></label>\n";
}

std::string origin(const summary &f) {
    if (!f.start)
        return "<p class=hint>The beginning of the trace is missing.</p>\n";
    return "<p class=hint>" + escaped(f.start->utc) + " · " + escaped(f.start->detail) + "</p>\n";
}

} // namespace

std::string make_page(std::span<const event> events, std::size_t left_out) {
    const summary facts = summarise(events);
    std::string out(head);
    out += "<title>Activation trace</title>\n<style>\n" + std::string(style_sheet()) +
           "</style>\n</head>\n<body>\n<header><h1>Activation trace</h1>\n" + origin(facts) +
           verdict(facts) + "</header>\n<main>\n" + cards(facts) +
           "<section><h2>Where the time went</h2>\n" + timeline(events, facts) + shares(facts) +
           "</section>\n<section><h2>What went wrong, and pauses</h2>\n" + list_of_marks(events) +
           "</section>\n";
    if (const auto chart = window_chart(events); !chart.empty())
        out += "<section><h2>APF windows over time</h2>\n" + chart + "</section>\n";
    out += "<section class=sequence>" + switches(events) + diagram(events, facts) + "</section>\n";
    if (left_out > 0)
        out += "<p class=hint>" + std::to_string(left_out) +
               " events are not on this page: there were too many, or they could not be "
               "read.</p>\n";
    return out + "</main>\n<footer>" +
           (facts.start ? escaped(facts.start->what) : std::string("costrand")) +
           " · sizes in bytes as sent, times since the start; whose turn it is: whoever got the "
           "last message</footer>\n</body>\n</html>\n";
}

} // namespace costrand::trace
