// SPDX-License-Identifier: Apache-2.0
// Calls before they are numbered: action, selectors and body of each.
#include "rps_amt.hpp"

#include <memory>
#include <utility>

namespace costrand::sim {

namespace {

std::string resource_uri(std::string_view class_name) {
    const auto name = class_name.substr(0, 3);
    const auto base = name == "AMT"   ? wsman::uri::amt_base
                      : name == "IPS" ? wsman::uri::ips_base
                                      : wsman::uri::cim_base;
    return std::string(base) + std::string(class_name);
}

amt_call make_call(std::string_view class_name, std::string_view verb, std::string_view action) {
    amt_call c;
    c.class_name = std::string(class_name);
    c.verb = std::string(verb);
    c.action = std::string(action);
    c.resource_uri = resource_uri(class_name);
    return c;
}

std::string properties_of(const wsman::xml_element &instance, const std::string &uri) {
    const wsman::xml_prefixes prefixes{{"h", uri},
                                       {"a", std::string(wsman::uri::addressing)},
                                       {"w", std::string(wsman::uri::wsman)}};
    wsman::xml_writer to;
    for (const auto &property : instance.children)
        wsman::write_tree(to, property, prefixes);
    // The texts come from a document that was parsed: they can be written again.
    return to.finish().value();
}

std::vector<wsman::selector> references_in(const wsman::xml_element &instance) {
    std::vector<wsman::selector> out;
    for (const auto &end : instance.children) {
        auto reference = wsman::read_reference(end);
        if (!reference)
            continue; // a plain property
        auto shared = std::make_shared<const wsman::endpoint_reference>(std::move(*reference));
        out.push_back({end.name, {}, std::move(shared)});
    }
    return out;
}

} // namespace

amt_call amt_get(std::string_view class_name) {
    return make_call(class_name, "Get", wsman::uri::get);
}

amt_call amt_enumerate(std::string_view class_name) {
    auto c = make_call(class_name, "Enumerate", wsman::uri::enumerate);
    c.body = wsman::enumerate_body();
    return c;
}

amt_call amt_pull(std::string_view class_name, std::string_view context) {
    auto c = make_call(class_name, "Pull", wsman::uri::pull);
    c.body = wsman::pull_body(context).value();
    return c;
}

amt_call amt_delete(std::string_view class_name, std::string_view key, std::string_view value) {
    auto c = make_call(class_name, "Delete", wsman::uri::delete_);
    c.selectors.push_back({std::string(key), std::string(value), nullptr});
    c.subject = value;
    return c;
}

amt_call amt_delete_association(std::string_view class_name, const wsman::xml_element &instance) {
    auto c = make_call(class_name, "Delete", wsman::uri::delete_);
    c.selectors = references_in(instance);
    return c;
}

amt_call amt_invoke(std::string_view class_name, std::string_view method,
                    const amt_parameters &parameters) {
    wsman::xml_writer to;
    for (const auto &[name, value] : parameters)
        to.element("h:" + std::string(name), value);
    auto c = amt_invoke_with(class_name, method, to.finish().value());
    for (const auto &[name, value] : parameters)
        if (name == "RequestedState")
            c.subject = value;
    return c;
}

amt_call amt_invoke_with(std::string_view class_name, std::string_view method,
                         std::string_view parameters) {
    const auto uri = resource_uri(class_name);
    auto c = make_call(class_name, method, uri + "/" + std::string(method));
    c.body = wsman::method_body(uri, method, parameters);
    return c;
}

amt_call amt_create(std::string_view class_name, std::string_view properties) {
    auto c = make_call(class_name, "Create", wsman::uri::create);
    c.body = wsman::instance_body(resource_uri(class_name), properties);
    return c;
}

amt_call amt_put(std::string_view class_name, const wsman::xml_element &instance,
                 std::string_view selector) {
    auto c = make_call(class_name, "Put", wsman::uri::put);
    c.subject = instance.value("InstanceID");
    if (!selector.empty())
        c.selectors.push_back(
            {std::string(selector), std::string(instance.value(selector)), nullptr});
    const auto uri = resource_uri(class_name);
    c.body = wsman::instance_body(uri, properties_of(instance, uri));
    return c;
}

amt_call amt_put_association(std::string_view class_name, const wsman::xml_element &instance) {
    auto c = amt_put(class_name, instance, "");
    c.selectors = references_in(instance);
    return c;
}

std::string amt_reference(std::string_view class_name, std::string_view key,
                          std::string_view value) {
    wsman::endpoint_reference to;
    to.resource_uri = resource_uri(class_name);
    to.selectors.push_back({std::string(key), std::string(value), nullptr});
    wsman::xml_writer out;
    wsman::write_reference(out, to, "a", "w");
    // Names of instances come from a document that was parsed: they can be written again.
    return out.finish().value();
}

} // namespace costrand::sim
