// SPDX-License-Identifier: Apache-2.0
// The hashes of digest authentication, and its two ends.
#include <costrand/wsman/digest.hpp>

#include "base64.hpp"

#include <costrand/core/bytes.hpp>
#include <costrand/core/random.hpp>

#include <openssl/evp.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>

namespace costrand::wsman {

namespace {

using context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

std::string to_hex(std::span<const unsigned char> bytes) {
    std::string out(bytes.size() * 2, '0'); // no reallocation: it could leave half a secret behind
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    return out;
}

// Looked up once: each look-up among OpenSSL's providers costs as much as the hash. Null where a
// provider lacks it, as FIPS does MD5. They stay to the end of the program.
const EVP_MD *hash_function(digest_algorithm algorithm) {
    static const EVP_MD *const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
    static const EVP_MD *const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm == digest_algorithm::md5 ? md5 : sha256;
}

// The parts with ":" between them, hashed, in hexadecimal. Piece by piece, so that a password is
// copied nowhere.
core::result<std::string> hash(digest_algorithm algorithm,
                               std::initializer_list<std::string_view> parts) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    context c(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const auto *kind = hash_function(algorithm);
    bool good = c && kind && EVP_DigestInit_ex(c.get(), kind, nullptr) == 1;
    bool first = true;
    for (auto part : parts) {
        if (!std::exchange(first, false))
            good = good && EVP_DigestUpdate(c.get(), ":", 1) == 1;
        good = good && EVP_DigestUpdate(c.get(), part.data(), part.size()) == 1;
    }
    good = good && EVP_DigestFinal_ex(c.get(), out.data(), &size) == 1;
    if (!good)
        return errc::digest_failed;
    auto text = to_hex(std::span(out).first(size));
    core::wipe(out.data(), out.size());
    return text;
}

// Takes the same time wherever the texts differ.
bool same(std::string_view a, std::string_view b) noexcept {
    unsigned difference = a.size() == b.size() ? 0u : 1u;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
    return difference == 0;
}

} // namespace

core::result<core::secret> digest_ha1(std::string_view user, std::string_view realm,
                                      const core::secret &password, digest_algorithm algorithm) {
    auto text = hash(algorithm, {user, realm, password.reveal()});
    if (!text)
        return text.error();
    return core::secret(std::move(*text));
}

namespace {

core::result<std::string> ha2_of(const digest_authorization &a, const digest_target &target) {
    const auto algorithm = a.algorithm.value_or(digest_algorithm::md5);
    if (a.qop != digest_qop::auth_int)
        return hash(algorithm, {target.method, target.uri});
    auto body = hash(algorithm, {target.body});
    if (!body)
        return body.error();
    return hash(algorithm, {target.method, target.uri, *body});
}

core::result<std::string> response_of(const core::secret &ha1, const digest_authorization &a,
                                      std::string_view ha2) {
    const auto algorithm = a.algorithm.value_or(digest_algorithm::md5);
    if (a.qop == digest_qop::none)
        return hash(algorithm, {ha1.reveal(), a.nonce, ha2});
    const std::array<unsigned char, 4> count{
        static_cast<unsigned char>(a.nc >> 24), static_cast<unsigned char>(a.nc >> 16 & 0xff),
        static_cast<unsigned char>(a.nc >> 8 & 0xff), static_cast<unsigned char>(a.nc & 0xff)};
    const auto nc = to_hex(count);
    const std::string_view qop = a.qop == digest_qop::auth_int ? "auth-int" : "auth";
    return hash(algorithm, {ha1.reveal(), a.nonce, nc, a.cnonce, qop, ha2});
}

} // namespace

core::result<std::string> digest_response(const core::secret &ha1, const digest_authorization &a,
                                          const digest_target &target) {
    auto ha2 = ha2_of(a, target);
    if (!ha2)
        return ha2.error();
    return response_of(ha1, a, *ha2);
}

digest_client::digest_client(std::string user, core::secret password, core::random_source &random)
    : user_(std::move(user)),
      password_(std::move(password)),
      random_(random) {}

core::result<void> digest_client::accept(std::string_view www_authenticate) {
    auto parsed = parse_challenge(www_authenticate);
    if (!parsed)
        return parsed.error();
    return accept(std::move(*parsed));
}

core::result<void> digest_client::accept(digest_challenge challenge) {
    const bool same_nonce = challenge_ && challenge_->nonce == challenge.nonce;
    auto ha1 = digest_ha1(user_, challenge.realm, password_,
                          challenge.algorithm.value_or(digest_algorithm::md5));
    if (!ha1)
        return ha1.error();
    ha1_ = std::move(*ha1);
    challenge_ = std::move(challenge);
    answer_.reset();
    if (!same_nonce)
        count_ = 0;
    return {};
}

void digest_client::set_user(std::string user, core::secret password) {
    user_ = std::move(user);
    password_ = std::move(password);
    ha1_ = core::secret();
    answer_.reset();
}

// What is the same in each answer to this challenge.
digest_authorization digest_client::begin_answer() const {
    digest_authorization a;
    a.username = user_;
    a.realm = challenge_->realm;
    a.nonce = challenge_->nonce;
    a.opaque = challenge_->opaque;
    a.algorithm = challenge_->algorithm;
    if (challenge_->auth_int && (prefer_auth_int_ || !challenge_->auth))
        a.qop = digest_qop::auth_int;
    else if (challenge_->auth)
        a.qop = digest_qop::auth;
    return a;
}

core::result<std::string> digest_client::authorization(const digest_target &target) {
    if (!challenge_)
        return errc::challenge_unsupported;
    if (ha1_.empty()) {
        auto ha1 = digest_ha1(user_, challenge_->realm, password_,
                              challenge_->algorithm.value_or(digest_algorithm::md5));
        if (!ha1)
            return ha1.error();
        ha1_ = std::move(*ha1);
    }
    const bool fits = answer_ && answer_->qop != digest_qop::auth_int && method_ == target.method &&
                      answer_->uri == target.uri;
    if (!fits) {
        answer_.reset(); // in case of a failure
        auto next = begin_answer();
        auto ha2 = ha2_of(next, target);
        if (!ha2)
            return ha2.error();
        ha2_ = std::move(*ha2);
        method_ = target.method;
        next.uri = target.uri;
        answer_ = std::move(next);
    }
    digest_authorization &a = *answer_;
    if (a.qop != digest_qop::none) {
        std::array<std::byte, 8> bytes{};
        random_.fill(bytes);
        a.cnonce =
            to_hex(std::span(reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size()));
        a.nc = ++count_;
    }
    auto response = response_of(ha1_, a, ha2_);
    if (!response)
        return response.error();
    a.response = std::move(*response);
    return format_authorization(a);
}

digest_server::digest_server(digest_server_options options, core::random_source &random)
    : options_(std::move(options)),
      random_(random) {}

core::result<std::string> digest_server::issue(bool stale) {
    std::array<std::byte, 24> bytes{};
    random_.fill(bytes);
    digest_challenge c;
    c.realm = options_.realm;
    c.nonce = to_base64(bytes);
    c.stale = stale;
    c.auth = options_.auth;
    c.auth_int = options_.auth_int;
    c.algorithm = options_.algorithm;
    nonces_.push_back({c.nonce, 0});
    while (nonces_.size() > options_.nonces)
        nonces_.pop_front();
    return format_challenge(c);
}

bool digest_server::fits(const digest_authorization &a, const digest_target &target) const {
    const bool qop_fits = (a.qop == digest_qop::auth && options_.auth) ||
                          (a.qop == digest_qop::auth_int && options_.auth_int) ||
                          (a.qop == digest_qop::none && !options_.auth && !options_.auth_int);
    return qop_fits && a.realm == options_.realm && a.uri == target.uri &&
           a.algorithm.value_or(digest_algorithm::md5) ==
               options_.algorithm.value_or(digest_algorithm::md5);
}

core::result<digest_server::decision> digest_server::verify(std::string_view authorization,
                                                            const digest_target &target,
                                                            const user_lookup &users) {
    decision d;
    auto a = parse_authorization(authorization);
    if (!a)
        return d;
    d.user = a->username;
    d.verdict = digest_verdict::mismatched;
    if (!fits(*a, target))
        return d;
    d.verdict = digest_verdict::wrong;
    const auto ha1 = users(a->username);
    if (!ha1)
        return d;
    auto expected = digest_response(*ha1, *a, target);
    if (!expected)
        return expected.error();
    if (!same(*expected, a->response))
        return d;
    // The password is right from here on, so what is told about the nonce helps nobody else.
    d.verdict = digest_verdict::unknown_nonce;
    for (auto &n : nonces_) {
        if (n.text != a->nonce)
            continue;
        const bool rises = a->qop == digest_qop::none || a->nc > n.count;
        d.verdict = rises ? digest_verdict::accepted : digest_verdict::replayed;
        if (rises)
            n.count = a->nc;
    }
    return d;
}

} // namespace costrand::wsman
