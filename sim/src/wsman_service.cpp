// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/wsman_service.hpp>

#include "wsman_faults.hpp"
#include "wsman_methods.hpp"
#include "wsman_power.hpp"
#include "wsman_rights.hpp"

#include <utility>

namespace costrand::sim {
namespace {

using wsman::operation;
using wsman::soap_request;

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

} // namespace

std::string call_name(const soap_request &request) {
    std::string name = request.class_name.empty() ? "?" : request.class_name;
    name += '.';
    name += operation_name(request);
    return name;
}

wsman_answer wsman_service::handle(const soap_request &request, const wsman_caller &caller,
                                   core::time_point now) {
    if (request.to.empty() || request.message_id.empty())
        return refuse(request, header_required());
    if (!request.to.ends_with("/wsman"))
        return refuse(request, invalid_header());
    if (!state_.objects.find(request.resource_uri))
        return refuse(request, destination_unreachable());
    if (!is_allowed(caller, request, state_))
        return refuse(request, access_denied());
    settle(state_, device_, now);
    show_state(request.class_name, now);
    const auto &known = *state_.objects.find(request.resource_uri); // changed by what is shown
    switch (request.op) {
    case operation::get:
        return get(request, known);
    case operation::put:
        return put(request, known);
    case operation::create:
        return create(request, known);
    case operation::delete_instance:
        return remove(request, known);
    case operation::enumerate:
        return enumerate(request, now);
    case operation::pull:
        return pull(request, now);
    case operation::release:
        return release(request);
    case operation::invoke:
        return invoke(request, known, caller, now);
    default:
        return refuse(request, action_not_supported());
    }
}

// What is held elsewhere than in the properties that tell it.
void wsman_service::show_state(std::string_view class_name, core::time_point now) {
    if (class_name == "IPS_HostBasedSetupService" ||
        class_name == "AMT_SetupAndConfigurationService" ||
        class_name == "IPS_ProvisioningRecordLog")
        show_mode(state_);
    if (class_name == "IPS_HostBasedSetupService")
        show_setup_service(state_, random_);
    if (class_name == "IPS_OptInService")
        show_consent(state_, now);
    if (class_name == "AMT_EthernetPortSettings")
        show_link(state_, now);
    if (class_name == "CIM_AssociatedPowerManagementService" ||
        class_name == "CIM_ServiceAvailableToElement" || class_name == "CIM_PowerManagementService")
        show_power(state_, device_);
}

wsman_answer wsman_service::invoke(const soap_request &request, const object_class &known,
                                   const wsman_caller &caller, core::time_point now) {
    const auto *called = find_method(call_name(request), state_.objects);
    if (!called)
        return refuse(request, action_not_supported());
    if (!request.body)
        return refuse(request, missing_values());
    if (!request.body->is(request.resource_uri, request.method + "_INPUT"))
        return refuse(request, invalid_namespace());
    if (const auto why = refuse_input(*called, *request.body))
        return refuse(request, *why);
    if (!request.selectors.empty()) {
        const auto picked = pick(request, known);
        if (const auto *why = std::get_if<wsman::fault>(&picked))
            return refuse(request, *why);
    }
    const auto clock = device_clock(state_, now);
    method_call call{*request.body, request,    state_, device_, *keys_,
                     random_,       caller.who, now,    clock};
    const auto outcome = called->function(call);
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
