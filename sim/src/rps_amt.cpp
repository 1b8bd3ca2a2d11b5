// SPDX-License-Identifier: Apache-2.0
#include "rps_amt.hpp"

#include <costrand/core/time.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace costrand::sim {

namespace {

// The third 401 in a row is final (rps-session section 14).
constexpr int most_unauthorized = 3;

std::string_view family(std::string_view class_name) {
    return class_name.substr(0, 3);
}

std::string resource_uri(std::string_view class_name) {
    const auto name = family(class_name);
    const auto base = name == "AMT"   ? wsman::uri::amt_base
                      : name == "IPS" ? wsman::uri::ips_base
                                      : wsman::uri::cim_base;
    return std::string(base) + std::string(class_name);
}

amt_call make_call(std::string_view class_name, std::string_view verb, std::string_view action) {
    amt_call c;
    c.class_name = std::string(class_name);
    c.verb = std::string(verb);
    c.action = std::string(action);
    return c;
}

std::string properties_of(const wsman::xml_element &instance, const std::string &uri) {
    const wsman::xml_prefixes prefixes{{"h", uri}};
    wsman::xml_writer to;
    for (const auto &property : instance.children)
        wsman::write_tree(to, property, prefixes);
    // The texts come from a document that was parsed: they can be written again.
    return to.finish().value();
}

} // namespace

amt_call amt_get(std::string_view class_name) {
    return make_call(class_name, "Get", wsman::uri::get);
}

amt_call amt_enumerate(std::string_view class_name) {
    auto c = make_call(class_name, "Enumerate", wsman::uri::enumerate);
    c.body = wsman::enumerate_body();
    return c;
}

amt_call amt_pull(std::string_view class_name, std::string_view context) {
    auto c = make_call(class_name, "Pull", wsman::uri::pull);
    c.body = wsman::pull_body(context).value();
    return c;
}

amt_call amt_delete(std::string_view class_name, std::string_view key, std::string_view value) {
    auto c = make_call(class_name, "Delete", wsman::uri::delete_);
    c.selectors.push_back({std::string(key), std::string(value), nullptr});
    c.subject = value;
    return c;
}

amt_call amt_delete_association(std::string_view class_name, const wsman::xml_element &instance) {
    auto c = make_call(class_name, "Delete", wsman::uri::delete_);
    for (const auto &end : instance.children) {
        auto reference = wsman::read_reference(end);
        if (!reference)
            continue; // a plain property
        auto shared = std::make_shared<const wsman::endpoint_reference>(std::move(*reference));
        c.selectors.push_back({end.name, {}, std::move(shared)});
    }
    return c;
}

amt_call amt_invoke(std::string_view class_name, std::string_view method,
                    const amt_parameters &parameters) {
    const auto uri = resource_uri(class_name);
    auto c = make_call(class_name, method, uri + "/" + std::string(method));
    wsman::xml_writer to;
    for (const auto &[name, value] : parameters) {
        to.element("h:" + std::string(name), value);
        if (name == "RequestedState")
            c.subject = value;
    }
    c.body = wsman::method_body(uri, method, to.finish().value());
    return c;
}

amt_call amt_put(std::string_view class_name, const wsman::xml_element &instance,
                 std::string_view selector) {
    auto c = make_call(class_name, "Put", wsman::uri::put);
    c.subject = instance.value("InstanceID");
    if (!selector.empty())
        c.selectors.push_back(
            {std::string(selector), std::string(instance.value(selector)), nullptr});
    const auto uri = resource_uri(class_name);
    c.body = wsman::instance_body(uri, properties_of(instance, uri));
    return c;
}

const wsman::xml_element &amt_reply::body() const noexcept {
    static const wsman::xml_element none;
    return soap.body ? *soap.body : none;
}

rps_amt::rps_amt(rps_link &link, rps_shared &shared, std::string uuid)
    : link_(link),
      shared_(shared),
      host_(std::move(uuid) + ":16992"),
      digest_(shared.random) {}

// The envelope with the next number of its class's family.
std::string rps_amt::number(const amt_call &what) {
    wsman::request_envelope e;
    e.action = what.action;
    e.resource_uri = resource_uri(what.class_name);
    e.message_id = std::to_string(message_ids_[std::string(family(what.class_name))]++);
    e.selectors = what.selectors;
    e.body = what.body;
    return wsman::build_request(e).value();
}

void rps_amt::record(const amt_call &what, int status) {
    const std::string name = what.class_name + ' ' + what.verb;
    shared_.log.debug(rps_component, name, ": ", status);
    shared_.calls.push_back({name, what.subject, status});
}

awaitable<amt_reply> rps_amt::call(amt_call what) {
    for (;;) {
        std::string envelope = number(what);
        auto reply = co_await attempt(what, std::move(envelope));
        if (reply.status != 401) {
            unauthorized_ = 0;
            co_return reply;
        }
        reply.end = call_end::unauthorized;
        if (what.probe || ++unauthorized_ >= most_unauthorized) {
            unauthorized_ = 0;
            co_return reply;
        }
    }
}

// One envelope, sent until something comes back that can be understood.
awaitable<amt_reply> rps_amt::attempt(const amt_call &what, std::string envelope) {
    const auto &timings = shared_.options.timings;
    amt_reply out;
    for (int number = 1;; ++number) {
        // Every attempt counts in nc.
        const std::string authorization = digest_.authorization().value();
        const auto request = wrap_request(host_, authorization, envelope);
        const auto got = co_await link_.exchange(request, timings.call);
        const bool came = got.what == rps_link::answer::response;
        auto http = came ? unwrap_plain_reply(got.http) : std::nullopt;
        out.status = http ? http->status : 0;
        record(what, out.status);
        out.end = came ? call_end::unreadable : call_end::timed_out;
        if (http && http->status != 200) {
            out.end = call_end::refused;
            if (http->status == 401 && !what.probe)
                digest_.accept(http->challenge);
            co_return out;
        }
        if (http) {
            if (auto soap = wsman::parse_reply(http->body)) {
                out.soap = std::move(*soap);
                const auto value = out.soap.return_value();
                out.end = value && *value != 0 ? call_end::bad_value : call_end::done;
                co_return out;
            }
        }
        if (number >= timings.attempts)
            co_return out;
        ++shared_.counters.repeats;
        if (!came) // a broken reply is asked for again at once
            co_await rps_pause(shared_, timings.before_repeat);
    }
}

awaitable<rps_amt::instances> rps_amt::read_all(std::string class_name) {
    instances out;
    auto begun = co_await call(amt_enumerate(class_name));
    out.end = begun.end;
    if (!begun.ok())
        co_return out;
    out.enumerated = true;
    const auto context = begun.body().value("EnumerationContext");
    auto pulled = co_await call(amt_pull(class_name, context));
    out.end = pulled.end;
    if (const auto *items = pulled.body().child("Items"))
        out.items = items->children;
    co_return out;
}

} // namespace costrand::sim
