// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/tls_records.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::rps;

namespace {

// One record; its length is that of the body (RFC 8446, 5.1).
std::string record(char type, std::string_view body) {
    std::string out{type, 3, 3};
    out += static_cast<char>(body.size() >> 8);
    out += static_cast<char>(body.size() & 0xff);
    return out + std::string(body);
}
const std::string hello = record(22, "\x01the rest of a ClientHello");
const std::string finished = record(22, "\x9a encrypted");
const std::string request = record(23, std::string(800, 'q'));
const std::string hidden_alert = record(23, std::string(19, 'a'));

std::vector<session_finder::piece> take(session_finder &finder, std::string_view bytes) {
    return finder.take(core::as_bytes(bytes));
}
std::string text(const session_finder::piece &p) {
    return std::string(core::as_text(p.bytes));
}

} // namespace

TEST_CASE("a ClientHello is a handshake record whose sixth byte is 1") {
    CHECK(is_client_hello(core::as_bytes(hello)));
    CHECK_FALSE(is_client_hello(core::as_bytes(finished)));
    CHECK_FALSE(is_client_hello(core::as_bytes(record(23, "\x01"))));
    CHECK_FALSE(is_client_hello(core::as_bytes(hello).first(5)));
    CHECK_FALSE(is_client_hello({}));
}

TEST_CASE("gathered bytes are whole exactly up to where a record ends") {
    const std::string flight = hello + finished + request;
    record_gatherer g;
    std::size_t ended = 0;
    for (std::size_t i = 1; i <= flight.size(); ++i) {
        g.add(core::as_bytes(flight).subspan(i - 1, 1));
        if (i == hello.size() || i == hello.size() + finished.size() || i == flight.size())
            ended = i;
        CHECK(g.whole() == ended);
    }
    CHECK(core::as_text(g.take_whole()) == flight);
    CHECK(g.whole() == 0);
}

TEST_CASE("whole records are taken, and the beginning of the next one stays") {
    record_gatherer g;
    g.add(core::as_bytes(hello + request.substr(0, 300)));
    CHECK(core::as_text(g.take_whole()) == hello);
    CHECK(g.take_whole().empty());
    g.add(core::as_bytes(request.substr(300)));
    CHECK(core::as_text(g.take_whole()) == request);

    g.add(core::as_bytes(finished + request.substr(0, 7)));
    CHECK(core::as_text(g.take_all()) == finished + request.substr(0, 7));
    CHECK(g.whole() == 0);
}

TEST_CASE("what is no TLS is whole at once: nothing is held back") {
    record_gatherer g;
    g.add(core::as_bytes("HTTP/1.1 400"));
    CHECK(g.whole() == 12);
    record_gatherer behind;
    behind.add(core::as_bytes(finished + "HT"));
    CHECK(behind.whole() == finished.size() + 2);
}

TEST_CASE("a ServerHello with the random of RFC 8446, 4.1.3 asks for another ClientHello") {
    const std::string head("\x02\0\0\x54\x03\x03", 6);
    std::string random;
    for (const unsigned char c : hello_retry_random)
        random += static_cast<char>(c);
    const std::string retry = record(22, head + random + std::string(40, 's'));
    CHECK(is_hello_retry_request(core::as_bytes(retry)));
    CHECK_FALSE(is_hello_retry_request(core::as_bytes(retry).first(42)));
    CHECK_FALSE(is_hello_retry_request(core::as_bytes(record(23, head + random))));
    random.back() = 'x';
    CHECK_FALSE(is_hello_retry_request(core::as_bytes(record(22, head + random))));
}

TEST_CASE("a second ClientHello that AMT asked for goes on with the session, a third begins one") {
    session_finder finder;
    (void)take(finder, hello);
    finder.expect_second_hello(true);
    const auto second = take(finder, hello);
    REQUIRE(second.size() == 1);
    CHECK_FALSE(second[0].opens_session);
    const auto third = take(finder, hello);
    REQUIRE(third.size() == 1);
    CHECK(third[0].opens_session);
}

TEST_CASE("a session begins with each ClientHello, also one behind other records") {
    session_finder finder;
    const auto pieces = take(finder, hello + finished + hello);
    REQUIRE(pieces.size() == 2);
    CHECK(pieces[0].opens_session);
    CHECK(text(pieces[0]) == hello + finished);
    CHECK(pieces[1].opens_session);
    CHECK(text(pieces[1]) == hello);
}

TEST_CASE("a ClientHello cut anywhere is one ClientHello, and no byte is lost") {
    for (std::size_t cut = 1; cut < hello.size(); ++cut) {
        session_finder finder;
        auto pieces = take(finder, hello.substr(0, cut));
        const auto rest = take(finder, hello.substr(cut));
        pieces.insert(pieces.end(), rest.begin(), rest.end());
        REQUIRE_FALSE(pieces.empty());
        std::string all;
        std::size_t sessions = 0;
        for (const auto &p : pieces) {
            all += text(p);
            sessions += p.opens_session ? 1 : 0;
        }
        CHECK(all == hello);
        CHECK(sessions == 1);
        CHECK(pieces.front().opens_session);
    }
}

TEST_CASE("handshake bytes that are no ClientHello, and a 1 within a record, open nothing") {
    session_finder finder;
    const auto other = take(finder, finished);
    REQUIRE(other.size() == 1);
    CHECK_FALSE(other[0].opens_session);
    // The second message begins within a record, with what looks like a ClientHello.
    const std::string outer = record(23, hello);
    (void)take(finder, outer.substr(0, 5));
    const auto inner = take(finder, outer.substr(5));
    REQUIRE(inner.size() == 1);
    CHECK_FALSE(inner[0].opens_session);
    CHECK(text(inner[0]) == hello);
}

// RFC 5246, 7.3: a ChangeCipherSpec, then Finished, encrypted: with AES-GCM its first byte is
// random.
TEST_CASE("a Finished of TLS 1.2 opens nothing, whatever its first encrypted byte is") {
    const std::string key_exchange = record(22, std::string("\x10\0\1\0", 4));
    const std::string change = record(20, "\1");
    const std::string finished_1 = record(22, "\1" + std::string(39, 'e'));
    for (std::size_t cut : {std::size_t{0}, key_exchange.size() + change.size()}) {
        session_finder finder;
        (void)take(finder, hello);
        const std::string flight = key_exchange + change + finished_1;
        auto pieces = take(finder, flight.substr(0, cut));
        const auto rest = take(finder, flight.substr(cut));
        pieces.insert(pieces.end(), rest.begin(), rest.end());
        for (const auto &p : pieces)
            CHECK_FALSE(p.opens_session);
        CHECK(pieces.size() == (cut == 0 ? 1 : 2));
        CHECK(take(finder, hello)[0].opens_session);
    }
}

// RFC 8446, 4.1.4 and D.4: what OpenSSL sends when AMT does not take its first key share.
TEST_CASE("the second ClientHello, which a HelloRetryRequest wants, stays in its session") {
    session_finder finder;
    (void)take(finder, hello);
    const auto again = take(finder, record(20, "\1") + hello);
    REQUIRE(again.size() == 1);
    CHECK_FALSE(again[0].opens_session);
    CHECK(text(again[0]) == record(20, "\1") + hello);
    CHECK(take(finder, hello)[0].opens_session);
}

TEST_CASE("an alert is a farewell, in clear and hidden in application data; a request is not") {
    session_finder finder;
    CHECK(take(finder, record(21, "\x01"))[0].farewell);
    CHECK(take(finder, hidden_alert)[0].farewell);
    CHECK_FALSE(take(finder, request)[0].farewell);
    CHECK_FALSE(take(finder, hidden_alert + request)[0].farewell);
    CHECK(take(finder, request + hidden_alert)[0].farewell);
}

TEST_CASE("what is no TLS passes as it came, and the next message begins anew") {
    session_finder finder;
    const auto junk = take(finder, "GET / HTTP/1.1");
    REQUIRE(junk.size() == 1);
    CHECK(text(junk[0]) == "GET / HTTP/1.1");
    CHECK(take(finder, hello)[0].opens_session);
}
