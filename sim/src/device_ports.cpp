// SPDX-License-Identifier: Apache-2.0
#include "device_ports.hpp"

#include "tls_state.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>

#include <boost/asio/buffer.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace costrand::sim {
namespace {

constexpr std::string_view component = "sim.tls";
constexpr std::string_view key_generation = "AMT_PublicKeyManagementService.GenerateKeyPair";

// Until the peer goes; what it says is lost.
awaitable<void> ignore(core::byte_stream &connection) {
    std::array<std::byte, 512> unread{};
    for (;;) {
        const auto got = co_await core::as_result(connection.read_some(net::buffer(unread)));
        if (!got)
            throw system_error(got.error());
    }
}

} // namespace

device_ports::device_ports(net::any_io_executor executor, device_state &state, const profile &p,
                           faults &orders, wsman_server &server, std::shared_ptr<tls_layer> tls,
                           std::function<void(core::duration)> vanish, core::log log)
    : executor_(std::move(executor)),
      state_(state),
      device_(p),
      orders_(orders),
      server_(server),
      tls_(std::move(tls)),
      vanish_(std::move(vanish)),
      log_(std::move(log)),
      changes_seen_(state.powered.tls_changes) {}

bool device_ports::takes(std::uint16_t port) {
    if (!listens(state_, device_, port))
        return false;
    return port != tls_port || !orders_.happens({fault_kind::tls_refused});
}

awaitable<void> device_ports::serve(std::unique_ptr<core::byte_stream> connection,
                                    std::uint16_t port) {
    const bool over_tls = port == tls_port;
    const auto *cut = over_tls ? orders_.happens({fault_kind::tls_cut}) : nullptr;
    auto [stream, number] =
        open_.add(std::move(connection), cut ? std::size_t{cut->value} : open_connections::uncut);
    if (over_tls) {
        auto begun = co_await core::as_result(begin_tls(std::move(stream)));
        if (!begun) {
            log_.debug(component, "no TLS connection: ", begun.error());
            if (begun.error() == core::cond::cancelled)
                throw system_error(begun.error());
            co_return;
        }
        stream = std::move(*begun);
    }
    wsman_server::answer_hook after = [this, over_tls, at = number](const call_record &call) {
        const bool ends = answered(call, at);
        return ends || (over_tls && device_.tls.session_per_call);
    };
    co_await server_.serve(*stream, std::move(after));
}

awaitable<std::unique_ptr<core::byte_stream>>
device_ports::begin_tls(std::unique_ptr<core::byte_stream> connection) {
    if (orders_.happens({fault_kind::tls_mute}))
        co_await ignore(*connection);
    auto late = device_.tls.first_byte;
    if (const auto *order = orders_.happens({fault_kind::tls_late}))
        late += order->delay;
    for (auto now = core::now(executor_); now < deaf_until_; now = core::now(executor_)) {
        log_.debug(component, "waits ", deaf_until_ - now, ": the TLS port restarts");
        co_await core::sleep_for(deaf_until_ - now);
    }
    if (late > core::duration::zero()) {
        log_.debug(component, "waits ", late, ": the TLS port is slow");
        co_await core::sleep_for(late);
    }
    auto face = tls_face_of(state_, device_);
    auto accepting = tls_->accept(std::move(connection), std::move(face.who), std::move(face.how));
    co_return co_await core::with_deadline(device_.http.idle, std::move(accepting));
}

bool device_ports::answered(const call_record &call, std::uint64_t connection) {
    if (const auto *order = orders_.happens({fault_kind::lme_vanishes, {}, {}, call.call}))
        vanish_(order->delay);
    else if (call.call == key_generation && call.status == 200 &&
             device_.lme.vanishes > core::duration::zero())
        vanish_(device_.lme.vanishes);
    if (const auto *order = orders_.happens({fault_kind::tls_restarts, {}, {}, call.call})) {
        restart(order->delay, connection);
        return true;
    }
    return restart_if_changed(connection);
}

bool device_ports::restart_if_changed(std::uint64_t but) {
    if (std::exchange(changes_seen_, state_.powered.tls_changes) == state_.powered.tls_changes)
        return false;
    restart(device_.tls.restart, but);
    return true;
}

// The connection that brought it about is left to end in good order.
void device_ports::restart(core::duration deaf, std::uint64_t but) {
    log_.info(component, "the TLS port restarts and is deaf for ",
              std::chrono::duration_cast<std::chrono::milliseconds>(deaf).count(), " ms");
    ++restarts_;
    deaf_until_ = core::now(executor_) + deaf;
    open_.drop_all_but(but);
}

} // namespace costrand::sim
