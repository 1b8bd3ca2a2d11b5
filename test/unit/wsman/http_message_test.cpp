// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/http_message.hpp>

#include "recorded.hpp"

#include <costrand/wsman/http_parser.hpp>
#include <costrand/wsman/http_shapes.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using namespace costrand::wsman;

namespace {

std::string text_of(const std::vector<std::byte> &bytes) {
    return std::string(core::as_text(bytes));
}

} // namespace

TEST_CASE("an RPS request has the fields, their order and the one chunk of the published example") {
    // The XML of the example is 0x26B = 619 bytes, the whole request 752.
    const std::string body(0x26b, 'x');
    const auto bytes = text_of(serialize(
        rps_request("4c4c4544-0042-3010-8051-b4c04f4d3132:16992", "", body, after_reply::close)));
    CHECK(bytes == "POST /wsman HTTP/1.1\r\n"
                   "Host: 4c4c4544-0042-3010-8051-b4c04f4d3132:16992\r\n"
                   "Transfer-Encoding: chunked\r\n"
                   "Connection: close\r\n"
                   "\r\n"
                   "26B\r\n" +
                       body + "\r\n0\r\n\r\n");
    CHECK(bytes.size() == 752);
}

TEST_CASE("every recorded request is written again byte for byte") {
    std::size_t count = 0;
    for (const auto &m : test::recorded_conversations()) {
        if (!m.request)
            continue;
        request_parser parser;
        REQUIRE(parser.feed(core::as_bytes(m.bytes)).value() == m.bytes.size());
        auto r = parser.release();
        const auto again = rps_request(r.headers.value("Host"), r.headers.value("Authorization"),
                                       r.body, after_reply::close);
        CHECK(text_of(serialize(again)) == m.bytes);
        CHECK(text_of(serialize(r)) == m.bytes);
        ++count;
    }
    CHECK(count == 457);
}

TEST_CASE("a 200 reply has AMT's fields in AMT's order and a chunk size of four digits") {
    const auto reply = soap_response(200, "Sat, 21 Nov 2026 07:45:43 GMT",
                                     "Intel(R) Active Management Technology 16.1.25.1424",
                                     std::string(0x4cc, 'x'), after_reply::keep_open);
    CHECK(text_of(serialize(reply)) ==
          "HTTP/1.1 200 OK\r\n"
          "Date: Sat, 21 Nov 2026 07:45:43 GMT\r\n"
          "Server: Intel(R) Active Management Technology 16.1.25.1424\r\n"
          "X-Frame-Options: DENY\r\n"
          "Content-Type: application/soap+xml; charset=UTF-8\r\n"
          "Transfer-Encoding: chunked\r\n"
          "\r\n"
          "04CC\r\n" +
              std::string(0x4cc, 'x') + "\r\n0\r\n\r\n");
}

TEST_CASE("a fault is a 400 that closes, and a 401 and a 400 in HTML have a length and close") {
    const auto fault = text_of(serialize(soap_response(400, "d", "s", "f", after_reply::close)));
    CHECK(fault.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(fault.ends_with("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                          "0001\r\nf\r\n0\r\n\r\n"));
    CHECK(text_of(serialize(unauthorized_response("Digest realm=\"r\"", "s", "<html>"))) ==
          "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\"\r\n"
          "Content-Type: text/html\r\nServer: s\r\nContent-Length: 6\r\nConnection: close\r\n"
          "\r\n<html>");
    CHECK(text_of(serialize(html_response(400, "Bad Request", "s", ""))) ==
          "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nServer: s\r\n"
          "Content-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("the length is always the body's size, written once, in its place or at the end") {
    http_request r;
    r.headers = {{"Host", "h"}, {"content-length", "99"}, {"Content-Length", "7"}, {"X", "y"}};
    r.body = "abc";
    CHECK(text_of(serialize(r)) ==
          "POST /wsman HTTP/1.1\r\nHost: h\r\ncontent-length: 3\r\nX: y\r\n\r\nabc");
    r.headers = {{"Host", "h"}};
    CHECK(text_of(serialize(r)) ==
          "POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    r.headers = {{"Content-Length", "9"}, {"Transfer-Encoding", "Chunked"}};
    CHECK(text_of(serialize(r)) ==
          "POST /wsman HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
}

TEST_CASE("a long body goes in chunks of at most the size that was asked for") {
    http_response r;
    r.headers = {{"Transfer-Encoding", "chunked"}};
    r.body = "0123456789";
    CHECK(text_of(serialize(r, {4, 2})) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                           "04\r\n0123\r\n04\r\n4567\r\n02\r\n89\r\n0\r\n\r\n");
    r.body.clear();
    CHECK(text_of(serialize(r)).ends_with("\r\n\r\n0\r\n\r\n"));
}

TEST_CASE("204 and 304 are written without a body, and without a field that announces one") {
    http_response r;
    r.body = "abc";
    for (const char *field : {"Transfer-Encoding", "Content-Length"}) {
        r.headers = {{field, "chunked"}, {"X", "y"}};
        r.status = 204;
        r.reason = "No Content";
        CHECK(text_of(serialize(r)) == "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n");
        r.status = 304;
        r.reason = "Not Modified";
        CHECK(text_of(serialize(r)) == "HTTP/1.1 304 Not Modified\r\nX: y\r\n\r\n");
    }
}

TEST_CASE("names of fields and tokens of lists compare without regard to case") {
    const http_headers h{{"Connection", "Keep-Alive, x"}, {"CONNECTION", " close"}};
    CHECK(h.value("connection") == "Keep-Alive, x");
    CHECK(h.count("Connection") == 2);
    CHECK(h.has_token("Connection", "keep-alive"));
    CHECK(h.has_token("Connection", "CLOSE"));
    CHECK_FALSE(h.has_token("Connection", "keep"));
    CHECK(h.find("Host") == nullptr);
}
