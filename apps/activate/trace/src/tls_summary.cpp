// SPDX-License-Identifier: Apache-2.0
#include <costrand/trace/tls_summary.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace costrand::trace {

namespace {

// RFC 8446, 5.1.
constexpr std::size_t header_size = 5;
constexpr unsigned change_cipher_spec = 20, handshake = 22, last_type = 24, major_version = 3;
constexpr unsigned client_hello = 1, server_hello = 2;
constexpr std::array<std::string_view, 5> types = {"change_cipher_spec", "alert", "handshake",
                                                   "application_data", "heartbeat"};
// RFC 8446, 4 and RFC 5246, 7.4.
constexpr std::array<std::pair<unsigned, std::string_view>, 13> handshakes = {{
    {0, "HelloRequest"},
    {client_hello, "ClientHello"},
    {server_hello, "ServerHello"},
    {4, "NewSessionTicket"},
    {8, "EncryptedExtensions"},
    {11, "Certificate"},
    {12, "ServerKeyExchange"},
    {13, "CertificateRequest"},
    {14, "ServerHelloDone"},
    {15, "CertificateVerify"},
    {16, "ClientKeyExchange"},
    {20, "Finished"},
    {22, "CertificateStatus"},
}};

unsigned value(std::byte b) {
    return std::to_integer<unsigned>(b);
}

} // namespace

bool looks_like_tls(core::const_bytes data) noexcept {
    return !data.empty() && value(data[0]) >= change_cipher_spec && value(data[0]) <= last_type &&
           (data.size() < 2 || value(data[1]) == major_version);
}

std::string tls_summary::take(core::const_bytes data) {
    std::string out;
    const auto add = [&out](std::string_view text) {
        out += out.empty() ? "" : ", ";
        out += text;
    };
    const bool goes_on = have_ > 0;
    while (!data.empty()) {
        if (left_ > 0) {
            const auto n = std::min(left_, data.size());
            left_ -= n;
            data = data.subspan(n);
        } else {
            if (have_ == 0 && !looks_like_tls(data)) {
                add("no TLS");
                return out;
            }
            head_[have_++] = data[0];
            data = data.subspan(1);
            const bool empty_record =
                have_ == header_size && head_[3] == head_[4] && head_[4] == std::byte{0};
            if (have_ < sizeof head_ && !empty_record)
                continue;
            add(begun());
        }
        if (left_ == 0)
            have_ = 0;
    }
    if (out.empty() && goes_on)
        out = "continued";
    return out.empty() ? "the beginning of a record" : out;
}

std::string tls_summary::begun() {
    const std::size_t length = (std::size_t{value(head_[3])} << 8) + value(head_[4]);
    left_ = length > 0 ? length - 1 : 0;
    const unsigned type = value(head_[0]), first = value(head_[header_size]);
    std::string out = std::string(types[type - change_cipher_spec]) + ' ' +
                      std::to_string(header_size + length) + " bytes";
    if (type == change_cipher_spec)
        encrypted_ = true;
    if (type != handshake || length == 0)
        return out;
    // A nonce or ciphertext rarely looks like it; a new session does.
    if (first == client_hello || first == server_hello)
        encrypted_ = false;
    const auto named = std::ranges::find(handshakes, first, [](const auto &h) { return h.first; });
    if (encrypted_)
        return out + " (encrypted)";
    return named == handshakes.end() ? out : out + " (" + std::string(named->second) + ")";
}

} // namespace costrand::trace
