// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/rps.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>

#include "rps_admission.hpp"
#include "rps_link.hpp"
#include "rps_run.hpp"
#include "rps_shared.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace costrand::sim {

rps_options recorded_rps_options() {
    rps_options o;
    rps_profile ccm;
    ccm.amt_password = core::secret("P@ssw0rdAmt1"); // made up for the recordings
    o.profiles.emplace("ccm", std::move(ccm));
    return o;
}

struct rps_server::state : rps_shared {
    using rps_shared::rps_shared;
};

rps_server::rps_server(rps_options options, core::random_source &random, core::log log)
    : state_(std::make_unique<state>(std::move(options), random, std::move(log))) {}

rps_server::~rps_server() = default;

namespace {

namespace method = rps::method;

awaitable<script_end> activate(rps_run &run) {
    auto end = script_end::success;
    if (run.order.already_active)
        end = co_await log_in_again(run);
    else
        end = co_await activate_client_control(run);
    if (end != script_end::success)
        co_return end;
    end = co_await unconfigure(run);
    if (end != script_end::success)
        co_return end;
    co_await configure_network(run);
    co_await configure_features(run);
    // A device that was active before is told last (recorded).
    if (!run.status.recorded("Activation")) {
        const auto *status = run.status.find("Status");
        const std::string details =
            status ? *status : std::string("Device already activated in client control mode");
        run.status.record("Activation", rps_result::success, "CCM", details);
    }
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

awaitable<void> play_and_tell(rps_shared &shared, rps_link &link, rps_order order) {
    const bool with_components = order.task == rps_task::activate;
    rps_run run(shared, link, std::move(order));
    const auto end = co_await play(run);
    if (end == script_end::mute) {
        shared.log.info(rps_component, "says nothing more, as the recorded server did");
        core::notifier never; // until the client goes
        co_await never.wait();
    }
    const auto text = with_components ? run.status.with_components() : run.status.plain();
    const auto last_word = end == script_end::success ? method::success : method::error;
    co_await link.send_last(last_word, text);
}

// The script of one session, a child beside the reader.
awaitable<void> converse(rps_shared &shared, rps_link &link) {
    const auto first = co_await link.first();
    shared.log.info(rps_component, "asked for: ", first.method.substr(0, first.method.find(' ')));
    auto admitted = admit(first, shared);
    if (auto *order = std::get_if<rps_order>(&admitted)) {
        link.set_device(order->facts.uuid);
        co_await play_and_tell(shared, link, std::move(*order));
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
    co_await converse(shared, link);
    session.cancel();
}

} // namespace

awaitable<void> rps_server::serve(core::message_stream &client) {
    core::assert_on(client.get_executor());
    rps_shared &shared = *state_;
    ++shared.counters.sessions;
    rps_link link(client, shared);
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

const std::vector<rps_call> &rps_server::calls() const noexcept {
    return state_->calls;
}

const rps_counters &rps_server::counters() const noexcept {
    return state_->counters;
}

} // namespace costrand::sim
