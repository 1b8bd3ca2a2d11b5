// SPDX-License-Identifier: Apache-2.0
// The lines of a trace, written and read.
#include <costrand/trace/jsonl.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::trace;

namespace {

event full_event() {
    event e;
    e.t = 1'234'567;
    e.is = kind::message;
    e.from = party::client;
    e.to = party::amt;
    e.on = layer::apf;
    e.what = "CHANNEL_DATA";
    e.detail = "d";
    e.size = 109;
    e.payload = 100;
    e.channel = 3;
    e.tx = 0;
    e.rx = 4096;
    e.took = 7;
    e.code = 1;
    return e;
}

} // namespace

TEST_CASE(
    "a line has the documented fields in the documented order, and leaves out what is not set") {
    CHECK(
        format_line(full_event()) ==
        "{\"t\":1234567,\"kind\":\"message\",\"from\":\"client\",\"to\":\"amt\",\"layer\":\"apf\","
        "\"what\":\"CHANNEL_DATA\",\"detail\":\"d\",\"size\":109,\"payload\":100,\"channel\":3,"
        "\"tx\":0,\"rx\":4096,\"took\":7,\"code\":1}\n");
    event e;
    e.is = kind::step;
    e.what = "x";
    CHECK(format_line(e) == "{\"t\":0,\"kind\":\"step\",\"what\":\"x\"}\n");
}

TEST_CASE("the first line says the form of the trace and the time of day") {
    event e;
    e.is = kind::start;
    e.what = "costrand-activate";
    e.utc = "2026-08-20T10:00:00Z";
    CHECK(format_line(e) == "{\"t\":0,\"kind\":\"start\",\"format\":1,\"utc\":"
                            "\"2026-08-20T10:00:00Z\",\"what\":\"costrand-activate\"}\n");
}

TEST_CASE("what a text holds cannot end its line or its string") {
    event e;
    e.what = "a\"b\\c\nd\x01";
    const auto line = format_line(e);
    CHECK(line.find('\n') == line.size() - 1);
    const auto back = parse_line(line);
    REQUIRE(back);
    CHECK(back->what == e.what);
}

TEST_CASE("a line that was written is read back whole") {
    for (int k = 0; k <= static_cast<int>(kind::end); ++k) {
        event e = full_event();
        e.is = static_cast<kind>(k);
        const auto back = parse_line(format_line(e));
        REQUIRE(back);
        CHECK(*back == e);
    }
}

TEST_CASE("what is no line of a trace is counted, and the others are read") {
    const auto parsed = parse_trace("{\"t\":1,\"kind\":\"step\",\"what\":\"a\",\"new\":[1]}\r\n"
                                    "\n"
                                    "[]\n"
                                    "{\"kind\":\"step\"}\n"
                                    "{\"t\":1}\n"
                                    "{\"t\":-1,\"kind\":\"step\"}\n"
                                    "{\"t\":1,\"kind\":\"dance\"}\n"
                                    "{\"t\":1,\"kind\":\"step\",\"size\":\"x\"}\n"
                                    "{\"t\":1,\"kind\":\"step\",\"what\":7}\n"
                                    "{\"t\":2,\"kind\":\"end\",\"what\":\"b\"}\n"
                                    "{\"t\":3,\"kind\":\"st");
    CHECK(parsed.unreadable == 8);
    REQUIRE(parsed.events.size() == 2);
    CHECK(parsed.events[0].what == "a");
    CHECK(parsed.events[1].is == kind::end);
}
