// SPDX-License-Identifier: Apache-2.0
// A client between a test and a device whose answers the test writes.
#pragma once

#include "client_rig.hpp"

#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/wsman/client.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/namespaces.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

inline constexpr std::string_view soap_type =
    "Content-Type: application/soap+xml; charset=UTF-8\r\n";

// A device whose answers the test writes; any password opens it.
struct soap_rig {
    // The body of the answer, markup with g for the class and e for enumeration; or a fault.
    struct said {
        std::string markup;
        std::optional<wsman::fault> fault = {};
    };
    using speaker = std::function<said(const wsman::soap_request &)>;

    explicit soap_rig(net::any_io_executor executor, speaker s, wsman::client_options options = {})
        : speak(std::move(s)),
          server(executor, [this](const wsman::http_request &r, std::size_t) { return answer(r); }),
          client(server.dialer(), std::move(options), *random, core::log()) {}
    soap_rig(const soap_rig &) = delete;
    soap_rig &operator=(const soap_rig &) = delete;

    scripted_answer answer(const wsman::http_request &r) {
        if (!r.headers.find("Authorization"))
            return {refusal_answer("Digest realm=\"r\",nonce=\"n\",qop=\"auth\""), afterwards::end};
        requests.push_back(wsman::parse_request(r.body).value());
        const auto &q = requests.back();
        const auto words = speak(q);
        if (lose > 0) {
            --lose;
            return {"", afterwards::end};
        }
        wsman::reply_envelope reply;
        reply.relates_to = relates_to.value_or(q.message_id);
        reply.action = q.action + "Response";
        reply.resource_uri = q.resource_uri;
        reply.body_namespaces = {q.resource_uri, std::string(wsman::uri::enumeration),
                                 std::string(wsman::uri::transfer)};
        reply.body = words.markup;
        const auto xml =
            words.fault ? wsman::build_fault(reply, *words.fault) : wsman::build_reply(reply);
        return {http_answer(words.fault ? "400 Bad Request" : "200 OK",
                            std::string(soap_type) + (words.fault ? "Connection: close\r\n" : ""),
                            *xml),
                words.fault ? afterwards::end : afterwards::stay};
    }

    std::unique_ptr<core::random_source> random = core::seeded_random(3);
    speaker speak;
    std::vector<wsman::soap_request> requests; // those that were let in
    std::optional<std::string> relates_to;
    std::size_t lose = 0; // so many answers from now on; the device has acted
    scripted_server server;
    wsman::client client;
};

} // namespace costrand::test
