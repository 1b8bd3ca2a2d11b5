// SPDX-License-Identifier: Apache-2.0
// The SOAP half of the client: what is sent, what comes back, faults, enumerations.
#include <costrand/wsman/client.hpp>

#include "client_rig.hpp"
#include "recorded.hpp"
#include "soap_rig.hpp"

#include <support/run_coro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::test;
using namespace costrand::wsman;
using namespace std::chrono_literals;

namespace {

const std::string general = uri::of_class("AMT_GeneralSettings");

wsman::fault sender(std::string_view ns, std::string_view subcode) {
    return {"Sender", std::string(ns), std::string(subcode), "Because.", ""};
}

template <typename T>
awaitable<std::optional<wsman::fault>> fault_of(awaitable<T> call) {
    std::optional<wsman::fault> out;
    try {
        if constexpr (std::is_void_v<T>)
            co_await std::move(call);
        else
            (void)co_await std::move(call);
    } catch (const fault_error &e) {
        out = e.fault();
    }
    co_return out;
}
template <typename T>
awaitable<error_code> code_of(awaitable<T> call) {
    auto r = co_await outcome(std::move(call));
    if (r)
        co_return error_code();
    co_return r.error();
}

// A sequence of so many instances, `page` of them with each pull; 0: for ever.
struct sequence {
    std::size_t instances = 0;
    std::size_t page = 1;
    std::size_t sent = 0;
    std::size_t contexts = 0;
    bool repeats_context = true; // false: the first one stays good, and is not told again
    std::size_t padding = 0;

    std::string context() const { return "ctx-" + std::to_string(contexts); }
    soap_rig::said operator()(const soap_request &q) {
        if (q.op == operation::enumerate) {
            sent = 0;
            ++contexts;
            return {"<h:EnumerateResponse><h:EnumerationContext>" + context() +
                    "</h:EnumerationContext></h:EnumerateResponse>"};
        }
        if (q.op == operation::release)
            return {""};
        if (q.body->value("EnumerationContext") != context())
            return {"", sender(uri::enumeration, "InvalidEnumerationContext")};
        std::string out = "<h:PullResponse>";
        std::string items;
        std::size_t in_page = 0;
        for (; in_page < page && (instances == 0 || sent < instances); ++in_page, ++sent)
            items += "<g:X><g:N>" + std::to_string(sent) + "</g:N>" + std::string(padding, ' ') +
                     "</g:X>";
        const bool more = instances == 0 || sent < instances;
        if (more && repeats_context) {
            ++contexts;
            out += "<h:EnumerationContext>" + context() + "</h:EnumerationContext>";
        }
        out += "<h:Items>" + items + "</h:Items>";
        if (!more)
            out += "<h:EndOfSequence/>";
        return {out + "</h:PullResponse>"};
    }
};

} // namespace

TEST_CASE("get sends what RPS sends, and gives the instance") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig r(env.executor, [](const soap_request &) -> soap_rig::said {
            return {"<g:AMT_GeneralSettings><g:HostName>pc</g:HostName></g:AMT_GeneralSettings>"};
        });
        const auto got = co_await r.client.get(general);
        CHECK(got.is(general, "AMT_GeneralSettings"));
        CHECK(got.value("HostName") == "pc");
        const auto &q = r.requests.at(0);
        CHECK(q.op == operation::get);
        CHECK(q.to == "/wsman");
        CHECK(q.resource_uri == general);
        CHECK(q.message_id == "0");
        CHECK(q.selectors.empty());
        CHECK_FALSE(q.body);
        (void)co_await r.client.get(general);
        CHECK(r.requests.at(1).message_id == "1");
    });
}

TEST_CASE("selectors of text and of references arrive as they were") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig r(env.executor, [](const soap_request &) -> soap_rig::said { return {"<g:A/>"}; });
        endpoint_reference system;
        system.resource_uri = uri::of_class("CIM_ComputerSystem");
        system.selectors.push_back({"Name", "Managed \"System\" <&>"});
        endpoint_reference what;
        what.resource_uri = uri::of_class("AMT_RemoteAccessPolicyAppliesToMPS");
        what.selectors.push_back({"InstanceID", "Intel(r) AMT: 1"});
        what.selectors.push_back(
            {"ManagedElement", "", std::make_shared<const endpoint_reference>(system)});
        (void)co_await r.client.get(what);
        CHECK(r.requests.at(0).selectors == what.selectors);
        (void)co_await r.client.put(what, instance_body(what.resource_uri, "<h:Order>1</h:Order>"));
        CHECK(r.requests.at(1).selectors == what.selectors);
        CHECK(r.requests.at(1).body->value("Order") == "1");
        co_await r.client.remove(what);
        CHECK(r.requests.at(2).op == operation::delete_instance);
        CHECK(r.requests.at(2).selectors == what.selectors);
    });
}

TEST_CASE("create gives the name of the new instance, put and delete may tell nothing") {
    run_coro([](coro_environment env) -> awaitable<void> {
        endpoint_reference made;
        made.resource_uri = uri::of_class("AMT_TLSCredentialContext");
        made.selectors.push_back({"ElementInContext", "x"});
        soap_rig r(env.executor, [&](const soap_request &q) -> soap_rig::said {
            if (q.op != operation::create)
                return {""};
            xml_writer to;
            to.open("i:ResourceCreated");
            write_reference(to, made, "b", "c");
            return {*to.close().finish()};
        });
        const auto name = co_await r.client.create(made.resource_uri, "<x/>");
        REQUIRE(name.has_value());
        CHECK(*name == made);
        const auto put = co_await r.client.put(general, "<x/>");
        CHECK_FALSE(put.has_value());
        co_await r.client.remove(made);
        const auto why = co_await code_of(r.client.get(general)); // a Get that gives nothing
        CHECK(why == errc::envelope_malformed);
    });
}

TEST_CASE("invoke gives the output, and its ReturnValue is no error") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig r(env.executor, [](const soap_request &) -> soap_rig::said {
            return {"<g:Unprovision_OUTPUT><g:ReturnValue>16</g:ReturnValue>"
                    "</g:Unprovision_OUTPUT>"};
        });
        method_call what(uri::of_class("AMT_SetupAndConfigurationService"), "Unprovision",
                         "<h:ProvisioningMode>1</h:ProvisioningMode>");
        const auto output = co_await r.client.invoke(what);
        CHECK(output.name == "Unprovision_OUTPUT");
        CHECK(return_value(output) == 16u);
        const auto &q = r.requests.at(0);
        CHECK(q.op == operation::invoke);
        CHECK(q.method == "Unprovision");
        CHECK(q.body->is(what.resource_uri, "Unprovision_INPUT"));
        CHECK(q.body->value("ProvisioningMode") == "1");
    });
}

TEST_CASE("with a lost answer: what changes the device is never sent twice, what reads is") {
    struct kind {
        std::string_view name;
        std::function<awaitable<error_code>(client &)> call;
        std::size_t trips;
        error_code expected;
    };
    endpoint_reference instance;
    instance.resource_uri = general;
    method_call acts(general, "Act"), reads(general, "Read");
    reads.only_reads = true;
    const error_code lost = errc::reply_lost;
    const kind kinds[] = {
        {"get", [](client &c) { return code_of(c.get(general)); }, 2, {}},
        {"put", [](client &c) { return code_of(c.put(general, "<x/>")); }, 2, {}},
        {"read", [&](client &c) { return code_of(c.invoke(reads)); }, 2, {}},
        {"act", [&](client &c) { return code_of(c.invoke(acts)); }, 1, lost},
        {"create", [](client &c) { return code_of(c.create(general, "<x/>")); }, 1, lost},
        {"remove", [&](client &c) { return code_of(c.remove(instance)); }, 1, lost},
    };
    for (const auto &k : kinds)
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                CAPTURE(k.name);
                soap_rig r(env.executor,
                           [](const soap_request &) -> soap_rig::said { return {"<g:A/>"}; });
                (void)co_await r.client.get(general);
                r.lose = 1;
                const auto why = co_await k.call(r.client);
                CHECK(why == k.expected);
                CHECK(r.requests.size() == 1 + k.trips);
                CHECK(r.client.counters().losses == 1);
            },
            10);
}

TEST_CASE("a fault is thrown with its words, and says what it means") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig r(env.executor, [](const soap_request &) -> soap_rig::said {
            wsman::fault f = sender(uri::transfer, "InvalidRepresentation");
            f.detail = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/MissingValues";
            return {"", f};
        });
        const auto f = co_await fault_of(r.client.put(general, "<x/>"));
        REQUIRE(f.has_value());
        CHECK(f->code == "Sender");
        CHECK(f->is(uri::transfer, "InvalidRepresentation"));
        CHECK(f->reason == "Because.");
        CHECK(meaning(*f) == "the request lacks a value that the class needs");
        const auto code = co_await code_of(r.client.get(general));
        CHECK(code == errc::fault);
    });
    CHECK(meaning(sender(uri::addressing, "DestinationUnreachable"))
              .starts_with("this firmware does not know the class"));
    CHECK(meaning(sender(uri::wsman, "DestinationUnreachable")).empty());
    CHECK(meaning(sender(uri::wsman, "SomethingNew")).empty());
}

TEST_CASE("replies that are no SOAP are told by their status") {
    struct kind {
        std::string_view status, fields, body;
        errc expected;
    };
    const std::string_view html = "Content-Type: text/html\r\n";
    const auto good = build_reply({"0", "x", 0, "y", {}, "<a:A/>"}).value();
    for (const auto &k :
         {kind{"400 Bad Request", html, "<html/>", errc::http_status},
          kind{"404 Not Found", "", "", errc::http_status},
          kind{"500 Internal Server Error", soap_type, "<broken", errc::http_status},
          kind{"503 Busy", soap_type, good, errc::http_status},
          kind{"200 OK", html, "<html/>", errc::envelope_malformed},
          kind{"200 OK", html, good, errc::envelope_malformed},
          kind{"200 OK", soap_type, "", errc::xml_malformed},
          kind{"200 OK", soap_type, "<a/>", errc::envelope_malformed},
          kind{"200 OK", soap_type, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
               errc::xml_forbidden}})
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                CAPTURE(k.status);
                const auto random = core::seeded_random(1);
                scripted_server server(env.executor, [&](const http_request &, std::size_t) {
                    return scripted_answer{http_answer(k.status, k.fields, k.body)};
                });
                client c(server.dialer(), client_options(), *random, core::log());
                const auto why = co_await code_of(c.get(general));
                CHECK(why == k.expected);
            },
            5);
    for (const std::string_view fields :
         {"", "Content-Type: text/xml\r\n", "Content-Type: APPLICATION/SOAP+XML\r\n",
          "Content-Type: application/soap+xml ;charset=\"utf-8\"\r\n"})
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                const auto random = core::seeded_random(1);
                scripted_server server(env.executor, [&](const http_request &, std::size_t) {
                    return scripted_answer{http_answer("200 OK", fields, good)};
                });
                client c(server.dialer(), client_options(), *random, core::log());
                const auto got = co_await c.get(general);
                CHECK(got.name == "A");
            },
            5);
}

TEST_CASE("a reply to another request is refused, and so is the connection it came on") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig r(env.executor, [](const soap_request &) -> soap_rig::said { return {"<g:A/>"}; });
        r.relates_to = "77";
        const auto why = co_await code_of(r.client.get(general));
        CHECK(why == errc::wrong_reply);
        CHECK(r.server.open() == 0);
        r.relates_to = ""; // not told: taken
        const auto got = co_await r.client.get(general);
        CHECK(got.name == "A");
    });
}

TEST_CASE("an enumeration is pulled to its end, with the latest context, in any pages") {
    for (const std::size_t instances : {1, 2, 7})
        for (const std::size_t page : {1, 3, 100})
            for (const bool told : {true, false})
                run_coro(
                    [&](coro_environment env) -> awaitable<void> {
                        sequence s{instances, page};
                        s.repeats_context = told;
                        soap_rig r(env.executor, std::ref(s));
                        const auto all = co_await r.client.enumerate(general);
                        REQUIRE(all.size() == instances);
                        for (std::size_t n = 0; n < instances; ++n)
                            CHECK(all[n].value("N") == std::to_string(n));
                        CHECK(r.requests.size() == 1 + (instances + page - 1) / page);
                    },
                    20);
}

TEST_CASE("a class without instances is an empty list") {
    run_coro([](coro_environment env) -> awaitable<void> {
        soap_rig r(env.executor, [](const soap_request &q) -> soap_rig::said {
            if (q.op == operation::enumerate)
                return {"<h:EnumerateResponse><h:EnumerationContext>c</h:EnumerationContext>"
                        "</h:EnumerateResponse>"};
            return {"<h:PullResponse><h:Items/><h:EndOfSequence/></h:PullResponse>"};
        });
        const auto all = co_await r.client.enumerate(general);
        CHECK(all.empty());
    });
}

TEST_CASE("a context that the device dropped begins the enumeration anew, once") {
    run_coro([](coro_environment env) -> awaitable<void> {
        sequence s{4, 1};
        std::size_t drops = 1;
        soap_rig r(env.executor, [&](const soap_request &q) -> soap_rig::said {
            if (q.op == operation::pull && s.sent == 2 && drops > 0) {
                --drops;
                return {"", sender(uri::enumeration, "InvalidEnumerationContext")};
            }
            return s(q);
        });
        const auto all = co_await r.client.enumerate(general);
        REQUIRE(all.size() == 4);
        CHECK(all[0].value("N") == "0");
        drops = 2;
        const auto f = co_await fault_of(r.client.enumerate(general));
        REQUIRE(f.has_value());
        CHECK(f->subcode == "InvalidEnumerationContext");
    });
}

TEST_CASE("a lost pull that the device had answered begins anew, too") {
    run_coro([](coro_environment env) -> awaitable<void> {
        sequence s{3, 1};
        soap_rig *rig = nullptr;
        bool lost = false;
        soap_rig r(env.executor, [&](const soap_request &q) -> soap_rig::said {
            auto said = s(q);
            if (s.sent == 2 && !std::exchange(lost, true))
                rig->lose = 1;
            return said;
        });
        rig = &r;
        const auto all = co_await r.client.enumerate(general);
        REQUIRE(all.size() == 3);
        CHECK(all[0].value("N") == "0");
        CHECK(all[2].value("N") == "2");
        CHECK(r.client.counters().losses == 1);
    });
}

TEST_CASE("an enumeration without end is ended: by instances, pulls, bytes, or time") {
    struct kind {
        std::size_t page;
        enumeration_limits limits;
        std::size_t padding;
    };
    enumeration_limits few_items, few_pulls, few_bytes;
    few_items.items = 100;
    few_pulls.pulls = 50;
    few_bytes.bytes = 100'000;
    for (const auto &k : {kind{7, few_items, 0}, kind{1, few_pulls, 0}, kind{0, few_pulls, 0},
                          kind{10, few_bytes, 1000}})
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                client_options options;
                options.enumeration = k.limits;
                sequence s{0, k.page};
                s.padding = k.padding;
                soap_rig r(env.executor, std::ref(s), options);
                const auto why = co_await code_of(r.client.enumerate(general));
                CHECK(why == errc::enumeration_too_long);
                CHECK(r.requests.size() <= 53);
                CHECK(r.requests.back().op == operation::release);
                CHECK(r.requests.back().body->value("EnumerationContext") == s.context());
            },
            10);
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto random = core::seeded_random(1);
            sequence s{0, 1};
            soap_rig inner(env.executor, std::ref(s));
            scripted_server server(env.executor, [&](const http_request &q, std::size_t) {
                auto a = inner.answer(q);
                a.late = 10s;
                return a;
            });
            client c(server.dialer(), client_options(), *random, core::log());
            const auto begun = env.time.elapsed();
            const auto why = co_await code_of(c.enumerate(general));
            CHECK(why == core::errc::timed_out);
            CHECK(env.time.elapsed() - begun >= 120s);
            CHECK(env.time.elapsed() - begun < 121s);
        },
        10);
}

TEST_CASE("replies that are no enumeration are malformed") {
    for (const std::string_view begin :
         {"<g:EnumerateResponse><g:EnumerationContext>c</g:EnumerationContext>"
          "</g:EnumerateResponse>",
          "<h:EnumerateResponse/>", "<h:Other/>", ""})
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                soap_rig r(env.executor, [&](const soap_request &) -> soap_rig::said {
                    return {std::string(begin)};
                });
                const auto why = co_await code_of(r.client.enumerate(general));
                CHECK(why == errc::envelope_malformed);
                CHECK(r.requests.size() == 1);
            },
            5);
}

TEST_CASE("every recorded instance, put back, is the same tree on the other side") {
    std::size_t instances = 0;
    for (const auto &path : data_files("wsman-responses", ".xml")) {
        const auto reply = parse_reply(read_file(path));
        REQUIRE(reply.has_value());
        if (!reply->body)
            continue;
        std::vector<xml_element> all{*reply->body};
        if (const auto *items = reply->body->child("Items"))
            all = items->children;
        for (const auto &tree : all) {
            request_envelope put;
            put.action = std::string(uri::put);
            put.resource_uri = tree.ns;
            const auto body = element_body(tree);
            REQUIRE(body.has_value());
            put.body = *body;
            const auto arrived = parse_request(*build_request(put));
            REQUIRE(arrived.has_value());
            CHECK(*arrived->body == tree);
            ++instances;
        }
    }
    CHECK(instances > 300);
}
