// SPDX-License-Identifier: Apache-2.0
// What the simulated firmware refuses by a fault, and its enumerations.
#include "wsman_bench.hpp"

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;
using test::resource;

namespace {

using bench = test::wsman_bench;

// The request as it is on the wire, with one piece of text replaced.
wsman::soap_request altered(const wsman::request_envelope &request, std::string_view from,
                            std::string_view to) {
    auto text = *wsman::build_request(request);
    const auto at = text.find(from);
    REQUIRE(at != text.npos);
    auto parsed = wsman::parse_request(text.replace(at, from.size(), to));
    REQUIRE(parsed.has_value());
    return *parsed;
}
wsman::fault fault_of(bench &b, const wsman::soap_request &request) {
    const auto answer = b.service.handle(request, wsman_user::administrator, b.now);
    CHECK(answer.status == 400);
    const auto reply = wsman::parse_reply(answer.xml);
    REQUIRE(reply.has_value());
    REQUIRE(reply->fault);
    return *reply->fault;
}

} // namespace

TEST_CASE("every class of the recorded set can be enumerated and pulled") {
    bench b;
    CHECK(b.state.objects.size() == 84);
    for (const auto *name :
         {"AMT_EthernetPortSettings", "IPS_HTTPProxyAccessPoint", "AMT_ManagementPresenceRemoteSAP",
          "AMT_TLSSettingData", "AMT_PublicKeyCertificate", "CIM_ServiceAvailableToElement"}) {
        CAPTURE(name);
        const auto reply = b.ask(test::pull_of(name, b.context_of(name)));
        CHECK(b.status == 200);
        REQUIRE(reply.body);
        CHECK(reply.body->child("Items"));
        CHECK(reply.body->child("EndOfSequence"));
        CHECK_FALSE(reply.body->child("EnumerationContext"));
    }
}

TEST_CASE("a class without instances gives an empty list, and its Get is unreachable") {
    bench b;
    const auto list =
        b.ask(test::pull_of("AMT_PublicKeyCertificate", b.context_of("AMT_PublicKeyCertificate")));
    CHECK(list.body->child("Items")->children.empty());
    const auto one = b.ask(test::get_of("AMT_PublicKeyCertificate"));
    CHECK(b.status == 400);
    CHECK(one.fault->is(wsman::uri::addressing, "DestinationUnreachable"));
}

TEST_CASE("an unknown class is DestinationUnreachable, an unknown method ActionNotSupported") {
    bench b;
    CHECK(b.ask(test::get_of("AMT_NoSuchClass"))
              .fault->is(wsman::uri::addressing, "DestinationUnreachable"));
    CHECK(b.ask(test::invoke("AMT_GeneralSettings", "Explode", ""))
              .fault->is(wsman::uri::addressing, "ActionNotSupported"));
    CHECK(b.ask(test::put_of("AMT_AuditLog", ""))
              .fault->is(wsman::uri::addressing, "ActionNotSupported"));
    CHECK(b.status == 400);
}

TEST_CASE("Get of a class with two instances wants selectors, and takes the right one by them") {
    bench b;
    CHECK(
        b.ask(test::get_of("AMT_TLSSettingData")).fault->is(wsman::uri::wsman, "InvalidSelectors"));
    auto request = test::get_of("AMT_TLSSettingData");
    request.selectors.push_back({"InstanceID", "Intel(r) AMT LMS TLS Settings", nullptr});
    CHECK(b.ask(request).body->value("AcceptNonSecureConnections") == "true");
    request.selectors[0].value = "Intel(r) AMT 802.3 TLS Settings";
    CHECK(b.ask(request).body->value("AcceptNonSecureConnections") == "false");
    request.selectors[0].value = "another";
    CHECK(b.ask(request).fault->subcode == "DestinationUnreachable");
}

TEST_CASE("Pull gives as many elements as asked for and a new context for the rest") {
    bench b;
    auto request = test::pull_of("AMT_TLSSettingData", b.context_of("AMT_TLSSettingData"));
    const auto at = request.body.find("999");
    REQUIRE(at != std::string::npos);
    request.body.replace(at, 3, "1");
    const auto first = b.ask(request);
    CHECK(first.body->child("Items")->children.size() == 1);
    CHECK_FALSE(first.body->child("EndOfSequence"));
    const std::string next(first.body->value("EnumerationContext"));
    auto rest = test::pull_of("AMT_TLSSettingData", next);
    rest.body.replace(rest.body.find("999"), 3, "18446744073709551615"); // more than there can be
    const auto second = b.ask(rest);
    CHECK(second.body->child("Items")->children.size() == 1);
    CHECK(second.body->child("EndOfSequence"));
    CHECK(b.ask(request).fault->subcode == "InvalidEnumerationContext"); // used up
}

TEST_CASE("enumeration contexts are few, short-lived and of one class") {
    bench b;
    const auto oldest = b.context_of("AMT_TLSSettingData");
    for (std::size_t i = 0; i < b.device.http.enumeration_contexts; ++i)
        (void)b.context_of("AMT_TLSSettingData");
    CHECK(b.service.open_enumerations() == b.device.http.enumeration_contexts);
    CHECK(b.ask(test::pull_of("AMT_TLSSettingData", oldest)).fault->subcode ==
          "InvalidEnumerationContext");
    const auto other = b.context_of("AMT_TLSSettingData");
    CHECK(b.ask(test::pull_of("AMT_GeneralSettings", other)).fault->subcode ==
          "InvalidEnumerationContext");
    b.now += b.device.http.enumeration_life + 1s;
    CHECK(b.ask(test::pull_of("AMT_TLSSettingData", other)).fault->subcode ==
          "InvalidEnumerationContext");
}

TEST_CASE("Delete of what is not there is DestinationUnreachable") {
    bench b;
    const auto gone =
        b.ask(test::delete_of("AMT_RemoteAccessPolicyRule", "PolicyRuleName", "User Initiated"));
    CHECK(b.status == 400);
    CHECK(gone.fault->code == "Sender");
    CHECK(gone.fault->is(wsman::uri::addressing, "DestinationUnreachable"));
    CHECK(gone.fault->reason == "No route can be determined to reach the destination role defined "
                                "by the WSAddressing To.");
}

TEST_CASE("a request without a resource gets a fault that can be read") {
    bench b;
    auto request = test::get_of("AMT_GeneralSettings");
    request.resource_uri.clear();
    CHECK(b.ask(request).fault->subcode == "DestinationUnreachable");
}

TEST_CASE("a request without MessageID lacks a required header") {
    bench b;
    auto request = wsman::parse_request(*wsman::build_request(test::get_of("AMT_GeneralSettings")));
    request->message_id.clear();
    const auto answer = b.service.handle(*request, wsman_user::administrator, b.now);
    CHECK(answer.status == 400);
    CHECK(wsman::parse_reply(answer.xml)->fault->subcode == "MessageInformationHeaderRequired");
}

TEST_CASE("a request to another address than /wsman has an invalid header") {
    bench b;
    const auto get = test::get_of("AMT_GeneralSettings");
    const auto why = fault_of(b, altered(get, "<a:To>/wsman<", "<a:To>/elsewhere<"));
    CHECK(why.is(wsman::uri::addressing, "InvalidMessageInformationHeader"));
    const auto whole = altered(get, "<a:To>/wsman<", "<a:To>http://device:16992/wsman<");
    CHECK(b.service.handle(whole, wsman_user::administrator, b.now).status == 200);
    CHECK(fault_of(b, altered(get, "<a:To>/wsman</a:To>", "")).subcode ==
          "MessageInformationHeaderRequired");
}

TEST_CASE("a selector that is no key of the class is invalid, an unknown value unreachable") {
    bench b;
    const auto get = [&](std::string_view key, std::string_view value) {
        auto request = test::get_of("AMT_TLSSettingData");
        request.selectors.push_back({std::string(key), std::string(value), nullptr});
        return b.ask(request).fault->subcode;
    };
    CHECK(get("InstanceId", "Intel(r) AMT LMS TLS Settings") == "InvalidSelectors");
    CHECK(get("InstanceID", "Intel(r) AMT LMS TLS") == "DestinationUnreachable");
    // The same with a method and a Delete.
    auto change = test::invoke("AMT_RedirectionService", "RequestStateChange",
                               "<h:RequestedState>32771</h:RequestedState>");
    change.selectors.push_back({"Name", "another service", nullptr});
    CHECK(b.ask(change).fault->subcode == "DestinationUnreachable");
    change.selectors.push_back({"Nickname", "x", nullptr});
    CHECK(b.ask(change).fault->subcode == "InvalidSelectors");
    CHECK(b.ask(test::request_for("AMT_RemoteAccessPolicyRule", wsman::uri::delete_))
              .fault->is(wsman::uri::wsman, "InvalidSelectors"));
}

TEST_CASE("an operation that a class does not have is ActionNotSupported") {
    bench b;
    const auto refused = [&](const wsman::request_envelope &request) {
        const auto reply = b.ask(request);
        return reply.fault && reply.fault->is(wsman::uri::addressing, "ActionNotSupported");
    };
    CHECK(refused(test::delete_of("AMT_GeneralSettings", "InstanceID", "x")));
    CHECK(refused(test::request_for("AMT_GeneralSettings", wsman::uri::create)));
    CHECK(refused(test::request_for("AMT_GeneralSettings",
                                    "http://schemas.xmlsoap.org/ws/2004/08/eventing/Subscribe")));
}

TEST_CASE("a method's input has all its parameters, no other ones, and each once") {
    bench b;
    const auto ask = [&](std::string_view parameters) {
        return *b.ask(test::invoke("AMT_RedirectionService", "RequestStateChange", parameters))
                    .fault;
    };
    CHECK(ask("").detail.ends_with("MissingValues"));
    const std::string state = "<h:RequestedState>32771</h:RequestedState>";
    CHECK(ask(state + "<h:Other>1</h:Other>").is(wsman::uri::wsman, "SchemaValidationError"));
    CHECK(ask(state + state).is(wsman::uri::wsman, "SchemaValidationError"));
    auto other = test::invoke("AMT_RedirectionService", "RequestStateChange", state);
    other.body = wsman::method_body(resource("AMT_GeneralSettings"), "RequestStateChange", state);
    CHECK(b.ask(other).fault->detail.ends_with("InvalidNamespace"));
    CHECK(b.ask(test::get_of("AMT_RedirectionService")).body->value("EnabledState") == "32768");
}

TEST_CASE("RequestStateChange does not take a time-out (4098)") {
    bench b;
    const auto change = test::invoke("AMT_RedirectionService", "RequestStateChange",
                                     "<h:RequestedState>32771</h:RequestedState>"
                                     "<h:TimeoutPeriod>PT10S</h:TimeoutPeriod>");
    CHECK(b.ask(change).return_value() == 4098u);
    CHECK(b.ask(test::get_of("AMT_RedirectionService")).body->value("EnabledState") == "32768");
}

TEST_CASE("Enumerate wants its element and knows no filters; Pull wants positive limits") {
    bench b;
    auto enumerate = test::enumerate_of("AMT_TLSSettingData");
    enumerate.body = "<n:Enumerate xmlns:n=\"" + std::string(wsman::uri::enumeration) +
                     "\"><n:Filter>x</n:Filter></n:Enumerate>";
    CHECK(b.ask(enumerate).fault->is(wsman::uri::enumeration, "FilteringNotSupported"));
    enumerate.body.clear();
    CHECK(b.ask(enumerate).fault->is(wsman::uri::wsman, "SchemaValidationError"));
    for (const auto *most : {"0", "-1", "many", ""}) {
        CAPTURE(std::string(most));
        auto pull = test::pull_of("AMT_TLSSettingData", b.context_of("AMT_TLSSettingData"));
        pull.body.replace(pull.body.find("999<"), 3, most);
        CHECK(b.ask(pull).fault->is(wsman::uri::wsman, "SchemaValidationError"));
    }
}

TEST_CASE("Pull gives no more characters than asked for, but one instance always") {
    bench b;
    const auto pull_with = [&](std::string_view characters, const std::string &context) {
        auto pull = test::pull_of("CIM_SoftwareIdentity", context);
        pull.body.replace(pull.body.find("99999"), 5, characters);
        return b.ask(pull);
    };
    const auto whole = pull_with("99999", b.context_of("CIM_SoftwareIdentity"));
    const auto all = whole.body->child("Items")->children;
    REQUIRE(all.size() > 4);
    CHECK(whole.body->child("EndOfSequence"));
    std::vector<wsman::xml_element> got;
    std::string context = b.context_of("CIM_SoftwareIdentity");
    for (std::size_t pulls = 0; !context.empty(); ++pulls) {
        REQUIRE(pulls < all.size());
        const auto some = pull_with("600", context); // two or three of them
        const auto &items = some.body->child("Items")->children;
        CHECK(items.size() < all.size());
        got.insert(got.end(), items.begin(), items.end());
        context = some.body->value("EnumerationContext");
    }
    CHECK(got == all);
    const auto one = pull_with("1", b.context_of("CIM_SoftwareIdentity"));
    CHECK(one.body->child("Items")->children.size() == 1);
    CHECK_FALSE(one.body->child("EndOfSequence"));
}

TEST_CASE("a device may give fewer instances at a time than were asked for") {
    bench b;
    b.device.http.pull_elements = 3;
    const auto first =
        b.ask(test::pull_of("CIM_SoftwareIdentity", b.context_of("CIM_SoftwareIdentity")));
    CHECK(first.body->child("Items")->children.size() == 3);
    CHECK(first.body->child("EnumerationContext"));
}

TEST_CASE("Release ends a context") {
    bench b;
    const auto context = b.context_of("AMT_TLSSettingData");
    auto release = test::request_for("AMT_TLSSettingData", wsman::uri::release);
    release.body = "<n:Release xmlns:n=\"" + std::string(wsman::uri::enumeration) +
                   "\"><n:EnumerationContext>" + context + "</n:EnumerationContext></n:Release>";
    CHECK_FALSE(b.ask(release).fault);
    CHECK(b.ask(release).fault->subcode == "InvalidEnumerationContext");
    CHECK(b.ask(test::pull_of("AMT_TLSSettingData", context)).fault->subcode ==
          "InvalidEnumerationContext");
}
