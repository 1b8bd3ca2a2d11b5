// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/console.hpp>

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>

#include <string>

using namespace costrand;
using namespace std::chrono_literals;
using activate::console;

namespace {

// What a console wrote.
struct captured {
    std::string out, err;
    std::size_t columns = 40;

    activate::console_options options() {
        activate::console_options o;
        o.out = [this](std::string_view text) { out += text; };
        o.err = [this](std::string_view text) { err += text; };
        o.wall_clock = [] { return std::chrono::system_clock::from_time_t(1787220000); };
        return o;
    }
    activate::console_options live() {
        auto o = options();
        o.live = true;
        o.columns = [this] { return columns; };
        return o;
    }
};

// What a terminal shows in its last line after these characters, and what it scrolled away.
struct screen {
    std::string scrolled, line;

    explicit screen(const std::string &text) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n') {
                scrolled += line + "\n";
                line.clear();
            } else if (text.compare(i, 4, "\r\x1b[K") == 0) {
                line.clear();
                i += 3;
            } else {
                line += text[i];
            }
        }
    }
};

} // namespace

TEST_CASE("a log line has the reference's form, with the time in UTC") {
    captured c;
    console(c.options()).log_line(core::log_level::info, "connecting to wss://rps");
    CHECK(c.err == "time=\"2026-08-20T10:00:00Z\" level=info msg=\"connecting to wss://rps\"\n");
    CHECK(c.out.empty());
}

TEST_CASE("quotes and control characters in a log line are escaped") {
    captured c;
    console(c.options()).log_line(core::log_level::error, "a \"b\"\nc\x1b[0m");
    CHECK(c.err == "time=\"2026-08-20T10:00:00Z\" level=error msg=\"a \\\"b\\\"\\x0ac\\x1b[0m\"\n");
}

TEST_CASE("a backslash in a log line is escaped, so that it cannot hide the closing quote") {
    captured c;
    console(c.options()).log_line(core::log_level::info, "C:\\");
    CHECK(c.err == "time=\"2026-08-20T10:00:00Z\" level=info msg=\"C:\\\\\"\n");
}

TEST_CASE("with json each log line is one object with level, msg and time") {
    captured c;
    auto o = c.options();
    o.json = true;
    console(o).log_line(core::log_level::warn, "a \"b\"\n");
    REQUIRE(c.err.ends_with("}\n"));
    const auto parsed = boost::json::parse(c.err).as_object();
    CHECK(parsed.size() == 3);
    CHECK(parsed.at("level").as_string() == "warning");
    CHECK(parsed.at("msg").as_string() == "a \"b\"\n");
    CHECK(parsed.at("time").as_string() == "2026-08-20T10:00:00Z");
}

TEST_CASE("lines below the threshold are not written, the end of a failed run always is") {
    captured c;
    auto o = c.options();
    o.threshold = core::log_level::off;
    console quiet(o);
    quiet.log().error("x", "unheard");
    quiet.log_line(core::log_level::error, "unheard");
    CHECK(c.err.empty());
    quiet.fail({activate::exit_code::missing_or_incorrect_url, "no url"});
    CHECK(c.err.find("Error 20: MissingOrIncorrectURL - Details: no url") != std::string::npos);
}

TEST_CASE("off a terminal each step is a line with the time since the start, without any codes") {
    captured c;
    console plain(c.options());
    plain.step(400ms, "reading the device");
    plain.step(12300ms, "AMT works on request 1");
    plain.step(12400ms, "waiting for the server", true);
    plain.end_progress();
    CHECK(c.err == "[   0.4 s] reading the device\n[  12.3 s] AMT works on request 1\n");
    CHECK(c.out.empty());
}

TEST_CASE("off a terminal a step that lasts is told again every ten seconds") {
    captured c;
    console plain(c.options());
    plain.step(1s, "waiting", true);
    for (int second = 2; second <= 22; ++second)
        plain.tick(std::chrono::seconds(second));
    CHECK(c.err == "[  11.0 s] waiting (still, for 10.0 s)\n"
                   "[  21.0 s] waiting (still, for 20.0 s)\n");
}

TEST_CASE("a step of any length can last") {
    captured c;
    console plain(c.options());
    plain.step(1s, std::string(600, 'x'), true);
    plain.tick(11s);
    plain.tick(21s);
    CHECK(c.err.ends_with(" (still, for 20.0 s)\n"));
}

TEST_CASE("with json a step is a log line") {
    captured c;
    auto o = c.options();
    o.json = true;
    console(o).step(1500ms, "reading");
    CHECK(boost::json::parse(c.err).as_object().at("msg").as_string() == "[1.5 s] reading");
}

TEST_CASE("on a terminal the step is one line that is rewritten in place") {
    captured c;
    console live(c.live());
    live.step(400ms, "first");
    live.step(61s, "second");
    live.tick(62s);
    CHECK(c.err.find('\n') == std::string::npos);
    CHECK(screen(c.err).line == "1:02  second");
    live.end_progress();
    CHECK(screen(c.err).line.empty());
}

TEST_CASE("a log line scrolls above the live line") {
    captured c;
    console live(c.live());
    live.step(1s, "working");
    live.log_line(core::log_level::info, "hello");
    const screen shown(c.err);
    CHECK(shown.scrolled == "time=\"2026-08-20T10:00:00Z\" level=info msg=\"hello\"\n");
    CHECK(shown.line == "0:01  working");
}

TEST_CASE("the live line never fills the last column, whatever it says") {
    for (const std::size_t columns : {1u, 2u, 5u, 20u, 40u, 80u}) {
        captured c;
        c.columns = columns;
        console live(c.live());
        live.step(1s, "a rather long text that would not fit on a narrow terminal at all");
        CAPTURE(columns);
        CHECK(screen(c.err).line.size() <= std::max<std::size_t>(1, columns - 1));
    }
    captured c;
    c.columns = 20;
    console(c.live()).step(1s, "a rather long text");
    CHECK(screen(c.err).line == "0:01  a rather l...");
}

TEST_CASE("a character of several bytes is not cut in the middle") {
    captured c;
    c.columns = 12;
    console(c.live()).step(0s, "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4");
    CHECK(screen(c.err).line == "0:00  \xc3\xa4\xc3\xa4...");
}

TEST_CASE("colours are in the live line only, and only when asked for") {
    captured c;
    auto o = c.live();
    o.colour = true;
    console live(o);
    live.step(1s, "working");
    CHECK(c.err.find("\x1b[2m") != std::string::npos);
    c.err.clear();
    live.end_progress();
    live.log_line(core::log_level::error, "plain");
    CHECK(c.err.find("\x1b[2m") == std::string::npos);
}

TEST_CASE("a result goes to stdout when the live line is gone") {
    captured c;
    console live(c.live());
    live.step(1s, "working");
    live.result("done\n");
    CHECK(c.out == "done\n");
    CHECK(screen(c.err).line.empty());
    live.tick(2s);
    CHECK(screen(c.err).line.empty());
}

TEST_CASE("what the server says cannot steer the terminal") {
    captured c;
    console live(c.live());
    live.step(1s, "label\x1b[2J\n");
    CHECK(c.err.find("\x1b[2J") == std::string::npos);
    CHECK(c.err.find('\n') == std::string::npos);
}
