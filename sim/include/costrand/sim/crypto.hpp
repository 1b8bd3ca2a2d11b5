// SPDX-License-Identifier: Apache-2.0
// The crypto that the simulated peers use: where their keys come from, and TLS over a stream.
// Handed in, so that a simulation can take keys of a fixed pool and leave the ciphers out.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/sim/certificates.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace costrand::sim {

// Gives RSA keys of 2048 bits, PEM. A key may come again.
class key_source {
  public:
    virtual ~key_source() = default;
    [[nodiscard]] virtual core::secret next_key() = 0;
};

// Fresh ones: about 0.1 s each.
[[nodiscard]] std::unique_ptr<key_source> generated_keys();
// The same ones in the same order in every process, over and over: for tests and simulations.
[[nodiscard]] std::unique_ptr<key_source> pooled_keys();

// Is given the peer's certificates, its own first.
using chain_judge = std::function<bool(const std::vector<der_bytes> &)>;

struct tls_manner {
    bool tls13 = true; // false: TLS 1.2 only
    // Which clients are let in; one that shows no certificate is not. Empty: all are, and none is
    // asked for one.
    chain_judge client = {};
};

// Streams over a stream, which they own. Errors and closing are those of transports::tls_connect
// and tls_accept: transports::tls_errc.
class tls_layer {
  public:
    virtual ~tls_layer() = default;
    // `own` is shown to a server that asks; it may be empty.
    [[nodiscard]] virtual awaitable<std::unique_ptr<core::byte_stream>>
    connect_as(identity own, std::unique_ptr<core::byte_stream> below, chain_judge accepts) = 0;
    [[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>>
    connect(std::unique_ptr<core::byte_stream> below, chain_judge accepts) {
        return connect_as(identity(), std::move(below), std::move(accepts));
    }
    [[nodiscard]] virtual awaitable<std::unique_ptr<core::byte_stream>>
    accept(std::unique_ptr<core::byte_stream> below, identity who, tls_manner how) = 0;
};

[[nodiscard]] std::unique_ptr<tls_layer> openssl_tls();
// Records of the same types and about the same sizes, without ciphers: for fast simulations. Both
// ends must have it. A byte that is lost, doubled or moved is found, as in TLS.
[[nodiscard]] std::unique_ptr<tls_layer> bare_records();

// Shared by all peers of one world.
struct crypto {
    std::shared_ptr<key_source> keys;
    std::shared_ptr<tls_layer> tls;
};
[[nodiscard]] crypto real_crypto();
// Keys of the pool, real TLS.
[[nodiscard]] crypto pooled_crypto();
// Keys of the pool, no ciphers.
[[nodiscard]] crypto bare_crypto();

} // namespace costrand::sim
