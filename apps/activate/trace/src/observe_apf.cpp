// SPDX-License-Identifier: Apache-2.0
#include "conversation.hpp"

#include <costrand/apf/codec.hpp>
#include <costrand/apf/errc.hpp>
#include <costrand/trace/observers.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

namespace costrand::trace {

namespace {

std::string_view name_of(apf::message_number n) {
    using enum apf::message_number;
    switch (n) {
    case disconnect:
        return "DISCONNECT";
    case service_request:
        return "SERVICE_REQUEST";
    case service_accept:
        return "SERVICE_ACCEPT";
    case userauth_request:
        return "USERAUTH_REQUEST";
    case userauth_failure:
        return "USERAUTH_FAILURE";
    case userauth_success:
        return "USERAUTH_SUCCESS";
    case global_request:
        return "GLOBAL_REQUEST";
    case request_success:
        return "REQUEST_SUCCESS";
    case request_failure:
        return "REQUEST_FAILURE";
    case channel_open:
        return "CHANNEL_OPEN";
    case channel_open_confirmation:
        return "CHANNEL_OPEN_CONFIRMATION";
    case channel_open_failure:
        return "CHANNEL_OPEN_FAILURE";
    case channel_window_adjust:
        return "CHANNEL_WINDOW_ADJUST";
    case channel_data:
        return "CHANNEL_DATA";
    case channel_close:
        return "CHANNEL_CLOSE";
    case protocol_version:
        return "PROTOCOLVERSION";
    case keepalive_request:
        return "KEEPALIVE_REQUEST";
    case keepalive_reply:
        return "KEEPALIVE_REPLY";
    case keepalive_options_request:
        return "KEEPALIVE_OPTIONS_REQUEST";
    case keepalive_options_reply:
        return "KEEPALIVE_OPTIONS_REPLY";
    }
    return "unknown message";
}

// Keeps windows of its own: ours would only show what our session believes.
class apf_observer final : public observer {
  public:
    explicit apf_observer(recorder &to) : to_(to) {}

    void sent(core::const_bytes data) override { message(data, party::client, party::amt); }
    void received(core::const_bytes data) override { message(data, party::amt, party::client); }
    void ended(const error_code &why) override {
        for (auto &[number, one] : channels_)
            one.carried.ended();
        channels_.clear();
        if (why)
            to_.failed("LME", layer::heci, why.message());
    }

  private:
    struct channel {
        channel(recorder &to, std::uint32_t n) : number(n), carried(to, n) {}
        std::uint32_t number; // ours
        std::uint32_t peer = 0;
        std::int64_t tx = 0, rx = 0; // below zero: an overrun
        bool open = false;
        conversation carried;
    };

    void message(core::const_bytes data, party from, party to) {
        event e;
        e.is = kind::message;
        e.from = from;
        e.to = to;
        e.on = layer::apf;
        e.size = data.size();
        const auto decoded = apf::decode(data);
        if (!decoded) {
            e.what = data.empty() ? "empty message" : "malformed message";
            return to_.record(std::move(e));
        }
        std::visit(
            [&](const auto &m) {
                e.what = name_of(m.number);
                on(m, std::move(e));
            },
            decoded->what);
    }

    void tell(event e, channel *c) {
        if (c) {
            e.channel = c->number;
            if (c->open)
                e.tx = static_cast<std::uint64_t>(std::max<std::int64_t>(c->tx, 0));
            e.rx = static_cast<std::uint64_t>(std::max<std::int64_t>(c->rx, 0));
        }
        to_.record(std::move(e));
    }

    // By the number in a message that goes this way.
    channel *addressed(const event &e, std::uint32_t recipient) {
        for (auto &[key, c] : channels_)
            if (e.from == party::amt ? c.number == recipient : c.open && c.peer == recipient)
                return &c;
        return nullptr;
    }

    template <typename M>
    void on(const M &, event e) {
        to_.record(std::move(e));
    }
    void on(const apf::tcpip_forward &m, event e) {
        e.detail = "tcpip-forward " + std::to_string(m.port);
        to_.record(std::move(e));
    }
    void on(const apf::cancel_tcpip_forward &m, event e) {
        e.detail = "cancel-tcpip-forward " + std::to_string(m.port);
        to_.record(std::move(e));
    }
    void on(const apf::disconnect &m, event e) {
        e.detail = "reason " + std::to_string(m.reason);
        to_.record(std::move(e));
    }
    void on(const apf::channel_open &m, event e) {
        e.detail = "port " + std::to_string(m.connected_port);
        if (e.from == party::amt)
            return to_.record(std::move(e)); // an event of the firmware: not followed
        to_.attempts("CHANNEL_OPEN", layer::apf);
        channels_.erase(m.sender);
        auto &c = channels_.try_emplace(m.sender, to_, m.sender).first->second;
        c.rx = m.window;
        tell(std::move(e), &c);
    }
    void on(const apf::channel_open_confirmation &m, event e) {
        auto *c = addressed(e, m.recipient);
        if (c && e.from == party::amt) {
            c->peer = m.sender;
            c->tx = m.window;
            c->open = true;
        }
        tell(std::move(e), c);
    }
    void on(const apf::channel_open_failure &m, event e) {
        auto *c = addressed(e, m.recipient);
        const std::string why = "reason " + std::to_string(m.reason);
        e.detail = why;
        const bool ours = e.from == party::amt;
        tell(std::move(e), c);
        if (ours)
            to_.failed("CHANNEL_OPEN", layer::apf, why);
        if (c)
            channels_.erase(c->number);
    }
    void on(const apf::channel_window_adjust &m, event e) {
        auto *c = addressed(e, m.recipient);
        e.detail = "+" + std::to_string(m.bytes_to_add);
        if (c)
            (e.from == party::amt ? c->tx : c->rx) += m.bytes_to_add;
        tell(std::move(e), c);
    }
    void on(const apf::channel_data &m, event e) {
        auto *c = addressed(e, m.recipient);
        e.payload = m.data.size();
        const bool out = e.from == party::client;
        if (c)
            (out ? c->tx : c->rx) -= static_cast<std::int64_t>(m.data.size());
        tell(std::move(e), c);
        if (!c)
            return;
        if (out)
            c->carried.sent(m.data);
        else
            c->carried.received(m.data);
    }
    void on(const apf::channel_close &m, event e) {
        auto *c = addressed(e, m.recipient);
        tell(std::move(e), c);
        if (!c)
            return;
        c->carried.ended();
        channels_.erase(c->number);
    }

    recorder &to_;
    std::map<std::uint32_t, channel> channels_; // by our number
};

} // namespace

std::unique_ptr<observer> observe_apf(recorder &to) {
    return std::make_unique<apf_observer>(to);
}

} // namespace costrand::trace
