// SPDX-License-Identifier: Apache-2.0
#include <costrand/trace/observers.hpp>

#include <costrand/rps/call_name.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/payload.hpp>
#include <costrand/trace/tls_summary.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::trace {

namespace {

std::string_view text_of(core::const_bytes data) {
    return {reinterpret_cast<const char *>(data.data()), data.size()};
}

// "HTTP 401" of a reply that AMT gave.
std::string status_of(std::string_view reply) {
    constexpr std::string_view begin = "HTTP/1.";
    constexpr std::size_t at = begin.size() + 2, digits = 3;
    if (!reply.starts_with(begin) || reply.size() < at + digits)
        return {};
    const auto status = reply.substr(at, digits);
    return status.find_first_not_of("0123456789") == status.npos ? "HTTP " + std::string(status)
                                                                 : std::string();
}

class server_observer final : public observer {
  public:
    explicit server_observer(recorder &to) : to_(to) {}

    void sent(core::const_bytes data) override { message(data, party::client, party::rps, out_); }
    void received(core::const_bytes data) override {
        message(data, party::rps, party::client, in_);
    }
    void ended(const error_code &why) override {
        if (why)
            to_.fault(layer::rps, "the connection to the server ended", why.message());
    }

  private:
    void message(core::const_bytes data, party from, party to, tls_summary &tls) {
        event e;
        e.is = kind::message;
        e.from = from;
        e.to = to;
        e.on = layer::rps;
        e.size = data.size();
        auto parsed = rps::parse_frame(text_of(data));
        if (parsed)
            describe(*parsed, e, tls);
        else
            e.what = "no message of RPS";
        to_.record(std::move(e));
    }

    // Of the method the first word: a password stands behind it in some commands.
    void describe(rps::frame &message, event &e, tls_summary &tls) {
        const std::string_view method =
            std::string_view(message.method).substr(0, message.method.find(' '));
        e.what = method;
        if (method == rps::method::connection_reset)
            e.is = kind::reset;
        const auto payload = message.payload ? message.payload->reveal() : std::string_view();
        if (method == rps::method::port_switch) {
            if (const auto order = rps::parse_port_switch(payload))
                e.detail = "to port " + std::to_string(order->port) + ", delay " +
                           std::to_string(order->delay.count()) + " s";
            return;
        }
        auto bytes = rps::decode_payload(payload);
        if (!bytes || bytes->empty())
            return;
        e.payload = bytes->size();
        e.detail = look_into(*bytes, method, e, tls);
        core::wipe(bytes->data(), bytes->size());
    }

    std::string look_into(core::const_bytes payload, std::string_view method, const event &e,
                          tls_summary &tls) {
        if (method == rps::method::tls_data)
            return tls.take(payload);
        if (method == rps::method::wsman && e.from == party::rps)
            return to_.call = rps::call_name(text_of(payload));
        if (method == rps::method::response)
            return status_of(text_of(payload));
        if (e.from == party::client && !std::exchange(asked_, true))
            if (auto facts = rps::parse_facts(text_of(payload)))
                to_.hide(std::move(facts->password));
        return {};
    }

    recorder &to_;
    tls_summary out_, in_;
    bool asked_ = false; // the first message with the device's facts has gone
};

} // namespace

std::unique_ptr<observer> observe_server(recorder &to) {
    return std::make_unique<server_observer>(to);
}

} // namespace costrand::trace
