// SPDX-License-Identifier: Apache-2.0
#include "rps_amt.hpp"

#include <costrand/core/time.hpp>

#include <boost/asio/this_coro.hpp>

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
    const wsman::xml_prefixes prefixes{{"h", uri},
                                       {"a", std::string(wsman::uri::addressing)},
                                       {"w", std::string(wsman::uri::wsman)}};
    wsman::xml_writer to;
    for (const auto &property : instance.children)
        wsman::write_tree(to, property, prefixes);
    // The texts come from a document that was parsed: they can be written again.
    return to.finish().value();
}

std::vector<wsman::selector> references_in(const wsman::xml_element &instance) {
    std::vector<wsman::selector> out;
    for (const auto &end : instance.children) {
        auto reference = wsman::read_reference(end);
        if (!reference)
            continue; // a plain property
        auto shared = std::make_shared<const wsman::endpoint_reference>(std::move(*reference));
        out.push_back({end.name, {}, std::move(shared)});
    }
    return out;
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
    c.selectors = references_in(instance);
    return c;
}

amt_call amt_invoke(std::string_view class_name, std::string_view method,
                    const amt_parameters &parameters) {
    wsman::xml_writer to;
    for (const auto &[name, value] : parameters)
        to.element("h:" + std::string(name), value);
    auto c = amt_invoke_with(class_name, method, to.finish().value());
    for (const auto &[name, value] : parameters)
        if (name == "RequestedState")
            c.subject = value;
    return c;
}

amt_call amt_invoke_with(std::string_view class_name, std::string_view method,
                         std::string_view parameters) {
    const auto uri = resource_uri(class_name);
    auto c = make_call(class_name, method, uri + "/" + std::string(method));
    c.body = wsman::method_body(uri, method, parameters);
    return c;
}

amt_call amt_create(std::string_view class_name, std::string_view properties) {
    auto c = make_call(class_name, "Create", wsman::uri::create);
    c.body = wsman::instance_body(resource_uri(class_name), properties);
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

amt_call amt_put_association(std::string_view class_name, const wsman::xml_element &instance) {
    auto c = amt_put(class_name, instance, "");
    c.selectors = references_in(instance);
    return c;
}

std::string amt_reference(std::string_view class_name, std::string_view key,
                          std::string_view value) {
    wsman::endpoint_reference to;
    to.resource_uri = resource_uri(class_name);
    to.selectors.push_back({std::string(key), std::string(value), nullptr});
    wsman::xml_writer out;
    wsman::write_reference(out, to, "a", "w");
    // Names of instances come from a document that was parsed: they can be written again.
    return out.finish().value();
}

const wsman::xml_element &amt_reply::body() const noexcept {
    static const wsman::xml_element none;
    return soap.body ? *soap.body : none;
}

rps_amt::rps_amt(rps_link &link, rps_shared &shared, core::task_group &session, std::string uuid)
    : link_(link),
      shared_(shared),
      tunnel_(link, shared, session),
      uuid_(std::move(uuid)),
      digest_(shared.random) {}

void rps_amt::begin_tunnel(tunnel_proof proof) {
    tunnelled_ = true;
    tunnel_.drop();
    tunnel_.expect(proof);
}

// The envelope with the next number of its class's family.
std::string rps_amt::number(const amt_call &what) {
    wsman::request_envelope e;
    e.action = what.action;
    e.resource_uri = resource_uri(what.class_name);
    // One class counts by itself (recorded).
    const auto counter = what.class_name == "AMT_SetupAndConfigurationService"
                             ? what.class_name
                             : family(what.class_name);
    e.message_id = std::to_string(message_ids_[std::string(counter)]++);
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
        const auto got = co_await try_once(what, envelope);
        if (got.http && read_answer(what, *got.http, out))
            co_return out;
        const bool came = got.http || got.what == tried::broken;
        out.status = got.http ? got.http->status : 0;
        out.end = came ? call_end::unreadable : call_end::timed_out;
        if (what.once || number >= timings.attempts)
            co_return out;
        ++shared_.counters.repeats;
        // After a reset the pause is counted from there: make_tunnel.
        if (got.what == tried::lost && !link_.reset_at())
            co_await rps_pause(shared_, timings.before_repeat);
    }
}

// True when that is the answer.
bool rps_amt::read_answer(const amt_call &what, const rps_http_reply &http, amt_reply &out) {
    out.status = http.status;
    if (http.status != 200) {
        out.end = call_end::refused;
        if (http.status == 401 && !what.probe)
            digest_.accept(http.challenge);
        return true;
    }
    auto soap = wsman::parse_reply(http.body);
    if (!soap)
        return false;
    out.soap = std::move(*soap);
    const auto value = out.soap.return_value();
    out.end = value && *value != 0 ? call_end::bad_value : call_end::done;
    return true;
}

awaitable<rps_amt::try_result> rps_amt::try_once(const amt_call &what,
                                                 const std::string &envelope) {
    try_result got;
    if (tunnelled_) {
        const bool up = co_await make_tunnel();
        if (!up)
            co_return got;
    }
    // Every attempt counts in nc.
    const std::string authorization = digest_.authorization().value();
    const auto port = tunnelled_ ? tls_port : plain_port;
    const auto then = tunnelled_ ? wsman::after_reply::keep_open : wsman::after_reply::close;
    const auto request =
        wrap_request(uuid_ + ':' + std::to_string(port), authorization, envelope, then);
    if (tunnelled_)
        got = co_await try_in_tunnel(request);
    else
        got = co_await try_plain(request);
    record(what, got.http ? got.http->status : 0);
    co_return got;
}

awaitable<rps_amt::try_result> rps_amt::try_plain(core::const_bytes request) {
    try_result out;
    const auto got = co_await link_.exchange(request, shared_.options.timings.call);
    if (got.what != rps_link::answer::response)
        co_return out;
    out.http = unwrap_plain_reply(got.http);
    out.what = out.http ? tried::answered : tried::broken;
    co_return out;
}

awaitable<rps_amt::try_result> rps_amt::try_in_tunnel(core::const_bytes request) {
    try_result out;
    auto got = co_await tunnel_.talk(request, shared_.options.timings.call);
    switch (got.what) {
    case rps_tunnel::heard::reply:
        out.what = tried::answered;
        // Any but 200 and 401 ends the tunnel, without a pause (section 14, recorded).
        if (got.http.status != 200 && got.http.status != 401)
            tunnel_.drop();
        out.http = std::move(got.http);
        co_return out;
    case rps_tunnel::heard::broken:
        out.what = tried::broken;
        break;
    case rps_tunnel::heard::ended:
        out.what = tried::ended;
        break;
    case rps_tunnel::heard::gone:
    case rps_tunnel::heard::none:
        break;
    }
    tunnel_.drop();
    co_return out;
}

// After a connection_reset the tunnel is gone, and the next is made 15 s later (section 8).
awaitable<bool> rps_amt::make_tunnel() {
    if (const auto reset = link_.reset_at()) {
        tunnel_.drop();
        const auto executor = co_await net::this_coro::executor;
        const auto ready = *reset + shared_.options.timings.before_repeat;
        if (const auto left = ready - core::now(executor); left > core::duration::zero())
            co_await rps_pause(shared_, left);
    }
    if (tunnel_.up())
        co_return true;
    co_return co_await tunnel_.shake_hands(shared_.options.timings.call);
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
