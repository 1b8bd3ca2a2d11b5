// SPDX-License-Identifier: Apache-2.0
// Described classes through the client: what is asked, and what is made of the answer.
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/general.hpp>
#include <costrand/wsman/classes/setup.hpp>

#include "soap_rig.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::test;
namespace amt = wsman::amt;
namespace ips = wsman::ips;

TEST_CASE("a class is got as its struct") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig rig(env.executor, [](const wsman::soap_request &) -> soap_rig::said {
            return {"<g:AMT_GeneralSettings><g:HostName>pc</g:HostName></g:AMT_GeneralSettings>"};
        });
        const auto s = co_await wsman::get_instance<amt::general_settings>(rig.client);
        CHECK(s.host_name == "pc");
        CHECK(rig.requests.at(0).action == wsman::uri::get);
        CHECK(rig.requests.at(0).class_name == "AMT_GeneralSettings");

        std::vector<wsman::selector> key;
        key.push_back({"InstanceID", "Intel(r) AMT: General Settings"});
        (void)co_await wsman::get_instance<amt::general_settings>(rig.client, key);
        CHECK(rig.requests.at(1).selectors == key);
    });
}

TEST_CASE("an answer of another class is an error") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig rig(env.executor, [](const wsman::soap_request &) -> soap_rig::said {
            return {"<g:AMT_Other/>"};
        });
        auto call = wsman::get_instance<amt::general_settings>(rig.client);
        const auto answer = co_await outcome(std::move(call));
        CHECK(answer.has_error());
        if (answer.has_error())
            CHECK(answer.error() == wsman::errc::another_class);
    });
}

TEST_CASE("all instances of a class come in the device's order") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig rig(env.executor, [](const wsman::soap_request &q) -> soap_rig::said {
            if (q.op == wsman::operation::enumerate)
                return {"<h:EnumerateResponse><h:EnumerationContext>1</h:EnumerationContext>"
                        "</h:EnumerateResponse>"};
            return {"<h:PullResponse><h:Items>"
                    "<g:AMT_GeneralSettings><g:HostName>a</g:HostName></g:AMT_GeneralSettings>"
                    "<g:AMT_Derived/>"
                    "<g:AMT_GeneralSettings><g:HostName>b</g:HostName></g:AMT_GeneralSettings>"
                    "</h:Items><h:EndOfSequence/></h:PullResponse>"};
        });
        const auto all = co_await wsman::all_instances<amt::general_settings>(rig.client);
        CHECK(all.size() == 2);
        CHECK(all.front().host_name == "a");
        CHECK(all.back().host_name == "b");
    });
}

TEST_CASE("a struct is put with its selectors") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig rig(env.executor,
                     [](const wsman::soap_request &) -> soap_rig::said { return {""}; });
        amt::general_settings s;
        s.ping_response_enabled = true;
        s.wsman_only_mode = false;
        std::vector<wsman::selector> key;
        key.push_back({"InstanceID", "x"});
        co_await wsman::put_instance(rig.client, s, key);
        const auto &q = rig.requests.at(0);
        CHECK(q.action == wsman::uri::put);
        CHECK(q.selectors == key);
        CHECK(q.body->name == "AMT_GeneralSettings");
        CHECK(q.body->value("PingResponseEnabled") == "true");

        s.wsman_only_mode.reset();
        auto call = wsman::put_instance(rig.client, s, key);
        const auto refused = co_await outcome(std::move(call));
        CHECK(refused.has_error());
        CHECK(rig.requests.size() == 1);
    });
}

TEST_CASE("a method is called with its input and gives its output") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig rig(env.executor, [](const wsman::soap_request &q) -> soap_rig::said {
            return {"<g:" + q.method + "_OUTPUT><g:ReturnValue>4</g:ReturnValue></g:" + q.method +
                    "_OUTPUT>"};
        });
        ips::setup_input input;
        input.net_admin_pass_encryption_type = ips::admin_pass_encryption_type::http_digest_md5_a1;
        input.network_admin_password = core::secret("0123456789abcdef0123456789abcdef");
        std::vector<wsman::selector> none;
        const auto out = co_await wsman::invoke<ips::setup_output>(rig.client, input, none);
        CHECK(out.return_value == ips::setup_status::method_disabled);
        const auto &q = rig.requests.at(0);
        CHECK(q.class_name == "IPS_HostBasedSetupService");
        CHECK(q.method == "Setup");
        CHECK(q.body->name == "Setup_INPUT");
        CHECK(q.body->value("NetAdminPassEncryptionType") == "2");
        CHECK(q.body->value("NetworkAdminPassword") == "0123456789abcdef0123456789abcdef");

        const auto done = co_await wsman::invoke<amt::commit_changes_output>(rig.client);
        CHECK(done.return_value.has_value());
        CHECK(rig.requests.at(1).method == "CommitChanges");
        CHECK(rig.requests.at(1).body->children.empty());
    });
}
