// SPDX-License-Identifier: Apache-2.0
// The AMT host commands of the simulated device, against the bytes of heci.md's examples.
#include "command_bench.hpp"

#include <costrand/transports/amthi_frame.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::sim;
using bench = test::command_bench;

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

TEST_CASE("the wired interface is told with the address that the port's settings have by now") {
    bench b;
    b.state.objects.change("AMT_EthernetPortSettings", [](auto &port) {
        set_property(port, "DHCPEnabled", "false");
        set_property(port, "IPAddress", "192.0.2.7");
    });
    CHECK(test::to_hex(b.ask("01010000480000040400000000000000")) ==
          "0101000048008004180000000000000001000000"
          "070200c0000000000201"
          "02aabbccdd01");
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

TEST_CASE("a command of another generation is unknown to this one") {
    bench b;
    b.device.amthi.unknown_commands = {0x6b};
    CHECK(test::to_hex(b.ask("010100006b00000400000000")) == "010100006b00800404000000"
                                                             "03080000");
}

TEST_CASE("a command without data refuses data, one with data refuses less and more") {
    bench b;
    for (const unsigned op : {0x08, 0x11, 0x1a, 0x1b, 0x25, 0x29, 0x2c, 0x36, 0x3e, 0x44, 0x45,
                              0x46, 0x56, 0x5c, 0x5e, 0x6b, 0x84})
        CHECK(b.status_of(op, std::vector<std::byte>(1)) == heci::status::invalid_message_length);
    for (const unsigned op : {0x10, 0x2d, 0x48})
        for (const std::size_t size : {0, 3, 5})
            CHECK(b.status_of(op, std::vector<std::byte>(size)) ==
                  heci::status::invalid_message_length);
    for (const std::size_t size : {39, 41})
        CHECK(b.status_of(0x67, std::vector<std::byte>(size)) ==
              heci::status::invalid_message_length);
    for (const std::size_t size : {0, 2})
        CHECK(b.status_of(0x8e, std::vector<std::byte>(size)) ==
              heci::status::invalid_message_length);
    CHECK(b.state.provisioning == provisioning_state::pre);
}

TEST_CASE("while AMT is disabled it is told what it is, and does nothing") {
    bench b;
    b.state.amt_enabled = false;
    for (const unsigned op :
         {0x08, 0x11, 0x1a, 0x1b, 0x25, 0x2c, 0x36, 0x46, 0x56, 0x5c, 0x6b, 0x84})
        CHECK(b.status_of(op) == heci::status::success);
    for (const unsigned op : {0x29, 0x44, 0x45, 0x5e})
        CHECK(b.status_of(op) == heci::status::invalid_mode);
    CHECK(b.status_of(0x67, std::vector<std::byte>(40)) == heci::status::invalid_mode);
    CHECK(b.status_of(0x10, std::vector<std::byte>(4)) == heci::status::invalid_mode);
}

// The 17 numbers of heci.md 9.14.
TEST_CASE("security parameters tell what WS-Management switched") {
    bench b;
    const auto numbers = [&b] {
        const auto reply = b.ask("010100001b00000400000000");
        std::vector<std::uint32_t> all;
        core::byte_reader from(reply);
        from.skip(16);
        while (from.remaining() > 0)
            all.push_back(from.le<std::uint32_t>());
        return all;
    };
    // Enterprise, no TLS, crypto, pre, network, no SOL, no IDER, no update, link, no KVM.
    CHECK(numbers() ==
          std::vector<std::uint32_t>{1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
    enter_client_control(b.state, core::secret(std::string(32, 'a')));
    b.change("AMT_RedirectionService", "EnabledState", "32770");
    b.change("CIM_KVMRedirectionSAP", "EnabledState", "6");
    CHECK(numbers() ==
          std::vector<std::uint32_t>{1, 0, 1, 2, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0});
    b.change("AMT_RedirectionService", "EnabledState", "32769");
    b.device.tls_enforced = true;
    CHECK(numbers() ==
          std::vector<std::uint32_t>{1, 1, 1, 2, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("MAC addresses are told twice, AMT's and the host's") {
    bench b;
    CHECK(test::to_hex(b.ask("010100002500000400000000")) == "01010000250080041000000000000000"
                                                             "02aabbccdd0102aabbccdd01");
}

TEST_CASE("the name tells host and domain, and where the host's part ends") {
    bench b;
    // Shared, no DDNS, 1440 minutes, 900 s, "lab-pc-07" of "lab-pc-07.vprodemo.com".
    CHECK(test::to_hex(b.ask("010100005600000400000000")) ==
          "01010000560080043000000000000000"
          "0100000000000000a005000084030000090000001600"
          "6c61622d70632d30372e767072"
          "6f64656d6f2e636f6d");
}

TEST_CASE("the host's name is set for WS-Management to show") {
    bench b;
    const auto host_name = [&b] {
        return b.state.objects.find_name("AMT_GeneralSettings")
            ->instances.front()
            .value("HostOSFQDN");
    };
    CHECK(test::to_hex(b.ask("010100005b000004080000000600706332"
                             "2e6465")) == "010100005b0080040400000000000000");
    CHECK(host_name() == "pc2.de");
    // "a b" is no name; two bytes less than the length says.
    CHECK(test::to_hex(b.ask("010100005b000004050000000300612062")) ==
          "010100005b008004040000001c000000");
    CHECK(test::to_hex(b.ask("010100005b000004050000000500612062")) ==
          "010100005b0080040400000004000000");
    CHECK(host_name() == "pc2.de");
}

TEST_CASE("the suffix list is what environment detection was given") {
    bench b;
    CHECK(test::to_hex(b.ask("010100003e00000400000000")) == "010100003e0080040600000000000000"
                                                             "0000");
    b.change_array("AMT_EnvironmentDetectionSettingData", "DetectionStrings", {"a.de", "b.de"});
    CHECK(test::to_hex(b.ask("010100003e00000400000000")) == "010100003e0080041000000000000000"
                                                             "0a00612e646500622e646500");
}

TEST_CASE("provisioning mode and EHBC are the profile's") {
    bench b;
    CHECK(test::to_hex(b.ask("010100000800000400000000")) ==
          "01010000080080040c000000000000000100000000000000");
    CHECK(test::to_hex(b.ask("010100008400000400000000")) == "01010000840080040800000000000000"
                                                             "00000000");
    b.device.amthi.ehbc = true;
    CHECK(test::to_hex(b.ask("010100008400000400000000")) == "01010000840080040800000000000000"
                                                             "01000000");
}

TEST_CASE("an unknown command is told so, a lying length too, a headless message gets nothing") {
    bench b;
    CHECK(test::to_hex(b.ask("010100007f00000400000000")) == "010100007f00800404000000"
                                                             "03080000");
    CHECK(test::to_hex(b.ask("010100006b00000404000000")) == "010100006b00800404000000"
                                                             "04000000");
    CHECK(test::to_hex(b.ask("020000006b00000400000000")) == "010100006b00800404000000"
                                                             "1d000000"); // version unsupported
    CHECK_FALSE(b.answered("0101"));
    CHECK_FALSE(b.answered("010100006b00800400000000"));
}
