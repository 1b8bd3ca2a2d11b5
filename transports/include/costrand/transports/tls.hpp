// SPDX-License-Identifier: Apache-2.0
// TLS as a byte_stream over a byte_stream: OpenSSL works in memory, the stream below carries the
// records. Both directions at once, TLS 1.2 and 1.3. OpenSSL stays in the .cpp.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace costrand::transports {

enum class tls_errc {
    certificate_expired = 1, // not yet valid or no longer valid
    certificate_wrong_host,  // valid, but for another name
    certificate_not_trusted, // no chain to a trusted root, self-signed included
    certificate_rejected,    // any other fault of the certificate
    refused_by_peer,         // the peer sent a fatal alert
    protocol,                // bytes that are not TLS, or a version we do not speak
    truncated,               // the stream below ended without close_notify
    bad_configuration,       // our own certificate, key or trust anchors cannot be used
};

const boost::system::error_category &tls_category() noexcept;

inline error_code make_error_code(tls_errc e) noexcept {
    return {static_cast<int>(e), tls_category()};
}

// A tls_errc with OpenSSL's own words, such as "unable to get local issuer certificate".
class tls_error : public system_error {
  public:
    tls_error(tls_errc e, const std::string &reason)
        : system_error(make_error_code(e), reason),
          reason_(reason) {}
    [[nodiscard]] const std::string &reason() const noexcept { return reason_; }

  private:
    std::string reason_;
};

// Which servers a client believes.
struct tls_trust {
    enum class kind {
        system,  // the system's trust store and the host name
        anchors, // only the certificates of `anchors_pem`, and the host name
        anyone,  // no check at all: the peer may be an impostor
        judged,  // what `judge` says; no check of the name
    };
    kind check = kind::system;
    std::string anchors_pem;
    // Is given the certificates that the peer sent, DER, its own first. False ends the handshake:
    // certificate_rejected. Must not throw.
    std::function<bool(const std::vector<std::vector<std::byte>> &)> judge;
};

struct tls_client_options {
    tls_client_options() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::string host; // a name or a literal address: checked, and sent as SNI when it is a name
    tls_trust trust;
    std::string certificate_chain_pem; // leaf first; for servers that ask; empty: none to show
    core::secret private_key_pem;
    bool tls13 = true; // false: TLS 1.2 only
};

struct tls_server_options {
    tls_server_options() = default;

    std::string certificate_chain_pem; // leaf first
    core::secret private_key_pem;
    bool tls13 = true; // false: TLS 1.2 only
    // Which clients are let in, asked as the function of tls_trust. Empty: all are, and none is
    // asked for a certificate. With one, a client that has none is refused.
    std::function<bool(const std::vector<std::vector<std::byte>> &)> client_judge;
};

// Does the handshake over `below`, which the result owns. Errors: tls_error, and those of `below`.
// No limit of its own: bound it with with_deadline. Cancelled: `below` is closed.
//
// The stream: read_some is cancel-safe; a write_some completes when its records are handed to
// `below`; shutdown sends close_notify and leaves `below` open; close sends nothing. The end of
// `below` without close_notify is tls_errc::truncated.
[[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>>
tls_connect(std::unique_ptr<core::byte_stream> below, tls_client_options options);
[[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>>
tls_accept(std::unique_ptr<core::byte_stream> below, tls_server_options options);

} // namespace costrand::transports

template <>
struct boost::system::is_error_code_enum<costrand::transports::tls_errc> : std::true_type {};
