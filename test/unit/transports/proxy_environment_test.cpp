// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/proxy.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

using costrand::transports::is_exempt;
using costrand::transports::proxy_of_environment;

namespace {

using variables = std::map<std::string, std::string>;

// The name of the variable that decides; empty: directly.
std::string chosen(const variables &set, bool secure, const char *host) {
    const auto found = proxy_of_environment(secure, host, secure ? 443 : 80, [&](const char *name) {
        const auto value = set.find(name);
        return value == set.end() ? nullptr : value->second.c_str();
    });
    if (!found)
        return "";
    CHECK(found->url.reveal() == set.at(found->variable));
    return found->variable;
}

} // namespace

TEST_CASE(
    "the variable of the server's kind goes before that for all, small letters before large") {
    const variables all = {{"http_proxy", "1"},  {"HTTP_PROXY", "2"}, {"https_proxy", "3"},
                           {"HTTPS_PROXY", "4"}, {"all_proxy", "5"},  {"ALL_PROXY", "6"}};
    variables left = all;
    for (const auto &[remove, secure, plain] :
         {std::tuple("", "https_proxy", "http_proxy"),
          std::tuple("https_proxy", "HTTPS_PROXY", "http_proxy"),
          std::tuple("HTTPS_PROXY", "all_proxy", "http_proxy"),
          std::tuple("http_proxy", "all_proxy", "all_proxy"),
          std::tuple("all_proxy", "ALL_PROXY", "ALL_PROXY"), std::tuple("ALL_PROXY", "", "")}) {
        left.erase(remove);
        CAPTURE(remove);
        CHECK(chosen(left, true, "rps.example") == secure);
        CHECK(chosen(left, false, "rps.example") == plain);
    }
    CHECK(left.size() == 1); // HTTP_PROXY, which a CGI request may set
}

TEST_CASE("an empty variable counts as not set") {
    CHECK(chosen({{"https_proxy", ""}, {"HTTPS_PROXY", "p:1"}}, true, "a") == "HTTPS_PROXY");
    CHECK(chosen({{"all_proxy", "p:1"}, {"no_proxy", ""}, {"NO_PROXY", "a"}}, true, "a") == "");
}

TEST_CASE("no_proxy goes before NO_PROXY, and exempts from every variable") {
    const variables set = {
        {"all_proxy", "p:1"}, {"no_proxy", "a.example"}, {"NO_PROXY", "b.example"}};
    CHECK(chosen(set, true, "a.example") == "");
    CHECK(chosen(set, true, "b.example") == "all_proxy");
}

TEST_CASE("a server on this machine is never behind a proxy of the environment") {
    for (const char *host : {"localhost", "LOCALHOST", "localhost.", "rps.localhost", "127.0.0.1",
                             "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
        CAPTURE(host);
        CHECK(chosen({{"all_proxy", "p:1"}}, false, host) == "");
    }
    for (const char *host : {"localhost.example", "notlocalhost", "128.0.0.1", "::2"}) {
        CAPTURE(host);
        CHECK(chosen({{"all_proxy", "p:1"}}, false, host) == "all_proxy");
    }
}

TEST_CASE("exceptions are names, domains, addresses, networks and ports") {
    struct row {
        const char *list, *host;
        int port;
        bool exempt;
    };
    const row rows[] = {
        {"", "rps.example", 443, false},
        {"rps.example", "rps.example", 443, true},
        {"RPS.Example", "rps.EXAMPLE", 443, true},
        {"rps.example.", "rps.example", 443, true},
        {"rps.example", "rps.example.", 443, true},
        {"other, rps.example", "rps.example", 443, true},
        {"other rps.example", "rps.example", 443, true},
        {" ,, rps.example ,", "rps.example", 443, true},
        // Domains: with all below them, and with a dot before them only what is below.
        {"example", "rps.example", 443, true},
        {"example", "a.b.example", 443, true},
        {"example", "example.com", 443, false},
        {"example", "rpsexample", 443, false},
        {".example", "rps.example", 443, true},
        {".example", "example", 443, false},
        {"*.example", "rps.example", 443, true},
        {"*.example", "example", 443, false},
        {"ple", "rps.example", 443, false},
        {".", "rps.example", 443, false},
        {"*.", "rps.example", 443, false},
        // Ports.
        {"rps.example:443", "rps.example", 443, true},
        {"rps.example:8443", "rps.example", 443, false},
        {"rps.example:x", "rps.example", 443, false},
        {".example:443", "rps.example", 443, true},
        {"10.1.2.3:80", "10.1.2.3", 80, true},
        {"10.1.2.3:80", "10.1.2.3", 443, false},
        {"[fd00::1]:443", "fd00::1", 443, true},
        {"[fd00::1]:80", "fd00::1", 443, false},
        {"[fd00::1", "fd00::1", 443, false},
        // Addresses, however they are written.
        {"10.1.2.3", "10.1.2.3", 443, true},
        {"10.1.2.3", "10.1.2.30", 443, false},
        {"2.3", "10.1.2.3", 443, false},
        {"fd00::1", "fd00:0:0::1", 443, true},
        {"[fd00::1]", "fd00::1", 443, true},
        {"10.1.2.3", "::ffff:10.1.2.3", 443, true},
        {"fe80::1", "fe80::1%eth0", 443, true},
        {"10.1.2.3", "rps.example", 443, false},
        // Networks.
        {"10.0.0.0/8", "10.200.0.1", 443, true},
        {"10.0.0.0/8", "11.0.0.1", 443, false},
        {"10.9.9.9/8", "10.200.0.1", 443, true},
        {"10.0.0.0/8", "10.0.0.0", 443, true},
        {"10.1.2.3/32", "10.1.2.3", 443, true},
        {"0.0.0.0/0", "192.0.2.1", 443, true},
        {"10.0.0.0/33", "10.0.0.1", 443, false},
        {"10.0.0.0/x", "10.0.0.1", 443, false},
        {"fd00::/8", "fd12::1", 443, true},
        {"fd00::/8", "fe80::1", 443, false},
        {"10.0.0.0/8", "fd00::1", 443, false},
        {"10.0.0.0/8", "rps.example", 443, false},
        // Everything.
        {"*", "rps.example", 443, true},
        {"other,*", "10.1.2.3", 80, true},
    };
    for (const row &r : rows) {
        CAPTURE(r.list);
        CAPTURE(r.host);
        CHECK(is_exempt(r.list, r.host, static_cast<std::uint16_t>(r.port)) == r.exempt);
    }
}
