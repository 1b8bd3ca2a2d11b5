// SPDX-License-Identifier: Apache-2.0
// What the coroutines of one LME link share, and the stream of one channel. Private to lme.cpp.
#pragma once

#include "encoding.hpp"

#include <costrand/core/notifier.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/lme.hpp>
#include <costrand/sim/lme_core.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace costrand::sim {

// Messages that may wait for the link, or leave without a pause; a huge window must not become
// memory.
inline constexpr std::size_t most_queued = 64;

// One use of a slot: a later channel in the same slot is another.
struct lme_slot {
    std::size_t number;
    std::uint32_t generation;
};

struct lme_state : std::enable_shared_from_this<lme_state> {
    lme_state(core::message_stream &l, const profile &d, faults &o, lme_link::service_table t,
              core::log to);

    // After each use of the core: acts on its events, sends its messages, wakes who waits.
    void carry_out();
    // The same for the messages that the link has, but those who wait go on inside this call.
    void receive(std::vector<std::byte> &buffer, std::size_t first);
    void act();
    void send_at_once();
    void act_on(const lme_event &event);
    void open(lme_slot where, std::uint16_t port);
    void refuse(lme_slot where, std::uint32_t reason);
    void confirm(lme_link::service service, lme_slot where);
    const fault *happens(fault_kind kind);

    core::message_stream &link;
    const profile &device;
    faults &orders;
    lme_link::service_table services;
    core::log log;
    lme_core core;
    core::task_group children;
    bool in_send = false;
    std::size_t sent_at_once = 0; // messages, since the link or the writer had a turn
    core::notifier outgoing;      // messages wait for the writer
    core::notifier changed;       // a channel's data, room or state
    bool over = false;
    std::size_t channels_opened = 0, open_failures = 0, withdrawals = 0;
};

class lme_channel : public core::byte_stream {
  public:
    lme_channel(std::shared_ptr<lme_state> state, lme_slot where);
    ~lme_channel() override;

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override;
    awaitable<std::size_t> write_some(net::const_buffer buffer) override;
    awaitable<void> shutdown() override;
    void close() noexcept override;
    net::any_io_executor get_executor() noexcept override { return state_->link.get_executor(); }

  private:
    [[nodiscard]] bool ours() const noexcept;

    std::shared_ptr<lme_state> state_;
    lme_slot where_;
    bool closed_ = false;
};

} // namespace costrand::sim
