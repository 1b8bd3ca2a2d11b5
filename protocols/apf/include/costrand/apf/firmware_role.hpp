// SPDX-License-Identifier: Apache-2.0
// firmware_role: the handshake as the firmware plays it, for tests, tools and simulated devices.
// Sans-io; a part of session_core. Forwards are requested one at a time.
#pragma once

#include <costrand/apf/actions.hpp>
#include <costrand/apf/channel_table.hpp>
#include <costrand/apf/messages.hpp>
#include <costrand/apf/timeouts.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::apf {

class firmware_role {
  public:
    struct options {
        options() {}
        uuid system;
        std::string address; // of the forwards: the firmware's host name; may be empty
        std::vector<std::uint16_t> ports{16992, 623};
    };
    static constexpr number_range numbers = firmware_numbers;

    firmware_role(options o, const timeouts &) : options_(std::move(o)) {}

    void start(turn &t) { t.send(protocol_version{1, 0, trigger::local, options_.system}); }

    void on(const protocol_version &m, turn &t) {
        if (m.major < 1)
            t.disconnect_and_end(disconnect_reason::version_not_supported,
                                 errc::version_not_supported);
        else if (phase_ != phase::version_sent)
            t.ignore(); // an answer would be answered, for ever
        else {
            phase_ = phase::service_sent;
            t.send(service_request{service_forwarding});
        }
    }

    void on(const service_accept &m, turn &t) {
        if (phase_ != phase::service_sent || m.service != service_forwarding)
            return t.ignore();
        phase_ = phase::forwarding;
        for (auto port : options_.ports)
            wishes_.push_back({port, true});
        next_wish(t);
    }

    void on(const request_success &, turn &t) { answered(true, t); }
    void on(const request_failure &, turn &t) { answered(false, t); }

    void on(const keepalive_request &m, turn &t) { t.send(keepalive_reply{m.cookie}); }
    void on(const keepalive_options_request &m, turn &t) {
        interval_ = std::chrono::seconds(m.interval_seconds);
        last_keepalive_ = t.now;
        t.send(keepalive_options_reply{m.interval_seconds, m.timeout_seconds});
    }

    template <typename M>
    void on(const M &, turn &t) {
        t.ignore();
    }

    // Nobody authenticates towards the firmware.
    void on_malformed_userauth(errc, turn &t) { t.ignore(); }

    void heard(turn &) noexcept {}

    [[nodiscard]] bool is_ready() const noexcept { return ready_; }
    // A channel that comes too early asks for a port that is not offered, and is told so.
    [[nodiscard]] bool channels_allowed() const noexcept { return true; }

    [[nodiscard]] std::optional<time_point> next_wake() const noexcept {
        if (interval_ == std::chrono::seconds(0))
            return std::nullopt;
        return last_keepalive_ + interval_;
    }
    void tick(turn &t) {
        const auto due = next_wake();
        if (!due || t.now < *due)
            return;
        last_keepalive_ = t.now;
        t.send(keepalive_request{++cookie_});
    }

    // Firmware opens channels for its events: port 0.
    [[nodiscard]] channel_open describe_open(std::uint32_t port) const noexcept {
        constexpr std::string_view loopback = "127.0.0.1";
        return {type_direct, 0, 0, loopback, port, loopback, port};
    }

    [[nodiscard]] std::optional<std::uint32_t> refuse(const channel_open &m) const noexcept {
        if (m.type != type_forwarded)
            return open_failure_reason::unknown_type;
        if (std::ranges::find(offered_, m.connected_port) == offered_.end())
            return open_failure_reason::prohibited;
        return std::nullopt;
    }

    // Once ready: asks the host to forward one more port, or no longer to forward one.
    void advertise(std::uint16_t port, turn &t) { wish({port, true}, t); }
    void withdraw(std::uint16_t port, turn &t) {
        std::erase(offered_, port);
        wish({port, false}, t);
    }

    [[nodiscard]] std::vector<std::uint16_t> forwarded_ports() const {
        return {offered_.begin(), offered_.end()};
    }

  private:
    enum class phase { version_sent, service_sent, forwarding };

    struct forward_wish {
        std::uint16_t port;
        bool wanted;
    };

    void wish(forward_wish w, turn &t) {
        wishes_.push_back(w);
        if (!outstanding_)
            next_wish(t);
    }
    void next_wish(turn &t) {
        if (wishes_.empty()) {
            if (!std::exchange(ready_, true))
                t.actions.push_back(action::ready{});
            return;
        }
        outstanding_ = wishes_.front();
        wishes_.pop_front();
        if (outstanding_->wanted)
            t.send(tcpip_forward{true, options_.address, outstanding_->port});
        else
            t.send(cancel_tcpip_forward{true, options_.address, outstanding_->port});
    }
    // Replies have no name: they answer in order. A port other than the one asked is accepted.
    void answered(bool success, turn &t) {
        if (!outstanding_)
            return t.ignore();
        const auto done = *std::exchange(outstanding_, std::nullopt);
        std::erase(offered_, done.port);
        if (done.wanted && success)
            offered_.push_back(done.port);
        t.actions.push_back(action::forwards_changed{});
        next_wish(t);
    }

    options options_;
    phase phase_ = phase::version_sent;
    bool ready_ = false;
    std::deque<forward_wish> wishes_;
    std::optional<forward_wish> outstanding_;
    std::vector<std::uint16_t> offered_;
    std::chrono::seconds interval_{0}; // of keep-alive; 0: off
    time_point last_keepalive_{};
    std::uint32_t cookie_ = 0;
};

} // namespace costrand::apf
