// SPDX-License-Identifier: Apache-2.0
// How AMT host commands move the device between its provisioning states.
#include "command_bench.hpp"

#include <costrand/sim/firmware.hpp>
#include <src/on_die.hpp>

using namespace costrand;
using namespace costrand::sim;
using bench = test::command_bench;
using heci::status;

namespace {

constexpr unsigned unprovision_op = 0x10, start_op = 0x29, stop_op = 0x5e, host_based_op = 0x8b;
const std::vector<std::byte> no_mode(4);

// heci.md 9.12: algorithm, hash 10 11 12 .., no VPN, no suffixes.
std::vector<std::byte> host_based(std::uint8_t algorithm, std::uint32_t suffix_length = 0,
                                  std::string_view suffixes = {}) {
    std::vector<std::byte> data;
    core::byte_writer to(data);
    to.u8(algorithm);
    for (int i = 0; i < 32; ++i)
        to.u8(static_cast<std::uint8_t>(0x10 + i));
    to.zeros(32);
    to.u8(0);
    to.le(suffix_length);
    to.text(suffixes);
    to.zeros(320 - suffixes.size());
    return data;
}

bench host_based_bench() {
    bench b;
    b.device.amthi.unknown_commands.clear();
    return b;
}

} // namespace

TEST_CASE("a remote configuration is started once, and stopped once") {
    bench b;
    CHECK(b.status_of(stop_op) == status::invalid_provisioning_state);
    CHECK(b.status_of(start_op) == status::success);
    CHECK(test::to_hex(b.ask("010100001100000400000000")) ==
          "0101000011008004080000000000000001000000");
    CHECK(b.status_of(start_op) == status::invalid_provisioning_state);
    CHECK(test::to_hex(b.ask("010100005e00000400000000")) == "010100005e0080040400000000000000");
    CHECK(b.state.provisioning == provisioning_state::pre);
    CHECK(b.state.mode == control_mode::none);
    enter_client_control(b.state, core::secret(std::string(32, 'a')));
    CHECK(b.status_of(start_op) == status::invalid_provisioning_state);
    CHECK(b.status_of(stop_op) == status::invalid_provisioning_state);
}

TEST_CASE("a remote configuration wants a root that is trusted") {
    bench b;
    b.device.roots[0].active = false;
    CHECK(b.status_of(start_op) == status::not_permitted);
    b.device.roots.clear();
    CHECK(b.status_of(start_op) == status::not_permitted);
    CHECK(b.state.provisioning == provisioning_state::pre);
}

TEST_CASE("unprovisioning ends a configuration that was not finished") {
    bench b;
    (void)b.status_of(start_op);
    CHECK(b.status_of(unprovision_op, no_mode) == status::success);
    CHECK(b.state.provisioning == provisioning_state::pre);
}

TEST_CASE("unprovisioning wants mode 0, and keeps realm and local password") {
    bench b;
    const auto realm = b.state.digest_realm;
    const auto password = b.state.local_password;
    enter_client_control(b.state, core::secret(std::string(32, 'a')));
    b.change("AMT_RedirectionService", "EnabledState", "32771");
    const std::vector<std::byte> enterprise{std::byte{1}, {}, {}, {}};
    CHECK(b.status_of(unprovision_op, enterprise) == status::invalid_parameter);
    CHECK(b.state.mode == control_mode::client);
    CHECK(b.status_of(unprovision_op, no_mode) == status::success);
    CHECK(b.state.mode == control_mode::none);
    CHECK(b.state.admin_ha1.empty());
    CHECK(b.state.digest_realm == realm);
    CHECK(b.state.local_password == password);
    CHECK(b.state.objects.find_name("AMT_RedirectionService")->instances[0].value("EnabledState") ==
          "32768");
}

TEST_CASE("a host-based configuration answers with the hash of the certificate to be shown") {
    auto b = host_based_bench();
    const auto request = heci::encode_request(heci::command::start_host_based_configuration,
                                              core::const_bytes(host_based(2)));
    CHECK(request.size() == 402);
    const auto reply = answer_amthi(request, {b.state, b.device, b.now});
    REQUIRE(reply);
    REQUIRE(reply->size() == 81);
    CHECK(test::to_hex(*reply).starts_with("010100008b008004450000000000000002"));
    CHECK(test::to_hex(*reply).ends_with(std::string(64, '0'))); // SHA-256 in a field of 64 bytes
    CHECK(b.state.provisioning == provisioning_state::in);
    REQUIRE(b.state.host_based);
    CHECK(test::to_hex(b.state.host_based->server_hash) ==
          "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f");
    CHECK(test::to_hex(*reply).substr(34, 64) == sha256_hex(on_die_identity().chain.front()));
    // It is the same one the next time, after a stop.
    b.state.admin_ha1 = core::secret(std::string(32, 'a')); // set, but not committed
    CHECK(b.status_of(stop_op) == status::success);
    CHECK_FALSE(b.state.host_based);
    CHECK(b.state.admin_ha1.empty());
    const auto again = answer_amthi(request, {b.state, b.device, b.now});
    CHECK(again == reply);
}

TEST_CASE("SHA-384 fills 48 bytes, and the suffixes are kept") {
    auto b = host_based_bench();
    const auto data = host_based(3, 10, std::string_view("a.de\0b.de\0", 10));
    const auto request = heci::encode_request(heci::command::start_host_based_configuration,
                                              core::const_bytes(data));
    const auto reply = answer_amthi(request, {b.state, b.device, b.now});
    REQUIRE(reply);
    CHECK((*reply)[16] == std::byte{3});
    CHECK(test::to_hex(*reply).ends_with(std::string(32, '0')));
    CHECK_FALSE(test::to_hex(*reply).ends_with(std::string(40, '0')));
    CHECK(b.state.host_based->server_hash.size() == 48);
    CHECK(b.state.host_based->dns_suffixes == std::vector<std::string>{"a.de", "b.de"});
}

TEST_CASE("a host-based configuration is refused in other states and with other parameters") {
    auto b = host_based_bench();
    CHECK(b.status_of(host_based_op, host_based(1)) == status::invalid_parameter);
    CHECK(b.status_of(host_based_op, host_based(4)) == status::invalid_parameter);
    CHECK(b.status_of(host_based_op, host_based(2, 321)) == status::invalid_parameter);
    // The 396 bytes of another source.
    CHECK(b.status_of(host_based_op, std::vector<std::byte>(396)) ==
          status::invalid_message_length);
    (void)b.status_of(start_op);
    CHECK(b.status_of(host_based_op, host_based(2)) == status::invalid_provisioning_state);
    (void)b.status_of(stop_op);
    enter_client_control(b.state, core::secret(std::string(32, 'a')));
    CHECK(b.status_of(host_based_op, host_based(2)) == status::invalid_provisioning_state);
    bench older;
    CHECK(older.status_of(host_based_op, host_based(2)) == status::invalid_command);
    CHECK_FALSE(older.state.host_based);
}

TEST_CASE("host-based configuration exists from AMT 19 on") {
    for (const auto &name : built_in_profiles()) {
        CAPTURE(name);
        bench b;
        b.device = built_in_profile(name);
        const bool knows = name == "amt19-tls-enforced" || name == "amt21";
        CHECK((b.status_of(host_based_op, host_based(2)) == status::success) == knows);
    }
}
