// SPDX-License-Identifier: Apache-2.0
// SOAP envelopes of WS-Management: requests and replies, built by one end and read by the other.
// The header elements and their order are those of recorded messages. Sans-io.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/fault.hpp>
#include <costrand/wsman/namespaces.hpp>
#include <costrand/wsman/xml.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman {

struct endpoint_reference;

// One key of an instance: a text, or a reference to another instance.
struct selector {
    std::string name;
    std::string value = {};
    std::shared_ptr<const endpoint_reference> reference = {}; // if set, instead of value
};

// Names an instance: its class and its keys. AMT does not look at the address.
struct endpoint_reference {
    std::string address = std::string(uri::anonymous);
    std::string resource_uri = {};
    std::vector<selector> selectors = {};
};

[[nodiscard]] bool operator==(const endpoint_reference &a, const endpoint_reference &b);
[[nodiscard]] bool operator==(const selector &a, const selector &b);

enum class operation {
    get,
    put,
    create,
    delete_instance,
    enumerate,
    pull,
    release,
    invoke, // a method of the class
    other,  // an action that is none of these (eventing, or one of another class)
};

// A request to be sent. `body` is markup: an element with its own namespace declarations, or
// nothing.
struct request_envelope {
    std::string action;
    std::string resource_uri;
    std::string message_id = {};
    std::vector<selector> selectors = {};
    std::string body = {};
    std::string operation_timeout = "PT60S";
};

// Errors of all builders: xml_unwritable.
[[nodiscard]] core::result<std::string> build_request(const request_envelope &request);

// Markup for request bodies. `parameters` is markup with the prefix "h" for the class.
[[nodiscard]] std::string method_body(std::string_view resource_uri, std::string_view method,
                                      std::string_view parameters);
[[nodiscard]] std::string instance_body(std::string_view resource_uri, std::string_view properties);
[[nodiscard]] std::string enumerate_body();
[[nodiscard]] core::result<std::string> pull_body(std::string_view enumeration_context);
[[nodiscard]] core::result<std::string> release_body(std::string_view enumeration_context);

// A tree as the body of a request: Put what Get gave. The prefix of its root is "h".
[[nodiscard]] core::result<std::string> element_body(const xml_element &tree);

// A request as it came in.
struct soap_request {
    std::string action;
    std::string to;
    std::string resource_uri; // may be missing (empty): the class is then unknown
    std::string class_name;   // last part of resource_uri
    std::string message_id;   // to be echoed, whatever it is; may be missing
    operation op = operation::other;
    std::string method; // of operation::invoke
    std::vector<selector> selectors;
    std::optional<xml_element> body; // its one element

    // A selector's text; nullptr when there is none of that name.
    [[nodiscard]] const std::string *selector_value(std::string_view name) const noexcept;
};

// Errors: those of parse_xml, envelope_malformed (no envelope, no action, a header element twice,
// several body elements, a broken selector set).
[[nodiscard]] core::result<soap_request> parse_request(std::string_view document,
                                                       const xml_limits &limits = {});

// A reply to be sent. `body` is markup with the prefixes a (envelope), b (addressing), c (wsman),
// xsi, and g, h, i, ... for body_namespaces in their order.
struct reply_envelope {
    std::string relates_to;
    std::string action;
    std::uint64_t message_number = 0; // "uuid:00000000-8086-8086-8086-" and 12 digits
    std::string resource_uri;
    std::vector<std::string> body_namespaces = {};
    std::string body = {};
};
// The prefixes that build_reply declares, for write_tree.
[[nodiscard]] xml_prefixes reply_prefixes(const std::vector<std::string> &body_namespaces);

[[nodiscard]] core::result<std::string> build_reply(const reply_envelope &reply);
// A fault as body; action and body of `reply` are not used. Without body_namespaces the class's own
// is declared, as with every reply. A subcode needs its namespace.
[[nodiscard]] core::result<std::string> build_fault(const reply_envelope &reply, const fault &f);

// The ReturnValue of a method's output, if it is there and a number. Other than 0 is a refusal by
// the method, which is no fault.
[[nodiscard]] std::optional<std::uint32_t> return_value(const xml_element &output) noexcept;

// A reply as it came in. Actions of recorded replies do not always end in "Response": not checked.
struct soap_reply {
    std::string action;
    std::string relates_to;
    std::string message_id;
    std::string resource_uri;
    std::optional<xml_element> body;   // its one element; Delete has none
    std::optional<wsman::fault> fault; // then body is the Fault element

    // That of the body.
    [[nodiscard]] std::optional<std::uint32_t> return_value() const noexcept;
};

// Errors: those of parse_xml, envelope_malformed. A fault is no error here.
[[nodiscard]] core::result<soap_reply> parse_reply(std::string_view document,
                                                   const xml_limits &limits = {});

// An endpoint reference in a body: the element that holds Address and ReferenceParameters.
[[nodiscard]] core::result<endpoint_reference> read_reference(const xml_element &element);
// Address and ReferenceParameters, to be put inside an element; prefixes of addressing and wsman.
void write_reference(xml_writer &to, const endpoint_reference &reference,
                     std::string_view addressing_prefix, std::string_view wsman_prefix);

} // namespace costrand::wsman
