// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/wsman.hpp>

#include "http_date.hpp"
#include "wire_text.hpp"
#include "wsman_faults.hpp"
#include "wsman_methods.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/time.hpp>
#include <costrand/wsman/http_shapes.hpp>

#include <algorithm>
#include <utility>

namespace costrand::sim {
namespace {

constexpr std::string_view component = "sim.wsman";
constexpr std::string_view http_component = "http";

wsman::digest_server_options digest_options(const device_state &state, const profile &device) {
    wsman::digest_server_options options;
    options.realm = state.digest_realm;
    options.nonces = device.http.nonces;
    return options;
}

// An entry of the access control list that may log in from here: every connection is the host's.
const acl_entry *entry_of(const device_state &state, std::string_view user) {
    constexpr std::uint32_t network_only = 1;
    const auto found = std::ranges::find_if(state.acl, [&](const acl_entry &one) {
        return one.user == user && !user.empty() && one.enabled && one.permission != network_only;
    });
    return found == state.acl.end() ? nullptr : &*found;
}

// An entry that was removed meanwhile may nothing.
wsman_caller caller_of(const device_state &state, std::string_view user) {
    if (user == state.local_user)
        return wsman_user::local_account;
    if (user == state.admin_user)
        return wsman_user::administrator;
    const auto *entry = entry_of(state, user);
    return wsman_caller(entry ? entry->realms : std::vector<std::uint32_t>());
}

// While a host-based configuration is under way on a device that takes TLS only, whoever got
// through the handshake has shown the announced certificate. Until SetAdminAclEntryEx the
// administrator has no password; the only client known comes with the one that it is about to set
// (rpc-cli.md 7.3), so any is taken. Assumed.
bool is_proved_by_certificate(const device_state &state, const profile &device,
                              std::string_view authorization) {
    if (!device.tls_enforced || !state.host_based || !state.admin_ha1.empty())
        return false;
    const auto answer = wsman::parse_authorization(authorization);
    return answer && answer->username == state.admin_user && answer->realm == state.digest_realm;
}

std::string page(int status, std::string_view reason) {
    const auto title = std::to_string(status) + " " + std::string(reason);
    return "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><h1>" +
           std::string(reason) + "</h1></body></html>\n";
}

// Waits until the peer ends the connection; what it sends is not answered.
awaitable<void> stay_silent(core::byte_stream &connection) {
    std::vector<std::byte> unread(512);
    for (;;) {
        auto got = co_await core::as_result(connection.read_some(net::buffer(unread)));
        if (!got)
            co_return;
    }
}

} // namespace

wsman_server::wsman_server(device_state &state, const profile &device, faults &orders,
                           core::random_source &random, core::log log,
                           std::shared_ptr<key_source> keys)
    : state_(state),
      device_(device),
      faults_(orders),
      log_(std::move(log)),
      digest_(digest_options(state, device), random),
      service_(state, device, random, std::move(keys)) {}

awaitable<void> wsman_server::serve(core::byte_stream &connection, answer_hook answered) {
    auto ended = co_await core::as_result(converse(connection, std::move(answered)));
    connection.close();
    if (ended)
        co_return;
    log_.debug(component, "connection ended: ", ended.error());
    if (ended.error() == core::cond::cancelled)
        throw system_error(ended.error());
}

awaitable<void> wsman_server::converse(core::byte_stream &connection, answer_hook answered) {
    wsman::http_connection client(connection);
    wsman::http_limits limits;
    limits.utf16_chunk_sizes = true; // RPS counts so
    for (;;) {
        auto in = co_await core::as_result(
            core::with_deadline(device_.http.idle, wsman::read_request(client, limits)));
        if (!in && in.error().category() != wsman::error_category())
            throw system_error(in.error());
        if (in && !*in)
            co_return;
        std::optional<outgoing> reply;
        if (in)
            reply = co_await answer(connection, std::move(**in));
        else
            reply = html(400, "Bad Request");
        if (!reply)
            co_return;
        for (net::const_buffer rest = net::buffer(reply->bytes); rest.size() > 0;) {
            const auto piece = net::buffer(rest, reply->piece);
            co_await core::write_all(connection, piece);
            rest += piece.size();
        }
        const bool ends = in && answered && answered(reply->to);
        if (reply->close || ends)
            co_return co_await connection.shutdown();
    }
}

awaitable<std::optional<wsman_server::outgoing>> wsman_server::answer(core::byte_stream &connection,
                                                                      wsman::request_in in) {
    const auto executor = connection.get_executor();
    ++requests_;
    if (in.request.method != "POST" || in.request.target != "/wsman")
        co_return html(404, "Not Found");
    auto now = core::now(executor);
    const auto who = identify(in.request, now);
    const auto request = wsman::parse_request(in.request.body);
    const auto call = request ? call_name(*request) : std::string("?.?");
    log_.debug(component, call, who.user.empty() ? "" : " as ", who.user);
    if (log_.enabled(core::log_level::trace))
        log_.trace(http_component, "> POST /wsman ", masked_xml(in.request.body));

    if (faults_.happens({fault_kind::http_silence, {}, {}, call})) {
        co_await stay_silent(connection);
        co_return std::nullopt;
    }
    if (faults_.happens({fault_kind::close_before, {}, {}, call}))
        co_return std::nullopt;
    if (const auto delay = delay_of(call); delay > core::duration::zero()) {
        log_.debug(component, "waits ", delay, ": the answer to ", call);
        co_await core::sleep_for(delay);
    }
    now = core::now(executor);

    std::optional<outgoing> reply;
    int status = 0;
    if (const auto *ordered = faults_.happens({fault_kind::raw_response, {}, {}, call})) {
        reply = outgoing{ordered->bytes, true};
    } else if (const auto *page_only = faults_.happens({fault_kind::http_status, {}, {}, call})) {
        status = static_cast<int>(page_only->value);
        reply = html(status, page_only->text.empty() ? "Error" : page_only->text);
    } else if (who.user.empty()) {
        status = 401;
        reply = challenge(who.stale, now);
    } else if (!request) {
        status = 400;
        reply = html(400, "Bad Request");
    } else {
        auto decided = decide(*request, who.user, call, now);
        status = decided.status;
        if (log_.enabled(core::log_level::trace))
            log_.trace(http_component, "< ", status, " ", masked_xml(decided.xml));
        const auto *padded = faults_.happens({fault_kind::pad, {}, {}, call});
        reply = soap(std::move(decided), in.keep_alive, padded ? padded->value : 0, now);
    }
    if (status != 200)
        log_.trace(http_component, "< status ", status, " to ", call);
    calls_.push_back({call, who.user, status});
    reply->to = calls_.back();
    distort(*reply, call);
    if (before_answer_)
        before_answer_();
    co_return reply;
}

wsman_answer wsman_server::decide(const wsman::soap_request &request, const std::string &user,
                                  const std::string &call, core::time_point now) {
    if (const auto *ordered = faults_.happens({fault_kind::soap_fault, {}, {}, call})) {
        const auto *name = ordered->text.empty() ? "InternalError" : ordered->text.c_str();
        return service_.refuse(request, sender_fault(wsman::uri::wsman, name, "Ordered fault."));
    }
    if (const auto *ordered = faults_.happens({fault_kind::return_value, {}, {}, call})) {
        std::vector<out_parameter> out;
        out.push_back({"ReturnValue", std::to_string(ordered->value)});
        return service_.answer_method(request, out);
    }
    auto answer = service_.handle(request, caller_of(state_, user), now);
    if (call == "IPS_OptInService.StartOptIn" && state_.powered.consent)
        log_.info(component, "the host's display shows ", state_.powered.consent->code);
    return answer;
}

core::duration wsman_server::delay_of(const std::string &call) {
    auto delay = device_.http.call_delay;
    if (call == "IPS_HostBasedSetupService.Setup")
        delay += device_.http.setup_delay;
    if (const auto *ordered = faults_.happens({fault_kind::http_delay, {}, {}, call}))
        delay += ordered->delay;
    return delay;
}

void wsman_server::distort(outgoing &reply, const std::string &call) {
    if (const auto *ordered = faults_.happens({fault_kind::chop, {}, {}, call}))
        reply.piece = std::max<std::size_t>(1, ordered->value);
    if (faults_.happens({fault_kind::close_within, {}, {}, call})) {
        reply.bytes.resize(reply.bytes.size() / 2);
        reply.close = true;
    }
    if (faults_.happens({fault_kind::close_after, {}, {}, call}))
        reply.close = true;
}

wsman_server::identified wsman_server::identify(const wsman::http_request &request,
                                                core::time_point now) {
    const auto *authorization = request.headers.find("Authorization");
    if (!authorization)
        return {};
    if (is_proved_by_certificate(state_, device_, *authorization))
        return {state_.admin_user, false};
    const auto life = device_.http.nonce_life;
    if (life > core::duration::zero() && now - last_issue_ > life)
        digest_.retire_nonces();
    const auto ha1_of = [this](std::string_view user) -> std::optional<core::secret> {
        if (user == state_.admin_user && !state_.admin_ha1.empty())
            return state_.admin_ha1;
        if (const auto *entry = entry_of(state_, user))
            return entry->ha1;
        if (user == state_.local_user)
            if (auto ha1 = wsman::digest_ha1(user, state_.digest_realm, state_.local_password))
                return *ha1;
        return std::nullopt;
    };
    const wsman::digest_target target{request.method, request.target, request.body};
    const auto judged = digest_.verify(*authorization, target, ha1_of);
    if (!judged)
        return {};
    using enum wsman::digest_verdict;
    if (judged->verdict == accepted)
        return {judged->user, false};
    return {"", judged->verdict == unknown_nonce || judged->verdict == replayed};
}

wsman_server::outgoing wsman_server::challenge(bool stale, core::time_point now) {
    const auto field = digest_.issue(stale);
    if (!field)
        return html(500, "Internal Server Error");
    last_issue_ = now;
    const auto reply =
        wsman::unauthorized_response(*field, device_.server_header(), page(401, "Unauthorized"));
    return {wsman::serialize(reply), true};
}

wsman_server::outgoing wsman_server::html(int status, std::string_view reason) const {
    const auto reply =
        wsman::html_response(status, reason, device_.server_header(), page(status, reason));
    return {wsman::serialize(reply), true};
}

wsman_server::outgoing wsman_server::soap(wsman_answer answer, bool keep_alive,
                                          std::size_t at_least, core::time_point now) const {
    if (answer.xml.size() < at_least) // white space behind the document is still the document
        answer.xml.append(at_least - answer.xml.size(), ' ');
    // A fault ends the connection, whatever the request says (wsman.md 2.2).
    const bool close = !keep_alive || answer.status != 200;
    // Recorded replies with 200 have no Connection header, even to a request that has one.
    const auto reply = wsman::soap_response(answer.status, http_date(device_clock(state_, now)),
                                            device_.server_header(), std::move(answer.xml),
                                            answer.status == 200 ? wsman::after_reply::keep_open
                                                                 : wsman::after_reply::close);
    return {wsman::serialize(reply), close};
}

} // namespace costrand::sim
