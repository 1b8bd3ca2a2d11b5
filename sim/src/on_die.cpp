// SPDX-License-Identifier: Apache-2.0
#include "on_die.hpp"

#include "key_pool.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

// 2020 to 2049: a simulated device's clock is somewhere in between.
constexpr std::int64_t good_from = 1'577'836'800;
constexpr std::int64_t good_to = 2'493'072'000;

struct level {
    const char *common_name;
    const char *unit;
};
// From the root down. Stated by the sources: the leaf's name, "ROM CA" in that of the fourth
// certificate from the leaf, and how its issuer's unit begins. The other names are assumed.
constexpr auto levels = std::to_array<level>({
    {"Simulated On Die CA Root", "OnDie CA Root Cert Signing"},
    {"Simulated On Die CSME P Issuing CA", "On Die CSME P Issuing"},
    {"Simulated On Die CSME P Platform CA", "On Die CSME P 0001"},
    {"Simulated ROM CA", "CSME ROM CA"},
    {"Simulated Kernel CA", "CSME Kernel CA"},
    {"Simulated RCFG CA", "CSME RCFG CA"},
    {"iAMT CSME IDevID RCFG", "CSME IDevID"},
});

struct chain {
    der_bytes root;
    identity device;
};

// The keys are those of the pool, always: the certificates are then the same wherever the
// platform's identifier is compared with them, and no simulated device has anything to protect.
chain make_chain() {
    chain made;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        certificate_subject s;
        s.common_name = levels[i].common_name;
        s.organization = "costrand simulation";
        s.unit = levels[i].unit;
        s.authority = i + 1 < levels.size();
        s.not_before = good_from;
        s.not_after = good_to;
        const core::secret key(key_pool()[i % key_pool().size()]);
        made.device = i == 0 ? make_root(s, key) : make_issued(made.device, s, key);
    }
    made.root = std::move(made.device.chain.back());
    made.device.chain.pop_back();
    return made;
}

const chain &the_chain() {
    static const chain made = make_chain();
    return made;
}

} // namespace

const identity &on_die_identity() {
    return the_chain().device;
}

const der_bytes &on_die_root() {
    return the_chain().root;
}

} // namespace costrand::sim
