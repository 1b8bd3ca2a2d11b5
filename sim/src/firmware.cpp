// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/firmware.hpp>

#include "firmware_impl.hpp"
#include "on_die.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/transports/lms_tcp.hpp>

#include <chrono>
#include <utility>

namespace costrand::sim {

firmware::firmware(net::any_io_executor executor, profile p, core::random_source &random,
                   core::log log, crypto with)
    : firmware(executor, p, random, std::move(log), new_device(p, random, core::now(executor)),
               std::move(with)) {}

firmware::firmware(net::any_io_executor executor, profile p, core::random_source &random,
                   core::log log, device_state saved, crypto with)
    : impl_(std::make_shared<impl>(std::move(executor), std::move(p), random, std::move(log),
                                   std::move(saved), std::move(with))) {}

firmware::~firmware() {
    impl_->stop();
}

const der_bytes &firmware::on_die_root() {
    return sim::on_die_root();
}

// Cancelled or not, every coroutine of the device ends before this one.
awaitable<void> firmware::run() {
    auto me = impl_;
    co_await me->tasks.run(impl::until_stopped(me));
}

void firmware::stop() noexcept {
    impl_->stop();
}

std::unique_ptr<heci::device> firmware::heci() {
    return std::make_unique<impl::handle>(impl_);
}

awaitable<std::unique_ptr<core::byte_stream>> firmware::dial_lms(std::uint16_t port) {
    auto me = impl_;
    const bool there = me->device.lms && me->state.amt_enabled;
    if (me->stopped || !there || !me->ports.takes(port) ||
        me->orders.happens({fault_kind::lms_refused}))
        throw system_error(transports::lms_errc::not_running);
    auto [host, lms] = memory_byte_pair(me->executor);
    me->tasks.spawn(impl::serve_lms(me, std::move(lms), port));
    co_return std::move(host);
}

error_code firmware::open_refusal() {
    return impl_->open_refusal(std::nullopt);
}

awaitable<std::size_t> firmware::admit(heci::client_id client) {
    if (const auto refusal = impl_->open_refusal(client))
        throw system_error(refusal);
    co_return co_await admit_opened(client);
}

awaitable<std::size_t> firmware::admit_opened(heci::client_id client) {
    // A program that closed its descriptor and connects again at once is faster than our news of
    // the closing; a mei driver's close() waits for the firmware instead.
    constexpr auto news = std::chrono::milliseconds(50);
    auto me = impl_;
    const auto room =
        co_await core::as_result(core::with_deadline(news, impl::room_for(me, client)));
    if (!room && room.error() != core::errc::timed_out)
        throw system_error(room.error());
    me->admit(client);
    co_return max_message(client, me->device.heci);
}

awaitable<std::unique_ptr<core::message_stream>> firmware::connect_opened(heci::client_id client) {
    auto me = impl_;
    (void)co_await admit_opened(client);
    co_return impl::link_in_memory(me, client);
}

awaitable<void> firmware::serve_heci(std::unique_ptr<core::message_stream> link,
                                     heci::client_id client) {
    auto me = impl_;
    auto entry = std::make_shared<link_entry>(client);
    me->links.push_back(entry);
    return impl::serve_link(std::move(me), std::move(link), std::move(entry));
}

awaitable<void> firmware::serve_lms(std::unique_ptr<core::byte_stream> connection,
                                    std::uint16_t port) {
    return impl::accept_lms(impl_, std::move(connection), port);
}

void firmware::before_answers(std::function<void(const device_state &)> keep) {
    impl_->keep = std::move(keep);
}
void firmware::reset_links() noexcept {
    impl_->reset_links();
}
faults &firmware::inject() noexcept {
    return impl_->orders;
}
const profile &firmware::device_profile() const noexcept {
    return impl_->device;
}
const device_state &firmware::state() const {
    settle(impl_->state, impl_->device, core::now(impl_->executor));
    return impl_->state;
}
control_mode firmware::mode() const noexcept {
    return impl_->state.mode;
}

std::size_t firmware::open_channels() const noexcept {
    std::size_t n = 0;
    for (const auto &link : impl_->links)
        n += link->lme ? link->lme->slots_used() : 0;
    return n;
}

std::size_t firmware::open_links() const noexcept {
    std::size_t n = 0;
    for (const auto &link : impl_->links)
        n += link->host_closed || link->reset ? 0u : 1u;
    return n;
}

const std::vector<call_record> &firmware::calls() const noexcept {
    return impl_->server.calls();
}

firmware_counters firmware::counters() const noexcept {
    auto all = impl_->past;
    all.http_requests = impl_->server.requests();
    all.tls_restarts = impl_->ports.restarts();
    for (const auto &link : impl_->links) {
        if (!link->lme)
            continue;
        all.channels_opened += link->lme->channels_opened();
        all.open_failures += link->lme->open_failures();
        all.withdrawals += link->lme->withdrawals();
        all.protocol_errors += link->lme->protocol_errors();
    }
    return all;
}

} // namespace costrand::sim
