// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/http_parser.hpp>

#include "recorded.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::wsman;

namespace {

template <typename Parser>
struct parsed {
    Parser parser;
    boost::system::error_code error;
    std::size_t used = 0;
};

// Feeds `text` in pieces of that size.
template <typename Parser>
parsed<Parser> feed(std::string_view text, std::size_t piece = 4096, http_limits limits = {}) {
    parsed<Parser> out{Parser(limits), {}, 0};
    while (out.used < text.size() && !out.parser.done()) {
        auto n = out.parser.feed(core::as_bytes(text.substr(out.used, piece)));
        if (!n) {
            out.error = n.error();
            break;
        }
        out.used += *n;
    }
    return out;
}

boost::system::error_code request_error(std::string_view text, http_limits limits = {}) {
    return feed<request_parser>(text, 4096, limits).error;
}
boost::system::error_code response_error(std::string_view text, http_limits limits = {}) {
    return feed<response_parser>(text, 4096, limits).error;
}

http_request whole_request(std::string_view text, http_limits limits = {}) {
    auto p = feed<request_parser>(text, 4096, limits);
    REQUIRE_MESSAGE(p.parser.done(), p.error.message());
    return p.parser.release();
}

const std::string chunked_reply = "HTTP/1.1 200 OK\r\n"
                                  "Transfer-Encoding: chunked\r\n"
                                  "\r\n"
                                  "0003\r\nabc\r\n"
                                  "00A;name=\"x\"\r\n0123456789\r\n"
                                  "0c \r\nABCDEFGHIJKL\r\n"
                                  "0\r\n"
                                  "Trailer: dropped\r\n"
                                  "\r\n";

} // namespace

TEST_CASE("every recorded message parses whole, in any pieces, and ends exactly at its last byte") {
    for (const auto &m : test::recorded_conversations()) {
        CAPTURE(m.file);
        for (std::size_t piece : {1u, 7u, 4096u}) {
            const std::string text = m.bytes + "HTTP/1.1 surplus";
            if (m.request) {
                auto p = feed<request_parser>(text, piece);
                REQUIRE(p.parser.done());
                REQUIRE(p.used == m.bytes.size());
                CHECK_FALSE(p.parser.keep_alive());
                CHECK(p.parser.release().body.ends_with("</Envelope>"));
            } else {
                auto p = feed<response_parser>(text, piece);
                REQUIRE(p.parser.done());
                REQUIRE(p.used == m.bytes.size());
                CHECK(p.parser.keep_alive());
            }
        }
    }
}

TEST_CASE("chunks with leading zeros, either case, extensions, blanks and trailers are one body") {
    for (std::size_t piece = 1; piece < chunked_reply.size(); ++piece) {
        auto p = feed<response_parser>(chunked_reply, piece);
        REQUIRE(p.parser.done());
        CHECK(p.used == chunked_reply.size());
        const auto r = p.parser.release();
        CHECK(r.body == "abc0123456789ABCDEFGHIJKL");
        CHECK(r.headers.size() == 1);
    }
}

TEST_CASE("a message cut at any byte is an error, unless its end is the end of the stream") {
    const std::string fixed = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nabcde";
    const std::string until_close = "HTTP/1.1 200 OK\r\nServer: x\r\n\r\nabc";
    for (const auto &text : {chunked_reply, fixed}) {
        for (std::size_t cut = 0; cut < text.size(); ++cut) {
            auto p = feed<response_parser>(text.substr(0, cut));
            CHECK_FALSE(p.error);
            CHECK_FALSE(p.parser.done());
            CHECK(p.parser.started() == (cut > 0));
            CHECK(p.parser.end_of_stream().error() == errc::http_truncated);
            CHECK(p.parser.feed(core::as_bytes(text)).error() == errc::http_truncated);
        }
    }
    for (std::size_t cut = 0; cut <= until_close.size(); ++cut) {
        auto p = feed<response_parser>(until_close.substr(0, cut));
        CHECK_FALSE(p.parser.done());
        const bool in_body = cut >= until_close.size() - 3;
        CHECK(p.parser.end_of_stream().has_value() == in_body);
        CHECK(p.parser.done() == in_body);
    }
}

TEST_CASE("a response without a length reaches to the end of the stream and ends the connection") {
    auto p = feed<response_parser>("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nabc", 1);
    REQUIRE(p.parser.end_of_stream().has_value());
    CHECK_FALSE(p.parser.keep_alive());
    CHECK(p.parser.release().body == "abc");
}

TEST_CASE("a request without a length has no body") {
    const std::string text = "GET /index.htm HTTP/1.1\r\nHost: a\r\n\r\n";
    auto p = feed<request_parser>(text + "POST");
    CHECK(p.parser.done());
    CHECK(p.used == text.size());
    const auto r = p.parser.release();
    CHECK(r.method == "GET");
    CHECK(r.target == "/index.htm");
    CHECK(r.headers.value("hOST") == "a");
}

TEST_CASE("replies 204 and 304 have no body whatever their header says") {
    for (auto start : {"HTTP/1.1 204 No Content\r\n\r\n",
                       "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}) {
        auto p = feed<response_parser>(std::string(start) + "next");
        CHECK(p.parser.done());
        CHECK(p.used == std::string_view(start).size());
    }
}

TEST_CASE("interim replies are skipped and counted") {
    const std::string interim =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n";
    for (std::size_t piece : {1u, 5u, 4096u}) {
        auto p = feed<response_parser>(interim + chunked_reply, piece);
        REQUIRE(p.parser.done());
        CHECK(p.parser.interim_bytes() == interim.size());
        const auto r = p.parser.release();
        CHECK(r.status == 200);
        CHECK(r.headers.find("Link") == nullptr);
    }
    CHECK(response_error("HTTP/1.1 101 Switching Protocols\r\n\r\n") == errc::http_unsupported);
}

TEST_CASE("interim replies without end are refused") {
    http_limits limits;
    limits.header_bytes = 1000;
    std::string many;
    while (many.size() < 2000)
        many += "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(response_error(many, limits) == errc::http_too_large);
}

TEST_CASE("whether the connection stays open follows the version and the Connection field") {
    auto keeps = [](std::string_view version, std::string_view field) {
        auto p = feed<request_parser>("POST /wsman " + std::string(version) + "\r\n" +
                                      std::string(field) + "Content-Length: 0\r\n\r\n");
        REQUIRE(p.parser.done());
        return p.parser.keep_alive();
    };
    CHECK(keeps("HTTP/1.1", ""));
    CHECK_FALSE(keeps("HTTP/1.1", "Connection: close\r\n"));
    CHECK_FALSE(keeps("HTTP/1.1", "connection: x , Close\r\n"));
    CHECK_FALSE(keeps("HTTP/1.1", "Connection: x\r\nConnection: close\r\n"));
    CHECK_FALSE(keeps("HTTP/1.0", ""));
    CHECK(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST_CASE("lengths that two readers could understand differently are refused") {
    const std::string start = "POST /wsman HTTP/1.1\r\n";
    for (std::string_view fields : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                    "Content-Length: 5\r\nContent-Length: 6\r\n",
                                    "Content-Length: 5\r\nContent-Length: 5\r\n",
                                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                    "Host: a\r\nHost: b\r\n"}) {
        CAPTURE(fields);
        CHECK(request_error(start + std::string(fields) + "\r\n") == errc::http_ambiguous);
    }
    CHECK(request_error("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          errc::http_ambiguous);
    CHECK(response_error("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n"
                         "\r\n") == errc::http_ambiguous);
}

TEST_CASE("a transfer coding other than chunked is refused") {
    for (std::string_view coding :
         {"gzip", "gzip, chunked", "identity", "xchunked", "\"chunked\""}) {
        CAPTURE(coding);
        CHECK(request_error("POST / HTTP/1.1\r\nTransfer-Encoding: " + std::string(coding) +
                            "\r\n\r\n") == errc::http_unsupported);
    }
}

TEST_CASE("a length is decimal digits and nothing else") {
    for (std::string_view value :
         {"", "+5", "-1", "0x5", "5,5", "5 5", "5.0", "99999999999999999999"}) {
        CAPTURE(value);
        CHECK(request_error("POST / HTTP/1.1\r\nContent-Length: " + std::string(value) +
                            "\r\n\r\n") == errc::http_malformed);
    }
    CHECK(request_error("POST / HTTP/1.1\r\nContent-Length: 9223372036854775000\r\n\r\n") ==
          errc::http_too_large);
}

TEST_CASE("header lines that readers take differently are refused") {
    const std::string start = "POST /wsman HTTP/1.1\r\n";
    for (std::string_view line :
         {"Host : a\r\n", " Host: a\r\n", "Host: a\r\n folded\r\n", "Host: a\n", "Host: a\rb\r\n",
          "no colon\r\n", ": empty\r\n", "Ho st: a\r\n", "Host: a\x01\r\n", "H\xc3\xa9: a\r\n"}) {
        CAPTURE(line);
        CHECK(request_error(start + std::string(line) + "\r\n") == errc::http_malformed);
    }
    const std::string nul = start + std::string("Host: a\0b\r\n\r\n", 13);
    CHECK(request_error(nul) == errc::http_malformed);
}

TEST_CASE("start lines follow their grammar") {
    for (std::string_view line :
         {"POST /wsman", "POST  /wsman HTTP/1.1", "POST /a b HTTP/1.1", "POST /wsman HTTP/2.0",
          "POST /wsman http/1.1", "POST /wsman HTTP/1.10", "PO:ST /wsman HTTP/1.1", "@ / HTTP/1.1",
          "POST / HTTP/1.1 "}) {
        CAPTURE(line);
        CHECK(request_error(std::string(line) + "\r\n\r\n") == errc::http_malformed);
    }
    for (std::string_view line :
         {"HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 x", "HTTP/1.1  200 OK",
          "HTTP/2 200 OK", "ICY 200 OK", "HTTP/1.1 2x0 "}) {
        CAPTURE(line);
        CHECK(response_error(std::string(line) + "\r\n\r\n") == errc::http_malformed);
    }
    CHECK_FALSE(response_error("HTTP/1.1 200\r\n\r\n"));
    CHECK_FALSE(response_error("HTTP/1.1 200 \r\n\r\n"));
}

TEST_CASE("a peer that does not speak HTTP is refused at its first wrong byte") {
    const std::string tls_alert("\x15\x03\x01\x00\x02", 5);
    CHECK(response_error(tls_alert) == errc::http_malformed);
    CHECK(request_error(tls_alert) == errc::http_malformed);
    CHECK(response_error("HTTQ") == errc::http_malformed);
}

TEST_CASE("chunk sizes and chunk ends follow their grammar") {
    const std::string start = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::string_view body :
         {"\r\n", "x\r\n", "0x5\r\nabcde\r\n", "-1\r\n", "5 x\r\nabcde\r\n", "3\nabc\r\n",
          "3\r\nabcd\r\n", "3\r\nabc\n\r\n", "3\r\nabc\rX", "00000000000000001\r\na\r\n",
          "3;\x01\r\nabc\r\n", "0\r\nbad trailer\r\n\r\n"}) {
        CAPTURE(body);
        CHECK(request_error(start + std::string(body)) == errc::http_malformed);
    }
    CHECK(request_error(start + "ffffffffffffffff\r\n") == errc::http_too_large);
}

TEST_CASE("empty lines before a request are skipped and do not start it") {
    auto p = feed<request_parser>("\r\n\r\n", 1);
    CHECK_FALSE(p.error);
    CHECK_FALSE(p.parser.started());
    CHECK(whole_request("\r\n\r\nPOST / HTTP/1.1\r\n\r\n").target == "/");
    CHECK(request_error("\nPOST / HTTP/1.1\r\n\r\n") == errc::http_malformed);
    CHECK(response_error("\r\nHTTP/1.1 200 OK\r\n\r\n") == errc::http_malformed);
}

TEST_CASE("header size, number of fields, extensions and body are limited") {
    http_limits limits;
    limits.header_bytes = 100;
    limits.header_fields = 3;
    limits.body_bytes = 10;
    const std::string post = "POST / HTTP/1.1\r\n";
    const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string extended = "1;" + std::string(20, 'x') + "\r\na\r\n";
    for (const auto &text :
         {post + "A: " + std::string(100, 'x') + "\r\n\r\n", std::string(200, 'P'),
          post + "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n", post + "Content-Length: 11\r\n\r\n",
          chunked + "b\r\n", chunked + "a\r\n0123456789\r\n1\r\n",
          chunked + "1;" + std::string(60, 'x') + "\r\na\r\n",
          chunked + extended + extended + extended,
          chunked + "0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n"}) {
        CAPTURE(text);
        CHECK(request_error(text, limits) == errc::http_too_large);
    }
    CHECK(whole_request(chunked + "a\r\n0123456789\r\n0\r\n\r\n", limits).body == "0123456789");
    CHECK(response_error("HTTP/1.1 200 OK\r\n\r\n01234567890", limits) == errc::http_too_large);
}

TEST_CASE("a chunk size that counts UTF-16 units is taken only where it is allowed") {
    // "Zürich 𝄞 x": 14 bytes in UTF-8, 12 units in UTF-16; the size says 12, as RPS would.
    const std::string text = "Z\xc3\xbcrich \xf0\x9d\x84\x9e\r x";
    const std::string message = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "C\r\n" +
                                text + "\r\n0\r\n\r\n";
    CHECK(request_error(message) == errc::http_malformed);
    http_limits tolerant;
    tolerant.utf16_chunk_sizes = true;
    for (std::size_t piece = 1; piece < message.size(); ++piece) {
        auto p = feed<request_parser>(message, piece, tolerant);
        REQUIRE_MESSAGE(p.parser.done(), p.error.message());
        CHECK(p.parser.release().body == text);
    }
}

TEST_CASE("where UTF-16 sizes are allowed, right ones in bytes still are, and ASCII is strict") {
    http_limits tolerant;
    tolerant.utf16_chunk_sizes = true;
    const std::string start = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(whole_request(start + "3\r\n\xc3\xbcx\r\n0\r\n\r\n", tolerant).body == "\xc3\xbcx");
    CHECK(request_error(start + "3\r\nabcd\r\n0\r\n\r\n", tolerant) == errc::http_malformed);
    CHECK(request_error(start + "2\r\n\xc3\xbcxy\r\n0\r\n\r\n", tolerant) == errc::http_malformed);
}

TEST_CASE("no mutation of a recorded message crashes the parsers or makes them take too much") {
    std::uint32_t seed = 1;
    auto next = [&seed](std::size_t below) {
        seed = seed * 1664525u + 1013904223u;
        return (seed >> 8) % below;
    };
    const auto messages = test::recorded_conversations();
    std::size_t refused = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto &m = messages[next(messages.size())];
        std::string text = m.bytes;
        for (auto edits = 1 + next(4); edits > 0; --edits) {
            const auto at = next(std::min<std::size_t>(text.size(), 700));
            const auto what = next(3);
            if (what == 0)
                text[at] = static_cast<char>(next(256));
            else if (what == 1)
                text.erase(at, 1 + next(4));
            else
                text.insert(at, std::string_view("\r\n: 0;\0f", 8).substr(next(7), 1 + next(2)));
        }
        const auto piece = 1 + next(64);
        auto run = [&](auto p) {
            refused += p.error ? 1u : 0u;
            CHECK(p.used <= text.size());
            CHECK(!(p.error && p.parser.done()));
            if (!p.error && !p.parser.done())
                CHECK(p.used == text.size());
        };
        m.request ? run(feed<request_parser>(text, piece))
                  : run(feed<response_parser>(text, piece));
    }
    CHECK(refused > 500);
}
