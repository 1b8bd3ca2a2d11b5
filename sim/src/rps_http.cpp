// SPDX-License-Identifier: Apache-2.0
#include "rps_http.hpp"

#include <costrand/wsman/http_parser.hpp>

#include <array>
#include <utility>

namespace costrand::sim {

void rps_digest::set_user(std::string user, core::secret password) {
    user_ = std::move(user);
    password_ = std::move(password);
}

bool rps_digest::accept(std::string_view www_authenticate) {
    auto challenge = wsman::parse_challenge(www_authenticate);
    if (!challenge)
        return false;
    challenge_ = std::move(*challenge);
    return true;
}

std::string rps_digest::make_cnonce() {
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::array<std::byte, 6> bytes{};
    random_.fill(bytes);
    std::string out;
    for (const auto b : bytes)
        out += digits[std::to_integer<std::size_t>(b) % digits.size()];
    return out;
}

core::result<std::string> rps_digest::authorization() {
    if (!challenge_)
        return std::string();
    const auto ha1 = wsman::digest_ha1(user_, challenge_->realm, password_);
    if (!ha1)
        return ha1.error();
    wsman::digest_authorization a;
    a.username = user_;
    a.realm = challenge_->realm;
    a.nonce = challenge_->nonce;
    a.uri = "/wsman";
    a.qop = wsman::digest_qop::auth;
    a.nc = ++count_;
    a.cnonce = make_cnonce();
    auto response = wsman::digest_response(*ha1, a, wsman::digest_target());
    if (!response)
        return response.error();
    a.response = std::move(*response);
    return wsman::format_authorization(a);
}

core::secret admin_digest(std::string_view realm, const core::secret &password) {
    // Fails only where the crypto library has no MD5: nothing of AMT works there.
    return wsman::digest_ha1("admin", realm, password).value();
}

std::vector<std::byte> wrap_request(std::string_view host, std::string_view authorization,
                                    std::string envelope, wsman::after_reply then) {
    return wsman::serialize(wsman::rps_request(host, authorization, std::move(envelope), then));
}

std::optional<rps_http_reply> read_reply(wsman::http_response in) {
    if (in.status == 200 && in.body.empty())
        return std::nullopt;
    rps_http_reply out;
    out.status = in.status;
    out.challenge = std::string(in.headers.value("WWW-Authenticate"));
    out.body = std::move(in.body);
    return out;
}

std::optional<rps_http_reply> unwrap_plain_reply(std::string_view bytes) {
    wsman::response_parser parser;
    const auto used = parser.feed(core::as_bytes(bytes));
    if (!used || *used != bytes.size() || (!parser.done() && !parser.end_of_stream()))
        return std::nullopt;
    auto in = parser.release();
    const bool chunked = in.headers.has_token("Transfer-Encoding", "chunked");
    if (in.status == 200 && !chunked)
        return std::nullopt;
    return read_reply(std::move(in));
}

} // namespace costrand::sim
