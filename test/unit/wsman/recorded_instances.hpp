// SPDX-License-Identifier: Apache-2.0
// The instances in AMT's recorded replies, and what a receiver makes of a body that we wrote.
#pragma once

#include "recorded.hpp"

#include <costrand/core/result.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/namespaces.hpp>
#include <costrand/wsman/xml.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace costrand::test {

struct recorded_instance {
    std::string file;
    wsman::xml_element element;
};

// The instances in the bodies of Get, Put and Pull replies.
inline const std::vector<recorded_instance> &recorded_instances() {
    static const auto all = [] {
        std::vector<recorded_instance> out;
        for (const auto &path : data_files("wsman-responses", ".xml")) {
            const auto reply = wsman::parse_reply(read_file(path));
            REQUIRE_MESSAGE(reply.has_value(), path);
            if (!reply->body)
                continue;
            if (const auto *items = reply->body->child("Items"))
                for (const auto &e : items->children)
                    out.push_back({path.string(), e});
            else if (reply->body->name.find("_") == 3) // AMT_, CIM_, IPS_: no method's output
                out.push_back({path.string(), *reply->body});
        }
        return out;
    }();
    return all;
}

// The one element of a request with that body, as its receiver reads it.
inline wsman::xml_element body_of(const core::result<std::string> &markup) {
    REQUIRE(markup.has_value());
    wsman::request_envelope request;
    request.action = wsman::uri::put;
    request.body = *markup;
    const auto sent = wsman::parse_request(wsman::build_request(request).value());
    REQUIRE(sent.has_value());
    REQUIRE(sent->body.has_value());
    return *sent->body;
}

} // namespace costrand::test
