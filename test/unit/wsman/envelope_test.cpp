// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/envelope.hpp>

#include "recorded.hpp"

#include <costrand/wsman/http_parser.hpp>

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::wsman;

namespace {

const std::string settings = std::string(uri::amt_base) + "AMT_GeneralSettings";
const std::string setup = std::string(uri::ips_base) + "IPS_HostBasedSetupService";

soap_request request_of(std::string_view document) {
    auto r = parse_request(document);
    REQUIRE_MESSAGE(r.has_value(), document);
    return *r;
}
soap_reply reply_of(std::string_view document) {
    auto r = parse_reply(document);
    REQUIRE_MESSAGE(r.has_value(), document);
    return *r;
}

std::string body_of_request(const std::string &bytes) {
    request_parser p;
    REQUIRE(p.feed(core::as_bytes(bytes)).value() == bytes.size());
    return p.release().body;
}

// An envelope around header and body markup, with the prefixes of requests.
std::string envelope(std::string_view header, std::string_view body) {
    return "<Envelope xmlns=\"" + std::string(uri::envelope) + "\" xmlns:a=\"" +
           std::string(uri::addressing) + "\" xmlns:w=\"" + std::string(uri::wsman) +
           "\"><Header>" + std::string(header) + "</Header><Body>" + std::string(body) +
           "</Body></Envelope>";
}

} // namespace

TEST_CASE("every recorded request is understood and written again byte for byte") {
    std::map<operation, int> operations;
    std::size_t same = 0;
    std::size_t with_references = 0;
    for (const auto &m : test::recorded_conversations()) {
        if (!m.request)
            continue;
        const auto text = body_of_request(m.bytes);
        const auto r = request_of(text);
        CHECK(r.to == "/wsman");
        CHECK(r.class_name.find('_') == 3);
        ++operations[r.op];
        const auto begin = text.find("<Body>") + 6;
        request_envelope again{r.action, r.resource_uri, r.message_id, r.selectors,
                               text.substr(begin, text.find("</Body>") - begin)};
        const auto written = build_request(again).value();
        // RPS writes selectors that are references with prefixes of their own; same tree.
        if (text.find("<wsman:SelectorSet") == text.npos) {
            CHECK(written == text);
            ++same;
        } else {
            CHECK(parse_xml(written).value() == parse_xml(text).value());
            CHECK(r.selectors.at(0).reference != nullptr);
            ++with_references;
        }
    }
    CHECK(same > 440);
    CHECK(with_references > 0);
    CHECK(operations.size() == 6); // get, put, delete, enumerate, pull, invoke
}

TEST_CASE("every recorded reply is an envelope, and those of methods have their ReturnValue") {
    std::size_t outputs = 0;
    for (const auto &path : test::data_files("wsman-responses", ".xml")) {
        CAPTURE(path);
        const auto r = reply_of(test::read_file(path));
        CHECK_FALSE(r.fault.has_value());
        CHECK_FALSE(r.action.empty());
        if (r.body && r.body->name.ends_with("_OUTPUT")) {
            ++outputs;
            // GetUuid gives the UUID only.
            CHECK(r.return_value().has_value() == (r.body->child("UUID") == nullptr));
        }
    }
    CHECK(outputs > 20);
}

TEST_CASE("recorded replies of the device are written again byte for byte") {
    std::size_t count = 0;
    std::size_t faults = 0;
    for (const auto &m : test::recorded_conversations()) {
        response_parser p;
        if (m.request || !p.feed(core::as_bytes(m.bytes)))
            continue;
        const auto http = p.release();
        if (http.status == 401)
            continue;
        const auto r = reply_of(http.body);
        CHECK(r.fault.has_value() == (http.status == 400));
        reply_envelope again{r.relates_to, r.action,
                             std::stoull(r.message_id.substr(29), nullptr, 16), r.resource_uri};
        // g, and with a Pull h, as the recorded ones declare them.
        for (std::string_view prefix : {"xmlns:g=\"", "xmlns:h=\""}) {
            const auto at = http.body.find(prefix);
            if (at == http.body.npos)
                continue;
            const auto begin = at + prefix.size();
            again.body_namespaces.push_back(
                http.body.substr(begin, http.body.find('"', begin) - begin));
        }
        if (r.fault) {
            CHECK(r.fault->code == "Sender");
            CHECK(r.fault->is(uri::addressing, "DestinationUnreachable"));
            CHECK(r.fault->reason == "No route can be determined to reach the destination role "
                                     "defined by the WSAddressing To.");
            CHECK(r.fault->detail.empty());
            CHECK(build_fault(again, *r.fault).value() == http.body);
            ++faults;
            continue;
        }
        const auto body = http.body.find("<a:Body>") + 8;
        again.body = http.body.substr(body, http.body.rfind("</a:Body>") - body);
        CHECK(build_reply(again).value() == http.body);
        // And from the tree, which is how a simulated device makes its replies.
        if (r.body) {
            xml_writer to;
            write_tree(to, *r.body, reply_prefixes(again.body_namespaces));
            again.body = to.finish().value();
            CHECK(reply_of(build_reply(again).value()).body == r.body);
        }
        ++count;
    }
    CHECK(count == 390);
    CHECK(faults == 39);
}

TEST_CASE("a method call has its class, method and parameters") {
    const auto body = method_body(setup, "Setup",
                                  "<h:NetAdminPassEncryptionType>2"
                                  "</h:NetAdminPassEncryptionType>");
    const auto text = build_request({setup + "/Setup", setup, "7", {}, body}).value();
    const auto r = request_of(text);
    CHECK(r.op == operation::invoke);
    CHECK(r.class_name == "IPS_HostBasedSetupService");
    CHECK(r.method == "Setup");
    CHECK(r.message_id == "7");
    REQUIRE(r.body.has_value());
    CHECK(r.body->is(setup, "Setup_INPUT"));
    CHECK(r.body->value("NetAdminPassEncryptionType") == "2");
}

TEST_CASE("bodies of Enumerate, Pull and Put are those of the recorded requests") {
    CHECK(enumerate_body() ==
          "<Enumerate xmlns=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" />");
    CHECK(pull_body("04D7CD44-3597").value() ==
          "<Pull xmlns=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\">"
          "<EnumerationContext>04D7CD44-3597</EnumerationContext><MaxElements>999</MaxElements>"
          "<MaxCharacters>99999</MaxCharacters></Pull>");
    CHECK(pull_body("\x01").error() == errc::xml_unwritable);
    CHECK(instance_body(settings, "<h:X>1</h:X>") == "<h:AMT_GeneralSettings xmlns:h=\"" +
                                                         settings +
                                                         "\"><h:X>1</h:X></h:AMT_GeneralSettings>");
}

TEST_CASE("selectors of text and of references go there and back, escaped") {
    endpoint_reference inner;
    inner.resource_uri = settings;
    inner.selectors.push_back({"Name", "a <b> & \"c\" "});
    endpoint_reference outer;
    outer.resource_uri = setup;
    outer.selectors.push_back({"Inner", "", std::make_shared<const endpoint_reference>(inner)});
    request_envelope e{std::string(uri::delete_), setup, "0"};
    e.selectors.push_back({"InstanceID", " Intel(r) <AMT> & \"x\""});
    e.selectors.push_back({"Ref", "", std::make_shared<const endpoint_reference>(outer)});
    const auto r = request_of(build_request(e).value());
    CHECK(r.selectors == e.selectors);
    CHECK(*r.selector_value("InstanceID") == " Intel(r) <AMT> & \"x\"");
    CHECK(r.selector_value("Ref") == nullptr);
    CHECK(r.selector_value("instanceid") == nullptr);
    e.selectors[0].value = "\x02";
    CHECK(build_request(e).error() == errc::xml_unwritable);
}

TEST_CASE("references in recorded bodies are read, nested ones included") {
    const auto created =
        reply_of(test::read_file(std::filesystem::path(COSTRAND_TEST_DATA) /
                                 "wsman-responses/amt/tls/credentialcontext" / "create.xml"));
    REQUIRE(created.body.has_value());
    CHECK(created.body->is(uri::transfer, "ResourceCreated"));
    const auto e = read_reference(*created.body).value();
    CHECK(e.resource_uri == std::string(uri::amt_base) + "AMT_TLSCredentialContext");
    REQUIRE(e.selectors.size() == 2);
    REQUIRE(e.selectors[0].reference != nullptr);
    CHECK(e.selectors[0].name == "ElementInContext");
    CHECK(e.selectors[0].reference->selectors.at(0).value == "testCertificate");
    CHECK(read_reference(xml_element()).error() == errc::envelope_malformed);
}

TEST_CASE("a fault of any namespace goes there and back, and chooses its action") {
    const reply_envelope base{"5", "", 0x1a, settings};
    const std::pair<std::string_view, std::string_view> cases[] = {
        {uri::addressing, uri::addressing_fault},
        {uri::wsman, uri::wsman_fault},
        {uri::transfer, uri::wsman_fault},
        {uri::enumeration, uri::wsman_fault}};
    for (const auto &[ns, action] : cases) {
        const fault f{"Sender", std::string(ns), "AccessDenied", "No <way> & \"so\"",
                      "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidValues"};
        const auto r = reply_of(build_fault(base, f).value());
        CHECK(r.fault == f);
        CHECK(r.action == action);
        CHECK(r.relates_to == "5");
        CHECK(r.message_id == "uuid:00000000-8086-8086-8086-00000000001A");
    }
    const fault bare{"Receiver", "", "", "out of memory"};
    const auto r = reply_of(build_fault(base, bare).value());
    CHECK(r.fault == bare);
}

TEST_CASE("a fault is understood with the prefixes swapped, as firmware does") {
    const auto r = reply_of(
        "<b:Envelope xmlns:b='http://www.w3.org/2003/05/soap-envelope' "
        "xmlns:c='http://schemas.xmlsoap.org/ws/2004/08/addressing' "
        "xmlns:e='http://schemas.xmlsoap.org/ws/2004/09/transfer'>\n<b:Header><c:Action>x</"
        "c:Action>"
        "</b:Header>\n<b:Body>\n<b:Fault><b:Code><b:Value> b:Sender </b:Value><b:Subcode>"
        "<b:Value>e:InvalidRepresentation</b:Value></b:Subcode></b:Code>\n</b:Fault></b:Body>"
        "</b:Envelope>");
    REQUIRE(r.fault.has_value());
    CHECK(r.fault->code == "Sender");
    CHECK(r.fault->is(uri::transfer, "InvalidRepresentation"));
}

TEST_CASE("a fault as an exception keeps the peer's words and the code") {
    const fault_error e({"Sender", std::string(uri::wsman), "QuotaLimit", "list full"});
    CHECK(e.code() == errc::fault);
    CHECK(e.fault().subcode == "QuotaLimit");
    CHECK(std::string_view(e.what()).starts_with("QuotaLimit: list full"));
}

TEST_CASE("a ReturnValue is a number or nothing") {
    auto value = [](std::string_view body) {
        return reply_of(envelope("<a:Action>x</a:Action>", body)).return_value();
    };
    CHECK(value("<X_OUTPUT><ReturnValue>0</ReturnValue></X_OUTPUT>") == 0u);
    CHECK(value("<X_OUTPUT><ReturnValue> 2066\n</ReturnValue></X_OUTPUT>") == 2066u);
    CHECK(value("<X_OUTPUT/>") == std::nullopt);
    CHECK(value("") == std::nullopt);
    for (std::string_view text : {"", "x", "-1", "1x", "4294967296"})
        CHECK(value("<X><ReturnValue>" + std::string(text) + "</ReturnValue></X>") == std::nullopt);
}

TEST_CASE("actions are told apart") {
    auto parsed = [](std::string_view action, std::string_view resource) {
        return request_of(envelope("<a:Action>" + std::string(action) +
                                       "</a:Action><w:ResourceURI>\n " + std::string(resource) +
                                       " </w:ResourceURI>",
                                   ""));
    };
    CHECK(parsed(uri::get, settings).op == operation::get);
    CHECK(parsed(uri::create, settings).op == operation::create);
    CHECK(parsed(uri::release, settings).op == operation::release);
    CHECK(parsed(settings + "/Do", settings).method == "Do");
    CHECK(parsed(settings + "/Do", setup).op == operation::other);
    CHECK(parsed(std::string(uri::eventing) + "/Subscribe", settings).op == operation::other);
    CHECK(parsed("Get", "").op == operation::other);
    CHECK(parsed(uri::get, settings).class_name == "AMT_GeneralSettings");
}

TEST_CASE("what is no envelope, or an ambiguous one, is refused") {
    const std::string action = "<a:Action>x</a:Action>";
    const std::string set = "<w:SelectorSet><w:Selector Name='N'>v</w:Selector></w:SelectorSet>";
    for (const auto &text :
         {std::string("<html><body/></html>"), std::string("<Envelope/>"), envelope("", ""),
          envelope(action + action, ""), envelope(action, "<x/><y/>"),
          envelope(action + set + set, ""),
          envelope(action + "<w:SelectorSet><w:Selector>v</w:Selector></w:SelectorSet>", ""),
          envelope(action + "<w:SelectorSet><w:Selector Name='N'><x/></w:Selector></w:SelectorSet>",
                   ""),
          envelope(action + "<w:SelectorSet><w:Selector Name='N'/><w:Selector Name='N'/>"
                            "</w:SelectorSet>",
                   ""),
          envelope(action + "<w:SelectorSet><Selector Name='N'/></w:SelectorSet>", ""),
          envelope(action +
                       "<w:SelectorSet><w:Selector Name='N'><a:EndpointReference/></w:Selector>"
                       "</w:SelectorSet>",
                   "")}) {
        CAPTURE(text);
        CHECK(parse_request(text).error() == errc::envelope_malformed);
    }
    const auto good = envelope(action, "");
    CHECK_FALSE(parse_request(good).has_error());
    auto twice = good;
    twice.insert(twice.find("<Body>"), "<Body></Body>");
    CHECK(parse_reply(twice).error() == errc::envelope_malformed);
    auto headless = good;
    headless.erase(headless.find("<Header>"), headless.find("<Body>") - headless.find("<Header>"));
    CHECK(parse_reply(headless).error() == errc::envelope_malformed);
    CHECK(parse_request("<a>").error() == errc::xml_malformed);
}
