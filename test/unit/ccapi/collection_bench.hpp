// SPDX-License-Identifier: Apache-2.0
// A collection at a clock that a test sets, for the tests of the cores.
#pragma once

#include <costrand/ccapi/collection_core.hpp>
#include <costrand/core/random.hpp>

#include <memory>
#include <string>
#include <vector>

namespace costrand::test {

struct collection_bench {
    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    ccapi::cc_time now = 1'700'000'000;
    ccapi::collection_core core;
    std::vector<ccapi::wake> woken; // of the last turn
    ccapi::ticket last = 0;

    explicit collection_bench(ccapi::collection_limits limits = ccapi::collection_limits())
        : core(*random, limits, now) {}

    template <typename Call>
    auto in_turn(const Call &call) {
        ccapi::turn t(now);
        auto answer = call(t);
        woken = t.woken;
        return answer;
    }
    ccapi::uuid create(std::string_view name, std::string_view principal = "alice@A.ORG") {
        return in_turn([&](ccapi::turn &t) {
                   return core.create(name, ccapi::credentials_v5, principal, t);
               })
            .value();
    }
    ccapi::uuid create_new() {
        return in_turn([&](ccapi::turn &t) {
                   return core.create_new(ccapi::credentials_v5, "alice@A.ORG", t);
               })
            .value();
    }
    ccapi::errc destroy(const ccapi::uuid &id) {
        return in_turn([&](ccapi::turn &t) { return core.destroy(id, t); });
    }
    ccapi::errc set_default(const ccapi::uuid &id) {
        return in_turn([&](ccapi::turn &t) { return core.set_default(id, t); });
    }
    ccapi::errc store(const ccapi::uuid &id, std::string_view bytes) {
        return in_turn([&](ccapi::turn &t) { return core.store(id, core::as_bytes(bytes), t); });
    }
    ccapi::errc remove(const ccapi::uuid &id, const ccapi::uuid &credential) {
        return in_turn([&](ccapi::turn &t) { return core.remove(id, credential, t); });
    }
    ccapi::errc move(const ccapi::uuid &source, const ccapi::uuid &destination) {
        return in_turn([&](ccapi::turn &t) { return core.move(source, destination, t); });
    }
    std::string name_of(const ccapi::uuid &id) const { return core.find(id)->name; }

    // "a b c": the names that the iterator still gives.
    std::string rest(const ccapi::uuid &iterator) {
        std::string out;
        for (auto next = core.next_cache(iterator); next; next = core.next_cache(iterator))
            out += (out.empty() ? "" : " ") + name_of(*next);
        return out;
    }
    std::string names() {
        const auto iterator = core.new_cache_iterator(0).value();
        const auto out = rest(iterator);
        (void)core.release_cache_iterator(iterator);
        return out;
    }
    // "x y": the credentials that the iterator still gives.
    std::string credentials(const ccapi::uuid &iterator) {
        std::string out;
        for (auto next = core.next_credential(iterator); next;
             next = core.next_credential(iterator))
            out += (out.empty() ? "" : " ") + std::string(core::as_text((*next)->bytes));
        return out;
    }
};

} // namespace costrand::test
