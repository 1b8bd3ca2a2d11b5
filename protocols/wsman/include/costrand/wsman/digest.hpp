// SPDX-License-Identifier: Apache-2.0
// HTTP Digest access authentication (RFC 7616, 2617, 2069) as AMT and its clients use it: both
// header fields parsed and written, and the two ends' state. MD5 and SHA-256; the hashes live in
// digest.cpp. Sans-io; user names and nonces are no secrets, passwords and HA1 are.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/errc.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::core {
class random_source;
}

namespace costrand::wsman {

enum class digest_algorithm { md5, sha256 };
// none = the form of RFC 2069, without nonce count and client nonce.
enum class digest_qop { none, auth, auth_int };

// What a server asks for.
struct digest_challenge {
    std::string realm;
    std::string nonce;
    std::optional<std::string> opaque; // to be sent back as it is
    bool stale = false;                // only the nonce was too old
    bool auth = false;                 // the kinds of qop offered; neither = RFC 2069
    bool auth_int = false;
    std::optional<digest_algorithm> algorithm; // as written; absent means MD5
};

// What a client answers.
struct digest_authorization {
    std::string username;
    std::string realm;
    std::string nonce;
    std::string uri;
    std::string response; // hexadecimal
    digest_qop qop = digest_qop::none;
    std::uint32_t nc = 0; // with a qop only
    std::string cnonce;   // with a qop only
    std::optional<std::string> opaque;
    std::optional<digest_algorithm> algorithm;
};

// The value of one WWW-Authenticate field. It may hold several challenges of several schemes;
// gives the Digest challenges that we can answer, in their order, never none. Errors:
// challenge_malformed, challenge_unsupported (no Digest, or only unknown algorithms or qops).
[[nodiscard]] core::result<std::vector<digest_challenge>> parse_challenges(std::string_view field);
// The first of them.
[[nodiscard]] core::result<digest_challenge> parse_challenge(std::string_view field);

// As AMT writes it: Digest realm="..", nonce="..",stale="false",qop="auth"
// Error: challenge_malformed for a text that no header field can carry.
[[nodiscard]] core::result<std::string> format_challenge(const digest_challenge &challenge);

// The value of an Authorization field. Quoted and unquoted nc, qop and algorithm are both taken.
[[nodiscard]] core::result<digest_authorization> parse_authorization(std::string_view field);

// As RPS writes it (rps-session.md 14): every value in quotes, commas without blanks.
[[nodiscard]] core::result<std::string> format_authorization(const digest_authorization &answer);

// H(user:realm:password) in hexadecimal: what AMT stores instead of the password.
[[nodiscard]] core::result<core::secret>
digest_ha1(std::string_view user, std::string_view realm, const core::secret &password,
           digest_algorithm algorithm = digest_algorithm::md5);

// The request that an answer is for.
struct digest_target {
    std::string_view method = "POST";
    std::string_view uri = "/wsman";
    std::string_view body; // hashed with auth-int only
};

// The response value for the answer's realm, nonce, qop, nc and cnonce.
[[nodiscard]] core::result<std::string> digest_response(const core::secret &ha1,
                                                        const digest_authorization &answer,
                                                        const digest_target &target);

// The client's end: one user, the server's latest challenge, and the count of its nonce.
// accept() the challenge of each 401, then authorization() for each request.
class digest_client {
  public:
    // The random source outlives the client.
    digest_client(std::string user, core::secret password, core::random_source &random);

    // A new challenge: the count begins at 1 unless the nonce is the one we have.
    // Errors: as parse_challenge; the challenge we had stays.
    [[nodiscard]] core::result<void> accept(std::string_view www_authenticate);
    [[nodiscard]] core::result<void> accept(digest_challenge challenge);

    // Another user from here on, with the same nonce and the next count: AMT takes `admin` so right
    // after the activation that was done as the local system account.
    void set_user(std::string user, core::secret password);

    // As before the first challenge.
    void forget_challenge() noexcept {
        challenge_.reset();
        answer_.reset();
    }
    [[nodiscard]] bool has_challenge() const noexcept { return challenge_.has_value(); }
    // Only with has_challenge().
    [[nodiscard]] const digest_challenge &challenge() const noexcept { return *challenge_; }
    // MeshCentral prefers auth-int; the default is auth where both are offered, as RPS does.
    void prefer_auth_int(bool yes) noexcept {
        prefer_auth_int_ = yes;
        answer_.reset();
    }

    // The Authorization value for the next request; counts. Only with has_challenge().
    [[nodiscard]] core::result<std::string> authorization(const digest_target &target);

  private:
    [[nodiscard]] digest_authorization begin_answer() const;

    std::string user_;
    core::secret password_;
    core::random_source &random_;
    std::optional<digest_challenge> challenge_;
    std::optional<digest_authorization> answer_; // to it, the last one; used again by the next
    std::string method_, ha2_;                   // what is hashed of that one's request
    core::secret ha1_;                           // empty = to be computed for this user and realm
    std::uint32_t count_ = 0;
    bool prefer_auth_int_ = false;
};

enum class digest_verdict {
    accepted,
    malformed,     // an answer that breaks the grammar
    mismatched,    // for another realm, URI, qop or algorithm
    wrong,         // unknown user or wrong password
    unknown_nonce, // right password with a nonce that is not (or no longer) ours: say stale
    replayed,      // right password, but the count did not rise
};

struct digest_server_options {
    std::string realm; // AMT: "Digest:" and 32 hexadecimal digits
    bool auth = true;  // neither = RFC 2069
    bool auth_int = false;
    std::optional<digest_algorithm> algorithm = {}; // AMT sends none, which means MD5
    // How many nonces live at a time: issuing one more ends the oldest. No source says how many
    // firmware keeps; assumption.
    std::size_t nonces = 16;
};

// The server's end: the users' HA1 values, the nonces issued and the highest count of each.
class digest_server {
  public:
    // Gives the user's HA1, or nothing.
    using user_lookup = std::function<std::optional<core::secret>(std::string_view user)>;

    // The random source outlives the server.
    digest_server(digest_server_options options, core::random_source &random);

    // A WWW-Authenticate value with a fresh nonce: 32 characters of base64, as AMT's are.
    [[nodiscard]] core::result<std::string> issue(bool stale);

    struct decision {
        digest_verdict verdict = digest_verdict::malformed;
        std::string user; // the name in the answer, checked only when accepted
    };
    // Judges an Authorization value for this request. Only an accepted answer moves the count.
    [[nodiscard]] core::result<decision>
    verify(std::string_view authorization, const digest_target &target, const user_lookup &users);

    // Every nonce issued so far is unknown from here on.
    void retire_nonces() noexcept { nonces_.clear(); }

  private:
    struct nonce {
        std::string text;
        std::uint32_t count = 0; // highest accepted
    };
    [[nodiscard]] bool fits(const digest_authorization &answer, const digest_target &target) const;

    digest_server_options options_;
    core::random_source &random_;
    std::deque<nonce> nonces_;
};

} // namespace costrand::wsman
