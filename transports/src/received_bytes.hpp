// SPDX-License-Identifier: Apache-2.0
// The bytes that a framed_socket has read and not handed out: grows as bytes come, never because a
// peer announces them, and holds nothing that was taken from it.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

namespace costrand::transports {

class received_bytes {
  public:
    received_bytes() = default;
    received_bytes(const received_bytes &) = delete;
    received_bytes &operator=(const received_bytes &) = delete;
    ~received_bytes() { core::wipe(memory_.get(), capacity_); }

    [[nodiscard]] core::const_bytes view() const noexcept {
        return {memory_.get() + begin_, end_ - begin_};
    }

    // Room behind the bytes, at least one; valid until the next call of a member.
    [[nodiscard]] core::mutable_bytes room() {
        if (end_ == capacity_)
            make_room();
        return {memory_.get() + end_, capacity_ - end_};
    }
    void added(std::size_t n) noexcept { end_ += n; }

    // Forgets the first n bytes.
    void drop(std::size_t n) noexcept {
        core::wipe(memory_.get() + begin_, n);
        begin_ += n;
        if (begin_ != end_)
            return;
        begin_ = end_ = 0;
        if (capacity_ > usual) { // all of it was wiped, as it was dropped
            memory_.reset();
            capacity_ = 0;
        }
    }

  private:
    // A credential of 1 KiB and its frame fit; thousands of clients cost little.
    static constexpr std::size_t usual = 4096;

    void make_room() {
        const std::size_t held = end_ - begin_;
        if (begin_ > capacity_ / 2) {
            std::memmove(memory_.get(), memory_.get() + begin_, held);
            core::wipe(memory_.get() + held, end_ - held);
        } else {
            const std::size_t larger = std::max(usual, capacity_ * 2);
            auto memory = std::make_unique<std::byte[]>(larger);
            if (held > 0)
                std::memcpy(memory.get(), memory_.get() + begin_, held);
            core::wipe(memory_.get(), capacity_);
            memory_ = std::move(memory);
            capacity_ = larger;
        }
        begin_ = 0;
        end_ = held;
    }

    std::unique_ptr<std::byte[]> memory_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0, end_ = 0;
};

} // namespace costrand::transports
