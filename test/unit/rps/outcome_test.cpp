// SPDX-License-Identifier: Apache-2.0
#include "transcript.hpp"

#include <costrand/core/error.hpp>
#include <costrand/rps/errc.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/outcome.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace costrand;
using namespace costrand::rps;
using boost::system::error_code;

namespace {

outcome of_success(std::string_view text, task asked_for = task::activate) {
    return read_outcome(true, text, asked_for);
}
outcome of_error(std::string_view text, task asked_for = task::activate) {
    return read_outcome(false, text, asked_for);
}

// What each recorded conversation ends in. `exit` is the process exit code.
struct expectation {
    bool success;
    error_code error;
    control_mode mode;
    int exit;
};
const auto none = control_mode::unknown, ccm = control_mode::client, acm = control_mode::admin;
const std::map<std::string, expectation> expected = {
    {"acm", {true, {}, acm, 0}},
    {"acm-again", {true, {}, acm, 0}},
    {"acm-cira", {true, {}, acm, 0}},
    {"acm-random", {true, {}, acm, 0}},
    {"acm-to-ccm", {false, errc::already_activated, none, 111}},
    {"acm-wifi", {true, {}, acm, 0}},
    {"acm-wifi-again", {true, {}, acm, 0}},
    {"ccm", {true, {}, ccm, 0}},
    {"ccm-again", {true, {}, ccm, 0}},
    {"ccm-bad-local-password", {false, errc::amt_authentication_failed, none, 100}},
    {"ccm-cira", {true, {}, ccm, 0}},
    {"ccm-cira-again", {true, {}, ccm, 0}},
    {"ccm-cira-fails", {true, errc::cira_failed, ccm, 104}},
    {"ccm-setup-fails", {false, errc::activation_failed, none, 102}},
    {"ccm-to-acm", {true, {}, acm, 0}},
    {"ccm-unconfiguration-fails", {true, {}, ccm, 0}},
    {"deactivate", {true, {}, none, 0}},
    {"deactivate-not-activated", {false, errc::not_activated, none, 109}},
    {"deactivate-wrong-password", {false, errc::password_mismatch, none, 70}},
    {"maintenance-changepassword", {true, {}, none, 0}},
    {"maintenance-syncdeviceinfo", {true, {}, none, 0}},
    {"maintenance-synchostname", {true, {}, none, 0}},
    {"maintenance-syncip", {true, {}, none, 0}},
    {"maintenance-synctime", {true, {}, none, 0}},
    {"old-version", {false, errc::firmware_refused, none, 111}},
    {"unknown-domain", {false, errc::unknown_domain, none, 111}},
    {"unknown-profile", {false, errc::unknown_profile, none, 21}},
    {"untrusted-root", {false, errc::untrusted_root, none, 102}},
    {"wrong-password", {false, errc::password_mismatch, none, 70}},
};

task task_of(const std::string &name) {
    return name.starts_with("deactivate")    ? task::deactivate
           : name.starts_with("maintenance") ? task::maintenance
                                             : task::activate;
}

} // namespace

TEST_CASE("every recorded terminal message is told as what it is") {
    std::size_t terminal = 0;
    for (const auto &name : test::transcript_names()) {
        const auto last = test::load_transcript(name).back();
        if (!last.from_server) // ccm-network-fails: the server fell silent
            continue;
        CAPTURE(name);
        const auto f = parse_frame(last.text);
        REQUIRE(f.has_value());
        REQUIRE(expected.contains(name));
        const auto &want = expected.at(name);
        CHECK((f->method == method::success) == want.success);
        const auto o = read_outcome(want.success, f->message, task_of(name));
        CHECK(o.success == want.success);
        CHECK(o.error == want.error);
        CHECK(o.mode == want.mode);
        CHECK(exit_code(o.error) == want.exit);
        CHECK(o.cleanup_incomplete ==
              (name == "ccm-unconfiguration-fails" || name == "ccm-cira-fails"));
        CHECK_FALSE(o.summary().empty());
        ++terminal;
    }
    CHECK(terminal == expected.size());
}

TEST_CASE("every terminal line of the runs through the tunnel is told as what it is") {
    std::size_t lines = 0;
    for (const auto &line : test::load_lines("rps-transcripts/sequences.md")) {
        if (!line.starts_with("`{\"Status\"") && !line.starts_with("`{\"Components\""))
            continue;
        const std::string text = line.substr(1, line.rfind('`') - 1);
        const bool refused = text.find("\"Activation\":{\"Result\":\"Failure\"") != text.npos;
        const auto o = read_outcome(!refused, text, task::activate);
        CAPTURE(text.substr(0, 80));
        const bool has_mode = text.find("\"Mode\":\"ACM\"") != text.npos ||
                              text.find("\"Mode\":\"CCM\"") != text.npos;
        CHECK((o.mode != control_mode::unknown) == has_mode);
        if (o.mode != control_mode::unknown)
            CHECK(text.find("\"Mode\":\"" + std::string(to_string(o.mode)) + "\"") != text.npos);
        CHECK(bool(o.error) == (text.find("\"Failure\"") != text.npos));
        ++lines;
    }
    CHECK(lines == 37);
}

TEST_CASE("a failed TLS part leaves the device in client control mode and is told by its code") {
    const auto o = of_success(
        R"j({"Status":"Client control mode (TLS activation Phase 1).","Components":)j"
        R"j({"Activation":{"Result":"Success","Mode":"CCM","Details":)j"
        R"j("Client control mode (TLS activation Phase 1)"},)j"
        R"j("TLS":{"Result":"Failure","Details":"Failed to enumerate public key certificates"},)j"
        R"j("WiredNetwork":{"Result":"NotApplicable","Details":"Wired network not part of this )j"
        R"j(configuration"}},"TLSConfiguration":"Failed to enumerate public key certificates"})j");
    CHECK(o.mode == control_mode::client);
    CHECK(o.error == errc::tls_failed);
    CHECK(exit_code(o.error) == 105);
    CHECK(o.tls.result == part_result::failure);
    CHECK(o.wired.result == part_result::not_applicable);
    CHECK(o.wireless.result == part_result::not_reported);
    CHECK_FALSE(o.cleanup_incomplete);
    CHECK(o.summary() == "Client control mode (TLS activation Phase 1); TLS failed: Failed to "
                         "enumerate public key certificates");
}

TEST_CASE("a way to admin control mode that stopped behind its first phase is a failure") {
    const auto o =
        of_success(R"j({"Status":"Client control mode (TLS activation Phase 1).","Components":)j"
                   R"j({"Activation":{"Result":"Success","Mode":"CCM","Details":)j"
                   R"j("Client control mode (TLS activation Phase 1)"},)j"
                   R"j("TLS":{"Result":"Success","Details":"Configured"}},)j"
                   R"j("TLSConfiguration":"Already configured"})j");
    CHECK(o.mode == control_mode::client);
    CHECK(o.error == errc::activation_failed);
    CHECK(o.tls.result == part_result::success);
    CHECK(o.summary() == "Client control mode (TLS activation Phase 1); admin control mode was not "
                         "reached");
}

TEST_CASE("each failed part of a success has its exit code") {
    const auto with_failed = [](std::string_view name) {
        return of_success(
            R"({"Status":"Client control mode.","Components":{"Activation":{"Result":)"
            R"("Success","Mode":"CCM","Details":"Client control mode"},")" +
            std::string(name) + R"(":{"Result":"Failure","Details":"it broke"}}})");
    };
    CHECK(exit_code(with_failed("WiredNetwork").error) == 103);
    CHECK(exit_code(with_failed("CIRAConnection").error) == 104);
    CHECK(exit_code(with_failed("CIRAProxy").error) == 104);
    CHECK(exit_code(with_failed("TLS").error) == 105);
    CHECK(exit_code(with_failed("WirelessNetwork").error) == 106);
    CHECK(with_failed("WirelessNetwork").mode == control_mode::client);
    CHECK(with_failed("WirelessNetwork").summary() ==
          "Client control mode; wireless network failed: it broke");
}

TEST_CASE("of several failed parts the first in the order of the exit codes counts") {
    const auto o = of_success(
        R"({"Components":{"TLS":{"Result":"Failure"},"WiredNetwork":{"Result":"Failure"}}})");
    CHECK(o.error == errc::network_failed);
    CHECK(o.summary() == "wired network failed; TLS failed");
}

TEST_CASE("Components tell the mode where Status is another step's error") {
    const auto o = of_success(
        R"({"Status":"Failed to enumerate Management Presence Remote SAP","Components":)"
        R"({"Activation":{"Result":"Success","Mode":"ACM","Details":"Already enabled in admin)"
        R"( mode"}}})");
    CHECK(o.mode == control_mode::admin);
    CHECK_FALSE(o.error);
    CHECK(o.cleanup_incomplete);
    CHECK(o.summary() == "Already enabled in admin mode; removing the former configuration stopped "
                         "half-way: Failed to enumerate Management Presence Remote SAP");
}

TEST_CASE("Components tell the mode where Status is absent") {
    const auto o = of_success(R"({"Components":{"Activation":{"Result":"Success","Mode":"CCM",)"
                              R"("Details":"Client control mode"}}})");
    CHECK(o.mode == control_mode::client);
    CHECK(o.cleanup_incomplete);
    CHECK(o.status == "");
}

TEST_CASE("without Components the mode is read from Status") {
    CHECK(of_success(R"({"Status":"Client control mode."})").mode == control_mode::client);
    CHECK(of_success(R"({"Status":"Admin control mode."})").mode == control_mode::admin);
    CHECK(of_success(R"({"Status":"Activated to admin control mode."})").mode ==
          control_mode::admin);
    CHECK(of_success(R"({"Status":"Upgraded to admin control mode."})").mode ==
          control_mode::admin);
    CHECK(of_success(R"({"Status":"already enabled in client mode."})").mode ==
          control_mode::client);
    CHECK(of_success(R"({"Status":"already enabled in admin mode."})").mode == control_mode::admin);
    CHECK(of_success(R"({"Status":"Deactivated"})", task::deactivate).mode ==
          control_mode::unknown);
    CHECK_FALSE(of_success(R"({"Status":"Deactivated"})", task::deactivate).cleanup_incomplete);
}

TEST_CASE("the keys of a terminal message are matched without regard to case") {
    const auto o = of_success(R"({"STATUS":"s","network":"n","ciraconnection":"c",)"
                              R"("tlsconfiguration":"t","components":{"activation":{"result":)"
                              R"("success","mode":"ccm","details":"S"}}})");
    CHECK(o.status == "s");
    CHECK(o.network == "n");
    CHECK(o.cira_connection == "c");
    CHECK(o.tls_configuration == "t");
    CHECK(o.mode == control_mode::client);
}

TEST_CASE("each error text of the server has its cause") {
    const auto code = [](std::string_view text, task asked_for = task::activate) {
        return exit_code(of_error(text, asked_for).error);
    };
    const auto status = [](std::string_view s) {
        return R"({"Status":")" + std::string(s) + "\"}";
    };
    CHECK(code("Device U activation failed. p does not match list of available AMT profiles.") ==
          21);
    CHECK(code("Device U activation failed. Specified AMT domain suffix: d does not match list of "
               "available AMT domain suffixes.") == 111);
    CHECK(code("Device U activation failed. Please check with your OEM for a firmware update.") ==
          111);
    CHECK(code("AMT password DOES NOT match stored version for Device U") == 70);
    CHECK(code("AMT password DOES NOT match stored version for Device U", task::maintenance) == 70);
    CHECK(code("Device U already enabled in admin control mode.") == 111);
    CHECK(code("Device U is in pre-provisioning mode.", task::deactivate) == 109);
    CHECK(code(status("Invalid domain certificate, hash does not exists in list of trusted root "
                      "certificates on AMT")) == 102);
    CHECK(code(status("Unable to authenticate with AMT")) == 100);
    CHECK(code(R"({"Status":"Unknown error has occured","Components":{"Activation":{"Result":)"
               R"("Failure","Details":"Unknown error has occured"}}})") == 102);
    CHECK(code(status("syncip failed at PUT_ETHERNET_PORT_SETTINGS IPAddress already "
                      "synchronized"),
               task::maintenance) == 152);
    CHECK(code(status("synchostname failed at PUT_GENERAL_SETTINGS at put AMT_GeneralSettings "
                      "host name already synchronized"),
               task::maintenance) == 151);
    CHECK(code(status("synctime failed"), task::maintenance) == 150);
    CHECK(code(status("changepassword failed"), task::maintenance) == 153);
    CHECK(code(status("syncdeviceinfo failed"), task::maintenance) == 154);
    CHECK(code("something else", task::deactivate) == 110);
    CHECK(code("something else") == 10);
    CHECK(code("") == 10);
}

TEST_CASE("the text of an error behind a successful activation is told") {
    const auto o = read_outcome(
        false,
        R"({"Status":"the vault is sealed","Components":{"Activation":{"Result":"Success",)"
        R"("Mode":"CCM","Details":"Client control mode"}}})",
        task::activate);
    CHECK(o.summary() == "Client control mode; then: the vault is sealed");
    CHECK(o.error == errc::server_error);
}

TEST_CASE("a text that is not JSON is shown as it is, made harmless") {
    const auto o = of_error("went \x1b[31mwrong");
    CHECK(o.status == "went  [31mwrong");
    CHECK(o.summary() == "went  [31mwrong");
    CHECK(of_success("fine").status == "fine");
    CHECK_FALSE(of_success("fine").error);
    CHECK(of_success("").summary() == "the server reported success");
    CHECK(of_error("[1]").status == "[1]");
}

TEST_CASE("values of the wrong type in a terminal message are passed over") {
    const auto o = of_success(R"({"Status":5,"Network":null,"Components":{"Activation":"x",)"
                              R"("TLS":{"Result":false}}})");
    CHECK(o.status == "");
    CHECK(o.has_components);
    CHECK(o.activation.result == part_result::not_reported);
    CHECK(o.tls.result == part_result::not_reported);
    CHECK_FALSE(o.error);
    CHECK_FALSE(of_success(R"({"Components":[]})").has_components);
}

TEST_CASE("every error has a text, and an exit code that a shell shows unchanged") {
    for (int i = 1; i <= static_cast<int>(errc::sync_device_info_failed); ++i) {
        const error_code e = static_cast<errc>(i);
        CAPTURE(i);
        CHECK(e.message() != "unknown error");
        CHECK(exit_code(e) >= 10);
        CHECK(exit_code(e) <= 255);
    }
    CHECK(exit_code(error_code()) == 0);
    CHECK(exit_code(core::errc::closed) == 10);
    CHECK(error_code(errc::server_silent) == core::cond::timed_out);
    CHECK(error_code(errc::amt_no_reply) == core::cond::timed_out);
    CHECK(error_code(errc::connection_closed) != core::cond::timed_out);
}
