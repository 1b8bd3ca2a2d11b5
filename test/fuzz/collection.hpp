// SPDX-License-Identifier: Apache-2.0
// A collection whose identifiers are known to seeds: its own is 01010101-0101-4101-8101-..., the
// next object's 02020202-0202-4202-8202-... and so on.
#pragma once

#include "fuzz.hpp"

#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/collection_core.hpp>
#include <costrand/core/random.hpp>

#include <algorithm>
#include <cstdint>

namespace costrand::fuzz {

class counting_source : public core::random_source {
  public:
    void fill(std::span<std::byte> out) override {
        std::ranges::fill(out, static_cast<std::byte>(++count_));
    }

  private:
    std::uint8_t count_ = 0;
};

// Few of everything: the limits are met.
inline ccapi::collection_limits few() {
    ccapi::collection_limits limits;
    limits.caches = limits.credentials_per_cache = 8;
    limits.bytes = 4096;
    limits.iterators_per_client = 8;
    limits.waits_per_client = 4;
    return limits;
}

inline void demand_within(const ccapi::collection_core &core) {
    const auto counts = core.counts();
    const auto limits = few();
    demand(counts.caches <= limits.caches && counts.bytes <= limits.bytes,
           "a collection is within its limits");
    auto cursor = core.begin();
    while (const auto *cache = core.next(cursor)) {
        std::uint64_t at = 0;
        while (const auto *item = cache->credentials.next(at))
            demand(ccapi::check_credential(item->bytes) == ccapi::errc::no_error,
                   "what a collection keeps is a credential");
    }
}

} // namespace costrand::fuzz
