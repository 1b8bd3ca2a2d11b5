// SPDX-License-Identifier: Apache-2.0
// Provisioning chains and PFX files, made when a test runs; a test spoils a part before.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/crypto.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

inline constexpr std::int64_t noon = 1'780'000'000; // 2026-05-28, in seconds since 1970
inline constexpr std::string_view pfx_password = "pfx password";

inline sim::certificate_subject named(std::string name, bool authority) {
    sim::certificate_subject s;
    s.common_name = std::move(name);
    s.authority = authority;
    s.not_before = noon - 100'000;
    s.not_after = noon + 100'000;
    return s;
}

struct chain_maker {
    sim::certificate_subject root = named("Root", true), middle = named("Middle", true),
                             leaf = named("setup.corp.example", false);
    std::shared_ptr<sim::key_source> keys = sim::pooled_keys();

    chain_maker() { leaf.extended_usages = {sim::provisioning_usage}; }

    [[nodiscard]] sim::identity make() const {
        const auto top = sim::make_root(root, keys->next_key());
        const auto between = sim::make_issued(top, middle, keys->next_key());
        return sim::make_issued(between, leaf, keys->next_key());
    }
};

struct pfx_content {
    // DER. With names_leaf the first goes in as the one that belongs to the key.
    std::vector<sim::der_bytes> certificates;
    core::secret key; // PEM; empty: none
    bool names_leaf = true;
    bool old_ciphers = false; // the certificates under RC2 with 40 bits, as Windows wrote for long
    bool sealed = true;       // has a MAC
};
[[nodiscard]] inline pfx_content content_of(const sim::identity &who) {
    pfx_content out;
    out.certificates = who.chain;
    out.key = who.key;
    return out;
}

// DER. An empty password: none.
[[nodiscard]] std::vector<std::byte> make_pfx(const pfx_content &content,
                                              std::string_view password = pfx_password);

} // namespace costrand::test
