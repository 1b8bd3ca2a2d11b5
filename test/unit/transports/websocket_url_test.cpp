// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/websocket.hpp>

#include <doctest/doctest.h>

#include <string>

using costrand::transports::parse_websocket_url;
using costrand::transports::websocket_errc;

TEST_CASE("a URL gives scheme, host, port and target") {
    const auto url = parse_websocket_url("wss://rps.example:8443/activate?x=1");
    REQUIRE(url.has_value());
    CHECK(url->secure);
    CHECK(url->host == "rps.example");
    CHECK(url->port == 8443);
    CHECK(url->target == "/activate?x=1");
    CHECK(url->authority() == "rps.example:8443");
}

TEST_CASE("the port defaults by scheme and then is not in the Host header") {
    const auto plain = parse_websocket_url("WS://a/activate"), tls = parse_websocket_url("wss://a");
    REQUIRE(plain.has_value());
    REQUIRE(tls.has_value());
    CHECK(plain->port == 80);
    CHECK(plain->authority() == "a");
    CHECK(tls->port == 443);
    CHECK(tls->target == "/");
}

TEST_CASE("an IPv6 address stands in brackets") {
    const auto url = parse_websocket_url("ws://[::1]:8080/activate");
    REQUIRE(url.has_value());
    CHECK(url->host == "::1");
    CHECK(url->authority() == "[::1]:8080");
}

TEST_CASE("a URL with user information is refused as that") {
    const auto url = parse_websocket_url("wss://user:secret@rps.example/activate");
    REQUIRE(url.has_error());
    CHECK(url.error() == websocket_errc::url_user_info);
}

TEST_CASE("a fragment is not sent") {
    const auto url = parse_websocket_url("ws://a/activate#here");
    REQUIRE(url.has_value());
    CHECK(url->target == "/activate");
}

TEST_CASE("what is no websocket URL is refused") {
    for (const char *text : {"", "ws://", "http://a/", "ws:/a", "ws://:80/", "ws://a:0/",
                             "ws://a:99999/", "ws://a:8o/", "ws://a b/", "ws://a/\r\nX: y",
                             "ws://[::1/", "ws://[zz]/", "rps.example/activate"}) {
        CAPTURE(text);
        const auto url = parse_websocket_url(text);
        REQUIRE(url.has_error());
        CHECK(url.error() == websocket_errc::bad_url);
    }
}
