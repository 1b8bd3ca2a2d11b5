// SPDX-License-Identifier: Apache-2.0
// lme_core: the firmware's end of APF on one LME connection: handshake, forwards, slots, windows.
// Messages in; messages to send and events out. It shares the codec with costrand's own APF and
// nothing else: its state and arithmetic are its own, so that a slip in one is seen by the other.
// Never waits, throws or logs.
#pragma once

#include <costrand/apf/codec.hpp>
#include <costrand/apf/messages.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/sim/message_queue.hpp>
#include <costrand/sim/profile.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace costrand::sim {

// What the driver has to act on.
struct lme_event {
    enum class kind {
        ready,  // every forward was answered
        wanted, // CHANNEL_OPEN is acceptable; the slot is reserved: confirm() or refuse() it
        data,   // bytes came in for the slot
        room,   // the slot's host takes more
        closed, // the host closed the slot's channel; nothing more will come
        ended,  // DISCONNECT in either direction: the session is over
    };
    kind what;
    std::size_t slot = 0;
    std::uint16_t port = 0;       // wanted
    std::uint32_t generation = 0; // wanted: names this use of the slot
};

class lme_core {
  public:
    lme_core(const lme_profile &options, const apf::uuid &id, std::size_t max_message);

    // The link is up: the firmware speaks first.
    void start();
    // One message from the host.
    void receive(core::const_bytes message);

    // The driver sends these after each call,
    [[nodiscard]] message_queue &messages() noexcept { return messages_; }
    // and acts on these, to the last.
    [[nodiscard]] std::optional<lme_event> next_event() noexcept;

    // Answers to `wanted`. The window is what the host may send at first; `cap` is the largest that
    // it ever becomes.
    void confirm(std::size_t slot, std::uint32_t window, std::uint32_t cap);
    void refuse(std::size_t slot, std::uint32_t reason);

    // For the service behind an open channel.
    [[nodiscard]] std::size_t readable(std::size_t slot) const noexcept;
    std::size_t read(std::size_t slot, core::mutable_bytes to); // also gives the host room
    [[nodiscard]] std::size_t writable(std::size_t slot) const noexcept;
    std::size_t write(std::size_t slot, core::const_bytes from); // at most writable()
    void close(std::size_t slot); // CHANNEL_CLOSE; the slot is free when the host answers
    [[nodiscard]] bool is_open(std::size_t slot) const noexcept;
    // The slot is (still) used as it was under that number.
    [[nodiscard]] bool is_current(std::size_t slot, std::uint32_t generation) const noexcept;

    // Ready, and no slot in use.
    [[nodiscard]] bool idle() const noexcept;
    // An idle firmware takes its forwards back, told to the host or not (apf.md 11), and asks for
    // them again. A CHANNEL_OPEN in between makes it ask, and is refused all the same.
    void withdraw();
    void advertise();

    // What no firmware does, for faults.
    void grant(std::size_t slot, std::uint32_t bytes); // more room for the host
    void overrun(std::size_t slot);                    // more data than the host's window
    void replay_close();                               // the last CHANNEL_CLOSE again
    void inject(core::const_bytes message);            // any bytes as a message

    [[nodiscard]] bool ready() const noexcept {
        return phase_ == phase::forwarding && awaiting_.empty();
    }
    [[nodiscard]] std::size_t slots_used() const noexcept;
    [[nodiscard]] std::size_t protocol_errors() const noexcept { return errors_; }

  private:
    enum class phase { down, version, service, forwarding, over };
    enum class use { none, wanted, open, closing };

    struct channel {
        use state = use::none;
        std::uint32_t host_number = 0;
        std::uint32_t generation = 0;
        std::uint64_t tx = 0; // payload bytes that the host takes
        std::uint64_t rx = 0; // payload bytes that we still take
        std::uint64_t rx_cap = 0;
        std::uint64_t owed = 0;         // consumed, not yet given back to the host
        std::vector<std::byte> inbound; // keeps its storage
        std::size_t consumed = 0;       // of inbound
    };

    void on(const apf::protocol_version &m);
    void on(const apf::service_accept &m);
    void on(const apf::request_success &m);
    void on(const apf::request_failure &m);
    void on(const apf::channel_open &m);
    void on(const apf::channel_data &m);
    void on(const apf::channel_window_adjust &m);
    void on(const apf::channel_close &m);
    void on(const apf::disconnect &m);
    template <typename Other>
    void on(const Other &) { // nothing that a host sends to firmware
        ++errors_;
    }

    template <typename Message>
    void say(const Message &m) {
        messages_.add(m);
    }
    void tell(lme_event::kind what, std::size_t slot = 0);
    void end(std::uint32_t reason);
    void malformed();
    void ask_forwards();
    void answered();
    [[nodiscard]] channel *addressed(std::uint32_t recipient) noexcept;
    [[nodiscard]] std::size_t number_of(const channel &c) const noexcept;
    void give_back(channel &c);

    lme_profile options_;
    apf::uuid id_;
    std::size_t max_payload_;
    phase phase_ = phase::down;
    struct asked {
        std::uint16_t port;
        bool withdrawal;
    };
    std::deque<asked> awaiting_;           // not yet answered, in order
    std::vector<std::uint16_t> forwarded_; // answered with success
    bool withdrawn_ = false;
    std::vector<channel> slots_;
    std::optional<std::uint32_t> last_closed_;
    std::size_t errors_ = 0;
    int malformed_in_a_row_ = 0;
    message_queue messages_;
    std::vector<lme_event> events_; // keeps its storage
    std::size_t events_taken_ = 0;
};

} // namespace costrand::sim
