// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/rps.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>

#include "on_die.hpp"
#include "rps_admission.hpp"
#include "rps_link.hpp"
#include "rps_run.hpp"
#include "rps_shared.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace costrand::sim {

namespace {

// All values are made up for the recordings.
rps_profile recorded_profile(rps_profile::activation mode) {
    rps_profile p;
    p.mode = mode;
    p.amt_password = core::secret("P@ssw0rdAmt1");
    p.mebx_password = core::secret("P@ssw0rdMebx1");
    if (mode == rps_profile::activation::admin_control) // client control always asks the user
        p.user_consent = rps_profile::consent::none;
    return p;
}

rps_cira recorded_cira() {
    rps_cira c;
    c.address = "127.0.0.1";
    c.port = 14433;
    c.password = core::secret("P@ssw0rdMps1");
    return c;
}

rps_wireless recorded_wireless() {
    rps_wireless w;
    w.name = "homewifi";
    w.ssid = "lab-ssid";
    w.passphrase = core::secret("PskPassw0rd!");
    return w;
}

} // namespace

rps_options recorded_rps_options() {
    using enum rps_profile::activation;
    rps_options o;
    for (const auto mode : {client_control, admin_control}) {
        const std::string name = mode == client_control ? "ccm" : "acm";
        auto p = recorded_profile(mode);
        o.profiles.emplace(name, p);
        // The recorded ones differ in what TLS is set to; all of ours set it the same way.
        o.profiles.emplace(name + "-tls", p);
        p.cira = recorded_cira();
        o.profiles.emplace(name + "-cira", std::move(p));
    }
    auto random = recorded_profile(admin_control);
    random.amt_password = core::secret();
    random.mebx_password = core::secret();
    o.profiles.emplace("acm-random", std::move(random));
    auto wifi = recorded_profile(admin_control);
    wifi.wireless.push_back(recorded_wireless());
    o.profiles.emplace("acm-wifi", std::move(wifi));
    o.domains.push_back({"corp.example", {}});
    o.on_die_roots.push_back(on_die_root());
    return o;
}

struct rps_server::state : rps_shared {
    using rps_shared::rps_shared;
};

rps_server::rps_server(rps_options options, crypto with, core::random_source &random, core::log log)
    : state_(std::make_unique<state>(std::move(options), std::move(with), random, std::move(log))) {
}

rps_server::rps_server(rps_options options, core::random_source &random, core::log log)
    : rps_server(std::move(options), real_crypto(), random, std::move(log)) {}

rps_server::~rps_server() = default;

namespace {

namespace method = rps::method;

// A device that was active before is told last (recorded).
void tell_activation(rps_run &run) {
    if (run.status.recorded("Activation"))
        return;
    const bool admin = run.order.profile->mode == rps_profile::activation::admin_control;
    const auto *status = run.status.find("Status");
    const std::string details = status ? *status
                                       : std::string("Device already activated in ") +
                                             (admin ? "admin" : "client") + " control mode";
    run.status.record("Activation", rps_result::success, admin ? "ACM" : "CCM", details);
}

awaitable<script_end> get_in(rps_run &run) {
    if (run.order.already_active)
        co_return co_await log_in_again(run);
    if (run.order.facts.tls_enforced)
        co_return co_await activate_enforced(run);
    if (run.order.facts.tls_tunnel)
        co_return co_await activate_into_tunnel(run);
    if (run.order.profile->mode == rps_profile::activation::admin_control)
        co_return co_await activate_admin_control(run);
    co_return co_await activate_client_control(run);
}

awaitable<script_end> activate(rps_run &run) {
    auto end = co_await get_in(run);
    if (end != script_end::success)
        co_return end;
    end = co_await unconfigure(run);
    if (end != script_end::success)
        co_return end;
    co_await configure_network(run);
    co_await configure_features(run);
    const bool admin = run.order.profile->mode == rps_profile::activation::admin_control;
    if (run.order.facts.tls_enforced && !run.order.already_active && !admin)
        (void)co_await configure_tls(run); // 15.4 step 4; its failure is in the status
    co_await configure_cira(run);
    tell_activation(run);
    co_return script_end::success;
}

awaitable<script_end> play(rps_run &run) {
    switch (run.order.task) {
    case rps_task::activate:
        co_return co_await activate(run);
    case rps_task::deactivate:
        co_return co_await deactivate(run);
    case rps_task::maintain:
        co_return co_await maintain(run);
    }
    co_return script_end::error;
}

awaitable<void> play_and_tell(rps_shared &shared, rps_link &link, core::task_group &session,
                              rps_order order) {
    const bool with_components = order.task == rps_task::activate;
    rps_run run(shared, link, session, std::move(order));
    const auto end = co_await play(run);
    if (end == script_end::mute) {
        shared.log.info(rps_component, "says nothing more, as the recorded server did");
        core::notifier never; // until the client goes
        co_await never.wait();
    }
    const auto text = with_components ? run.status.with_components() : run.status.plain();
    const auto last_word = end == script_end::error ? method::error : method::success;
    co_await link.send_last(last_word, text);
}

// The script of one session, a child beside the reader.
awaitable<void> converse(rps_shared &shared, rps_link &link, core::task_group &session) {
    const auto first = co_await link.first();
    shared.log.info(rps_component, "asked for: ", first.method.substr(0, first.method.find(' ')));
    auto admitted = admit(first, shared);
    if (auto *order = std::get_if<rps_order>(&admitted)) {
        link.set_device(order->facts.uuid);
        co_await play_and_tell(shared, link, session, std::move(*order));
    } else if (auto *refusal = std::get_if<rps_refusal>(&admitted)) {
        co_await link.send_last(method::error, refusal->text);
    } else if (auto *late = std::get_if<rps_late_refusal>(&admitted)) {
        rps_status status;
        status.set("Status", late->status);
        status.record("Activation", rps_result::failure, "", late->status);
        co_await link.send_last(method::error, status.with_components());
    }
    co_await core::sleep_for(shared.options.timings.linger);
}

// The reader goes on for as long as the conversation.
awaitable<void> converse_and_stop(rps_shared &shared, rps_link &link, core::task_group &session) {
    co_await converse(shared, link, session);
    session.cancel();
}

} // namespace

awaitable<void> rps_server::serve(core::message_stream &client) {
    core::assert_on(client.get_executor());
    rps_shared &shared = *state_;
    ++shared.counters.sessions;
    const auto owned = std::make_shared<rps_link>(client, shared);
    rps_link &link = *owned;
    core::task_group session(client.get_executor());
    session.spawn(link.read());
    session.spawn(converse_and_stop(shared, link, session));
    const auto ended = co_await core::as_result(session.join());
    const bool cancelled = !ended && ended.error() == core::cond::cancelled;
    if (!link.offence().empty() && !cancelled) {
        // The client may be gone: then nobody needs to know.
        (void)co_await core::as_result(link.send_last(method::error, link.offence()));
    }
    client.close();
    shared.log.info(rps_component, "session ended",
                    ended ? std::string() : ": " + ended.error().message());
    if (cancelled)
        throw system_error(ended.error());
}

void rps_server::order(rps_fault fault) {
    state_->faults.push_back(std::move(fault));
    state_->faults_acted.push_back(0);
}

std::size_t rps_server::acted(std::size_t index) const {
    return state_->faults_acted.at(index);
}

void rps_server::clear_orders() noexcept {
    state_->faults.clear();
    state_->faults_acted.clear();
}

bool rps_server::all_acted() const noexcept {
    return std::all_of(state_->faults.begin(), state_->faults.end(), [](const rps_fault &f) {
        return f.times == 0 || f.times == rps_fault::always;
    });
}

void rps_server::store_password(std::string uuid, core::secret password) {
    state_->passwords[std::move(uuid)] = std::move(password);
}

const core::secret *rps_server::stored_password(std::string_view uuid) const {
    const auto found = state_->passwords.find(uuid);
    return found == state_->passwords.end() ? nullptr : &found->second;
}

const der_bytes &rps_server::provisioning_root() {
    return state_->authority.provisioning_root();
}

const der_bytes &rps_server::mps_root() {
    return state_->authority.mps_root();
}

const std::vector<rps_call> &rps_server::calls() const noexcept {
    return state_->calls;
}

const rps_counters &rps_server::counters() const noexcept {
    return state_->counters;
}

} // namespace costrand::sim
