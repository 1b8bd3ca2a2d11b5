// SPDX-License-Identifier: Apache-2.0
// What Intel's LMS asks besides, by the layouts of heci.md 9.15.
#include "command_bench.hpp"

using namespace costrand;
using namespace costrand::sim;
using bench = test::command_bench;
using heci::status;

namespace {

// Status and data of a command, as hexadecimal.
std::string told(bench &b, unsigned operation, core::const_bytes data = {}) {
    const auto request = heci::encode_request(static_cast<heci::command>(operation), data);
    const auto reply = answer_amthi(request, {b.state, b.device, b.now});
    REQUIRE(reply);
    CHECK(heci::decode_reply(*reply).has_value());
    return test::to_hex(core::const_bytes(*reply).subspan(12));
}
std::string told(bench &b, unsigned operation, std::uint32_t number) {
    return told(b, operation, core::const_bytes(heci::encode_number(number)));
}

constexpr const char *done = "00000000";

} // namespace

TEST_CASE("TCP/IP parameters are those of the wired port's settings") {
    bench b;
    b.state.objects.edit(b.state.objects.find_name("AMT_EthernetPortSettings")->resource_uri)
        .instances.resize(1);
    b.change("AMT_EthernetPortSettings", "SubnetMask", "255.255.255.0");
    b.change("AMT_EthernetPortSettings", "DefaultGateway", "192.168.1.1");
    b.change("AMT_EthernetPortSettings", "PrimaryDNS", "no address");
    // DHCP; 192.168.1.20, mask, gateway, no DNS, no second; "vprodemo.com".
    CHECK(told(b, 0x06) == std::string(done) + "02000000"
                                               "1401a8c000ffffff0101a8c00000000000000000"
                                               "0c007670726f64656d6f2e636f6d");
    b.change("AMT_EthernetPortSettings", "DHCPEnabled", "false");
    CHECK(told(b, 0x06).starts_with("0000000001000000"));
}

TEST_CASE("features are told by their number") {
    bench b;
    CHECK(told(b, 0x49, 0) == std::string(done) + "00000000" + std::string(24, '0'));
    CHECK(told(b, 0x49, 1) == std::string(done) + "0100000000000000");
    CHECK(told(b, 0x49, 2) == std::string(done) + "0200000001000000");
    CHECK(told(b, 0x49, 3) == std::string(done) + "0300000000000000");
    CHECK(told(b, 0x49, 4) == std::string(done) + "0400000000000000");
    CHECK(told(b, 0x49, 5) == "24000000"); // parameter invalid
}

TEST_CASE("redirection and user-initiated connection tell what WS-Management switched") {
    bench b;
    CHECK(told(b, 0x58) == std::string(done) + "00000000");
    b.change("AMT_RedirectionService", "EnabledState", "32770");
    CHECK(told(b, 0x58) == std::string(done) + "01000000");
    b.change("AMT_RedirectionService", "EnabledState", "32769");
    b.change("CIM_KVMRedirectionSAP", "EnabledState", "2");
    CHECK(told(b, 0x58) == std::string(done) + "06000000");
    CHECK(told(b, 0x4d) == std::string(done) + "03000000");
    b.change("AMT_UserInitiatedConnectionService", "EnabledState", "32769");
    CHECK(told(b, 0x4d) == std::string(done) + "01000000");
}

TEST_CASE("what there is nothing of is told so") {
    bench b;
    CHECK(told(b, 0x4a) == std::string(done) + "0100000000000000");
    CHECK(told(b, 0x4e) == std::string(done) + "f326" + std::string(92, '0') + "0000");
    CHECK(told(b, 0x50) == "09080000"); // data missing
    CHECK(told(b, 0x52, 0) == "c4090000");
    CHECK(told(b, 0x52, 2) == "23000000"); // index invalid
    CHECK(told(b, 0x3f, std::vector<std::byte>(18)) == "01020000");
    CHECK(told(b, 0x3f, std::vector<std::byte>(17)) == "04000000");
}

TEST_CASE("zero touch is on while a root is trusted") {
    bench b;
    CHECK(told(b, 0x30) == std::string(done) + "01000000");
    b.device.roots.clear();
    CHECK(told(b, 0x30) == std::string(done) + "00000000");
}

TEST_CASE("the power policy is the first of the schemes") {
    bench b;
    // "Mobile: ON in S0", 16 characters.
    CHECK(told(b, 0x47) == std::string(done) + "10004d6f62696c653a204f4e20696e205330");
}

TEST_CASE("the state of the link is asked for in another class") {
    bench b;
    const std::string link = std::string(30, '0') + "01";
    CHECK(test::to_hex(b.ask("010100000100000110000000" + link)) ==
          "01010000010080011d00000000000000" + link + "050000000100010100");
    b.device.wired.link_up = false;
    CHECK(test::to_hex(b.ask("010100000100000110000000" + link)) ==
          "01010000010080011d00000000000000" + link + "050000000000010100");
    // Another variable; a length that lies; none at all.
    CHECK(test::to_hex(b.ask("010100000100000110000000" + std::string(32, '0'))) ==
          "01010000010080010400000014080000");
    CHECK(test::to_hex(b.ask("010100000100000111000000" + link)) ==
          "01010000010080010400000004000000");
    CHECK(test::to_hex(b.ask("010100000100000100000000")) == "01010000010080010400000004000000");
}
