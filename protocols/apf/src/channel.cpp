// SPDX-License-Identifier: Apache-2.0
#include <costrand/apf/channel.hpp>

#include "session_engine.hpp"

#include <costrand/apf/errc.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/strand.hpp>

#include <cassert>
#include <utility>

namespace costrand::apf {
namespace {

// Marks a call as pending, for as long as its frame lives.
class pending {
  public:
    explicit pending(bool &flag) noexcept : flag_(flag) {
        assert(!flag && "one read and one write at a time");
        flag_ = true;
    }
    pending(const pending &) = delete;
    pending &operator=(const pending &) = delete;
    ~pending() { flag_ = false; }

  private:
    bool &flag_;
};

const_bytes view(net::const_buffer b) noexcept {
    return {static_cast<const std::byte *>(b.data()), b.size()};
}

} // namespace

channel::channel(std::shared_ptr<detail::channel_state> state) noexcept
    : state_(std::move(state)) {}

channel::~channel() {
    close();
}

awaitable<std::size_t> channel::read_some(net::mutable_buffer buffer) {
    if (buffer.size() == 0)
        co_return 0;
    const auto state = state_;
    core::assert_on(state->executor);
    pending reading(state->reading);
    std::size_t n = state->queue.take(buffer);
    while (n == 0) {
        if (state->end)
            throw system_error(*state->end);
        state->waiting = buffer;
        state->delivered = 0;
        co_await state->readable.wait();
        state->waiting = {};
        n = state->delivered > 0 ? state->delivered : state->queue.take(buffer);
    }
    if (state->engine)
        state->engine->consumed(state->number, n, state->queue.empty());
    co_return n;
}

awaitable<std::size_t> channel::write_some(net::const_buffer buffer) {
    if (buffer.size() == 0)
        co_return 0;
    const auto state = state_;
    core::assert_on(state->executor);
    pending writing(state->writing);
    for (;;) {
        if (state->end == core::end_of_stream)
            throw system_error(errc::channel_closed_by_peer);
        if (state->end)
            throw system_error(*state->end);
        if (state->shut)
            throw system_error(core::errc::closed);
        if (!state->engine->has_room()) {
            co_await state->engine->room().wait();
            continue;
        }
        if (const auto n = state->engine->write(state->number, view(buffer)))
            co_return n;
        if (!state->engine->on_trial(state->number)) {
            co_await state->writable.wait();
            continue;
        }
        const auto credited = co_await core::as_result(
            core::with_deadline(state->engine->remnant_trial(), state->writable.wait()));
        if (!credited && credited.error() != core::errc::timed_out)
            throw system_error(credited.error());
        if (!credited && state->engine)
            state->engine->end_trial(state->number);
    }
}

awaitable<void> channel::shutdown() {
    state_->shut = true;
    state_->writable.notify_all();
    co_return;
}

void channel::close() noexcept {
    if (auto *engine = state_->engine)
        engine->close(*state_);
    state_->queue.clear();
    state_->finish(core::errc::closed);
}

net::any_io_executor channel::get_executor() noexcept {
    return state_->executor;
}

} // namespace costrand::apf
