// SPDX-License-Identifier: Apache-2.0
// host_role: the handshake as the host sees it (the side that LMS, or a program like ours, plays
// against the firmware), and the ports that the firmware asked to be forwarded. Sans-io; a part of
// session_core.
#pragma once

#include <costrand/apf/actions.hpp>
#include <costrand/apf/channel_table.hpp>
#include <costrand/apf/messages.hpp>
#include <costrand/apf/timeouts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::apf {

class host_role {
  public:
    struct options {
        options() noexcept {}
        // Whether channels that the firmware opens to port 0 (its events) are taken.
        bool accept_events = false;
    };
    static constexpr number_range numbers = host_numbers;

    host_role(options o, const timeouts &times) : options_(o), times_(times) {}

    // Firmware has been seen to wait for this message and to send its own unasked: we send first.
    void start(turn &t) {
        started_ = heard_ = t.now;
        t.send(protocol_version{});
    }

    void on(const protocol_version &m, turn &t) {
        if (m.major < 1) {
            t.disconnect_and_end(disconnect_reason::version_not_supported,
                                 errc::version_not_supported);
            return;
        }
        if (phase_ == phase::version_sent) {
            phase_ = phase::agreed;
            return;
        }
        // The firmware starts over. It waits for our version again, and may repeat its forwards.
        t.send(protocol_version{});
        renew_all();
    }

    void on(const service_request &m, turn &t) {
        if (phase_ == phase::version_sent)
            t.protocol_error();
        else if (m.service == service_auth)
            t.send(service_accept{service_auth});
        else if (m.service == service_forwarding) {
            t.send(service_accept{service_forwarding});
            phase_ = phase::forwarding;
            renew_all();
        } else
            t.disconnect_and_end(disconnect_reason::service_not_available,
                                 errc::service_not_available);
    }

    // Locally any credentials are good: who holds the device is trusted.
    void on(const userauth_request &m, turn &t) {
        if (phase_ == phase::version_sent)
            t.protocol_error();
        else if (m.method == method_none || m.method == method_password)
            t.send(userauth_success{});
        else
            refuse_authentication(t);
    }

    // want_reply is not looked at: there are peers that say no and wait for the answer.
    void on(const tcpip_forward &m, turn &t) {
        if (phase_ != phase::forwarding)
            return t.protocol_error();
        if (!add_forward(m)) {
            t.send(request_failure{});
            return;
        }
        t.send(request_success{m.port});
        t.actions.push_back(action::forwards_changed{});
        const bool plain = offers(16992) && offers(623);
        const bool tls = offers(16993) && offers(664);
        if (plain || tls)
            become_ready(t);
    }

    void on(const cancel_tcpip_forward &m, turn &t) {
        if (phase_ != phase::forwarding)
            return t.protocol_error();
        const auto gone = std::erase_if(forwards_, [&m](const forward &f) {
            return f.port == m.port && f.address == m.address;
        });
        if (gone == 0) {
            t.send(request_failure{});
            return;
        }
        t.send(request_success{});
        t.actions.push_back(action::forwards_changed{});
    }

    // No UDP from here.
    void on(const udp_send_to &m, turn &t) { refuse_request(m.want_reply, t); }
    void on(const unknown_global_request &m, turn &t) { refuse_request(m.want_reply, t); }

    void on(const keepalive_request &m, turn &t) { t.send(keepalive_reply{m.cookie}); }

    // What is left is of the other direction, or an answer to nothing.
    template <typename M>
    void on(const M &, turn &t) {
        t.ignore();
    }

    void on_malformed_userauth(errc why, turn &t) {
        if (phase_ == phase::version_sent)
            t.protocol_error();
        else if (why == errc::password_flag_not_zero)
            t.send(userauth_failure{method_password});
        else
            refuse_authentication(t);
    }

    void heard(turn &t) noexcept { heard_ = t.now; }

    [[nodiscard]] bool is_ready() const noexcept { return ready_; }
    // Before the firmware asked for forwarding no channel can be meant.
    [[nodiscard]] bool channels_allowed() const noexcept { return phase_ == phase::forwarding; }

    [[nodiscard]] std::optional<time_point> next_wake() const noexcept {
        if (ready_)
            return std::nullopt;
        return std::min(heard_ + times_.handshake_silence, started_ + times_.handshake);
    }
    void tick(turn &t) {
        const auto due = next_wake();
        if (!due || t.now < *due)
            return;
        // Silence after the versions were exchanged: what was advertised is all there is.
        const bool quiet = t.now >= heard_ + times_.handshake_silence;
        if (phase_ == phase::version_sent || (!quiet && forwards_.empty()))
            t.end(errc::handshake_timed_out);
        else
            become_ready(t);
    }

    // The CHANNEL_OPEN to a port of the firmware, but for number and window. A firmware that was
    // idle may have dropped its forwards without a word: it then first advertises them again.
    [[nodiscard]] channel_open describe_open(std::uint32_t port) {
        renew_all();
        // As the known clients send it; the firmware looks at the connected port only.
        constexpr std::string_view loopback = "::1";
        constexpr std::uint32_t originator_port = 123;
        return {type_forwarded, 0, 0, loopback, port, loopback, originator_port};
    }

    // Why the peer's CHANNEL_OPEN is refused, if it is.
    [[nodiscard]] std::optional<std::uint32_t> refuse(const channel_open &m) const noexcept {
        if (m.type != type_direct)
            return open_failure_reason::unknown_type;
        if (m.connected_port != 0 || !options_.accept_events)
            return open_failure_reason::prohibited;
        return std::nullopt;
    }

    // Ascending, each once.
    [[nodiscard]] std::vector<std::uint16_t> forwarded_ports() const {
        std::vector<std::uint16_t> ports;
        for (const auto &f : forwards_)
            ports.push_back(static_cast<std::uint16_t>(f.port));
        std::ranges::sort(ports);
        ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
        return ports;
    }

  private:
    enum class phase { version_sent, agreed, forwarding };

    struct forward {
        std::string address;
        std::uint32_t port;
        bool renewable; // advertised again it is no repetition but the firmware's new beginning
    };

    // More than any firmware has services; a peer that goes on for ever is stopped here.
    static constexpr std::size_t max_forwards = 32;

    [[nodiscard]] bool add_forward(const tcpip_forward &m) {
        if (m.port == 0 || m.port > 65535)
            return false;
        for (auto &f : forwards_)
            if (f.port == m.port && f.address == m.address)
                return std::exchange(f.renewable, false);
        if (forwards_.size() == max_forwards)
            return false;
        forwards_.push_back({std::string(m.address), m.port, false});
        return true;
    }
    [[nodiscard]] bool offers(std::uint32_t port) const noexcept {
        return std::ranges::any_of(forwards_, [port](const auto &f) { return f.port == port; });
    }
    void renew_all() noexcept {
        for (auto &f : forwards_)
            f.renewable = true;
    }
    void become_ready(turn &t) {
        if (!std::exchange(ready_, true))
            t.actions.push_back(action::ready{});
    }
    void refuse_authentication(turn &t) {
        t.send(userauth_failure{method_password});
        t.end(errc::authentication_failed);
    }
    void refuse_request(bool want_reply, turn &t) {
        if (phase_ != phase::forwarding)
            t.protocol_error();
        else if (want_reply)
            t.send(request_failure{});
        else
            t.ignore();
    }

    options options_;
    timeouts times_;
    phase phase_ = phase::version_sent;
    bool ready_ = false;
    time_point started_{}, heard_{};
    std::vector<forward> forwards_;
};

} // namespace costrand::apf
