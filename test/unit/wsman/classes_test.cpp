// SPDX-License-Identifier: Apache-2.0
// What a described class does with elements that are missing, wrong, unknown or too many.
#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/general.hpp>
#include <costrand/wsman/classes/registry.hpp>
#include <costrand/wsman/classes/setup.hpp>
#include <costrand/wsman/classes/show.hpp>
#include <costrand/wsman/namespaces.hpp>
#include <costrand/wsman/xml.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
namespace amt = wsman::amt;
namespace ips = wsman::ips;
namespace cim = wsman::cim;

namespace {

wsman::xml_element element(std::string_view name, std::string_view children) {
    std::string markup = "<g:" + std::string(name) + " xmlns:g=\"" + wsman::uri::of_class(name) +
                         "\" xmlns:xsi=\"" + std::string(wsman::uri::schema_instance) + "\">" +
                         std::string(children) + "</g:" + std::string(name) + ">";
    return wsman::parse_xml(markup).value();
}

amt::general_settings settings(std::string_view children) {
    return wsman::read<amt::general_settings>(element("AMT_GeneralSettings", children)).value();
}

using names = std::vector<std::string_view>;

} // namespace

TEST_CASE("what an older firmware does not send has no value") {
    const auto s = settings("<g:HostName>pc</g:HostName>");
    CHECK(s.host_name == "pc");
    CHECK_FALSE(s.domain_name);
    CHECK_FALSE(s.ping_response_enabled);
    CHECK_FALSE(s.privacy_level);
    CHECK(wsman::to_json(s) == R"({"HostName":"pc"})");
}

TEST_CASE("an element that says nil has no value, an empty one has an empty one") {
    const auto s = settings(R"(<g:HostName xsi:nil="true"/><g:DomainName/>)");
    CHECK_FALSE(s.host_name);
    CHECK(s.domain_name == "");
    CHECK(s.others.empty());
}

TEST_CASE("an element that the class does not know is kept, shown and written back") {
    const auto s = settings("<g:NewInAmt30>yes</g:NewInAmt30><g:Deep><g:A>1</g:A></g:Deep>"
                            "<g:PingResponseEnabled>true</g:PingResponseEnabled>"
                            "<g:WsmanOnlyMode>0</g:WsmanOnlyMode>");
    REQUIRE(s.others.size() == 2);
    CHECK(wsman::misfits(s).empty());
    CHECK(wsman::to_json(s) == R"({"PingResponseEnabled":true,"WsmanOnlyMode":false,)"
                               R"("NewInAmt30":"yes","Deep":{"A":"1"}})");
    CHECK(wsman::to_text(s) == "AMT_GeneralSettings\n"
                               "  PingResponseEnabled  true\n"
                               "  WsmanOnlyMode        false\n"
                               "  NewInAmt30           yes\n"
                               "  Deep.A               1\n");
    const std::string uri = wsman::uri::of_class("AMT_GeneralSettings");
    CHECK(wsman::put_body(s).value() ==
          "<h:AMT_GeneralSettings xmlns:h=\"" + uri +
              "\"><h:PingResponseEnabled>true</h:PingResponseEnabled>"
              "<h:WsmanOnlyMode>false</h:WsmanOnlyMode><h:NewInAmt30>yes</h:NewInAmt30>"
              "<h:Deep><h:A>1</h:A></h:Deep></h:AMT_GeneralSettings>");
}

TEST_CASE("a value that is not of the element's type is no value, and is kept as it came") {
    for (const std::string_view wrong :
         {"<g:DDNSTTL>soon</g:DDNSTTL>", "<g:DDNSTTL>9223372036854775808</g:DDNSTTL>",
          "<g:DDNSTTL>1.5</g:DDNSTTL>", "<g:DDNSTTL/>", "<g:DDNSTTL><g:A>1</g:A></g:DDNSTTL>"}) {
        CAPTURE(wrong);
        const auto s = settings(wrong);
        CHECK_FALSE(s.ddns_ttl);
        REQUIRE(s.others.size() == 1);
        CHECK(wsman::misfits(s) == names{"DDNSTTL"});
    }
    CHECK(wsman::misfits(settings("<g:SharedFQDN>maybe</g:SharedFQDN>")) == names{"SharedFQDN"});
    CHECK(wsman::misfits(settings("<g:PowerSource>-1</g:PowerSource>")) == names{"PowerSource"});
    CHECK(wsman::misfits(settings("<g:PowerSource>4294967296</g:PowerSource>")) ==
          names{"PowerSource"});
    CHECK(wsman::misfits(settings("<g:HostName><g:A/></g:HostName>")) == names{"HostName"});
}

TEST_CASE("white space around a number or a boolean is layout, within a text it is the text") {
    const auto s = settings("<g:DDNSTTL>\n 900 </g:DDNSTTL><g:SharedFQDN> true\n</g:SharedFQDN>"
                            "<g:HostName> pc </g:HostName>");
    CHECK(s.ddns_ttl == 900);
    CHECK(s.shared_fqdn == true);
    CHECK(s.host_name == " pc ");
}

TEST_CASE("of an element that came twice the first counts and both are shown") {
    const auto s = settings("<g:HostName>a</g:HostName><g:HostName>b</g:HostName>");
    CHECK(s.host_name == "a");
    CHECK(wsman::misfits(s) == names{"HostName"});
    CHECK(wsman::to_json(s) == R"({"HostName":["a","b"]})");
}

TEST_CASE("an array is an array with one element, too") {
    const auto service = wsman::read<ips::host_based_setup_service>(
                             element("IPS_HostBasedSetupService",
                                     "<g:AllowedControlModes>2</g:AllowedControlModes>"))
                             .value();
    CHECK(service.allowed_control_modes == std::vector{ips::control_mode::admin});
    CHECK(wsman::to_json(service) == R"({"AllowedControlModes":[2]})");
    CHECK(wsman::to_text(service) ==
          "IPS_HostBasedSetupService\n  AllowedControlModes  2 (Admin)\n");
}

TEST_CASE("a value without a published text is kept as a number") {
    const auto s = settings("<g:PrivacyLevel>7</g:PrivacyLevel>");
    REQUIRE(s.privacy_level);
    CHECK(static_cast<int>(*s.privacy_level) == 7);
    CHECK(wsman::text(*s.privacy_level).empty());
    CHECK(wsman::to_text(s) == "AMT_GeneralSettings\n  PrivacyLevel  7\n");
}

TEST_CASE("an instance of another class is not taken for one") {
    const auto wrong =
        wsman::read<amt::general_settings>(element("AMT_TimeSynchronizationService", ""));
    CHECK(wrong.error() == wsman::errc::another_class);
    CHECK(wsman::read_any(element("AMT_Nonsense", "")).error() == wsman::errc::unknown_class);
}

TEST_CASE("a Put without what the class demands is refused, with its names at hand") {
    // wsman.md 12: Put requires PingResponseEnabled and WsmanOnlyMode.
    auto s = settings("<g:WsmanOnlyMode>false</g:WsmanOnlyMode>");
    CHECK(wsman::put_body(s).error() == wsman::errc::element_missing);
    CHECK(wsman::missing(s) == names{"PingResponseEnabled"});
    s.ping_response_enabled = true;
    CHECK(wsman::put_body(s).has_value());
}

TEST_CASE("a Put leaves out what can only be read") {
    const auto s =
        settings("<g:PingResponseEnabled>true</g:PingResponseEnabled>"
                 "<g:WsmanOnlyMode>false</g:WsmanOnlyMode><g:DigestRealm>r</g:DigestRealm>"
                 "<g:PowerSource>0</g:PowerSource><g:PrivacyLevel>0</g:PrivacyLevel>"
                 "<g:NetworkInterfaceEnabled>true</g:NetworkInterfaceEnabled>");
    const auto put = wsman::put_body(s).value();
    for (const std::string_view name :
         {"DigestRealm", "PowerSource", "PrivacyLevel", "NetworkInterfaceEnabled"})
        CHECK(put.find(name) == put.npos);
    CHECK(wsman::whole_body(s).value().find("DigestRealm") != put.npos);
}

TEST_CASE("a password goes into the request and is shown nowhere") {
    amt::set_mebx_password_input input;
    input.password = core::secret("P<1>");
    CHECK(wsman::parameters(input).value() == "<h:Password>P&lt;1&gt;</h:Password>");
    CHECK(wsman::to_json(input) == R"j({"Password":"(hidden)"})j");
    CHECK(wsman::to_text(input) == "SetMEBxPassword_INPUT\n  Password  (hidden)\n");

    amt::set_mebx_password_input twice;
    wsman::read_fields(element("SetMEBxPassword_INPUT", "<g:Password>a</g:Password>"
                                                        "<g:Password>secret</g:Password>"),
                       twice);
    CHECK(wsman::to_json(twice).find("secret") == std::string::npos);
    CHECK(wsman::to_text(twice).find("secret") == std::string::npos);
}

TEST_CASE("a text that XML cannot carry is no body") {
    amt::general_settings s;
    s.ping_response_enabled = true;
    s.wsman_only_mode = false;
    s.host_name = std::string("a\0b", 3);
    CHECK(wsman::put_body(s).error() == wsman::errc::xml_unwritable);
}

TEST_CASE("a value has the text that is published for it") {
    CHECK(wsman::text(amt::privacy_level::extreme) == "Extreme");
    CHECK(wsman::text(cim::enabled_state::enabled_but_offline) == "EnabledButOffline");
    CHECK(wsman::text(wsman::pt_status::flash_write_limit_exceeded) ==
          "FLASH_WRITE_LIMIT_EXCEEDED");
    CHECK(wsman::text(static_cast<wsman::pt_status>(2082)) == "OPERATION_IN_PROGRESS");
    CHECK(wsman::text(wsman::state_change_status::busy) == "Busy");
    // The same number, three meanings (wsman.md 9.3).
    CHECK(wsman::text(static_cast<ips::setup_status>(2)) == "InvalidState");
    CHECK(wsman::text(static_cast<ips::admin_setup_status>(4)).empty());
    CHECK(wsman::text(static_cast<ips::add_next_cert_in_chain_status>(2)) == "InternalError");
}

TEST_CASE("a list of texts is searched by whole numbers") {
    CHECK(wsman::text_in("1 One, 10 Ten, 32768 Big", 10) == "Ten");
    CHECK(wsman::text_in("1 One, 10 Ten, 32768 Big", 0).empty());
    CHECK(wsman::text_in("1 One, 10 Ten, 32768 Big", 32768) == "Big");
    CHECK(wsman::text_in("", 0).empty());
    CHECK(wsman::text_in("x", 0).empty());
}
