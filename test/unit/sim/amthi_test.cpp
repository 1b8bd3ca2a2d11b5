// SPDX-License-Identifier: Apache-2.0
// The command faces of the simulated device, against the bytes of heci.md's examples.
#include <costrand/sim/amthi.hpp>

#include <support/hex.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::sim;

namespace {

struct bench {
    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    profile device = amt18();
    device_state state = factory_state(device, *random);

    std::vector<std::byte> ask(std::string_view request) {
        auto reply = answer_amthi(test::from_hex(request), state, device);
        REQUIRE(reply);
        return *reply;
    }
    std::vector<std::byte> ask_watchdog(std::string_view request) {
        auto reply = answer_watchdog(test::from_hex(request), state, device);
        REQUIRE(reply);
        return *reply;
    }
};

} // namespace

TEST_CASE("UUID goes out with its first three groups swapped") {
    bench b;
    CHECK(test::to_hex(b.ask("010100005c00000400000000")) == "010100005c0080041400000000000000"
                                                             "44454c4c420010308051b4c04f4d3132");
}

TEST_CASE("control mode and provisioning state follow the device's state") {
    bench b;
    CHECK(test::to_hex(b.ask("010100006b00000400000000")) ==
          "010100006b008004080000000000000000000000");
    CHECK(test::to_hex(b.ask("010100001100000400000000")) ==
          "0101000011008004080000000000000000000000");
    enter_client_control(b.state, core::secret(std::string(32, 'a')));
    CHECK(test::to_hex(b.ask("010100006b00000400000000")) ==
          "010100006b008004080000000000000001000000");
    CHECK(test::to_hex(b.ask("010100001100000400000000")) ==
          "0101000011008004080000000000000002000000");
}

TEST_CASE("the PKI suffix is an ANSI string, empty when it is not set") {
    bench b;
    CHECK(test::to_hex(b.ask("010100003600000400000000")) == "0101000036008004120000000000000"
                                                             "00c007670726f64656d6f2e636f6d");
    b.device.dns_suffix.clear();
    CHECK(test::to_hex(b.ask("010100003600000400000000")) == "0101000036008004060000000000000"
                                                             "00000");
}

TEST_CASE("the wired interface is told in the documented 36 bytes") {
    bench b;
    CHECK(test::to_hex(b.ask("01010000480000040400000000000000")) ==
          "0101000048008004180000000000000001000000"
          "1401a8c001000000020102aabbccdd01");
    // No wireless interface: zeros.
    CHECK(test::to_hex(b.ask("01010000480000040400000001000000")).ends_with("000000000000"));
    CHECK(test::to_hex(b.ask("01010000480000040400000002000000")) == "010100004800800404000000"
                                                                     "23000000"); // index invalid
}

TEST_CASE("hash handles and entries tell the trusted roots") {
    bench b;
    b.device.roots.clear();
    b.device.roots.push_back({"Demo Root CA", trusted_root::algorithm::sha256,
                              "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
                              true, true});
    CHECK(test::to_hex(b.ask("010100002c00000400000000")) ==
          "010100002c0080040c000000000000000100000000000000");
    const std::string zeros(64, '0');
    std::string hash;
    for (int i = 0; i < 32; ++i)
        hash += "a1";
    CHECK(test::to_hex(b.ask("010100002d0000040400000000000000")) ==
          "010100002d0080045b000000000000000100000001000000" + hash + zeros +
              "020c0044656d6f20526f6f74204341");
    CHECK(test::to_hex(b.ask("010100002d0000040400000001000000")) ==
          "010100002d0080040400000014080000"); // not found
}

TEST_CASE("code versions hold the version, build and SKU of the profile") {
    bench b;
    const auto reply = b.ask("010100001a00000400000000");
    const auto frame = heci::decode_reply(reply);
    REQUIRE(frame.has_value());
    const auto table = heci::decode_versions(frame->data);
    REQUIRE(table.has_value());
    CHECK(table->find("AMT") == "18.0.10");
    CHECK(table->find("Build Number") == "2285");
    CHECK(table->find("Sku") == "16392");
    CHECK(reply.size() == 16 + 65 + 4 + 44 * table->entries.size());
}

TEST_CASE("the local account is 33 + 33 + 2 bytes, and wants its 40 zero bytes") {
    bench b;
    const auto reply = b.ask("0101000067000004280000000000000000000000000000000000000000000000"
                             "0000000000000000000000000000000000000000");
    CHECK(reply.size() == 16 + 68);
    const auto account = heci::decode_local_account(heci::decode_reply(reply)->data);
    CHECK(account->user == "$$OsAdmin");
    CHECK(account->password == b.state.local_password);
    CHECK(account->password.reveal().size() == 32);
    CHECK(test::to_hex(b.ask("010100006700000400000000")) == "010100006700800404000000"
                                                             "04000000"); // message length invalid
}

TEST_CASE("the host may unprovision client control mode, not admin control mode") {
    bench b;
    const auto request = "0101000010000004040000000000"
                         "0000";
    CHECK(test::to_hex(b.ask(request)) == "0101000010008004080000000300000000000000");
    enter_client_control(b.state, core::secret(std::string(32, 'a')));
    CHECK(test::to_hex(b.ask(request)) == "0101000010008004080000000000000000000000");
    CHECK(b.state.mode == control_mode::none);
    b.state.mode = control_mode::admin;
    b.state.provisioning = provisioning_state::post;
    CHECK(test::to_hex(b.ask(request)) == "0101000010008004080000000300000000000000");
}

TEST_CASE("stop configuration leaves the state in provisioning") {
    bench b;
    b.state.provisioning = provisioning_state::in;
    CHECK(test::to_hex(b.ask("010100005e00000400000000")) == "010100005e0080040400000000000000");
    CHECK(b.state.provisioning == provisioning_state::pre);
}

TEST_CASE("an unknown command is told so, a lying length too, a headless message gets nothing") {
    bench b;
    CHECK(test::to_hex(b.ask("010100007f00000400000000")) == "010100007f00800404000000"
                                                             "03080000");
    CHECK(test::to_hex(b.ask("010100006b00000404000000")) == "010100006b00800404000000"
                                                             "04000000");
    CHECK_FALSE(answer_amthi(test::from_hex("0101"), b.state, b.device));
    CHECK_FALSE(answer_amthi(test::from_hex("010100006b00800400000000"), b.state, b.device));
}

TEST_CASE("the watchdog client tells and sets the state of AMT") {
    bench b;
    CHECK(test::to_hex(b.ask_watchdog("05025110")) == "83");
    b.device.tls_enforced = true;
    CHECK(test::to_hex(b.ask_watchdog("05025110")) == "c3");
    CHECK(test::to_hex(b.ask_watchdog("0503531000")) == "0503531000000000");
    CHECK(test::to_hex(b.ask_watchdog("05025110")) == "c1");
    CHECK(test::to_hex(b.ask_watchdog("0503531001")) == "0503531000000000");
    CHECK(test::to_hex(b.ask_watchdog("05025110")) == "c3");
    b.device.reports_amt_state = false;
    CHECK(test::to_hex(b.ask_watchdog("05025110")) == "00");
    CHECK_FALSE(answer_watchdog(test::from_hex("05025111"), b.state, b.device));
}

TEST_CASE("MKHI tells the firmware's version") {
    bench b;
    const auto reply = answer_mkhi(test::from_hex("ff020000"), b.state, b.device);
    REQUIRE(reply);
    // Minor, major, build, hotfix, little-endian, twice: 18.0.10.2285.
    CHECK(test::to_hex(*reply) == "ff82000000001200ed080a0000001200ed080a00");
    CHECK_FALSE(answer_mkhi(test::from_hex("03020000"), b.state, b.device));
}
