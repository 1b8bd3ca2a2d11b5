// SPDX-License-Identifier: Apache-2.0
// Writing envelopes: requests as RPS writes them, replies and faults as AMT does.
#include <costrand/wsman/envelope.hpp>

#include <costrand/wsman/http_message.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace costrand::wsman {

namespace {

std::string joined(std::string_view prefix, std::string_view local) {
    return std::string(prefix) + ":" + std::string(local);
}

void write_selectors(xml_writer &to, const std::vector<selector> &selectors,
                     std::string_view addressing_prefix, std::string_view wsman_prefix) {
    if (selectors.empty())
        return;
    const auto name = joined(wsman_prefix, "Selector");
    to.open(joined(wsman_prefix, "SelectorSet"));
    for (const auto &s : selectors) {
        to.open(name, {{"Name", s.name}});
        if (s.reference) {
            to.open(joined(addressing_prefix, "EndpointReference"));
            write_reference(to, *s.reference, addressing_prefix, wsman_prefix);
            to.close();
        } else {
            to.text(s.value);
        }
        to.close();
    }
    to.close();
}

// What every request declares, for write_tree.
xml_prefixes request_prefixes() {
    xml_prefixes out;
    for (const auto &[prefix, ns] : {std::pair{"xsi", uri::schema_instance},
                                     {"xsd", uri::schema},
                                     {"a", uri::addressing},
                                     {"w", uri::wsman},
                                     {"", uri::envelope}})
        out.emplace_back(prefix, ns);
    return out;
}

// AMT counts its replies in the last 12 hexadecimal digits.
std::string reply_id(std::uint64_t number) {
    return "uuid:00000000-8086-8086-8086-" +
           detail::upper_hex(static_cast<std::size_t>(number & 0xffffffffffff), 12);
}

core::result<std::string> write_reply(const reply_envelope &reply, std::string_view action,
                                      const std::vector<std::string> &namespaces,
                                      std::string_view body) {
    xml_writer to;
    to.raw(R"(<?xml version="1.0" encoding="UTF-8"?>)");
    to.open("a:Envelope");
    for (const auto &[prefix, ns] : reply_prefixes(namespaces))
        to.attribute("xmlns:" + prefix, ns);
    to.open("a:Header")
        .element("b:To", uri::anonymous)
        .element("b:RelatesTo", reply.relates_to)
        .element("b:Action", action, {{"a:mustUnderstand", "true"}})
        .element("b:MessageID", reply_id(reply.message_number))
        .element("c:ResourceURI", reply.resource_uri)
        .close();
    to.open("a:Body").raw(body).close();
    to.close();
    return to.finish();
}

} // namespace

void write_reference(xml_writer &to, const endpoint_reference &reference,
                     std::string_view addressing_prefix, std::string_view wsman_prefix) {
    to.element(joined(addressing_prefix, "Address"), reference.address);
    to.open(joined(addressing_prefix, "ReferenceParameters"));
    to.element(joined(wsman_prefix, "ResourceURI"), reference.resource_uri);
    write_selectors(to, reference.selectors, addressing_prefix, wsman_prefix);
    to.close();
}

core::result<std::string> build_request(const request_envelope &request) {
    // A body may hold a password: one that moves while it grows would leave pieces behind.
    constexpr std::size_t more_than_a_header = 4096;
    xml_writer to;
    to.reserve(request.body.size() + more_than_a_header);
    to.raw(R"(<?xml version="1.0" encoding="utf-8"?>)");
    to.open("Envelope");
    for (const auto &[prefix, ns] : request_prefixes())
        to.attribute(prefix.empty() ? "xmlns" : "xmlns:" + prefix, ns);
    to.open("Header")
        .element("a:Action", request.action)
        .element("a:To", "/wsman")
        .element("w:ResourceURI", request.resource_uri)
        .element("a:MessageID", request.message_id)
        .open("a:ReplyTo")
        .element("a:Address", uri::anonymous)
        .close()
        .element("w:OperationTimeout", request.operation_timeout);
    write_selectors(to, request.selectors, "a", "w");
    to.close();
    to.open("Body").raw(request.body).close();
    to.close();
    return to.finish();
}

std::string instance_body(std::string_view resource_uri, std::string_view properties) {
    const auto name = "h:" + std::string(resource_uri.substr(resource_uri.rfind('/') + 1));
    xml_writer to;
    to.open(name, {{"xmlns:h", resource_uri}}).raw(properties).close();
    return to.finish().value(); // a class's URI is ASCII
}

std::string method_body(std::string_view resource_uri, std::string_view method,
                        std::string_view parameters) {
    xml_writer to;
    to.open("h:" + std::string(method) + "_INPUT", {{"xmlns:h", resource_uri}})
        .raw(parameters)
        .close();
    return to.finish().value();
}

core::result<std::string> element_body(const xml_element &tree) {
    xml_writer to;
    if (tree.ns.empty() || !tree.attributes.empty() || !tree.text_ns.empty()) {
        write_tree(to, tree, request_prefixes());
        return to.finish();
    }
    auto prefixes = request_prefixes();
    prefixes.emplace_back("h", tree.ns);
    to.open("h:" + tree.name, {{"xmlns:h", tree.ns}});
    to.text(tree.text);
    for (const auto &child : tree.children)
        write_tree(to, child, prefixes);
    return to.close().finish();
}

std::string enumerate_body() {
    return "<Enumerate xmlns=\"" + std::string(uri::enumeration) + "\" />";
}

core::result<std::string> pull_body(std::string_view enumeration_context) {
    // The numbers and their order are those of every known client (wsman.md 3).
    xml_writer to;
    to.open("Pull", {{"xmlns", uri::enumeration}})
        .element("EnumerationContext", enumeration_context)
        .element("MaxElements", "999")
        .element("MaxCharacters", "99999")
        .close();
    return to.finish();
}

core::result<std::string> release_body(std::string_view enumeration_context) {
    xml_writer to;
    to.open("Release", {{"xmlns", uri::enumeration}})
        .element("EnumerationContext", enumeration_context)
        .close();
    return to.finish();
}

xml_prefixes reply_prefixes(const std::vector<std::string> &body_namespaces) {
    xml_prefixes out;
    char prefix = 'a';
    for (auto ns :
         {uri::envelope, uri::addressing, uri::wsman, uri::trust, uri::security, uri::cim_binding})
        out.emplace_back(std::string(1, prefix++), std::string(ns));
    for (const auto &ns : body_namespaces)
        out.emplace_back(std::string(1, prefix++), ns);
    out.emplace_back("xsi", std::string(uri::schema_instance));
    return out;
}

core::result<std::string> build_reply(const reply_envelope &reply) {
    return write_reply(reply, reply.action, reply.body_namespaces, reply.body);
}

core::result<std::string> build_fault(const reply_envelope &reply, const fault &f) {
    auto namespaces = reply.body_namespaces;
    if (namespaces.empty() && !reply.resource_uri.empty())
        namespaces.push_back(reply.resource_uri);
    auto declared = reply_prefixes(namespaces);
    const auto has_subcode_namespace = [&](const auto &p) {
        return p.second == f.subcode_namespace;
    };
    if (std::ranges::none_of(declared, has_subcode_namespace) && !f.subcode.empty()) {
        namespaces.push_back(f.subcode_namespace);
        declared = reply_prefixes(namespaces);
    }
    xml_writer to;
    to.open("a:Fault").open("a:Code").element("a:Value", joined("a", f.code));
    if (!f.subcode.empty()) {
        const auto prefix = std::ranges::find_if(declared, has_subcode_namespace)->first;
        to.open("a:Subcode").element("a:Value", joined(prefix, f.subcode)).close();
    }
    to.close();
    to.open("a:Reason").element("a:Text", f.reason, {{"xml:lang", "en-US"}}).close();
    to.open("a:Detail");
    if (f.detail.empty())
        to.text("");
    else
        to.element("c:FaultDetail", f.detail);
    to.close().close();
    auto body = to.finish();
    if (!body)
        return body.error();
    const bool addressing = f.subcode_namespace == uri::addressing;
    return write_reply(reply, addressing ? uri::addressing_fault : uri::wsman_fault, namespaces,
                       *body);
}

} // namespace costrand::wsman
