// SPDX-License-Identifier: Apache-2.0
// A device's WS-Management without HTTP, and what tests say to it.
#pragma once

#include <costrand/sim/wsman_service.hpp>

#include "device_client.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

namespace costrand::test {

struct wsman_bench {
    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    sim::profile device = sim::amt16();
    sim::device_state state = sim::factory_state(device, *random);
    std::shared_ptr<sim::key_source> keys = sim::pooled_keys();
    sim::wsman_service service{state, device, *random, keys};
    core::time_point now{};
    int status = 0; // of the last answer

    wsman::soap_reply ask(const wsman::request_envelope &request,
                          sim::wsman_user user = sim::wsman_user::administrator) {
        auto parsed = wsman::parse_request(*wsman::build_request(request));
        REQUIRE(parsed.has_value());
        const auto answer = service.handle(*parsed, user, now);
        status = answer.status;
        auto reply = wsman::parse_reply(answer.xml);
        REQUIRE(reply.has_value());
        if (reply->fault)
            reply->body.reset(); // so that a check of the body checks that there is no fault
        return *reply;
    }
    std::string context_of(std::string_view class_name) {
        return std::string(ask(enumerate_of(class_name)).body->value("EnumerationContext"));
    }
    // All instances, by Enumerate and Pull.
    std::vector<wsman::xml_element> all(std::string_view class_name) {
        const auto reply = ask(pull_of(class_name, context_of(class_name)));
        return reply.body->child("Items")->children;
    }
    void activate() { enter_client_control(state, core::secret(std::string(32, 'a'))); }
};

// Markup of an endpoint reference, for method parameters and properties.
inline std::string reference_to(std::string_view class_name, std::string_view key,
                                std::string_view value) {
    return "<a:Address>default</a:Address><a:ReferenceParameters><w:ResourceURI>" +
           resource(class_name) + "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"" +
           std::string(key) + "\">" + std::string(value) +
           "</w:Selector></w:SelectorSet></a:ReferenceParameters>";
}

// The InstanceID in the reference that a method gave.
inline std::string created(const wsman::soap_reply &reply, std::string_view parameter) {
    const auto *given = reply.body->child(parameter);
    REQUIRE(given);
    const auto to = wsman::read_reference(*given);
    REQUIRE(to.has_value());
    return to->selectors.at(0).value;
}

// "MissingValues" of a fault's detail.
inline bool fault_tells(const wsman::soap_reply &reply, std::string_view what) {
    return reply.fault && reply.fault->is(wsman::uri::transfer, "InvalidRepresentation") &&
           reply.fault->detail.ends_with(what);
}

} // namespace costrand::test
