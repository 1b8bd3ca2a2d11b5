// SPDX-License-Identifier: Apache-2.0
// What servers on loopback show with TLS, and what their clients trust.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/transports/tls.hpp>

#include <support/certificates.hpp>

#include <utility>

namespace costrand::test {

inline const authority &live_root() {
    static const authority made;
    return made;
}

inline transports::tls_server_options server_of(const char *host) {
    leaf_options leaf;
    leaf.host = host;
    auto made = live_root().issue(leaf);
    transports::tls_server_options out;
    out.certificate_chain_pem = made.certificate_pem;
    out.private_key_pem = core::secret(std::move(made.key_pem));
    return out;
}

// Of websocket_options or http_options. With anchors: live_root().
template <typename Options>
Options trusting(transports::tls_trust::kind check) {
    Options out;
    out.trust.check = check;
    if (check == transports::tls_trust::kind::anchors)
        out.trust.anchors_pem = live_root().certificate_pem();
    return out;
}

} // namespace costrand::test
