// SPDX-License-Identifier: Apache-2.0
// A recorder whose events a test looks at.
#pragma once

#include <costrand/trace/event.hpp>
#include <costrand/trace/jsonl.hpp>
#include <costrand/trace/recorder.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

struct seen {
    std::vector<trace::event> events;
    trace::recorder to{[this](const trace::event &e) { events.push_back(e); }};

    // As the file has them.
    [[nodiscard]] std::string lines() const {
        std::string out;
        for (const auto &e : events)
            out += trace::format_line(e);
        return out;
    }
    [[nodiscard]] std::size_t count(trace::kind k) const {
        std::size_t n = 0;
        for (const auto &e : events)
            n += e.is == k ? 1 : 0;
        return n;
    }
    // The first one of that kind whose texts hold `part`; null when there is none.
    [[nodiscard]] const trace::event *find(trace::kind k, std::string_view part) const {
        for (const auto &e : events)
            if (e.is == k && (e.what + " " + e.detail).find(part) != std::string::npos)
                return &e;
        return nullptr;
    }
};

} // namespace costrand::test
