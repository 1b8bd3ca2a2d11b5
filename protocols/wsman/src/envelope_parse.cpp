// SPDX-License-Identifier: Apache-2.0
// Reading envelopes, on both ends. Everything is found by namespace and local name.
#include <costrand/wsman/envelope.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace costrand::wsman {

namespace {

// The header elements that WS-Management gives a meaning. Others are ignored, mustUnderstand or
// not: recorded replies set it on elements that everybody understands.
struct header_texts {
    std::string action;
    std::string to;
    std::string relates_to;
    std::string message_id;
    std::string resource_uri;
    const xml_element *selectors = nullptr;
};

struct opened_envelope {
    header_texts header;
    const xml_element *body = nullptr; // the Body's one element, or nullptr
};

// Keeps the text; false when the element came before: two readers could take different ones.
bool take_text(const xml_element &from, std::string &to, bool &seen) {
    to = std::string(from.value());
    return !std::exchange(seen, true);
}

bool read_header(const xml_element &header, header_texts &to) {
    struct known {
        std::string_view ns, local;
        std::string *text;
        bool seen = false;
    } elements[] = {{uri::addressing, "Action", &to.action},
                    {uri::addressing, "To", &to.to},
                    {uri::addressing, "RelatesTo", &to.relates_to},
                    {uri::addressing, "MessageID", &to.message_id},
                    {uri::wsman, "ResourceURI", &to.resource_uri}};
    for (const auto &e : header.children) {
        for (auto &k : elements)
            if (e.is(k.ns, k.local) && !take_text(e, *k.text, k.seen))
                return false;
        if (!e.is(uri::wsman, "SelectorSet"))
            continue;
        if (std::exchange(to.selectors, &e) != nullptr)
            return false;
    }
    return true;
}

core::result<opened_envelope> open_envelope(const xml_element &root) {
    opened_envelope out;
    if (!root.is(uri::envelope, "Envelope"))
        return errc::envelope_malformed;
    const xml_element *header = nullptr;
    const xml_element *body = nullptr;
    for (const auto &e : root.children) {
        if (e.is(uri::envelope, "Header") && !header && !body)
            header = &e;
        else if (e.is(uri::envelope, "Body") && !body)
            body = &e;
        else
            return errc::envelope_malformed;
    }
    if (!header || !body || body->children.size() > 1 || !read_header(*header, out.header))
        return errc::envelope_malformed;
    if (out.header.action.empty())
        return errc::envelope_malformed;
    if (!body->children.empty())
        out.body = &body->children.front();
    return out;
}

core::result<std::vector<selector>> read_selectors(const xml_element &set) {
    std::vector<selector> out;
    for (const auto &e : set.children) {
        const auto *name = e.attribute("Name");
        if (!e.is(uri::wsman, "Selector") || name == nullptr || name->empty())
            return errc::envelope_malformed;
        selector s;
        s.name = *name;
        if (const auto *inner = e.child(uri::addressing, "EndpointReference")) {
            auto reference = read_reference(*inner);
            if (!reference)
                return reference.error();
            s.reference = std::make_shared<const endpoint_reference>(std::move(*reference));
        } else if (!e.children.empty()) {
            return errc::envelope_malformed;
        } else {
            s.value = e.text;
        }
        // A key twice has no meaning.
        if (std::ranges::any_of(out, [&](const selector &o) { return o.name == s.name; }))
            return errc::envelope_malformed;
        out.push_back(std::move(s));
    }
    return out;
}

void classify(soap_request &r) {
    static constexpr std::pair<std::string_view, operation> table[] = {
        {uri::get, operation::get},
        {uri::put, operation::put},
        {uri::create, operation::create},
        {uri::delete_, operation::delete_instance},
        {uri::enumerate, operation::enumerate},
        {uri::pull, operation::pull},
        {uri::release, operation::release}};
    for (const auto &[action, op] : table)
        if (r.action == action)
            r.op = op;
    r.class_name = r.resource_uri.substr(r.resource_uri.rfind('/') + 1);
    const auto slash = r.action.rfind('/');
    if (r.op != operation::other || slash == r.action.npos || r.resource_uri.empty() ||
        r.action.substr(0, slash) != r.resource_uri)
        return;
    r.op = operation::invoke;
    r.method = r.action.substr(slash + 1);
}

fault read_fault(const xml_element &body) {
    fault f;
    if (const auto *code = body.child("Code")) {
        if (const auto *value = code->child("Value"))
            f.code = std::string(value->local_value());
        if (const auto *value = code->descend({"Subcode", "Value"})) {
            f.subcode = std::string(value->local_value());
            f.subcode_namespace = value->text_ns;
        }
    }
    if (const auto *text = body.descend({"Reason", "Text"}))
        f.reason = std::string(text->value());
    if (const auto *detail = body.child("Detail")) {
        const auto *inner = detail->child("FaultDetail");
        f.detail = std::string(inner ? inner->value() : detail->value());
    }
    return f;
}

} // namespace

bool operator==(const selector &a, const selector &b) {
    if (a.name != b.name || !a.reference != !b.reference)
        return false;
    return a.reference ? *a.reference == *b.reference : a.value == b.value;
}

bool operator==(const endpoint_reference &a, const endpoint_reference &b) {
    return a.address == b.address && a.resource_uri == b.resource_uri && a.selectors == b.selectors;
}

const std::string *soap_request::selector_value(std::string_view name) const noexcept {
    for (const auto &s : selectors)
        if (s.name == name && !s.reference)
            return &s.value;
    return nullptr;
}

core::result<endpoint_reference> read_reference(const xml_element &element) {
    const auto *parameters = element.child(uri::addressing, "ReferenceParameters");
    const auto *address = element.child(uri::addressing, "Address");
    const auto *resource = parameters ? parameters->child(uri::wsman, "ResourceURI") : nullptr;
    if (!address || !resource)
        return errc::envelope_malformed;
    endpoint_reference out;
    out.address = std::string(address->value());
    out.resource_uri = std::string(resource->value());
    if (const auto *set = parameters->child(uri::wsman, "SelectorSet")) {
        auto selectors = read_selectors(*set);
        if (!selectors)
            return selectors.error();
        out.selectors = std::move(*selectors);
    }
    return out;
}

core::result<soap_request> parse_request(std::string_view document, const xml_limits &limits) {
    auto root = parse_xml(document, limits);
    if (!root)
        return root.error();
    auto open = open_envelope(*root);
    if (!open)
        return open.error();
    soap_request r;
    r.action = std::move(open->header.action);
    r.to = std::move(open->header.to);
    r.resource_uri = std::move(open->header.resource_uri);
    r.message_id = std::move(open->header.message_id);
    if (open->header.selectors) {
        auto selectors = read_selectors(*open->header.selectors);
        if (!selectors)
            return selectors.error();
        r.selectors = std::move(*selectors);
    }
    if (open->body)
        r.body = *open->body;
    classify(r);
    return r;
}

core::result<soap_reply> parse_reply(std::string_view document, const xml_limits &limits) {
    auto root = parse_xml(document, limits);
    if (!root)
        return root.error();
    auto open = open_envelope(*root);
    if (!open)
        return open.error();
    soap_reply r;
    r.action = std::move(open->header.action);
    r.relates_to = std::move(open->header.relates_to);
    r.message_id = std::move(open->header.message_id);
    r.resource_uri = std::move(open->header.resource_uri);
    if (open->body) {
        r.body = *open->body;
        if (r.body->is(uri::envelope, "Fault"))
            r.fault = read_fault(*r.body);
    }
    return r;
}

std::optional<std::uint32_t> soap_reply::return_value() const noexcept {
    if (!body)
        return std::nullopt;
    return wsman::return_value(*body);
}

std::optional<std::uint32_t> return_value(const xml_element &output) noexcept {
    const auto text = output.value("ReturnValue");
    std::uint32_t n = 0;
    const auto end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, n);
    if (text.empty() || problem != std::errc() || stopped != end)
        return std::nullopt;
    return n;
}

} // namespace costrand::wsman
