// SPDX-License-Identifier: Apache-2.0
// The page of a trace: what is on it, and that nothing a peer says becomes part of its markup.
#include <costrand/trace/page.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace costrand::trace;

namespace {

constexpr std::string_view hostile =
    "</style></script><script>alert(1)</script><img src=x onerror=alert(1)>\"' onclick=\"x&amp;";

event message(std::int64_t t, party from, party to, layer on, std::string what) {
    event e;
    e.t = t;
    e.is = kind::message;
    e.from = from;
    e.to = to;
    e.on = on;
    e.what = std::move(what);
    return e;
}
event told(std::int64_t t, kind k, std::string what, std::string detail = {}) {
    event e;
    e.t = t;
    e.is = k;
    e.what = std::move(what);
    e.detail = std::move(detail);
    return e;
}

// Of a text how often it holds another.
std::size_t count(const std::string &text, std::string_view part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++n;
    return n;
}

std::vector<event> short_run() {
    std::vector<event> out = {
        told(0, kind::start, "costrand-activate 1", "profile x"),
        message(10'000, party::client, party::rps, layer::rps, "activate"),
        message(1'010'000, party::rps, party::client, layer::rps, "wsman"),
        message(1'010'000, party::client, party::amt, layer::http, "POST"),
        message(1'510'000, party::amt, party::client, layer::http, "HTTP 200"),
        told(1'510'000, kind::wait, "a pause", "rps"),
        message(3'510'000, party::client, party::rps, layer::rps, "response"),
        told(4'000'000, kind::end, "success")};
    out.back().code = 0;
    return out;
}

} // namespace

TEST_CASE("texts of peers stay texts, in every field and in every place") {
    for (int k = 0; k <= static_cast<int>(kind::end); ++k) {
        for (const bool arrow : {false, true}) {
            event e = told(1, static_cast<kind>(k), std::string(hostile), std::string(hostile));
            e.utc = hostile;
            if (arrow) {
                e.from = party::rps;
                e.to = party::client;
            }
            const auto page = make_page(std::vector{e}, 0);
            CHECK(count(page, "<script") == 0);
            CHECK(count(page, "<img") == 0);
            CHECK(count(page, "\"' onclick") == 0);
            CHECK(count(page, "</style>") == 1);
            CHECK(count(page, "&lt;script&gt;alert(1)") >= 1);
        }
    }
}

TEST_CASE("the page loads nothing, runs nothing, and says so to the browser") {
    const auto page = make_page(short_run(), 0);
    CHECK(page.starts_with("<!DOCTYPE html>"));
    CHECK(count(page, "default-src 'none'; style-src 'unsafe-inline'") == 1);
    CHECK(count(page, "width=device-width") == 1);
    for (const std::string_view part : {"<script", "<link", "src=", "http:", "https:", "url("})
        CHECK(count(page, part) == 0);
}

TEST_CASE("each message is an arrow between its two parties, in order") {
    const auto page = make_page(short_run(), 0);
    CHECK(count(page, "data-from=client data-to=rps") == 2);
    CHECK(count(page, "data-from=rps data-to=client") == 1);
    CHECK(count(page, "data-from=client data-to=amt") == 1);
    CHECK(count(page, "data-from=amt data-to=client") == 1);
    CHECK(page.find(">activate<") < page.find(">wsman<"));
    CHECK(page.find(">wsman<") < page.find(">POST<"));
}

TEST_CASE("time is shared out to whoever has the turn, pauses by their name") {
    const auto page = make_page(short_run(), 0);

    CHECK(count(page, "this program <b>10\u00a0ms</b>") == 1);
    CHECK(count(page, "the server <b>1.49\u00a0s</b>") == 1);
    CHECK(count(page, "AMT <b>500\u00a0ms</b>") == 1);
    CHECK(count(page, "named pauses <b>2\u00a0s</b>") == 1);
    CHECK(count(page, "2\u00a0s · pause") == 1);
}

TEST_CASE("the end says success, failure with its code, a signal, or that there is none") {
    auto run = short_run();
    CHECK(count(make_page(run, 0), "<b>Success</b> <span>exit code 0<") == 1);
    run.back() = told(4'000'000, kind::end, "failed", "GenericFailure: why");
    run.back().code = 10;
    CHECK(count(make_page(run, 0), "<b>Failed</b> <span>exit code 10: GenericFailure: why<") == 1);
    run.back() = told(4'000'000, kind::end, "interrupted", "SIGINT");
    CHECK(count(make_page(run, 0), "<b>Interrupted</b> <span>SIGINT<") == 1);
    run.pop_back();
    CHECK(count(make_page(run, 0), "the trace breaks off") == 1);
    CHECK(count(make_page({}, 0), "the trace breaks off") == 1);
}

TEST_CASE("what is not on the page is told") {
    CHECK(count(make_page(short_run(), 7), "7 events are not on this page") == 1);
}

TEST_CASE("windows are drawn when there was an APF channel, and only then") {
    auto run = short_run();
    CHECK(count(make_page(run, 0), "<path") == 0);
    event e = message(1'010'000, party::client, party::amt, layer::apf, "CHANNEL_DATA");
    e.channel = 1;
    e.tx = 0;
    e.rx = 4096;
    run.insert(run.begin() + 4, e);
    const auto page = make_page(run, 0);
    CHECK(count(page, "<path") == 2);
    CHECK(count(page, "<dd>1</dd></div>") >= 1);
    e.tx.reset();
    run[4] = e;
    CHECK(count(make_page(run, 0), "<path") == 1);
}

TEST_CASE("times that a foreign file has in no order do no harm") {
    auto run = short_run();
    std::swap(run[1].t, run[6].t);
    run.front().t = 9'000'000'000'000'000'000;
    CHECK(make_page(run, 0).ends_with("</html>\n"));
}
