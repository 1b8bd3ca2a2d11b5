// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/proxy.hpp>

#include <doctest/doctest.h>

#include <string>

using costrand::transports::parse_proxy_url;
using costrand::transports::proxy_errc;
using costrand::transports::proxy_kind;

TEST_CASE("a proxy's URL gives kind, host and port") {
    struct row {
        const char *text;
        proxy_kind kind;
        const char *host;
        int port;
        const char *name;
    };
    for (const row &r :
         {row{"http://proxy.example:3128", proxy_kind::http, "proxy.example", 3128,
              "http://proxy.example:3128"},
          row{"HTTP://proxy:3128/", proxy_kind::http, "proxy", 3128, "http://proxy:3128"},
          row{"proxy:3128", proxy_kind::http, "proxy", 3128, "http://proxy:3128"},
          row{"http://proxy", proxy_kind::http, "proxy", 1080, "http://proxy:1080"},
          row{"socks5://10.0.0.1", proxy_kind::socks5, "10.0.0.1", 1080, "socks5://10.0.0.1:1080"},
          row{"socks5h://proxy:9050", proxy_kind::socks5, "proxy", 9050, "socks5://proxy:9050"},
          row{"socks5://[::1]:9050", proxy_kind::socks5, "::1", 9050, "socks5://[::1]:9050"}}) {
        CAPTURE(r.text);
        const auto url = parse_proxy_url(r.text);
        REQUIRE(url.has_value());
        CHECK(url->kind == r.kind);
        CHECK(url->host == r.host);
        CHECK(url->port == r.port);
        CHECK(url->name() == r.name);
        CHECK_FALSE(url->has_credentials());
    }
}

TEST_CASE("user and password come percent-decoded, and never in the name") {
    struct row {
        const char *text, *user, *password;
    };
    for (const row &r :
         {row{"http://joe:hunter2@proxy:3128", "joe", "hunter2"},
          row{"joe:hunter2@proxy:3128", "joe", "hunter2"}, row{"socks5://joe@proxy", "joe", ""},
          row{"http://joe:a%40b%3A%2f%25@proxy:1", "joe", "a@b:/%"},
          row{"http://joe:a@b:c@proxy:1", "joe", "a@b:c"},
          row{"socks5://:only@proxy", "", "only"}}) {
        CAPTURE(r.text);
        const auto url = parse_proxy_url(r.text);
        REQUIRE(url.has_value());
        CHECK(url->has_credentials());
        CHECK(url->user == r.user);
        CHECK(url->password.reveal() == r.password);
        CHECK(url->host == "proxy");
        CHECK(url->name().find('@') == std::string::npos);
    }
}

TEST_CASE("an empty user with an empty password is none") {
    for (const char *text : {"http://@proxy:1", "http://:@proxy:1"}) {
        const auto url = parse_proxy_url(text);
        REQUIRE(url.has_value());
        CHECK_FALSE(url->has_credentials());
    }
}

TEST_CASE("proxies of other kinds are refused as not supported") {
    for (const char *text : {"https://proxy:443", "socks4://proxy", "socks://proxy:1080",
                             "ftp://proxy:21", "://proxy:1"}) {
        CAPTURE(text);
        const auto url = parse_proxy_url(text);
        REQUIRE(url.has_error());
        CHECK(url.error() == proxy_errc::unsupported_kind);
        CHECK(url.error().message().find("not supported") != std::string::npos);
    }
}

TEST_CASE("what is no URL of a proxy is refused") {
    const std::string long_text(256, 'x');
    for (const std::string &text :
         {std::string(), std::string("proxy"), std::string("http://"), std::string("http://:3128"),
          std::string("http://proxy:0"), std::string("http://proxy:65536"),
          std::string("http://proxy:8o"), std::string("http://pro xy:1"),
          std::string("http://proxy:1\r\nX: y"), std::string("http://proxy:1/wpad.dat"),
          std::string("http://proxy?x"), std::string("http://[::1:80"),
          std::string("http://a%4:b@proxy:1"), std::string("http://a%zz:b@proxy:1"),
          std::string("http://a%3Ab:c@proxy:1"), "socks5://" + long_text + "@proxy",
          "socks5://a:" + long_text + "@proxy"}) {
        CAPTURE(text);
        const auto url = parse_proxy_url(text);
        REQUIRE(url.has_error());
        CHECK(url.error() == proxy_errc::bad_url);
    }
}
