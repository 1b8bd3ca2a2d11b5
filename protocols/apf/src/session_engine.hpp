// SPDX-License-Identifier: Apache-2.0
// session_engine: the inside of session. Feeds the core with what the link and the channels bring
// and performs its actions; every decision is the core's.
#pragma once

#include "channel_state.hpp"

#include <costrand/apf/session.hpp>
#include <costrand/apf/session_core.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace costrand::apf::detail {

// Encoded messages that wait for the link, end to end. Keeps its storage.
class outbox {
  public:
    template <typename M>
    void add(const M &m) {
        encode(m, bytes_);
        ends_.push_back(bytes_.size());
    }
    [[nodiscard]] bool empty() const noexcept { return first_ == ends_.size(); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::size_t count() const noexcept { return ends_.size() - first_; }
    [[nodiscard]] net::const_buffer front() const noexcept {
        const std::size_t begin = first_ == 0 ? 0 : ends_[first_ - 1];
        return {bytes_.data() + begin, ends_[first_] - begin};
    }
    void pop() noexcept {
        if (++first_ < ends_.size())
            return;
        bytes_.clear();
        ends_.clear();
        first_ = 0;
    }

  private:
    std::vector<std::byte> bytes_;
    std::vector<std::size_t> ends_; // of each message in bytes_
    std::size_t first_ = 0;
};

class session_engine {
  public:
    session_engine(core::message_stream &link, session_options options, core::log log);
    ~session_engine();

    awaitable<void> run();
    awaitable<void> ready();
    awaitable<std::unique_ptr<core::byte_stream>> open_channel(std::uint16_t port);
    void stop() noexcept;

    // For channels.
    [[nodiscard]] bool has_room() const noexcept { return outbox_.size() < options_.max_queued; }
    core::notifier &room() noexcept { return room_; }
    std::size_t write(std::uint32_t channel, const_bytes data);
    // As session_core's.
    [[nodiscard]] bool on_trial(std::uint32_t channel) { return core_.on_trial(channel); }
    void end_trial(std::uint32_t channel) { core_.end_trial(channel); }
    [[nodiscard]] core::duration remnant_trial() const { return options_.times.remnant_trial; }
    void consumed(std::uint32_t channel, std::size_t n, bool queue_empty);
    void close(const channel_state &channel);

    [[nodiscard]] const host_core &core() const noexcept { return core_; }
    [[nodiscard]] bool link_lost() const noexcept { return link_lost_; }
    [[nodiscard]] bool has_ended() const noexcept { return end_.has_value(); }

  private:
    awaitable<void> read_loop();
    void received(std::vector<std::byte> &buffer, std::size_t n);
    void received(const_bytes message);
    awaitable<void> write_loop();
    awaitable<void> timer_loop();
    awaitable<void> flush();
    awaitable<void> leave(error_code why);
    awaitable<void> serve_event(std::unique_ptr<core::byte_stream> channel);

    // Calls event(actions) and performs what the core answers.
    template <typename Event>
    auto feed(Event event);
    void perform(const action_list &actions);
    void perform(const action::send &a);
    void perform(const action::deliver &a);
    void perform(const action::opened &a);
    void perform(const action::accepted &a);
    void perform(const action::window_opened &a);
    void perform(const action::ended &a);
    void perform(const action::forwards_changed &);
    void perform(const action::ready &);
    void perform(const action::session_ended &a);

    std::shared_ptr<channel_state> add_channel(std::uint32_t number);
    std::shared_ptr<channel_state> take_channel(std::uint32_t number);
    channel_state *find(std::uint32_t number) const noexcept;
    void finish(error_code why);
    void log_forwards();

    core::message_stream &link_;
    session_options options_;
    core::log log_;
    core::time_source &time_;
    host_core core_;
    action_list spare_;                                    // storage of the next action list
    std::vector<std::shared_ptr<channel_state>> channels_; // by our number
    outbox outbox_;
    outbox sending_; // the batch that the writer is at
    bool in_send_ = false;
    bool only_queue_ = false;
    std::size_t sent_at_once_ = 0; // bytes, since the link or the writer had a turn
    core::notifier work_, room_, change_, timer_;
    core::wake_list woken_;           // by the messages being received
    std::optional<time_point> armed_; // the timer's next wake-up
    core::task_group *tasks_ = nullptr;
    bool stopped_ = false;
    bool link_lost_ = false;
    std::optional<error_code> core_end_; // what the core ended the session with
    std::optional<error_code> end_;      // everything is over
    std::string logged_forwards_;
};

} // namespace costrand::apf::detail
