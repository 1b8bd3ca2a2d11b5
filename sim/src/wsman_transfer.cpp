// SPDX-License-Identifier: Apache-2.0
// Get, Put, Create and Delete of the simulated firmware.
#include <costrand/sim/wsman_service.hpp>

#include "base_classes.hpp"
#include "put_schema.hpp"
#include "put_values.hpp"
#include "wsman_faults.hpp"
#include "wsman_markup.hpp"
#include "wsman_methods.hpp"
#include "wsman_rules.hpp"
#include "wsman_tls.hpp"

#include <algorithm>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::soap_request;
using wsman::xml_element;

// What the body holds replaces what is there; a missing property keeps its value.
void replace_properties(xml_element &instance, const xml_element &body, const put_rule &rule) {
    for (const auto name : rule.cleared_when_missing)
        if (!body.child(name))
            remove_property(instance, name);
    for (const auto &property : body.children) {
        const auto same = body.children_named(property.name);
        if (same.front() != &property || contains(rule.read_only, property.name) ||
            is_never_told(property.name) || !property.children.empty())
            continue;
        std::vector<std::string> values;
        for (const auto *one : same)
            values.emplace_back(one->value());
        set_array(instance, property.name, values);
    }
}

std::optional<wsman::fault> refuse_body(const xml_element &instance, const xml_element &body,
                                        const put_rule &rule) {
    if (!fits_schema(instance, body))
        return schema_error();
    for (const auto name : rule.required)
        if (!body.child(name))
            return missing_values();
    // The body must speak of the instance that the selectors name.
    for (const auto *key : {"InstanceID", "Name"})
        if (body.child(key) && body.value(key) != instance.value(key))
            return invalid_values();
    return std::nullopt;
}

// A key that no instance has as a property is no key of the class.
bool are_keys(const std::vector<const xml_element *> &instances,
              const std::vector<wsman::selector> &selectors) {
    return instances.empty() || std::ranges::all_of(selectors, [&](const auto &key) {
               return std::ranges::any_of(
                   instances, [&](const auto *one) { return one->child(key.name) != nullptr; });
           });
}

// The service of keys and certificates deletes those by their InstanceID, too (wsman.md 8).
const object_class &holder_of(const object_store &objects, const object_class &known,
                              const std::vector<wsman::selector> &keys) {
    if (known.name() != "AMT_PublicKeyManagementService")
        return known;
    const auto *certificates = objects.find_name("AMT_PublicKeyCertificate");
    const auto *pairs = objects.find_name("AMT_PublicPrivateKeyPair");
    if (pairs && pairs->find(keys))
        return *pairs;
    return certificates ? *certificates : known;
}

} // namespace

std::variant<const xml_element *, wsman::fault>
wsman_service::pick(const soap_request &request, const object_class &known) const {
    const auto instances = listed(state_.objects, known);
    if ((request.selectors.empty() && instances.size() > 1) ||
        !are_keys(instances, request.selectors))
        return invalid_selectors();
    const auto found = std::ranges::find_if(
        instances, [&](const auto *one) { return has_keys(*one, request.selectors); });
    if (found == instances.end())
        return destination_unreachable();
    return *found;
}

wsman_answer wsman_service::get(const soap_request &request, const object_class &known) {
    const auto picked = pick(request, known);
    if (const auto *why = std::get_if<wsman::fault>(&picked))
        return refuse(request, *why);
    const auto &instance = *std::get<const xml_element *>(picked);
    std::vector<std::string> namespaces{request.resource_uri};
    collect_namespaces(instance, namespaces);
    return reply(request, namespaces, as_markup(instance, namespaces));
}

wsman_answer wsman_service::put(const soap_request &request, const object_class &known) {
    const auto *rule = find_put_rule(known.name());
    if (!rule)
        return refuse(request, action_not_supported());
    if (!request.body)
        return refuse(request, missing_values());
    if (!request.body->is(request.resource_uri, known.name()))
        return refuse(request, invalid_namespace());
    const auto picked = pick(request, known);
    if (const auto *why = std::get_if<wsman::fault>(&picked))
        return refuse(request, *why);
    const auto &found = *std::get<const xml_element *>(picked);
    auto why = refuse_body(found, *request.body, *rule);
    if (!why)
        why = refuse_put(state_, found, *request.body);
    if (why)
        return refuse(request, *why);
    auto &mine = state_.objects.edit(request.resource_uri);
    auto &instance = *mine.find(request.selectors);
    replace_properties(instance, *request.body, *rule);
    after_put(state_, instance, *request.body);
    std::vector<std::string> namespaces{request.resource_uri};
    collect_namespaces(instance, namespaces);
    return reply(request, namespaces, as_markup(instance, namespaces));
}

// One class is made so; the others come by methods.
wsman_answer wsman_service::create(const soap_request &request, const object_class &known) {
    if (known.name() != "AMT_TLSCredentialContext")
        return refuse(request, action_not_supported());
    if (!request.body)
        return refuse(request, missing_values());
    if (!request.body->is(request.resource_uri, known.name()))
        return refuse(request, invalid_namespace());
    const auto made = create_tls_context(state_, *request.body);
    if (const auto *why = std::get_if<wsman::fault>(&made))
        return refuse(request, *why);
    wsman::xml_writer body;
    body.open("g:ResourceCreated");
    wsman::write_reference(body, std::get<wsman::endpoint_reference>(made), "b", "c");
    return reply(request, {std::string(wsman::uri::transfer)}, *body.close().finish());
}

wsman_answer wsman_service::remove(const soap_request &request, const object_class &known) {
    if (!may_delete(known.name()))
        return refuse(request, action_not_supported());
    if (request.selectors.empty())
        return refuse(request, invalid_selectors());
    const auto &holder = holder_of(state_.objects, known, request.selectors);
    const auto picked = pick(request, holder);
    if (const auto *why = std::get_if<wsman::fault>(&picked))
        return refuse(request, *why);
    if (const auto why = refuse_tls_delete(state_, *std::get<const xml_element *>(picked)))
        return refuse(request, *why);
    auto &mine = state_.objects.edit(std::string(holder.resource_uri));
    const auto at = mine.find(request.selectors) - mine.instances.data();
    const auto gone = std::move(mine.instances[static_cast<std::size_t>(at)]);
    mine.instances.erase(mine.instances.begin() + at);
    after_delete(state_, gone);
    return reply(request, {request.resource_uri}, {});
}

} // namespace costrand::sim
