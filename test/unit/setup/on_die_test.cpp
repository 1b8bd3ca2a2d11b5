// SPDX-License-Identifier: Apache-2.0
// The chain of a device that is not set up, and each thing that would make it another.
#include <costrand/wsman/on_die_chain.hpp>

#include "device_world.hpp"
#include "pfx_maker.hpp"

using namespace costrand;
using namespace costrand::test;
using wsman::fault_of_on_die_chain;

namespace {

// Names as rpc-cli.md 7.4 has them; a test spoils one.
struct chain_names {
    std::string leaf = "AMT RCFG", rom = "CSME TGL ROM CA", rom_issuer_unit = "ODCA 2 CSME P";

    [[nodiscard]] std::vector<sim::der_bytes> make(bool is_long = true) const {
        const auto keys = sim::pooled_keys();
        auto above = named("On the die", true);
        above.unit = rom_issuer_unit;
        auto who = sim::make_root(above, keys->next_key());
        if (is_long) {
            above.common_name = "Between";
            who = sim::make_issued(who, above, keys->next_key());
        }
        for (const auto &name : {rom, std::string("Second"), std::string("First"), leaf})
            who = sim::make_issued(who, named(name, true), keys->next_key());
        auto chain = who.chain;
        chain.resize(is_long ? 6 : 4);
        return chain;
    }
};

bool says(const std::vector<sim::der_bytes> &chain, std::string_view part) {
    return fault_of_on_die_chain(chain, {}).find(part) != std::string::npos;
}

} // namespace

TEST_CASE("four or six certificates with the names of the die are those of a new device") {
    CHECK(fault_of_on_die_chain(chain_names().make(true), {}).empty());
    CHECK(fault_of_on_die_chain(chain_names().make(false), {}).empty());
    chain_names other;
    other.leaf = "iAMT CSME IDevID RCFG";
    other.rom = "On Die ROM DE";
    other.rom_issuer_unit = "On Die CSME";
    CHECK(fault_of_on_die_chain(other.make(), {}).empty());
}

TEST_CASE("the simulated device shows such a chain before it is set up, and another one after") {
    in_world(
        way::lms,
        [](device_world &w) -> awaitable<void> {
            co_await w.log_in();
            (void)co_await w.amt->get(wsman::uri::of_class("AMT_GeneralSettings"));
            CHECK(fault_of_on_die_chain(w.shown, {}).empty());
            auto what = wsman::activation(core::secret(good_password));
            what.tls_enforced = true;
            (void)co_await wsman::activate_client(*w.amt, std::move(what), w.means);
            w.amt->disconnect();
            (void)co_await w.amt->get(wsman::uri::of_class("AMT_GeneralSettings"));
            CHECK(says(w.shown, "has been set up meanwhile"));
        },
        tls_profile());
}

TEST_CASE("another number of certificates is told") {
    auto chain = chain_names().make();
    CHECK(says({}, "0 certificates"));
    CHECK(says({chain[0]}, "has been set up meanwhile"));
    chain.pop_back();
    CHECK(says(chain, "5 certificates, and not the 4 or 6"));
}

TEST_CASE("a wrong name in the chain is told by its place") {
    chain_names n;
    n.leaf = "AMT RCFG 2";
    CHECK(says(n.make(), "\"AMT RCFG 2\" is not that of a device that is not set up"));
    n = {};
    n.rom = "CSME TGL Kernel CA";
    CHECK(says(n.make(), "\"CSME TGL Kernel CA\", is not that of its ROM"));
    n = {};
    n.rom_issuer_unit = "Not ODCA 2 CSME";
    CHECK(says(n.make(), "is not issued on the die"));
    auto broken = chain_names().make();
    broken[3] = {std::byte{0x30}};
    CHECK(says(broken, "cannot be read"));
}

TEST_CASE("with the platform's identifier the chain must be this platform's") {
    const auto chain = chain_names().make();
    auto serial = sim::sha256_of(chain[3]);
    CHECK(fault_of_on_die_chain(chain, serial).empty());
    serial.resize(20);
    CHECK(fault_of_on_die_chain(chain, serial).empty());
    serial[19] ^= std::byte{1};
    CHECK(fault_of_on_die_chain(chain, serial).find("UPID") != std::string::npos);
    serial.resize(19);
    CHECK(!fault_of_on_die_chain(chain, serial).empty());
}
