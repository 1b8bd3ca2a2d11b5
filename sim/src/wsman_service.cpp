// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/wsman_service.hpp>

#include "put_values.hpp"
#include "wsman_faults.hpp"
#include "wsman_methods.hpp"
#include "wsman_rules.hpp"
#include "wsman_tls.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::operation;
using wsman::soap_request;
using wsman::xml_element;

std::string_view operation_name(const soap_request &request) {
    switch (request.op) {
    case operation::get:
        return "Get";
    case operation::put:
        return "Put";
    case operation::create:
        return "Create";
    case operation::delete_instance:
        return "Delete";
    case operation::enumerate:
        return "Enumerate";
    case operation::pull:
        return "Pull";
    case operation::release:
        return "Release";
    case operation::invoke:
        return request.method;
    case operation::other:
        break;
    }
    return "?";
}

// What the local system account may do besides reading: see wsman_user.
bool local_account_may(const soap_request &request) {
    switch (request.op) {
    case operation::get:
    case operation::enumerate:
    case operation::pull:
    case operation::release:
        return true;
    case operation::invoke:
        return request.class_name == "IPS_HostBasedSetupService" ||
               request.class_name == "AMT_SetupAndConfigurationService";
    default:
        return false;
    }
}

// The namespaces that a reply's body needs and the envelope does not declare, in order of use.
void collect_namespaces(const xml_element &tree, std::vector<std::string> &list) {
    constexpr auto declared = std::to_array<std::string_view>(
        {wsman::uri::envelope, wsman::uri::addressing, wsman::uri::wsman});
    if (!tree.ns.empty() && std::ranges::find(declared, tree.ns) == declared.end() &&
        std::ranges::find(list, tree.ns) == list.end())
        list.push_back(tree.ns);
    for (const auto &child : tree.children)
        collect_namespaces(child, list);
}

std::string as_markup(const xml_element &tree, const std::vector<std::string> &namespaces) {
    wsman::xml_writer to;
    wsman::write_tree(to, tree, wsman::reply_prefixes(namespaces));
    auto text = to.finish();
    return text ? *text : std::string(); // our own data and parsed requests are always writable
}

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

} // namespace

std::string call_name(const soap_request &request) {
    std::string name = request.class_name.empty() ? "?" : request.class_name;
    name += '.';
    name += operation_name(request);
    return name;
}

wsman_answer wsman_service::handle(const soap_request &request, wsman_user user,
                                   core::time_point now) {
    if (request.to.empty() || request.message_id.empty())
        return refuse(request, header_required());
    const auto *known = state_.objects.find(request.resource_uri);
    if (!known)
        return refuse(request, destination_unreachable());
    if (user == wsman_user::local_account && !local_account_may(request))
        return refuse(request, access_denied());
    if (request.class_name == "IPS_HostBasedSetupService") {
        show_setup_service(state_, random_);
        known = state_.objects.find(request.resource_uri); // changing copies what is shared
    }
    switch (request.op) {
    case operation::get:
        return get(request, *known);
    case operation::put:
        return put(request, *known);
    case operation::create:
        return create(request, *known);
    case operation::delete_instance:
        return remove(request, *known);
    case operation::enumerate:
        return enumerate(request, now);
    case operation::pull:
        return pull(request, now);
    case operation::release:
        return release(request);
    case operation::invoke:
        return invoke(request, user, now);
    default:
        return refuse(request, action_not_supported());
    }
}

std::variant<const xml_element *, wsman::fault>
wsman_service::pick(const soap_request &request, const object_class &known) const {
    if (request.selectors.empty() && known.instances.size() > 1)
        return invalid_selectors();
    const auto *found = known.find(request.selectors);
    if (!found)
        return destination_unreachable();
    return found;
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
    for (const auto name : rule->required)
        if (!request.body->child(name))
            return refuse(request, missing_values());
    // The body must speak of the instance that the selectors name.
    const auto &found = *std::get<const xml_element *>(picked);
    for (const auto *key : {"InstanceID", "Name"})
        if (request.body->child(key) && request.body->value(key) != found.value(key))
            return refuse(request, invalid_values());
    if (const auto why = refuse_put(state_, found, *request.body))
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
    const auto *found = known.find(request.selectors);
    if (!found)
        return refuse(request, destination_unreachable());
    if (const auto why = refuse_tls_delete(state_, *found))
        return refuse(request, *why);
    auto &mine = state_.objects.edit(request.resource_uri);
    const auto at = mine.find(request.selectors) - mine.instances.data();
    const auto gone = std::move(mine.instances[static_cast<std::size_t>(at)]);
    mine.instances.erase(mine.instances.begin() + at);
    after_delete(state_, gone);
    return reply(request, {request.resource_uri}, {});
}

std::string wsman_service::new_context(std::string_view resource_uri, std::size_t next,
                                       core::time_point now) {
    while (contexts_.size() >= device_.http.enumeration_contexts)
        contexts_.pop_front();
    // "14000000-0000-0000-0000-000000000000": a counter, least significant byte first.
    const std::uint32_t number = ++context_number_;
    std::string id;
    for (int shift = 0; shift < 32; shift += 8) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        id += digits[number >> shift >> 4 & 15];
        id += digits[number >> shift & 15];
    }
    id += "-0000-0000-0000-000000000000";
    contexts_.push_back({id, std::string(resource_uri), next, now});
    return id;
}

void wsman_service::drop_old_contexts(core::time_point now) {
    std::erase_if(contexts_,
                  [&](const context &c) { return now - c.begun > device_.http.enumeration_life; });
}

wsman_answer wsman_service::enumerate(const soap_request &request, core::time_point now) {
    drop_old_contexts(now);
    wsman::xml_writer body;
    body.open("g:EnumerateResponse")
        .element("g:EnumerationContext", new_context(request.resource_uri, 0, now))
        .close();
    return reply(request, {std::string(wsman::uri::enumeration)}, *body.finish());
}

wsman_answer wsman_service::pull(const soap_request &request, core::time_point now) {
    drop_old_contexts(now);
    if (!request.body || !request.body->is(wsman::uri::enumeration, "Pull"))
        return refuse(request, missing_values());
    const auto id = request.body->value("EnumerationContext");
    const auto found = std::ranges::find(contexts_, id, &context::id);
    if (found == contexts_.end() || found->resource_uri != request.resource_uri)
        return refuse(request, invalid_enumeration_context());
    std::size_t most = 1; // the standard's default
    const auto asked = request.body->value("MaxElements");
    std::from_chars(asked.data(), asked.data() + asked.size(), most);

    const auto &instances = state_.objects.find(request.resource_uri)->instances;
    const auto from = std::min(found->next, instances.size());
    const auto to = from + std::min(instances.size() - from, std::max<std::size_t>(most, 1));
    contexts_.erase(found);
    std::vector<std::string> namespaces{std::string(wsman::uri::enumeration)};
    if (from < to)
        namespaces.push_back(request.resource_uri);
    for (auto i = from; i < to; ++i)
        collect_namespaces(instances[i], namespaces);
    wsman::xml_writer body;
    body.open("g:PullResponse");
    if (to < instances.size())
        body.element("g:EnumerationContext", new_context(request.resource_uri, to, now));
    body.open("g:Items");
    for (auto i = from; i < to; ++i)
        wsman::write_tree(body, instances[i], wsman::reply_prefixes(namespaces));
    body.close();
    if (to == instances.size())
        body.element("g:EndOfSequence", "");
    body.close();
    return reply(request, namespaces, *body.finish());
}

wsman_answer wsman_service::release(const soap_request &request) {
    const auto id = request.body ? request.body->value("EnumerationContext") : "";
    const auto gone = std::erase_if(contexts_, [&](const context &c) { return c.id == id; });
    if (gone == 0)
        return refuse(request, invalid_enumeration_context());
    return reply(request, {}, {});
}

wsman_answer wsman_service::invoke(const soap_request &request, wsman_user user,
                                   core::time_point now) {
    const auto *function = find_method(call_name(request), state_.objects);
    if (!function)
        return refuse(request, action_not_supported());
    if (!request.body)
        return refuse(request, missing_values());
    if (!request.body->is(request.resource_uri, request.method + "_INPUT"))
        return refuse(request, invalid_namespace());
    const auto clock = device_clock(state_, now);
    method_call call{*request.body, request, state_, device_, *keys_, user, clock};
    const auto outcome = (*function)(call);
    if (const auto *why = std::get_if<wsman::fault>(&outcome))
        return refuse(request, *why);
    return answer_method(request, std::get<0>(outcome));
}

wsman_answer wsman_service::answer_method(const soap_request &request,
                                          const std::vector<out_parameter> &out) {
    wsman::xml_writer body;
    body.open("g:" + request.method + "_OUTPUT");
    for (const auto &parameter : out) {
        if (!parameter.reference) {
            body.element("g:" + parameter.name, parameter.value);
            continue;
        }
        body.open("g:" + parameter.name);
        wsman::write_reference(body, *parameter.reference, "b", "c");
        body.close();
    }
    body.close();
    return reply(request, {request.resource_uri}, *body.finish());
}

wsman_answer wsman_service::reply(const soap_request &request, std::vector<std::string> namespaces,
                                  std::string body) {
    wsman::reply_envelope envelope;
    envelope.relates_to = request.message_id;
    envelope.action = request.action + "Response";
    envelope.message_number = ++message_number_;
    envelope.resource_uri = request.resource_uri;
    envelope.body_namespaces = std::move(namespaces);
    envelope.body = std::move(body);
    auto xml = wsman::build_reply(envelope);
    return {200, xml ? *xml : std::string()};
}

wsman_answer wsman_service::refuse(const soap_request &request, const wsman::fault &why) {
    wsman::reply_envelope envelope;
    envelope.relates_to = request.message_id;
    envelope.message_number = ++message_number_;
    envelope.resource_uri = request.resource_uri;
    auto xml = wsman::build_fault(envelope, why);
    return {why.code == "Receiver" ? 500 : 400, xml ? *xml : std::string()};
}

} // namespace costrand::sim
