// SPDX-License-Identifier: Apache-2.0
#include "rps_device.hpp"

#include <costrand/wsman/http_parser.hpp>
#include <costrand/wsman/http_shapes.hpp>

#include "unit/rps/transcript.hpp"

#include <stdexcept>

namespace costrand::test {

namespace {

std::string body_of(const std::string &http) {
    wsman::response_parser parser;
    if (!parser.feed(core::as_bytes(http)) || !parser.done())
        throw std::runtime_error("no whole HTTP reply");
    return parser.release().body;
}

std::string envelope_of(const std::string &http) {
    wsman::request_parser parser;
    if (!parser.feed(core::as_bytes(http)) || !parser.done())
        throw std::runtime_error("no whole HTTP request");
    return parser.release().body;
}

std::string call_of(const wsman::soap_request &r) {
    return r.class_name + ' ' + r.action.substr(r.action.rfind('/') + 1);
}

std::string in_http(int status, std::string envelope) {
    const auto bytes =
        wsman::serialize(wsman::soap_response(status, "Sat, 21 Nov 2026 07:45:43 GMT",
                                              "Intel(R) Active Management Technology 16.1.25.1424",
                                              std::move(envelope), wsman::after_reply::keep_open));
    return std::string(core::as_text(bytes));
}

// For calls that were not recorded.
std::string make_body(const wsman::soap_request &request, std::string markup = {}) {
    wsman::reply_envelope reply;
    reply.relates_to = request.message_id;
    reply.action = request.action + "Response";
    reply.resource_uri = request.resource_uri;
    reply.body_namespaces.push_back(request.resource_uri);
    reply.body = std::move(markup);
    if (reply.body.empty() && request.op == wsman::operation::invoke)
        reply.body = "<g:" + request.method +
                     "_OUTPUT><g:ReturnValue>0</g:ReturnValue></g:" + request.method + "_OUTPUT>";
    return wsman::build_reply(reply).value();
}

} // namespace

recorded_device::recorded_device(std::string_view conversation) {
    const auto frames = load_transcript(conversation);
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
        const auto asked = rps::parse_frame(frames[i].text).value();
        if (!frames[i].from_server || asked.method != "wsman" || frames[i + 1].from_server)
            continue;
        const auto reply = decoded(frames[i + 1].text);
        if (!reply.starts_with("HTTP/1.1 200"))
            continue;
        const auto request = wsman::parse_request(envelope_of(decoded(frames[i].text))).value();
        bodies_.emplace(call_of(request), body_of(reply));
        last_.insert_or_assign(call_of(request), body_of(reply));
    }
}

void recorded_device::alter(std::string_view call, std::string_view from, std::string_view to) {
    auto &body = bodies_.at(std::string(call));
    const auto at = body.find(from);
    if (at == std::string::npos)
        throw std::runtime_error("not in the recorded reply: " + std::string(from));
    body.replace(at, from.size(), to);
}

void recorded_device::return_value(std::string_view call, int value) {
    alter(call, "<g:ReturnValue>0<", "<g:ReturnValue>" + std::to_string(value) + "<");
}

void recorded_device::use_last(std::string_view call) {
    bodies_.at(std::string(call)) = last_.at(std::string(call));
}

void recorded_device::set_instances(std::string_view class_name, std::string_view items) {
    const std::string name(class_name);
    set_answer(name + " Enumerate", "<g:EnumerateResponse><g:EnumerationContext>13</"
                                    "g:EnumerationContext></g:EnumerateResponse>");
    set_answer(name + " Pull",
               "<g:PullResponse><g:Items>" + std::string(items) + "</g:Items></g:PullResponse>");
}

std::string recorded_device::answer(const std::string &request) {
    const auto envelope = envelope_of(request);
    const auto soap = wsman::parse_request(envelope).value();
    const auto call = call_of(soap);
    asked_[call] = envelope;
    if (request.find("Authorization: ") == std::string::npos)
        return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest "
               "realm=\"Digest:A3829B3827DE4D33D4449B366831FD01\", "
               "nonce=\"NXSKpTmHa/TZpjyjAU4L4Q==\",stale=\"false\",qop=\"auth\"\r\n"
               "Content-Length: 0\r\n\r\n";
    if (const auto status = statuses_.find(call); status != statuses_.end())
        return in_http(status->second, "<a/>");
    if (const auto made = made_.find(call); made != made_.end())
        return in_http(200, make_body(soap, made->second));
    const auto known = bodies_.find(call);
    const bool readable = soap.op == wsman::operation::invoke || soap.op == wsman::operation::put ||
                          soap.op == wsman::operation::delete_instance;
    if (known != bodies_.end())
        return in_http(200, known->second);
    return readable ? in_http(200, make_body(soap)) : in_http(400, "<a/>");
}

std::string recorded_device::last(std::string_view call) const {
    const auto found = asked_.find(call);
    return found == asked_.end() ? std::string() : found->second;
}

awaitable<rps::frame> play_run(rps_rig &rig, recorded_device &device, std::string first) {
    co_await rig.send(std::move(first));
    for (;;) {
        const auto text = co_await rig.receive();
        auto frame = rps::parse_frame(text).value();
        if (frame.method == "progress")
            continue;
        if (frame.method != "wsman")
            co_return frame;
        co_await rig.send(response_message(device.answer(decoded(text))));
    }
}

} // namespace costrand::test
