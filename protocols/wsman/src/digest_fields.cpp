// SPDX-License-Identifier: Apache-2.0
// The two digest header fields, from text and to text.
#include <costrand/wsman/digest.hpp>

#include "auth_params.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace costrand::wsman {

namespace {

using detail::auth_scheme;

constexpr std::string_view name_of(digest_algorithm a) noexcept {
    return a == digest_algorithm::md5 ? "MD5" : "SHA-256";
}
constexpr std::string_view name_of(digest_qop q) noexcept {
    return q == digest_qop::auth_int ? "auth-int" : "auth";
}

bool read_algorithm(const auth_scheme &from, std::optional<digest_algorithm> &to) {
    const auto *text = from.find("algorithm");
    if (text == nullptr)
        return true;
    for (auto a : {digest_algorithm::md5, digest_algorithm::sha256})
        if (equals_ignoring_case(*text, name_of(a)))
            to = a;
    return to.has_value();
}

void read_opaque(const auth_scheme &from, std::optional<std::string> &to) {
    if (const auto *text = from.find("opaque"))
        to = *text;
}

core::result<digest_challenge> to_challenge(const auth_scheme &from) {
    digest_challenge c;
    const auto *realm = from.find("realm");
    const auto *nonce = from.find("nonce");
    if (realm == nullptr || nonce == nullptr || nonce->empty())
        return errc::challenge_malformed;
    c.realm = *realm;
    c.nonce = *nonce;
    read_opaque(from, c.opaque);
    if (const auto *stale = from.find("stale"))
        c.stale = equals_ignoring_case(*stale, "true");
    if (!read_algorithm(from, c.algorithm))
        return errc::challenge_unsupported;
    if (const auto *qop = from.find("qop")) {
        const http_headers list{{"qop", *qop}};
        c.auth = list.has_token("qop", "auth");
        c.auth_int = list.has_token("qop", "auth-int");
        if (!c.auth && !c.auth_int)
            return errc::challenge_unsupported;
    }
    return c;
}

bool read_count(std::string_view text, std::uint32_t &to) {
    if (text.size() != 8)
        return false;
    to = 0;
    for (char c : text) {
        if (detail::hex_digit(c) < 0)
            return false;
        to = to * 16 + static_cast<std::uint32_t>(detail::hex_digit(c));
    }
    return true;
}

bool read_qop(const auth_scheme &from, digest_authorization &to) {
    const auto *qop = from.find("qop");
    if (qop == nullptr)
        return true;
    const auto *nc = from.find("nc");
    const auto *cnonce = from.find("cnonce");
    if (nc == nullptr || cnonce == nullptr || !read_count(*nc, to.nc))
        return false;
    to.cnonce = *cnonce;
    to.qop = equals_ignoring_case(*qop, "auth-int") ? digest_qop::auth_int : digest_qop::auth;
    return to.qop == digest_qop::auth_int || equals_ignoring_case(*qop, "auth");
}

// Collects key="value" with the quoting that RFC 9110 asks for.
class field_writer {
  public:
    explicit field_writer(std::string_view scheme) {
        text_.reserve(usual);
        text_ += scheme;
        text_ += ' ';
    }

    void put(std::string_view key, std::string_view value, std::string_view separator = ",") {
        if (!first_)
            text_ += separator;
        first_ = false;
        text_ += key;
        text_ += "=\"";
        for (auto special = value.find_first_of("\"\\"); special != value.npos;
             special = value.find_first_of("\"\\")) {
            text_ += value.substr(0, special);
            text_ += '\\';
            text_ += value[special];
            value.remove_prefix(special + 1);
        }
        text_ += value;
        text_ += '"';
    }
    core::result<std::string> finish() {
        if (!detail::is_text(text_))
            return errc::challenge_malformed;
        return std::move(text_);
    }

  private:
    static constexpr std::size_t usual = 320; // AMT's fields have no more bytes

    std::string text_;
    bool first_ = true;
};

std::string eight_hex(std::uint32_t n) {
    std::string out(8, '0');
    for (auto it = out.rbegin(); it != out.rend(); ++it, n >>= 4)
        *it = "0123456789abcdef"[n & 15];
    return out;
}

} // namespace

core::result<std::vector<digest_challenge>> parse_challenges(std::string_view field) {
    auto schemes = detail::auth_scanner(field).run();
    if (!schemes)
        return schemes.error();
    std::vector<digest_challenge> good;
    boost::system::error_code last = errc::challenge_unsupported;
    for (const auto &scheme : *schemes) {
        if (!equals_ignoring_case(scheme.name, "Digest"))
            continue;
        auto one = to_challenge(scheme);
        if (one)
            good.push_back(std::move(*one));
        else
            last = one.error();
    }
    if (good.empty())
        return last;
    return good;
}

core::result<digest_challenge> parse_challenge(std::string_view field) {
    auto all = parse_challenges(field);
    if (!all)
        return all.error();
    return std::move(all->front());
}

core::result<std::string> format_challenge(const digest_challenge &c) {
    field_writer out("Digest");
    out.put("realm", c.realm);
    out.put("nonce", c.nonce, ", ");
    out.put("stale", c.stale ? "true" : "false");
    if (c.auth || c.auth_int)
        out.put("qop", c.auth && c.auth_int ? "auth,auth-int" : c.auth ? "auth" : "auth-int");
    if (c.opaque)
        out.put("opaque", *c.opaque);
    if (c.algorithm)
        out.put("algorithm", name_of(*c.algorithm));
    return out.finish();
}

core::result<digest_authorization> parse_authorization(std::string_view field) {
    auto schemes = detail::auth_scanner(field).run();
    if (!schemes)
        return schemes.error();
    if (schemes->size() != 1)
        return errc::challenge_malformed;
    const auto &from = schemes->front();
    if (!equals_ignoring_case(from.name, "Digest"))
        return errc::challenge_unsupported;
    digest_authorization a;
    const std::pair<std::string_view, std::string *> required[] = {{"username", &a.username},
                                                                   {"realm", &a.realm},
                                                                   {"nonce", &a.nonce},
                                                                   {"uri", &a.uri},
                                                                   {"response", &a.response}};
    for (const auto &[key, to] : required) {
        const auto *text = from.find(key);
        if (text == nullptr)
            return errc::challenge_malformed;
        *to = *text;
    }
    read_opaque(from, a.opaque);
    if (!read_qop(from, a))
        return errc::challenge_malformed;
    if (!read_algorithm(from, a.algorithm))
        return errc::challenge_unsupported;
    return a;
}

core::result<std::string> format_authorization(const digest_authorization &a) {
    field_writer out("Digest");
    out.put("username", a.username);
    out.put("realm", a.realm);
    out.put("nonce", a.nonce);
    out.put("uri", a.uri);
    if (a.qop != digest_qop::none)
        out.put("qop", name_of(a.qop));
    out.put("response", a.response);
    if (a.qop != digest_qop::none) {
        out.put("nc", eight_hex(a.nc));
        out.put("cnonce", a.cnonce);
    }
    if (a.opaque)
        out.put("opaque", *a.opaque);
    if (a.algorithm)
        out.put("algorithm", name_of(*a.algorithm));
    return out.finish();
}

} // namespace costrand::wsman
