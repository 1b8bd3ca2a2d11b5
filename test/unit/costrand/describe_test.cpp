// SPDX-License-Identifier: Apache-2.0
// The facts of a device in the published words. Expected texts: docs/spec/rpc-cli.md 4.2 and 4.3.
#include <costrand/commands/report.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
namespace json = boost::json;

namespace {

// rpc-cli.md 4.3, the example.
constexpr std::string_view published = R"---({
  "amt": "18.0.10",
  "buildNumber": "2285",
  "sku": "16392",
  "features": "AMT Pro Corporate",
  "uuid": "4c4c4544-0042-3010-8051-b4c04f4d3132",
  "controlMode": "not activated",
  "provisioningState": "pre-provisioning",
  "operationalState": "enabled",
  "dnsSuffix": "vprodemo.com",
  "hostnameOS": "lab-pc-07",
  "ras": {
    "networkStatus": "direct (LAN)",
    "remoteStatus": "not connected",
    "remoteTrigger": "user initiated",
    "mpsHostname": ""
  },
  "wiredAdapter": {
    "isEnable": true,
    "linkStatus": "up",
    "dhcpEnabled": true,
    "dhcpMode": "passive",
    "ipAddress": "192.168.1.20",
    "osIpAddress": "192.168.1.20",
    "macAddress": "02:aa:bb:cc:dd:01"
  }
}
)---";

commands::device_info published_device() {
    commands::device_info info;
    info.version = "18.0.10";
    info.build = "2285";
    info.sku = "16392";
    info.features = "AMT Pro Corporate";
    info.uuid = "4c4c4544-0042-3010-8051-b4c04f4d3132";
    info.mode = heci::control_mode::none;
    info.provisioning = heci::provisioning_state::pre;
    info.operational = true;
    info.dns_suffix = "vprodemo.com";
    info.dns_suffix_os = "";
    info.hostname_os = "lab-pc-07";
    info.remote_access.emplace();
    info.wired.emplace();
    auto &lan = info.wired->amt;
    lan.enabled = lan.dhcp_enabled = lan.link_up = true;
    lan.dhcp_mode = 2;
    lan.address = {192, 168, 1, 20};
    lan.mac = {std::byte{0x02}, std::byte{0xaa}, std::byte{0xbb},
               std::byte{0xcc}, std::byte{0xdd}, std::byte{0x01}};
    info.wired->os_address = "192.168.1.20";
    return info;
}

std::string json_of(const commands::device_info &info) {
    return commands::as_json(commands::describe(info), nullptr);
}

std::string text_of(const commands::device_info &info) {
    return commands::as_text(commands::describe(info), 0);
}

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("the device of the published example gives the published JSON") {
    const auto mine = json_of(published_device());
    CHECK(json::parse(mine) == json::parse(json::string_view(published)));
    // In its layout too, up to the adapter, whose members have another order there.
    const auto same = published.substr(0, published.find("    \"linkStatus\""));
    CHECK(mine.substr(0, same.size()) == same);
    CHECK(mine.ends_with("  }\n}\n"));
}

TEST_CASE("text has a header for each section, and labels padded to 30") {
    const auto text = text_of(published_device());
    CHECK(text.starts_with("AMT Device Information\n"
                           "──────────────────────\n"
                           "  Version                        18.0.10\n"));
    CHECK(has(text, "\nRemote Access\n─────────────\n"));
    CHECK(has(text, "\nWired Adapter\n─────────────\n"));
    for (const char *row :
         {"  Build Number                   2285\n", "  AMT Operational State (BIOS)   enabled\n",
          "  Network                        direct (LAN)\n",
          "  OS IP Address                  192.168.1.20\n",
          "  MAC Address                    02:aa:bb:cc:dd:01\n"})
        CHECK(has(text, row));
    CHECK_FALSE(has(text, "Wireless"));
    CHECK_FALSE(has(text, "MPS Hostname")); // it has none
}

TEST_CASE("each value of the firmware has its published word, and an unknown one its number") {
    commands::device_info info;
    const auto shows = [&](std::string_view part) { return has(json_of(info), part); };
    info.mode = heci::control_mode::client;
    CHECK(shows("\"client control mode\""));
    info.mode = heci::control_mode::admin;
    CHECK(shows("\"admin control mode\""));
    info.mode = heci::control_mode(7);
    CHECK(shows("\"unknown (7)\""));
    info.provisioning = heci::provisioning_state::in;
    CHECK(shows("\"in provisioning\""));
    info.provisioning = heci::provisioning_state::post;
    CHECK(shows("\"post-provisioning\""));
    info.operational = false;
    CHECK(shows("\"operationalState\": \"disabled\""));
    info.remote_access = heci::remote_access_status{2, 1, 3, "mps.example.com"};
    CHECK(shows("\"outside enterprise (CIRA)\""));
    CHECK(shows("\"connecting\""));
    CHECK(shows("\"provisioning\""));
    CHECK(shows("\"mpsHostname\": \"mps.example.com\""));
    info.remote_access = heci::remote_access_status{1, 2, 2, ""};
    CHECK(shows("\"vpn\""));
    CHECK(shows("\"connected\""));
    CHECK(shows("\"periodic\""));
}

TEST_CASE("trusted roots are objects by name, and two of one name are both there") {
    commands::device_info info;
    heci::certificate_hash root;
    root.name = "Demo Root CA";
    root.algorithm = 2;
    root.is_active = true;
    root.hash = {std::byte{0xa1}, std::byte{0x0b}};
    auto other = root;
    other.algorithm = 3;
    other.is_default = true;
    other.is_active = false;
    info.hashes = {root, other};
    const auto value = json::parse(json_of(info));
    const auto &hashes = value.at("certificateHashes").as_object();
    REQUIRE(hashes.size() == 2);
    const json::object expected = {{"Hash", "a10b"},
                                   {"Name", "Demo Root CA"},
                                   {"Algorithm", "SHA-256"},
                                   {"IsActive", true},
                                   {"IsDefault", false}};
    CHECK(hashes.at("Demo Root CA") == expected);
    CHECK(hashes.at("Demo Root CA (2)").at("Algorithm") == "SHA-384");
    const auto text = text_of(info);
    CHECK(has(text, "Certificate Hashes\n──────────────────\n"
                    "  Demo Root CA                   SHA-256, active\n"
                    "    a10b\n"));
    CHECK(has(text, "SHA-384, not active, default\n"));
}

TEST_CASE("a UPID shows a printable identifier as text and a binary one in hexadecimal") {
    commands::device_info info;
    info.platform_id.emplace();
    info.platform_id->type = heci::platform_id::oem_type::printable;
    info.platform_id->oem[0] = std::byte{'L'};
    info.platform_id->oem[1] = std::byte{'1'};
    info.platform_id->csme[31] = std::byte{0x16};
    auto upid = json::parse(json_of(info)).at("upid");
    CHECK(upid.at("oemPlatformIdType") == "printable");
    CHECK(upid.at("oemId") == "L1");
    CHECK(upid.at("csmeId").as_string() == std::string(62, '0') + "16");
    info.platform_id->type = heci::platform_id::oem_type::binary;
    upid = json::parse(json_of(info)).at("upid");
    CHECK(upid.at("oemId").as_string() == "4c31" + std::string(60, '0'));
    info.platform_id->type = heci::platform_id::oem_type::not_set;
    CHECK_FALSE(json::parse(json_of(info)).at("upid").as_object().contains("oemId"));
}

TEST_CASE("texts of the firmware reach no terminal raw and leave the JSON valid") {
    commands::device_info info;
    info.dns_suffix = "evil\x1b[2J\"\xff";
    CHECK_FALSE(has(text_of(info), "\x1b"));
    const auto value = json::parse(json_of(info));
    CHECK(value.at("dnsSuffix").as_string().starts_with("evil"));
}

TEST_CASE("a device that cannot be reached is told within the one JSON object") {
    commands::device_info info;
    info.hostname_os = "lab";
    info.heci_usable = false;
    const activate::failure why{activate::exit_code::heci_driver_not_detected, "no device"};
    const auto value = json::parse(commands::as_json(commands::describe(info), &why));
    const json::object expected = {
        {"hostnameOS", "lab"}, {"heciAvailable", false},          {"status", "failed"},
        {"code", 2},           {"name", "HECIDriverNotDetected"}, {"message", "no device"}};
    CHECK(value == expected);
}
