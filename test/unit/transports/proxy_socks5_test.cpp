// SPDX-License-Identifier: Apache-2.0
// The conversation with a SOCKS5 proxy. Bytes are those of RFC 1928 and RFC 1929.
#include "proxy_script.hpp"

using namespace costrand;
using namespace std::string_literals;
using test::outcome;
using test::run;
using test::step;
using test::via;
using test::whole;
using transports::proxy_errc;

namespace {

const step greeting = {"\x05\x01\x00"s, "\x05\x00"s};
const std::string name_request = "\x05\x01\x00\x03\x0brps.example\x01\xbb"s;
const std::string granted = "\x05\x00\x00\x01\0\0\0\0\0\0"s;

outcome socks_answered(const std::string &answer, std::size_t chop = whole) {
    return run("socks5://proxy", {greeting, {name_request, answer}}, "rps.example", chop);
}

} // namespace

TEST_CASE("SOCKS5 sends a name as a name and an address as an address, with both schemes") {
    for (const char *url : {"socks5://proxy", "socks5h://proxy"}) {
        CAPTURE(url);
        CHECK_FALSE(run(url, {greeting, {name_request, granted}}).why);
        CHECK_FALSE(
            run(url, {greeting, {"\x05\x01\x00\x01\x0a\x01\x02\x03\x01\xbb"s, granted}}, "10.1.2.3")
                .why);
        const auto v6 = "\x05\x01\x00\x04\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01\xbb"s;
        CHECK_FALSE(run(url, {greeting, {v6, granted}}, "fd00::1").why);
        CHECK_FALSE(run(url, {greeting, {v6, granted}}, "fd00::1%eth0").why);
    }
}

TEST_CASE("the address in a SOCKS5 answer is skipped whatever its form") {
    for (const std::string &answer :
         {granted, "\x05\x00\x00\x03\x04host\x12\x34"s, "\x05\x00\x00\x03\x00\x12\x34"s,
          "\x05\x00\x00\x04"s + std::string(18, '\0')}) {
        for (const std::size_t chop : {std::size_t(1), whole}) {
            const auto end = socks_answered(answer + "first", chop);
            CHECK_MESSAGE(!end.why, end.text);
            CHECK(end.behind == "first");
        }
    }
    CHECK(socks_answered("\x05\x00\x00\x02\0\0\0\0\0\0"s).why == proxy_errc::not_socks5);
}

TEST_CASE("SOCKS5 logs in when the proxy asks for it, and only then") {
    const char *url = "socks5://joe:hunter2@proxy";
    const step offer = {"\x05\x02\x00\x02"s, "\x05\x02"s};
    const std::string login = "\x01\x03joe\x07hunter2"s;
    CHECK_FALSE(run(url, {offer, {login, "\x01\x00"s}, {name_request, granted}}).why);
    CHECK_FALSE(run(url, {{offer.expected, "\x05\x00"s}, {name_request, granted}}).why);
    const auto refused = run(url, {offer, {login, "\x01\x01"s}});
    CHECK(refused.why == proxy_errc::authentication_failed);
    CHECK(refused.text.find("hunter2") == std::string::npos);
    CHECK(run(url, {{offer.expected, "\x05\xff"s}}).why == proxy_errc::authentication_unsupported);
    CHECK(run("socks5://proxy", {{greeting.expected, "\x05\xff"s}}).why ==
          proxy_errc::authentication_required);
    CHECK(run("socks5://proxy", {{greeting.expected, "\x05\x02"s}}).why == proxy_errc::not_socks5);
}

TEST_CASE("every SOCKS5 reply has its own error, with the number") {
    const proxy_errc by_reply[] = {
        proxy_errc::socks_failure,         proxy_errc::not_allowed,
        proxy_errc::network_unreachable,   proxy_errc::host_unreachable,
        proxy_errc::connection_refused,    proxy_errc::ttl_expired,
        proxy_errc::command_not_supported, proxy_errc::address_not_supported,
        proxy_errc::unknown_reply};
    char reply = 1;
    for (const auto why : by_reply) {
        CAPTURE(int(reply));
        const auto end = socks_answered("\x05"s + reply); // a refusal may be as short as that
        CHECK(end.why == why);
        CHECK(end.reason == "reply " + std::to_string(reply));
        ++reply;
    }
    CHECK(socks_answered("\x05\xff"s).why == proxy_errc::unknown_reply);
}

TEST_CASE("what is no SOCKS5 is told at its first byte") {
    CHECK(run("socks5://proxy", {{greeting.expected, "H"s}}).why == proxy_errc::not_socks5);
    CHECK(run("socks5://proxy", {{greeting.expected, "\x04\x00"s}}).why == proxy_errc::not_socks5);
    CHECK(socks_answered("\x04\x5a\0\0\0\0\0\0"s).why == proxy_errc::not_socks5);
}

TEST_CASE("a SOCKS5 answer that breaks off anywhere is told as that") {
    for (std::size_t n = 0; n < granted.size(); ++n) {
        CAPTURE(n);
        CHECK(socks_answered(granted.substr(0, n)).why == proxy_errc::ended);
    }
    for (std::size_t n = 0; n < 2; ++n)
        CHECK(run("socks5://proxy", {{greeting.expected, greeting.reply.substr(0, n)}}).why ==
              proxy_errc::ended);
}
