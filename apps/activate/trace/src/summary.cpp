// SPDX-License-Identifier: Apache-2.0
#include "summary.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace costrand::trace {

namespace {

// Messages that answer nothing and ask for nothing.
bool passes_turn(const event &e) {
    if (e.to == party::none)
        return false;
    if (e.on == layer::rps)
        return !e.what.starts_with("heartbeat_") && e.what != "progress";
    if (e.on != layer::apf)
        return true;
    return e.what != "CHANNEL_DATA" && e.what != "CHANNEL_WINDOW_ADJUST" &&
           e.what != "CHANNEL_CLOSE" && !e.what.starts_with("KEEPALIVE_");
}

turn turn_of(party p) {
    return p == party::rps ? turn::rps : p == party::amt ? turn::amt : turn::client;
}

void count(const event &e, summary &out) {
    const bool server = e.on == layer::rps && e.is != kind::link;
    if (server && e.from == party::rps) {
        out.from_server += e.size.value_or(0);
        out.requests += e.what == "wsman" ? 1 : 0;
        out.tls_sessions += e.detail.find("(ClientHello)") != e.detail.npos ? 1 : 0;
    }
    if (server && e.from == party::client)
        out.to_server += e.size.value_or(0);
    out.faults += e.is == kind::fault ? 1 : 0;
    out.retries += e.is == kind::retry ? 1 : 0;
    out.resets += e.is == kind::reset ? 1 : 0;
    out.waits += e.is == kind::wait ? 1 : 0;
    if (e.on != layer::apf)
        return;
    out.channels += e.what == "CHANNEL_OPEN_CONFIRMATION" && e.from == party::amt ? 1 : 0;
    out.dry_windows += e.what == "CHANNEL_DATA" && e.from == party::client && e.tx == 0u ? 1 : 0;
}

} // namespace

std::string_view to_string(turn t) noexcept {
    constexpr std::array<std::string_view, turns> names = {"this program", "the server", "AMT",
                                                           "named pauses"};
    return names[static_cast<std::size_t>(t)];
}

summary summarise(std::span<const event> events) {
    summary out;
    time_span now;
    const auto hand_over = [&](const event &e, turn to, std::string reason) {
        if (now.whose == to && to != turn::pause)
            return;
        now.end = e.t;
        if (now.end > now.begin)
            out.spans.push_back(now);
        now = {e.t, e.t, to, std::move(reason)};
    };
    for (const event &e : events) {
        count(e, out);
        if (e.is == kind::start)
            out.start = &e;
        else if (e.is == kind::end)
            out.end = &e;
        else if (e.is == kind::wait)
            hand_over(e, turn::pause, e.what);
        else if (passes_turn(e))
            hand_over(e, turn_of(e.to), {});
    }
    for (const event &e : events)
        out.length = std::max(out.length, e.t);
    now.end = out.length;
    if (now.end > now.begin)
        out.spans.push_back(now);
    for (const time_span &s : out.spans)
        out.totals[static_cast<std::size_t>(s.whose)] += s.end - s.begin;
    return out;
}

} // namespace costrand::trace
