// SPDX-License-Identifier: Apache-2.0
#include "transcript.hpp"

#include <costrand/core/bytes.hpp>
#include <costrand/rps/errc.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/payload.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::rps;

namespace {

std::string decoded_payload(const std::string &frame_text) {
    const auto f = parse_frame(frame_text);
    const auto bytes = decode_payload(f->payload->reveal());
    return std::string(core::as_text(*bytes));
}

// The device of the example activation request.
device_facts example_facts() {
    device_facts f;
    f.version = "18.0.10";
    f.build = "2285";
    f.sku = "16392";
    f.features = feature_text(f.version, f.sku);
    f.uuid = "4c4c4544-0042-3010-8051-b4c04f4d3132";
    f.username = "$$OsAdmin";
    f.password = core::secret("q3Zp8Lw0yT5mX1vB7nK2cR9dF4gH6jS0");
    f.hostname = "lab-pc-07";
    f.fqdn = "vprodemo.com";
    f.certificate_hashes = {"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"};
    f.friendly_name = "Bench 7";
    f.lms_installed = true;
    return f;
}

} // namespace

TEST_CASE("the device facts of the example are written byte for byte") {
    const auto example = test::load_lines("rps-frames/frames.txt").at(0);
    CHECK(format_facts(example_facts()).reveal() == decoded_payload(example));
}

TEST_CASE("the facts of every recorded first message are read, and written again byte for byte") {
    std::size_t checked = 0;
    for (const auto &name : test::transcript_names()) {
        CAPTURE(name);
        const std::string text = decoded_payload(test::load_transcript(name).front().text);
        const auto facts = parse_facts(text);
        REQUIRE(facts.has_value());
        if (name == "old-version") { // its build is a number, which the reference never sends
            CHECK(facts->build == "1000");
            continue;
        }
        CHECK(format_facts(*facts).reveal() == text);
        ++checked;
    }
    CHECK(checked == 29);
}

TEST_CASE("flags stand behind the friendly name, in the reference's order, and only when set") {
    device_facts f;
    CHECK(std::string(format_facts(f).reveal()) ==
          R"({"ver":"","build":"","sku":"","features":"","uuid":"","username":"","password":"",)"
          R"("currentMode":0,"hostname":"","fqdn":"","client":"RPC","certHashes":null,)"
          R"("ipConfiguration":{"dhcp":false,"static":false,"ipsync":false,"ipAddress":"",)"
          R"("netmask":"","gateway":"","primaryDns":"","secondaryDns":""},)"
          R"("hostnameInfo":{"dnsSuffixOS":"","hostname":""}})");
    f.friendly_name = "n";
    f.tls_enforced = f.tls_tunnel = f.lms_installed = f.progress_supported = true;
    f.control_mode = 2;
    const std::string text(format_facts(f).reveal());
    CHECK(text.ends_with(R"("hostnameInfo":{"dnsSuffixOS":"","hostname":""},"friendlyName":"n",)"
                         R"("tlsEnforced":true,"tlsTunnel":true,"lmsInstalled":true,)"
                         R"("progressSupported":true})"));
    CHECK(text.find(R"("currentMode":2)") != std::string::npos);
}

TEST_CASE("facts that are not what they should be are refused") {
    CHECK(parse_facts("x").error() == errc::not_json);
    CHECK(parse_facts("[]").error() == errc::malformed_message);
    CHECK(parse_facts(R"({"ver":{}})").error() == errc::malformed_message);
    CHECK(parse_facts(R"({"currentMode":"0"})").error() == errc::malformed_message);
    CHECK(parse_facts(R"({"certHashes":"x"})").error() == errc::malformed_message);
    CHECK(parse_facts(R"({"certHashes":[1]})").error() == errc::malformed_message);
    CHECK(parse_facts(R"({"hostnameInfo":{"hostname":true}})").error() == errc::malformed_message);
    CHECK(parse_facts(R"({"tlsEnforced":"yes"})").error() == errc::malformed_message);
    CHECK(parse_facts(R"({"certHashes":null,"password":null})")->password.empty());
}

TEST_CASE("the feature text names the SKU bits that the version knows") {
    CHECK(feature_text("18.0.10", "16392") == "AMT Pro Corporate");
    CHECK(feature_text("16.1.25", "16400") == "Intel Standard Manageability Corporate");
    CHECK(feature_text("11.8.50", "65535") ==
          "AMT Pro Intel Standard Manageability AT-p Corporate");
    CHECK(feature_text("7.0.0", "65535") ==
          "AMT Pro Intel Standard Manageability AT-p Corporate L3 Mgt Upgrade");
    CHECK(feature_text("6.2.0", "2") == "iQST");
    CHECK(feature_text("5.0.0", "65535") ==
          "iQST ASF AMT Pro Intel Standard Manageability TPM Home IT WOX AT-p Corporate "
          "L3 Mgt Upgrade");
    CHECK(feature_text("4.0.1", "14") == "iQST ASF AMT");
    CHECK(feature_text("3.2.1", "8") == "AMT");
    CHECK(feature_text("2.2.0", "0") == "AMT + ASF + iQST");
    CHECK(feature_text("2.6.0", "8") == "AMT");
    CHECK(feature_text("18.0.10", "0") == "");
    CHECK(feature_text("", "16392") == "");
    CHECK(feature_text("18", "x") == "");
}

TEST_CASE("placeholders and malformed UUIDs are not usable") {
    CHECK(is_usable_uuid("4c4c4544-0042-3010-8051-b4c04f4d3132"));
    CHECK(is_usable_uuid("4C4C4544-0042-3010-8051-B4C04F4D3132"));
    CHECK_FALSE(is_usable_uuid("00000000-0000-0000-0000-000000000000"));
    CHECK_FALSE(is_usable_uuid("ffffffff-ffff-ffff-ffff-ffffffffffff"));
    CHECK_FALSE(is_usable_uuid("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"));
    CHECK_FALSE(is_usable_uuid("03000200-0400-0500-0006-000700080009"));
    CHECK_FALSE(is_usable_uuid(""));
    CHECK_FALSE(is_usable_uuid("4c4c4544-0042-3010-8051-b4c04f4d313"));
    CHECK_FALSE(is_usable_uuid("4c4c4544-0042-3010-8051-b4c04f4d31322"));
    CHECK_FALSE(is_usable_uuid("4c4c4544x0042-3010-8051-b4c04f4d3132"));
    CHECK_FALSE(is_usable_uuid("4c4c4544-0042-3010-8051-b4c04f4d313g"));
}
