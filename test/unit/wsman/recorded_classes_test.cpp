// SPDX-License-Identifier: Apache-2.0
// The described classes against AMT's recorded replies: what is in a reply is in the instance, in
// its JSON, and in the Put that writes it back.
#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/registry.hpp>
#include <costrand/wsman/classes/show.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/namespaces.hpp>
#include <costrand/wsman/xml.hpp>

#include "described_messages.hpp"
#include "json_against_xml.hpp"
#include "recorded.hpp"
#include "recorded_instances.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace costrand;
using wsman::xml_element;

namespace {

// The same elements; those of one name in their order.
void check_same(xml_element read, xml_element put) {
    for (auto &e : read.children)
        if (e.ns == wsman::uri::enumeration)
            e.ns = read.ns; // an alarm, in one file
    for (auto *e : {&read, &put})
        std::ranges::stable_sort(e->children, {}, &xml_element::name);
    CHECK(read == put);
}

} // namespace

TEST_CASE("each of the 297 recorded replies is understood") {
    const auto files = test::data_files("wsman-responses", ".xml");
    CHECK(files.size() == 297);
    for (const auto &path : files) {
        CAPTURE(path);
        const auto reply = wsman::parse_reply(test::read_file(path));
        REQUIRE(reply.has_value());
        CHECK_FALSE(reply->fault);
        const std::string_view name = reply->body ? std::string_view(reply->body->name) : "";
        const auto class_name =
            std::string_view(reply->resource_uri).substr(reply->resource_uri.rfind('/') + 1);
        if (name == "EnumerateResponse") {
            CHECK_FALSE(reply->body->value("EnumerationContext").empty());
        } else if (name == "PullResponse") {
            CHECK(reply->body->child("Items") != nullptr); // see the tests of instances
        } else if (name == "ResourceCreated") {
            CHECK(wsman::read_reference(*reply->body).has_value());
        } else if (name.ends_with("_OUTPUT")) {
            const auto *schema = test::find_message(class_name, name);
            REQUIRE(schema != nullptr);
            const wsman::any_instance output(schema->make());
            wsman::read_fields(*reply->body, *output);
            CHECK(output->others.empty());
            const auto json = boost::json::parse(wsman::to_json(*output));
            CHECK(test::differing(*reply->body, json.as_object()).empty());
        } else if (!name.empty() && name != "ReturnValue") { // that of a Delete
            CHECK(wsman::find_class(name) != nullptr);
        }
    }
}

TEST_CASE("each recorded instance is read whole: no element is unknown to its class") {
    for (const auto &r : test::recorded_instances()) {
        CAPTURE(r.file);
        const auto read = wsman::read_any(r.element);
        REQUIRE_MESSAGE(read.has_value(), r.element.name);
        for (const auto &e : (*read)->others)
            FAIL_CHECK(e.name);
    }
}

TEST_CASE("the JSON of each recorded instance says what the reply says, and no more") {
    for (const auto &r : test::recorded_instances()) {
        CAPTURE(r.file);
        const auto read = wsman::read_any(r.element);
        REQUIRE(read.has_value());
        const auto json = boost::json::parse(wsman::to_json(**read));
        CHECK(test::differing(r.element, json.as_object()).empty());
    }
}

TEST_CASE("each recorded instance is written as it was read") {
    for (const auto &r : test::recorded_instances()) {
        CAPTURE(r.file);
        const auto read = wsman::read_any(r.element);
        REQUIRE(read.has_value());
        check_same(r.element, test::body_of(wsman::whole_body(**read)));
    }
}
