// SPDX-License-Identifier: Apache-2.0
// The simulated firmware is asked everything that a real provisioning server asked in the recorded
// conversations of plain client control mode, and must let it go on as the recorded device did.
#include <costrand/sim/wsman_service.hpp>

#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/http_parser.hpp>
#include <unit/wsman/recorded.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::sim;

namespace {

struct round {
    wsman::http_request request;
    wsman::http_response response;
};

std::vector<round> rounds_of(std::string_view file) {
    std::vector<round> out;
    static const auto all = test::recorded_conversations();
    for (const auto &m : all) {
        if (m.file != file)
            continue;
        if (m.request) {
            wsman::http_limits limits;
            limits.utf16_chunk_sizes = true;
            wsman::request_parser parser(limits);
            REQUIRE(parser.feed(core::as_bytes(m.bytes)).has_value());
            out.push_back({parser.release(), {}});
        } else {
            wsman::response_parser parser;
            REQUIRE(parser.feed(core::as_bytes(m.bytes)).has_value());
            out.back().response = parser.release();
        }
    }
    REQUIRE(!out.empty());
    return out;
}

wsman_user user_of(const wsman::http_request &request) {
    const auto answer = wsman::parse_authorization(request.headers.value("Authorization"));
    REQUIRE(answer.has_value());
    return answer->username == "admin" ? wsman_user::administrator : wsman_user::local_account;
}

class replay {
  public:
    void conversation(std::string_view file) {
        CAPTURE(file);
        int number = 0;
        for (const auto &r : rounds_of(file)) {
            ++number;
            CAPTURE(number);
            if (r.response.status != 401) // authentication is wsman_server's matter
                one(r);
        }
    }
    device_state &state() { return state_; }

  private:
    void one(const round &r) {
        auto request = wsman::parse_request(r.request.body);
        REQUIRE(request.has_value());
        CAPTURE(call_name(*request));
        if (request->op == wsman::operation::pull)
            put_our_context(*request->body);
        const auto answer = service_.handle(*request, user_of(r.request), {});
        CHECK(answer.status == r.response.status);
        const auto ours = wsman::parse_reply(answer.xml);
        const auto theirs = wsman::parse_reply(r.response.body);
        REQUIRE(ours.has_value());
        REQUIRE(theirs.has_value());
        CHECK(ours->relates_to == theirs->relates_to);
        CHECK(ours->action == theirs->action);
        CHECK(ours->resource_uri == theirs->resource_uri);
        if (theirs->fault) {
            CHECK(ours->fault == theirs->fault);
            return;
        }
        CHECK(ours->body.has_value() == theirs->body.has_value());
        if (!ours->body || !theirs->body)
            return;
        CHECK(ours->body->is(theirs->body->ns, theirs->body->name));
        CHECK(ours->return_value() == theirs->return_value());
        compare_items(*ours->body, *theirs->body);
        if (request->op == wsman::operation::enumerate)
            context_ = ours->body->value("EnumerationContext");
    }

    void put_our_context(wsman::xml_element &pull) {
        for (auto &child : pull.children)
            if (child.name == "EnumerationContext")
                child.text = context_;
    }

    // The same number of instances, of the same classes and keys.
    static void compare_items(const wsman::xml_element &ours, const wsman::xml_element &theirs) {
        const auto *a = ours.child("Items"), *b = theirs.child("Items");
        CHECK((a == nullptr) == (b == nullptr));
        if (!a || !b)
            return;
        REQUIRE(a->children.size() == b->children.size());
        for (std::size_t i = 0; i < a->children.size(); ++i) {
            CHECK(a->children[i].is(b->children[i].ns, b->children[i].name));
            for (const auto *key : {"InstanceID", "Name"})
                CHECK(a->children[i].value(key) == b->children[i].value(key));
        }
    }

    std::unique_ptr<core::random_source> random_ = core::seeded_random(1);
    profile device_ = amt16();
    device_state state_ = factory_state(device_, *random_);
    wsman_service service_{state_, device_, *random_, pooled_keys()};
    std::string context_;
};

} // namespace

TEST_CASE("a recorded activation in client control mode goes through to its end") {
    replay r;
    r.conversation("rps-ccm");
    CHECK(r.state().mode == control_mode::client);
    // What the profile of the recording asked for: SOL, IDER and KVM on, consent for all.
    const auto &objects = r.state().objects;
    const auto property = [&](std::string_view name, std::string_view key) {
        return objects.find_name(name)->instances.front().value(key);
    };
    CHECK(property("AMT_RedirectionService", "EnabledState") == "32771");
    CHECK(property("AMT_RedirectionService", "ListenerEnabled") == "true");
    CHECK(property("CIM_KVMRedirectionSAP", "EnabledState") == "6");
    CHECK(property("IPS_OptInService", "OptInRequired") == "4294967295");
}

TEST_CASE("recorded runs on the activated device go through, up to its deactivation") {
    replay r;
    r.conversation("rps-ccm");
    for (const auto *file : {"rps-ccm-again", "rps-maintenance-synctime", "rps-maintenance-syncip",
                             "rps-maintenance-synchostname", "rps-maintenance-changepassword"})
        r.conversation(file);
    CHECK(r.state().objects.find_name("AMT_GeneralSettings")->instances.front().value("HostName") ==
          "lab-host2");
    r.conversation("rps-deactivate");
    CHECK(r.state().mode == control_mode::none);
}

TEST_CASE("a recorded activation with a presence server goes through, and again") {
    replay r;
    r.conversation("rps-ccm-cira");
    const auto &objects = r.state().objects;
    CHECK(objects.find_name("AMT_ManagementPresenceRemoteSAP")->instances.size() == 1);
    CHECK(objects.find_name("AMT_RemoteAccessPolicyRule")->instances.size() == 2);
    const auto associated_twice = [&objects] {
        const auto &all = objects.find_name("AMT_RemoteAccessPolicyAppliesToMPS")->instances;
        return all.size() == 2 &&
               std::ranges::all_of(all, [](const auto &i) { return i.value("MpsType") == "2"; });
    };
    CHECK(associated_twice());
    r.conversation("rps-ccm-cira-again");
    CHECK(associated_twice());
}
