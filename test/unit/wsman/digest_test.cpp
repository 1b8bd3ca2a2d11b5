// SPDX-License-Identifier: Apache-2.0
// Known answers: a worked example, checked against other implementations, and every Authorization
// that a real provisioning server was recorded to send.
#include <costrand/wsman/digest.hpp>

#include "recorded.hpp"

#include <costrand/core/random.hpp>
#include <costrand/wsman/http_parser.hpp>

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::wsman;
using core::secret;

namespace {

const std::string realm = "Digest:727734D63A1FC0423736E48DA554E462";

digest_authorization worked_example(digest_qop qop) {
    digest_authorization a;
    a.username = "admin";
    a.realm = realm;
    a.nonce = "B9AX94iAAAAAAAAAx6rrSfPHGUrx/3uA";
    a.uri = "/wsman";
    a.qop = qop;
    a.nc = 1;
    a.cnonce = "0a4f11";
    return a;
}

digest_challenge challenge_of(std::string_view field) {
    auto c = parse_challenge(field);
    REQUIRE_MESSAGE(c.has_value(), field);
    return *c;
}
boost::system::error_code challenge_error(std::string_view field) {
    auto c = parse_challenge(field);
    return c ? boost::system::error_code() : c.error();
}
digest_authorization answer_of(std::string_view field) {
    auto a = parse_authorization(field);
    REQUIRE_MESSAGE(a.has_value(), field);
    return *a;
}

// A server with the worked example's realm and one user, and a client that knows the password.
struct both_ends {
    std::unique_ptr<core::random_source> random = core::seeded_random(7);
    digest_server server;
    digest_client client{"admin", secret("P@ssw0rd"), *random};
    std::map<std::string, std::string, std::less<>> passwords{{"admin", "P@ssw0rd"}};

    explicit both_ends(digest_server_options options = {realm}) : server(options, *random) {}

    void challenge(bool stale = false) {
        REQUIRE(client.accept(server.issue(stale).value()).has_value());
    }
    digest_server::decision verify(std::string_view authorization,
                                   const digest_target &target = {}) {
        auto users = [this, &target](std::string_view name) -> std::optional<secret> {
            const auto found = passwords.find(name);
            if (found == passwords.end())
                return std::nullopt;
            return digest_ha1(name, realm, secret(found->second),
                              client.challenge().algorithm.value_or(digest_algorithm::md5))
                .value();
        };
        return server.verify(authorization, target, users).value();
    }
    digest_verdict exchange(const digest_target &target = {}) {
        return verify(client.authorization(target).value(), target).verdict;
    }
};

} // namespace

TEST_CASE("HA1 and the responses of the worked example are right for every qop") {
    const auto ha1 = digest_ha1("admin", realm, secret("P@ssw0rd")).value();
    CHECK(ha1.reveal() == "79d3ee92009b75d66bd8179bf8e11450");
    const digest_target target{"POST", "/wsman", "<Envelope/>"};
    auto response = [&](digest_qop q) {
        return digest_response(ha1, worked_example(q), target).value();
    };
    CHECK(response(digest_qop::auth) == "5f3f2f37d667d8bd128d7b2811323019");
    CHECK(response(digest_qop::auth_int) == "1dbc3681bc63f15541e33f59679b6b7b");
    CHECK(response(digest_qop::none) == "cf409299823660b7eb36b922db7ea799");
}

TEST_CASE("the example of RFC 7616 is right with SHA-256 and with MD5") {
    digest_authorization a;
    a.username = "Mufasa";
    a.realm = "http-auth@example.org";
    a.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    a.uri = "/dir/index.html";
    a.qop = digest_qop::auth;
    a.nc = 1;
    a.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    const digest_target target{"GET", "/dir/index.html", {}};
    auto response = [&](digest_algorithm algorithm) {
        a.algorithm = algorithm;
        const auto ha1 =
            digest_ha1(a.username, a.realm, secret("Circle of Life"), algorithm).value();
        return digest_response(ha1, a, target).value();
    };
    CHECK(response(digest_algorithm::sha256) ==
          "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    CHECK(response(digest_algorithm::md5) == "8ca523f5e9506fed4657c9700eebdbec");
}

TEST_CASE("an RPS Authorization is read and written byte for byte") {
    const std::string field =
        R"(Digest username="$$OsAdmin",realm="Digest:A4070000000000000000000000000000",)"
        R"(nonce="Xk3mAAAAAADkqRzPq0V0",uri="/wsman",qop="auth",)"
        R"(response="cde84e50695bac815dad8b7920b88a2a",nc="00000001",cnonce="1x9k2q8z")";
    const auto a = answer_of(field);
    CHECK(a.username == "$$OsAdmin");
    CHECK(a.qop == digest_qop::auth);
    CHECK(a.nc == 1);
    CHECK(a.cnonce == "1x9k2q8z");
    CHECK(format_authorization(a).value() == field);
}

TEST_CASE("every recorded Authorization is read, verified and written again byte for byte") {
    // What the recordings' README and first messages say: the account of the operating system and
    // its password. The HA1 of admin is that of their Setup call.
    const auto os_password = secret("localSystemPw123");
    std::map<std::string, secret> admin;
    std::size_t verified = 0;
    for (const auto &m : test::recorded_conversations()) {
        if (!m.request)
            continue;
        request_parser parser;
        REQUIRE(parser.feed(core::as_bytes(m.bytes)).value() == m.bytes.size());
        const auto r = parser.release();
        const auto &field = r.headers.value("Authorization");
        const std::string_view tag = "<h:NetworkAdminPassword>";
        if (const auto at = r.body.find(tag); at != r.body.npos)
            admin[m.file] = secret(std::string_view(r.body).substr(at + tag.size(), 32));
        if (field.empty())
            continue;
        const auto a = answer_of(field);
        CHECK(format_authorization(a).value() == field);
        std::optional<secret> ha1;
        if (a.username == "$$OsAdmin")
            ha1 = digest_ha1(a.username, a.realm, os_password).value();
        else if (admin.contains(m.file))
            ha1 = admin.at(m.file);
        if (!ha1)
            continue; // a conversation that begins with an activated device
        CAPTURE(m.file);
        const digest_target target{r.method, r.target, r.body};
        // There the server had been given another password than the device has.
        const bool right = m.file != "rps-ccm-bad-local-password";
        CHECK((digest_response(*ha1, a, target).value() == a.response) == right);
        ++verified;
    }
    CHECK(verified > 200);
}

TEST_CASE("a challenge as AMT writes it is read and written byte for byte") {
    const std::string field = R"(Digest realm="Digest:A4070000000000000000000000000000", )"
                              R"(nonce="Xk3mAAAAAADkqRzPq0V0",stale="false",qop="auth")";
    const auto c = challenge_of(field);
    CHECK(c.realm == "Digest:A4070000000000000000000000000000");
    CHECK(c.nonce == "Xk3mAAAAAADkqRzPq0V0");
    CHECK_FALSE(c.stale);
    CHECK(c.auth);
    CHECK_FALSE(c.auth_int);
    CHECK_FALSE(c.algorithm);
    CHECK(format_challenge(c).value() == field);
}

TEST_CASE("a challenge may hold quoted commas, escapes, unknown parameters and free spacing") {
    const auto c = challenge_of("  digest  Realm = \"a \\\"b\\\", c\" ,nonce=abc , foo=\"x, y=z\","
                                "qop=\"auth, auth-int\",STALE=TRUE,algorithm=md5,opaque=\"\"");
    CHECK(c.realm == "a \"b\", c");
    CHECK(c.nonce == "abc");
    CHECK(c.auth);
    CHECK(c.auth_int);
    CHECK(c.stale);
    CHECK(c.algorithm == digest_algorithm::md5);
    CHECK(c.opaque == "");
    CHECK(challenge_of(R"(Digest realm="", nonce="n", stale=false)").stale == false);
    CHECK(challenge_of(R"(Digest realm="", nonce="n", stale="true")").stale);
}

TEST_CASE("among several challenges the first Digest that can be answered is taken") {
    const auto c = challenge_of("Negotiate, Basic realm=\"b\", Digest realm=\"r\",nonce=\"1\","
                                "algorithm=SHA-512-256, Digest realm=\"r\",nonce=\"2\","
                                "algorithm=SHA-256, NTLM TlRMTVNTUAAB==, "
                                "Digest realm=\"r\",nonce=\"3\"");
    CHECK(c.nonce == "2");
    CHECK(c.algorithm == digest_algorithm::sha256);
    CHECK(challenge_of("NTLM TlRMTVNTUAAB==, Digest realm=\"r\",nonce=\"3\"").nonce == "3");
}

TEST_CASE("challenges that nobody here can answer are told from malformed ones") {
    for (std::string_view field :
         {"", "Negotiate", "Basic realm=\"x\"", "Digest realm=\"r\",nonce=\"n\",algorithm=MD5-sess",
          "Digest realm=\"r\",nonce=\"n\",qop=\"auth-conf\""}) {
        CAPTURE(field);
        CHECK(challenge_error(field) == errc::challenge_unsupported);
    }
    for (std::string_view field :
         {"Digest", "Digest nonce=\"n\"", "Digest realm=\"r\"", "Digest realm=\"r\",nonce=\"\"",
          "Digest realm=\"r,nonce=\"n\"", "Digest realm=\"r\",nonce=\"n", "Digest realm=\"r\\",
          "Digest realm=r s,nonce=n", "Digest realm=\"r\"nonce=\"n\"", "Digest =\"r\"",
          "Digest realm=,nonce=\"n\"", "Digest realm=\"a\",realm=\"b\",nonce=\"n\"",
          "Digest realm=\"r\x01\",nonce=\"n\"", "Digest\trealm=\"r\",nonce=\"n\"", "\"Digest\""}) {
        CAPTURE(field);
        CHECK(challenge_error(field) == errc::challenge_malformed);
    }
}

TEST_CASE("an Authorization is taken with nc, qop and algorithm unquoted, as others write it") {
    const auto a = answer_of("Digest username=\"admin\", realm=\"r\", nonce=\"n\", uri=\"/wsman\", "
                             "response=\"0\", algorithm=MD5, qop=auth-int, nc=0000001a, "
                             "cnonce=\"c\", opaque=\"o\"");
    CHECK(a.qop == digest_qop::auth_int);
    CHECK(a.nc == 26);
    CHECK(a.algorithm == digest_algorithm::md5);
    CHECK(a.opaque == "o");
}

TEST_CASE("an Authorization that lacks what its qop needs is malformed") {
    const std::string base = R"(Digest username="u",realm="r",nonce="n",uri="/wsman",response="0")";
    CHECK(answer_of(base).qop == digest_qop::none);
    for (std::string_view rest :
         {",qop=auth", ",qop=auth,nc=00000001", ",qop=auth,cnonce=c", ",qop=auth,nc=1,cnonce=c",
          ",qop=auth,nc=0000000g,cnonce=c", ",qop=none,nc=00000001,cnonce=c", ",Digest x=y"}) {
        CAPTURE(rest);
        CHECK(parse_authorization(base + std::string(rest)).error() == errc::challenge_malformed);
    }
    CHECK(parse_authorization("Digest username=\"u\"").error() == errc::challenge_malformed);
    CHECK(parse_authorization("Basic YWRtaW46").error() == errc::challenge_unsupported);
}

TEST_CASE("no text from outside can break out of a header field") {
    both_ends ends;
    ends.challenge();
    ends.client.set_user("a\r\nX-Injected: 1", secret("p"));
    CHECK(ends.client.authorization({}).error() == errc::challenge_malformed);
    ends.client.set_user("a\",uri=\"/x", secret("p"));
    const auto a = answer_of(ends.client.authorization({}).value());
    CHECK(a.username == "a\",uri=\"/x");
    CHECK(a.uri == "/wsman");
}

TEST_CASE("client and server agree, and the count begins at 1 and rises with each request") {
    both_ends ends;
    ends.challenge();
    for (std::uint32_t n = 1; n <= 3; ++n) {
        const auto field = ends.client.authorization({}).value();
        CHECK(answer_of(field).nc == n);
        const auto d = ends.verify(field);
        CHECK(d.verdict == digest_verdict::accepted);
        CHECK(d.user == "admin");
    }
}

TEST_CASE("a new nonce begins a new count, and the same nonce goes on with it") {
    both_ends ends;
    const auto first = ends.server.issue(false).value();
    REQUIRE(ends.client.accept(first).has_value());
    (void)ends.client.authorization({}).value();
    REQUIRE(ends.client.accept(first).has_value());
    CHECK(answer_of(ends.client.authorization({}).value()).nc == 2);
    ends.challenge();
    CHECK(answer_of(ends.client.authorization({}).value()).nc == 1);
}

TEST_CASE("the nonce of the local account serves admin with the next count") {
    both_ends ends;
    ends.passwords["$$OsAdmin"] = "local";
    ends.client.set_user("$$OsAdmin", secret("local"));
    ends.challenge();
    CHECK(ends.exchange() == digest_verdict::accepted);
    const auto nonce = ends.client.challenge().nonce;
    ends.client.set_user("admin", secret("P@ssw0rd"));
    const auto field = ends.client.authorization({}).value();
    CHECK(answer_of(field).nc == 2);
    CHECK(answer_of(field).nonce == nonce);
    CHECK(ends.verify(field).verdict == digest_verdict::accepted);
}

TEST_CASE("a count that does not rise is a replay, and a failed request does not use it up") {
    both_ends ends;
    ends.challenge();
    const auto first = ends.client.authorization({}).value();
    const auto second = ends.client.authorization({}).value();
    CHECK(ends.verify(second).verdict == digest_verdict::accepted);
    CHECK(ends.verify(second).verdict == digest_verdict::replayed);
    CHECK(ends.verify(first).verdict == digest_verdict::replayed);
    ends.client.set_user("admin", secret("wrong"));
    const auto wrong = ends.client.authorization({}).value();
    CHECK(ends.verify(wrong).verdict == digest_verdict::wrong);
    auto a = answer_of(wrong);
    const auto ha1 = digest_ha1("admin", realm, secret("P@ssw0rd")).value();
    a.response = digest_response(ha1, a, {}).value();
    CHECK(ends.verify(format_authorization(a).value()).verdict == digest_verdict::accepted);
}

TEST_CASE("a nonce that is not ours is stale only for those who know the password") {
    both_ends ends;
    ends.challenge();
    ends.server.retire_nonces();
    CHECK(ends.exchange() == digest_verdict::unknown_nonce);
    ends.client.set_user("admin", secret("wrong"));
    CHECK(ends.exchange() == digest_verdict::wrong);
    ends.client.set_user("nobody", secret("P@ssw0rd"));
    CHECK(ends.exchange() == digest_verdict::wrong);
}

TEST_CASE("issuing more nonces than may live ends the oldest") {
    digest_server_options options{realm};
    options.nonces = 2;
    both_ends ends(options);
    ends.challenge();
    (void)ends.server.issue(false);
    CHECK(ends.exchange() == digest_verdict::accepted);
    (void)ends.server.issue(false);
    CHECK(ends.exchange() == digest_verdict::unknown_nonce);
}

TEST_CASE("a nonce is 32 characters of base64 and never the same") {
    both_ends ends;
    std::set<std::string> seen;
    for (int n = 0; n < 100; ++n) {
        const auto c = challenge_of(ends.server.issue(n == 0).value());
        CHECK(c.stale == (n == 0));
        CHECK(c.nonce.size() == 32);
        CHECK(seen.insert(c.nonce).second);
    }
}

TEST_CASE("every kind of challenge is answered and verified") {
    const std::string_view body = "<Envelope/>";
    for (bool auth : {false, true})
        for (bool auth_int : {false, true})
            for (auto algorithm :
                 {std::optional<digest_algorithm>(), std::optional(digest_algorithm::md5),
                  std::optional(digest_algorithm::sha256)}) {
                digest_server_options options{realm, auth, auth_int, algorithm};
                both_ends ends(options);
                ends.challenge();
                ends.client.prefer_auth_int(true);
                const digest_target target{"POST", "/wsman", body};
                const auto field = ends.client.authorization(target).value();
                const auto a = answer_of(field);
                CHECK(a.algorithm == algorithm);
                CHECK(a.qop == (auth_int ? digest_qop::auth_int
                                : auth   ? digest_qop::auth
                                         : digest_qop::none));
                CHECK(ends.verify(field, target).verdict == digest_verdict::accepted);
            }
}

TEST_CASE("auth-int covers the body, and a changed request is refused") {
    digest_server_options options{realm, true, true};
    both_ends ends(options);
    ends.challenge();
    CHECK(answer_of(ends.client.authorization({}).value()).qop == digest_qop::auth);
    ends.client.prefer_auth_int(true);
    const auto field = ends.client.authorization({"POST", "/wsman", "a"}).value();
    CHECK(ends.verify(field, {"POST", "/wsman", "b"}).verdict == digest_verdict::wrong);
    CHECK(ends.verify(field, {"PUT", "/wsman", "a"}).verdict == digest_verdict::wrong);
    CHECK(ends.verify(field, {"POST", "/other", "a"}).verdict == digest_verdict::mismatched);
    CHECK(ends.verify(field, {"POST", "/wsman", "a"}).verdict == digest_verdict::accepted);
}

TEST_CASE("each request has an answer of its own, whatever was asked before") {
    const digest_target asked[] = {{"POST", "/wsman", "a"}, {"POST", "/wsman", "b"},
                                   {"GET", "/wsman", "b"},  {"GET", "/index.htm", "b"},
                                   {"POST", "/wsman", "a"}, {"POST", "/wsman", "a"}};
    for (bool prefer_auth_int : {false, true}) {
        both_ends ends({realm, true, true});
        ends.challenge();
        ends.client.prefer_auth_int(prefer_auth_int);
        for (const auto &target : asked)
            CHECK(ends.exchange(target) == digest_verdict::accepted);
        ends.challenge(true); // and with another nonce
        CHECK(ends.exchange({"POST", "/wsman", "a"}) == digest_verdict::accepted);
    }
}

TEST_CASE(
    "an answer for another realm, qop or algorithm does not fit, and a broken one is malformed") {
    both_ends ends;
    ends.challenge();
    auto changed = [&](auto change) {
        auto a = answer_of(ends.client.authorization({}).value());
        change(a);
        return ends.verify(format_authorization(a).value()).verdict;
    };
    CHECK(changed([](auto &) {}) == digest_verdict::accepted);
    CHECK(changed([](auto &a) { a.realm += "x"; }) == digest_verdict::mismatched);
    CHECK(changed([](auto &a) { a.qop = digest_qop::none; }) == digest_verdict::mismatched);
    CHECK(changed([](auto &a) { a.qop = digest_qop::auth_int; }) == digest_verdict::mismatched);
    CHECK(changed([](auto &a) { a.algorithm = digest_algorithm::sha256; }) ==
          digest_verdict::mismatched);
    CHECK(changed([](auto &a) { a.response.pop_back(); }) == digest_verdict::wrong);
    CHECK(ends.verify("Digest username=").verdict == digest_verdict::malformed);
}

TEST_CASE("opaque comes back as it was") {
    both_ends ends;
    REQUIRE(
        ends.client.accept(R"(Digest realm="r",nonce="n",qop="auth",opaque="a\"b")").has_value());
    CHECK(answer_of(ends.client.authorization({}).value()).opaque == "a\"b");
}
