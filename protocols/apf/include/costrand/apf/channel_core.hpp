// SPDX-License-Identifier: Apache-2.0
// channel_core: the state of one channel on either side, from CHANNEL_OPEN to the second
// CHANNEL_CLOSE. Events in, verdicts out; session_core turns them into messages. It knows no other
// channel, no time and no bytes but their number.
#pragma once

#include <costrand/apf/window.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>

namespace costrand::apf {

enum class channel_state {
    open_sent,              // we asked, the peer has not answered
    open_sent_close_wanted, // nobody waits for it any more; its answer is still to come
    open,
    close_sent, // our CHANNEL_CLOSE is out; the peer's is still to come
    gone,       // the number is free
};

// What a CHANNEL_DATA means.
enum class data_verdict {
    deliver,
    discard, // legal and of no effect: empty, or it crossed our CHANNEL_CLOSE
    ignore,  // it cannot be for this channel: there was no confirmation yet
    overrun, // beyond the window: send CHANNEL_CLOSE and report; the channel is close_sent now
};

class [[nodiscard]] channel_core {
  public:
    channel_core() = default; // gone

    // CHANNEL_OPEN was sent, with this window of ours.
    static channel_core opening(std::uint32_t our_window) noexcept {
        channel_core c;
        c.state_ = channel_state::open_sent;
        c.rx_ = rx_window(our_window);
        return c;
    }
    // A CHANNEL_OPEN of the peer was confirmed.
    static channel_core accepted(std::uint32_t our_window, std::uint32_t peer_number,
                                 std::uint32_t peer_window) noexcept {
        auto c = opening(our_window);
        c.become_open(peer_number, peer_window);
        return c;
    }

    [[nodiscard]] channel_state state() const noexcept { return state_; }
    [[nodiscard]] bool awaits_answer() const noexcept {
        return state_ == channel_state::open_sent ||
               state_ == channel_state::open_sent_close_wanted;
    }
    // Whether the peer's number is known. 0 is a number like any other.
    [[nodiscard]] bool has_peer() const noexcept {
        return state_ == channel_state::open || state_ == channel_state::close_sent;
    }
    [[nodiscard]] std::uint32_t peer_number() const noexcept {
        assert(has_peer());
        return peer_;
    }
    [[nodiscard]] const tx_window &tx() const noexcept { return tx_; }
    [[nodiscard]] const rx_window &rx() const noexcept { return rx_; }

    // CHANNEL_OPEN_CONFIRMATION, while awaits_answer(). True: the channel is open. False: nobody
    // wants it any more, send CHANNEL_CLOSE to the peer's number.
    [[nodiscard]] bool confirmed(std::uint32_t peer_number, std::uint32_t peer_window) noexcept {
        assert(awaits_answer());
        const bool wanted = state_ == channel_state::open_sent;
        become_open(peer_number, peer_window);
        if (!wanted)
            state_ = channel_state::close_sent;
        return wanted;
    }

    // CHANNEL_OPEN_FAILURE, while awaits_answer(). True: somebody waits to hear of it.
    [[nodiscard]] bool refused() noexcept {
        assert(awaits_answer());
        const bool wanted = state_ == channel_state::open_sent;
        state_ = channel_state::gone;
        return wanted;
    }

    // CHANNEL_DATA of n payload bytes.
    [[nodiscard]] data_verdict received(std::size_t n) noexcept {
        switch (state_) {
        case channel_state::open:
            if (n == 0)
                return data_verdict::discard;
            if (rx_.receive(n))
                return data_verdict::deliver;
            state_ = channel_state::close_sent;
            return data_verdict::overrun;
        case channel_state::close_sent:
            return data_verdict::discard;
        default:
            return data_verdict::ignore;
        }
    }

    // CHANNEL_WINDOW_ADJUST. True: a writer that waited may go on.
    [[nodiscard]] bool adjusted(std::uint32_t n) noexcept {
        if (state_ != channel_state::open)
            return false;
        tx_.grant(n);
        return n > 0;
    }

    // CHANNEL_CLOSE of the peer. True: answer it with ours, and tell the consumer.
    [[nodiscard]] bool closed_by_peer() noexcept {
        switch (state_) {
        case channel_state::open:
            state_ = channel_state::gone;
            return true;
        case channel_state::close_sent:
            state_ = channel_state::gone;
            return false;
        default:
            // There is no CHANNEL_CLOSE before the answer to CHANNEL_OPEN: it is left over from an
            // older channel (firmware replays them after a reset of the link).
            return false;
        }
    }

    // Our side wants no more of it, or gave up waiting. True: send CHANNEL_CLOSE now. Before the
    // answer there is no number to send it to; it goes out when the answer comes.
    [[nodiscard]] bool close() noexcept {
        if (state_ == channel_state::open) {
            state_ = channel_state::close_sent;
            return true;
        }
        if (state_ == channel_state::open_sent)
            state_ = channel_state::open_sent_close_wanted;
        return false;
    }

    // How many of `wanted` bytes may go into one message with at most `limit` bytes of payload;
    // they are debited. 0: wait for the next window adjust.
    [[nodiscard]] std::size_t consume_tx(std::size_t wanted, std::size_t limit) noexcept {
        return state_ == channel_state::open ? tx_.consume(wanted, limit) : 0;
    }

    // As tx_window's.
    [[nodiscard]] bool tx_on_trial() const noexcept { return tx_.on_trial(); }
    void end_tx_trial() noexcept { tx_.end_trial(); }

    // The consumer took n bytes and left the receive queue empty or not. True: a credit is due.
    [[nodiscard]] bool released(std::size_t n, bool queue_empty) noexcept {
        if (state_ != channel_state::open)
            return false;
        rx_.release(n);
        return rx_.credit_due(queue_empty);
    }

    // The CHANNEL_WINDOW_ADJUST to send now, 0 for none: nothing may follow our CHANNEL_CLOSE.
    [[nodiscard]] std::uint32_t take_credit() noexcept {
        return state_ == channel_state::open ? rx_.take_credit() : 0;
    }

  private:
    void become_open(std::uint32_t peer_number, std::uint32_t peer_window) noexcept {
        peer_ = peer_number;
        tx_ = tx_window(peer_window);
        state_ = channel_state::open;
    }

    channel_state state_ = channel_state::gone;
    std::uint32_t peer_ = 0;
    tx_window tx_;
    rx_window rx_;
};

} // namespace costrand::apf
