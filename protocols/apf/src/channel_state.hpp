// SPDX-License-Identifier: Apache-2.0
// channel_state: what a channel and its session share; it lives as long as either. The session
// puts bytes in, the channel's reader takes them out.
#pragma once

#include <costrand/apf/messages.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/notifier.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace costrand::apf::detail {

class session_engine;

// Bytes that wait for a reader; bounded by the window of the channel. Keeps its storage.
class receive_queue {
  public:
    [[nodiscard]] bool empty() const noexcept { return taken_ == bytes_.size(); }

    void append(const_bytes data) {
        if (data.empty())
            return;
        // The front is cut off when it is larger than what is left: each byte moves at most once.
        if (taken_ > bytes_.size() - taken_) {
            bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
            taken_ = 0;
        }
        bytes_.insert(bytes_.end(), data.begin(), data.end());
    }
    std::size_t take(net::mutable_buffer to) noexcept {
        const std::size_t n = std::min(to.size(), bytes_.size() - taken_);
        if (n > 0)
            std::memcpy(to.data(), bytes_.data() + taken_, n);
        taken_ += n;
        if (empty())
            clear();
        return n;
    }
    void clear() noexcept {
        bytes_.clear();
        taken_ = 0;
    }

  private:
    std::vector<std::byte> bytes_;
    std::size_t taken_ = 0;
};

struct channel_state {
    channel_state(session_engine *owner, net::any_io_executor on, std::uint32_t number_) noexcept
        : engine(owner),
          executor(std::move(on)),
          number(number_) {}

    // Bytes from the link. A reader that waits gets them without a detour; one that was cancelled
    // is off its notifier already, so nothing is given to it and nothing is lost.
    void deliver(const_bytes data, core::wake_list &woken) {
        if (readable.has_sleepers() && waiting.size() > 0) {
            delivered = std::min(data.size(), waiting.size());
            std::memcpy(waiting.data(), data.data(), delivered);
            waiting = {};
            data = data.subspan(delivered);
            readable.notify_one(woken);
        }
        queue.append(data);
    }

    // No more of it; `why` comes after what is queued.
    void finish(error_code why) {
        engine = nullptr;
        end = why;
        readable.notify_all();
        writable.notify_all();
        settled.notify_all();
    }

    session_engine *engine; // null when the channel or the session is over
    net::any_io_executor executor;
    std::uint32_t number;
    bool open = false;
    bool shut = false; // by shutdown()
    bool reading = false, writing = false;
    std::optional<error_code> end;
    receive_queue queue;
    net::mutable_buffer waiting; // of the reader that sleeps
    std::size_t delivered = 0;   // put into its buffer
    core::notifier readable, writable, settled;
};

} // namespace costrand::apf::detail
