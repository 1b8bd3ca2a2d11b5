// SPDX-License-Identifier: Apache-2.0
// Digest as the client lives it: which 401 is answered with what, and how often.
#include "client_rig.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using namespace costrand::test;
using namespace costrand::wsman;
using enum costrand::wsman::digest_verdict;

namespace {

using verdicts = std::vector<digest_verdict>;

digest_authorization answer_in(const http_request &r) {
    return parse_authorization(r.headers.value("Authorization")).value();
}

} // namespace

TEST_CASE("the count rises with each request of a nonce, over connections too") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        for (int n = 0; n < 3; ++n) {
            (void)co_await r.get();
            r.client.disconnect();
        }
        std::uint32_t count = 0;
        for (const auto &q : r.server.requests())
            if (q.headers.find("Authorization"))
                CHECK(answer_in(q).nc == ++count);
        CHECK(count == 3);
        CHECK(r.entrance.verdicts == verdicts{accepted, accepted, accepted});
    });
}

TEST_CASE("a stale nonce costs one round trip more, and so does one that only its age betrays") {
    for (const bool says_stale : {true, false})
        run_coro([&](coro_environment env) -> awaitable<void> {
            client_rig r(env.executor);
            r.entrance.says_stale = says_stale;
            (void)co_await r.get();
            r.entrance.digest.retire_nonces();
            (void)co_await r.act();
            CHECK(r.authorized("act") == 2); // the first was refused
            CHECK(r.entrance.verdicts == verdicts{accepted, unknown_nonce, accepted});
            CHECK(answer_in(r.server.requests().back()).nc == 1);
        });
}

TEST_CASE("a wrong password is tried once, and once again when it is asked to be") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor, with_password("wrong"));
        for (std::size_t n = 1; n <= 2; ++n) {
            const auto why = co_await r.failure(r.act());
            CHECK(why == errc::unauthorized);
            CHECK(r.entrance.verdicts.size() == n);
            CHECK(r.entrance.verdicts.back() == wrong);
            CHECK(r.server.open() == 0);
        }
        r.client.set_user("admin", core::secret("P@ssw0rd"));
        (void)co_await r.act();
        CHECK(r.entrance.verdicts.back() == accepted);
    });
}

TEST_CASE("a password that becomes wrong is tried once with the old nonce and once with the new") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        (void)co_await r.get();
        r.entrance.password = "changed";
        const auto why = co_await r.failure(r.get());
        CHECK(why == errc::unauthorized);
        CHECK(r.entrance.verdicts == verdicts{accepted, wrong, wrong});
    });
}

TEST_CASE("a server that calls every nonce stale is given up after three refusals") {
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        std::size_t n = 0;
        r.before = [&](const http_request &, std::size_t) {
            const auto field =
                "Digest realm=\"r\",nonce=\"n" + std::to_string(++n) + "\",stale=true,qop=\"auth\"";
            return scripted_answer{refusal_answer(field), afterwards::end};
        };
        const auto why = co_await r.failure(r.get());
        CHECK(why == errc::unauthorized);
        CHECK(n == 3);
    });
}

TEST_CASE("another user goes on with the nonce and the next count") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto options = with_password("local secret");
        options.user = "$$OsAdmin";
        client_rig r(env.executor, options);
        r.entrance.user = "$$OsAdmin";
        r.entrance.password = "local secret";
        (void)co_await r.get();
        r.entrance.user = "admin";
        r.entrance.password = "P@ssw0rd";
        r.client.set_user("admin", core::secret("P@ssw0rd"));
        (void)co_await r.act();
        const auto last = answer_in(r.server.requests().back());
        CHECK(last.username == "admin");
        CHECK(last.nc == 2);
        CHECK(r.server.requests().size() == 3);
    });
}

TEST_CASE("every kind of challenge is answered: each qop, MD5 and SHA-256") {
    for (const bool sha : {false, true})
        for (const bool auth : {false, true})
            for (const bool auth_int : {false, true})
                for (const bool prefer : {false, true})
                    run_coro(
                        [&](coro_environment env) -> awaitable<void> {
                            digest_server_options doors{std::string(amt_realm), auth, auth_int};
                            if (sha)
                                doors.algorithm = digest_algorithm::sha256;
                            auto options = with_password();
                            options.prefer_auth_int = prefer;
                            client_rig r(env.executor, options, doors);
                            if (sha)
                                r.entrance.algorithm = digest_algorithm::sha256;
                            (void)co_await r.get("<Envelope>\xc3\xa4</Envelope>");
                            (void)co_await r.act();
                            CHECK(r.entrance.verdicts == verdicts{accepted, accepted});
                            const auto a = answer_in(r.server.requests().back());
                            CHECK(a.qop == (auth_int && (prefer || !auth) ? digest_qop::auth_int
                                            : auth                        ? digest_qop::auth
                                                                          : digest_qop::none));
                        },
                        10);
}

TEST_CASE("SHA-256 is preferred to MD5, in one field and over several") {
    const std::string md5 = "Digest realm=\"r\",nonce=\"weak\",qop=\"auth\"";
    const std::string sha = "Digest realm=\"r\",nonce=\"strong\",qop=\"auth\",algorithm=SHA-256";
    const std::string kerberos = "Negotiate";
    for (const auto &fields :
         {md5 + ", " + sha, sha + ", " + md5, md5 + "\r\nWWW-Authenticate: " + sha,
          kerberos + "\r\nWWW-Authenticate: " + sha + "\r\nwww-authenticate: " + md5,
          "Digest realm=\"broken\r\nWWW-Authenticate: " + md5 + ", " + sha})
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                client_rig r(env.executor);
                r.before = [&](const http_request &q, std::size_t) {
                    if (!q.headers.find("Authorization"))
                        return scripted_answer{refusal_answer(fields), afterwards::end};
                    const auto a = answer_in(q);
                    CHECK(a.nonce == "strong");
                    CHECK(a.algorithm == digest_algorithm::sha256);
                    CHECK(a.response.size() == 64);
                    return scripted_answer{ok_answer(), afterwards::stay};
                };
                (void)co_await r.get();
                CHECK(r.server.requests().size() == 2);
            },
            10);
}

TEST_CASE("challenges that cannot be answered end the call at once, each with its reason") {
    struct kind {
        std::string_view field;
        errc why;
    };
    for (const auto &k :
         {kind{"Digest realm=\"r\",qop=\"auth\"", errc::challenge_malformed},
          kind{"Digest realm=\"r\",nonce=\"\"", errc::challenge_malformed},
          kind{"Digest realm=\"r,nonce=\"n\"", errc::challenge_malformed},
          kind{"Digest realm=\"r\",nonce=\"n", errc::challenge_malformed},
          kind{"Digest realm=\"r\\", errc::challenge_malformed},
          kind{"Basic realm=\"x\"", errc::challenge_unsupported},
          kind{"Digest realm=\"r\",nonce=\"n\",algorithm=SHA-512-256", errc::challenge_unsupported},
          kind{"", errc::challenge_unsupported}})
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                client_rig r(env.executor);
                r.before = [&](const http_request &, std::size_t) {
                    return scripted_answer{refusal_answer(k.field), afterwards::end};
                };
                const auto why = co_await r.failure(r.get());
                CHECK(why == k.why);
                CHECK(r.server.requests().size() == 1);
                CHECK(r.server.open() == 0);
            },
            10);
    run_coro([](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        r.before = [](const http_request &, std::size_t) {
            return scripted_answer{http_answer("401 No", "", ""), afterwards::stay};
        };
        const auto why = co_await r.failure(r.get());
        CHECK(why == errc::challenge_unsupported);
    });
}

TEST_CASE("a hostile realm and nonce stay inside their quotes") {
    const std::string realm = "a\\\", username=\\\"root\\\", x=\\\"\\\\ \xff\xc3\xa4 <&>";
    const std::string read = "a\", username=\"root\", x=\"\\ \xff\xc3\xa4 <&>";
    run_coro([&](coro_environment env) -> awaitable<void> {
        client_rig r(env.executor);
        r.before = [&](const http_request &q, std::size_t) {
            if (!q.headers.find("Authorization"))
                return scripted_answer{refusal_answer("Digest realm=\"" + realm + "\",nonce=\"" +
                                                      realm + "\",qop=auth,opaque=\"" + realm +
                                                      "\""),
                                       afterwards::end};
            const auto a = answer_in(q);
            CHECK(a.username == "admin");
            CHECK(a.realm == read);
            CHECK(a.nonce == read);
            CHECK(a.opaque == read);
            CHECK(q.headers.size() == 4);
            return scripted_answer{ok_answer(), afterwards::stay};
        };
        (void)co_await r.get();
        CHECK(r.server.requests().size() == 2);
    });
}

TEST_CASE("passwords with every printable character and beyond ASCII; none is ever told") {
    // MD5 of "admin:<realm>:<password in UTF-8>", made with Python's hashlib.
    std::string printable;
    for (char c = 0x20; c < 0x7f; ++c)
        printable += c;
    struct known {
        std::string password;
        std::string_view ha1;
    };
    for (const auto &k :
         {known{printable, "ac5e3a0d228d56635a1c72f26876b8f5"},
          known{"p\xc3\xa4ssw\xc3\xb6rd\xe2\x82\xac\xe6\x97\xa5\xe6\x9c\xac\xf0\x9f\x98\x80",
                "f7706677b23064d240d046dc77275f2c"},
          known{"", "6ded5df5b66065864db90eb39fc155c5"},
          known{" ", "fc3c2617bb99048d98e8e6d4c07ecaa0"},
          known{"a:b:c", "b872a8f6dbb001ec1843d4493ca8bf4d"}}) {
        CHECK(digest_ha1("admin", amt_realm, core::secret(k.password))->reveal() == k.ha1);
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                client_rig r(env.executor, with_password(k.password));
                r.entrance.password = k.password;
                (void)co_await r.act();
                CHECK(r.entrance.verdicts == verdicts{accepted});
                for (const auto &q : r.server.requests())
                    for (const auto &f : q.headers)
                        CHECK((k.password.size() < 2 || f.value.find(k.password) == f.value.npos));
                CHECK((k.password.size() < 2 || r.logged.find(k.password) == r.logged.npos));
                CHECK(r.logged.find(k.ha1) == r.logged.npos);
            },
            10);
    }
}
