// SPDX-License-Identifier: Apache-2.0
// The flow control of one channel: tx_window is what the peer allows us to send, rx_window what we
// allow the peer. Both count payload bytes of CHANNEL_DATA and nothing else. All arithmetic of
// windows is here.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace costrand::apf {

// Debit it before the message is queued: two writers must not see the same credit.
class [[nodiscard]] tx_window {
  public:
    tx_window() = default;
    explicit tx_window(std::uint32_t initial) noexcept : initial_(initial), left_(initial) {}

    [[nodiscard]] std::uint32_t left() const noexcept { return left_; }

    // How much of `wanted` goes into one message of at most `limit` payload bytes. Debits it. 0:
    // wait for the next window adjust.
    [[nodiscard]] std::size_t consume(std::size_t wanted, std::size_t limit) noexcept {
        const std::size_t most = std::min(wanted, limit);
        if (left_ > 0 && most > left_ && !hasty_ && more_is_due()) {
            held_at_ = unanswered_;
            return 0;
        }
        held_at_ = 0;
        const std::size_t n = std::min(most, std::size_t{left_});
        left_ -= static_cast<std::uint32_t>(n);
        unanswered_ += n;
        return n;
    }

    // A window adjust. Saturates: a peer that grants too much has granted everything.
    void grant(std::uint32_t n) noexcept {
        constexpr auto most = std::numeric_limits<std::uint32_t>::max();
        left_ = n > most - left_ ? most : left_ + n;
        if (n == 0)
            return;
        // One that reports more than we thought it had was on its way before the remnant was held.
        if (held_at_ != 0)
            proven_ = std::min(proven_, std::max<std::uint64_t>(held_at_, n));
        held_at_ = 0;
        unanswered_ = 0;
    }

    // A remnant is held back, and this peer was not yet seen to give credit for so little: whoever
    // waits for the adjust does so for a limited time, and then calls end_trial().
    [[nodiscard]] bool on_trial() const noexcept { return held_at_ != 0 && held_at_ < proven_; }
    // The peer wants its whole window used: remnants go at once from here on.
    void end_trial() noexcept {
        hasty_ = true;
        held_at_ = 0;
    }

  private:
    // A remnant of the window is not worth a message of its own when the next adjust is to come:
    // the known peers give credit at the latest when more than half of what they announced is
    // consumed and not reported, and all that went out since their last adjust is not reported. The
    // credit left is small then, but for a peer that announced little and granted more.
    [[nodiscard]] bool more_is_due() const noexcept {
        const std::uint64_t half = initial_ / 2;
        return left_ < half && unanswered_ > half;
    }

    std::uint32_t initial_ = 0; // as announced with the channel
    std::uint32_t left_ = 0;
    std::uint64_t unanswered_ = 0; // sent since the last adjust
    std::uint64_t held_at_ = 0;    // what it was when a remnant was held back; 0: none is
    // The least that the peer gave credit for while a remnant was held back.
    std::uint64_t proven_ = std::numeric_limits<std::uint64_t>::max();
    bool hasty_ = false;
};

class [[nodiscard]] rx_window {
  public:
    rx_window() = default;
    explicit rx_window(std::uint32_t announced) noexcept
        : announced_(announced),
          left_(announced) {}

    // What the peer may still send.
    [[nodiscard]] std::uint32_t left() const noexcept { return left_; }

    // n bytes have arrived. False when the peer was not allowed to send them; nothing is changed.
    [[nodiscard]] bool receive(std::size_t n) noexcept {
        if (n > left_)
            return false;
        left_ -= static_cast<std::uint32_t>(n);
        return true;
    }

    // The consumer took n of the bytes that had arrived.
    void release(std::size_t n) noexcept {
        assert(n <= announced_ - left_ - debt_);
        debt_ += static_cast<std::uint32_t>(n);
    }

    // Whether it is time to tell the peer: half the window is unreported, or nothing is left to
    // consume, so that the peer may be the one who waits.
    [[nodiscard]] bool credit_due(bool queue_empty) const noexcept {
        const std::uint32_t half = announced_ / 2 + announced_ % 2; // rounded up
        return debt_ > 0 && (queue_empty || debt_ >= half);
    }

    // The window adjust to send: everything released and not yet reported.
    [[nodiscard]] std::uint32_t take_credit() noexcept {
        const auto n = debt_;
        left_ += n;
        debt_ = 0;
        return n;
    }

  private:
    std::uint32_t announced_ = 0;
    std::uint32_t left_ = 0;
    std::uint32_t debt_ = 0; // released, not reported
};

} // namespace costrand::apf
