// SPDX-License-Identifier: Apache-2.0
#include "transcript.hpp"

#include <costrand/rps/errc.hpp>
#include <costrand/rps/messages.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::rps;

namespace {

// The frames of test/data/rps-frames by their place.
std::string example(std::size_t index) {
    return test::load_lines("rps-frames/frames.txt").at(index);
}
constexpr std::size_t activation = 0, wsman = 1, response = 2, server_tls_data = 3,
                      client_tls_data = 4, port_switch = 5, port_switch_ack = 6, reset_closed = 7,
                      reset_lms_error = 8, heartbeat_request = 9, heartbeat_response = 10,
                      success = 11, json_error = 12, plain_error = 13, progress = 14;

std::string client(std::string_view method, std::string_view payload) {
    frame f = make_client_frame(method, "3.0.0");
    f.payload = core::secret(payload);
    return std::string(format(f).reveal());
}

std::string payload_of(const std::string &text) {
    return std::string(parse_frame(text)->payload->reveal());
}

boost::system::error_code parse_error(std::string_view text) {
    auto parsed = parse_frame(text);
    return parsed ? boost::system::error_code() : parsed.error();
}

} // namespace

TEST_CASE("every example frame is read, and written again byte for byte") {
    const auto lines = test::load_lines("rps-frames/frames.txt");
    REQUIRE(lines.size() == 15);
    for (const auto &line : lines) {
        CAPTURE(line.substr(0, 60));
        const auto parsed = parse_frame(line);
        REQUIRE(parsed.has_value());
        CHECK(format(*parsed).reveal() == line);
    }
}

TEST_CASE("every recorded frame is read, and written again byte for byte") {
    std::size_t frames = 0;
    for (const auto &name : test::transcript_names())
        for (const auto &line : test::load_transcript(name)) {
            const auto parsed = parse_frame(line.text);
            REQUIRE(parsed.has_value());
            CHECK(format(*parsed).reveal() == line.text);
            ++frames;
        }
    CHECK(frames == 973);
}

TEST_CASE("our messages are the examples byte for byte") {
    frame first = make_client_frame("activate --profile lab-acm", "3.0.0");
    first.payload = core::secret(payload_of(example(activation)));
    first.tenant_id = "t1";
    CHECK(format(first).reveal() == example(activation));
    CHECK(client(method::response, payload_of(example(response))) == example(response));
    CHECK(client(method::tls_data, "FQMDAAICMA==") == example(client_tls_data));
    CHECK(client(method::port_switch_ack, "b2s=") == example(port_switch_ack));
    CHECK(client(method::connection_reset, "Y29ubmVjdGlvbl9jbG9zZWQ=") == example(reset_closed));
    CHECK(client(method::connection_reset, "bG1zX2Vycm9y") == example(reset_lms_error));
}

TEST_CASE("a heartbeat is answered with itself, method and status changed") {
    const auto request = parse_frame(example(heartbeat_request));
    REQUIRE(request.has_value());
    CHECK(format(make_heartbeat_response(*request)).reveal() == example(heartbeat_response));
}

TEST_CASE("the messages of a server are the examples byte for byte") {
    const auto server = [](std::string_view name, const std::string &payload) {
        frame f = make_server_frame(name, "2.40.0");
        f.payload = core::secret(payload);
        return std::string(format(f).reveal());
    };
    CHECK(server(method::wsman, payload_of(example(wsman))) == example(wsman));
    CHECK(server(method::tls_data, "FgMBAAUBAAABAAA=") == example(server_tls_data));
    CHECK(server(method::port_switch, R"({"port":"16993","delay":15})") == example(port_switch));
    frame label = make_server_frame(method::progress, "2.40.0");
    label.message = "Activating";
    CHECK(format(label).reveal() == example(progress));
    frame refused = make_server_frame(method::error, "2.40.0");
    refused.status = "failed";
    refused.message = parse_frame(example(plain_error))->message;
    CHECK(format(refused).reveal() == example(plain_error));
}

TEST_CASE("the fields of a terminal message are read") {
    const auto done = parse_frame(example(success));
    REQUIRE(done.has_value());
    CHECK(done->method == "success");
    CHECK(done->status == "success");
    CHECK(done->app_version == "2.40.0");
    CHECK(done->message.starts_with(R"({"Status":"Activated to admin control mode.")"));
    CHECK_FALSE(done->payload);
    CHECK_FALSE(done->fqdn);
    CHECK(parse_frame(example(json_error))->status == "failed");
}

TEST_CASE("null and absent keys are taken as empty, unknown keys are passed over") {
    const auto f = parse_frame(
        R"({"method":"wsman","status":null,"payload":null,"fqdn":null,"new":{"a":[1,2]}})");
    REQUIRE(f.has_value());
    CHECK(f->method == "wsman");
    CHECK(f->status == "");
    CHECK(f->protocol_version == "");
    CHECK_FALSE(f->payload);
    CHECK(f->fqdn == "");
    const auto nothing = parse_frame("{}");
    REQUIRE(nothing.has_value());
    CHECK(nothing->method == "");
    CHECK_FALSE(nothing->payload);
}

TEST_CASE("text that is not JSON, or not a message, is told apart") {
    CHECK(parse_error("") == errc::not_json);
    CHECK(parse_error("<html>502 Bad Gateway</html>") == errc::not_json);
    CHECK(parse_error(R"({"method":"wsman")") == errc::not_json);
    CHECK(parse_error(R"({"method":"wsman"} x)") == errc::not_json);
    CHECK(parse_error("{\"method\":\"\xff\"}") == errc::not_json);
    CHECK(parse_error("[]") == errc::malformed_message);
    CHECK(parse_error("null") == errc::malformed_message);
    CHECK(parse_error(R"("wsman")") == errc::malformed_message);
    CHECK(parse_error(R"({"method":5})") == errc::malformed_message);
    CHECK(parse_error(R"({"method":"wsman","payload":{}})") == errc::malformed_message);
}

TEST_CASE("depth and size of a message are limited") {
    const std::string deep = std::string(100'000, '[');
    CHECK(parse_error(deep) == errc::not_json);
    CHECK(parse_error(R"({"x":)" + std::string(20, '[') + std::string(20, ']') + "}") ==
          errc::not_json);
    const std::string long_text = R"({"message":")" + std::string(max_server_message, 'a') + "\"}";
    CHECK(parse_error(long_text) == errc::message_too_large);
    CHECK(parse_error(long_text.substr(0, max_server_message - 2) + "\"}") ==
          boost::system::error_code());
}

TEST_CASE("a string is escaped as the reference escapes it, and is always UTF-8") {
    frame f = make_client_frame("m", "v");
    f.message = "\"\\\n\r\t\x01<>&\x7f\xc3\xa4\xe2\x80\xa8\xf0\x9f\x98\x80|\xff|\xc3|\xed\xa0\x80|";
    const std::string text(format(f).reveal());
    CHECK(text.find("\"message\":\"\\\"\\\\\\n\\r\\t\\u0001\\u003c\\u003e\\u0026\x7f\xc3\xa4\\u2028"
                    "\xf0\x9f\x98\x80|\\ufffd|\\ufffd|\\ufffd\\ufffd\\ufffd|\"") !=
          std::string::npos);
    CHECK(parse_frame(text)->message.starts_with("\"\\\n\r\t\x01<>&\x7f\xc3\xa4"));
}

TEST_CASE("base64 is that of RFC 4648, padded") {
    const auto encode = [](std::string_view s) {
        return std::string(encode_payload(core::as_bytes(s)).reveal());
    };
    const auto decode = [](std::string_view s) {
        const auto bytes = decode_payload(s);
        return bytes ? std::string(core::as_text(*bytes)) : "error " + bytes.error().message();
    };
    // RFC 4648, section 10.
    const std::pair<const char *, const char *> vectors[] = {{"", ""},
                                                             {"f", "Zg=="},
                                                             {"fo", "Zm8="},
                                                             {"foo", "Zm9v"},
                                                             {"foob", "Zm9vYg=="},
                                                             {"fooba", "Zm9vYmE="},
                                                             {"foobar", "Zm9vYmFy"}};
    for (const auto &[plain, coded] : vectors) {
        CHECK(encode(plain) == coded);
        CHECK(decode(coded) == plain);
    }
    CHECK(encode("\xfb\xef\xff") == "++//");
    CHECK(decode("++//") == "\xfb\xef\xff");
}

TEST_CASE("bad base64 is an error") {
    for (const char *text : {"Zg", "Zg=", "Z===", "====", "=", "Zg=a", "Zm 9", "Zm9v\n", "Zm-_",
                             "Zm9v*AAA", "Zg==Zg=="}) {
        CAPTURE(text);
        const auto decoded = decode_payload(text);
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error() == errc::bad_base64);
    }
}

TEST_CASE("a frame in a log shows neither its payload nor the password in a command") {
    frame f = make_client_frame("deactivate --password P@ssw0rd", "3.0.0");
    f.payload = core::secret("c2VjcmV0");
    f.message = "a\x1b[2Jb";
    const std::string shown = format_for_log(f);
    CHECK(shown.find("P@ssw0rd") == std::string::npos);
    CHECK(shown.find("c2VjcmV0") == std::string::npos);
    CHECK(shown.find("\"method\":\"deactivate <masked>\"") != std::string::npos);
    CHECK(shown.find("\"payload\":\"<8 characters>\"") != std::string::npos);
    CHECK(shown.find('\x1b') == std::string::npos);
    CHECK(shown.find("PAYLOAD:") == std::string::npos);
}

TEST_CASE("a peer's text is made harmless for a terminal") {
    CHECK(printable("a\x1b[31mb\r\nc\x7f\xc2\x9b"
                    "d") == "a [31mb  c  d");
    CHECK(printable("\xc3\xa4\xff") == "\xc3\xa4\xef\xbf\xbd");
    CHECK(printable("abcdef", 3) == "abc...");
    CHECK(printable("ab\xc3\xa4", 3) == "ab...");
    CHECK(printable("abc", 3) == "abc");
}
