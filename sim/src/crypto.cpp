// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/crypto.hpp>

#include <costrand/transports/tls.hpp>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "key_pool.hpp"

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace costrand::sim {

namespace {

constexpr unsigned key_bits = 2048; // what AMT makes (wsman, AMT_PublicKeyManagementService)

class fresh_keys : public key_source {
  public:
    core::secret next_key() override {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(key_bits),
                                                                      &EVP_PKEY_free);
        const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_secmem()), &BIO_free);
        if (!key || !bio ||
            PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
                1)
            throw std::runtime_error("OpenSSL cannot make a key");
        char *text = nullptr;
        const long size = BIO_get_mem_data(bio.get(), &text);
        return core::secret(std::string_view(text, static_cast<std::size_t>(size)));
    }
};

class fixed_keys : public key_source {
  public:
    core::secret next_key() override {
        const auto &pool = key_pool();
        return core::secret(pool[next_++ % pool.size()]);
    }

  private:
    std::size_t next_ = 0;
};

class openssl_layer : public tls_layer {
  public:
    awaitable<std::unique_ptr<core::byte_stream>>
    connect_as(identity own, std::unique_ptr<core::byte_stream> below,
               chain_judge accepts) override {
        transports::tls_client_options options;
        options.certificate_chain_pem = chain_pem(own.chain);
        options.private_key_pem = std::move(own.key);
        options.trust.check = transports::tls_trust::kind::judged;
        options.trust.judge = std::move(accepts);
        co_return co_await transports::tls_connect(std::move(below), std::move(options));
    }

    awaitable<std::unique_ptr<core::byte_stream>> accept(std::unique_ptr<core::byte_stream> below,
                                                         identity who, tls_manner how) override {
        transports::tls_server_options options;
        options.certificate_chain_pem = chain_pem(who.chain);
        options.private_key_pem = std::move(who.key);
        options.tls13 = how.tls13;
        options.client_judge = std::move(how.client);
        co_return co_await transports::tls_accept(std::move(below), std::move(options));
    }
};

} // namespace

std::unique_ptr<key_source> generated_keys() {
    return std::make_unique<fresh_keys>();
}

std::unique_ptr<key_source> pooled_keys() {
    return std::make_unique<fixed_keys>();
}

std::unique_ptr<tls_layer> openssl_tls() {
    return std::make_unique<openssl_layer>();
}

crypto real_crypto() {
    return {generated_keys(), openssl_tls()};
}

crypto pooled_crypto() {
    return {pooled_keys(), openssl_tls()};
}

} // namespace costrand::sim
