// SPDX-License-Identifier: Apache-2.0
#include "rps_amt.hpp"

#include <costrand/core/time.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace costrand::sim {

namespace {

// The third 401 in a row is final (rps-session section 14).
constexpr int most_unauthorized = 3;

// Each counts by itself, and one class does (recorded).
std::string counter_of(std::string_view class_name) {
    const bool alone = class_name == "AMT_SetupAndConfigurationService";
    return std::string(alone ? class_name : class_name.substr(0, 3));
}

} // namespace

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
    e.resource_uri = what.resource_uri;
    e.message_id = std::to_string(message_ids_[counter_of(what.class_name)]++);
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
            co_await rps_pause(shared_, timings.before_repeat, "before the call is repeated");
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
            co_await rps_pause(shared_, left, "behind a connection_reset");
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
