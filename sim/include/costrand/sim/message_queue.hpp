// SPDX-License-Identifier: Apache-2.0
// message_queue: encoded APF messages in order of sending, end to end in one buffer that keeps its
// storage. lme_core fills it, its driver empties it.
#pragma once

#include <costrand/apf/codec.hpp>
#include <costrand/core/bytes.hpp>

#include <cstddef>
#include <vector>

namespace costrand::sim {

class message_queue {
  public:
    template <typename Message>
    void add(const Message &m) {
        make_room();
        const auto before = bytes_.size();
        apf::encode(m, bytes_);
        sizes_.push_back(bytes_.size() - before);
    }
    // Any bytes as a message.
    void add_bytes(core::const_bytes message) {
        make_room();
        bytes_.insert(bytes_.end(), message.begin(), message.end());
        sizes_.push_back(message.size());
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == sizes_.size(); }
    [[nodiscard]] std::size_t size() const noexcept { return sizes_.size() - first_; }
    // The oldest message; until the next add or pop.
    [[nodiscard]] core::const_bytes front() const noexcept {
        return core::const_bytes(bytes_).subspan(begin_, sizes_[first_]);
    }
    void pop() noexcept {
        begin_ += sizes_[first_++];
        if (!empty())
            return;
        bytes_.clear();
        sizes_.clear();
        begin_ = first_ = 0;
    }

  private:
    // A queue that is never quite empty does not grow: what was sent is cut off when it is more
    // than what waits, so each byte moves at most once.
    void make_room() {
        if (begin_ <= bytes_.size() - begin_)
            return;
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
        sizes_.erase(sizes_.begin(), sizes_.begin() + static_cast<std::ptrdiff_t>(first_));
        begin_ = first_ = 0;
    }

    std::vector<std::byte> bytes_;
    std::vector<std::size_t> sizes_;
    std::size_t begin_ = 0, first_ = 0; // of the oldest message in bytes_ and sizes_
};

} // namespace costrand::sim
