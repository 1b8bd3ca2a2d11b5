// SPDX-License-Identifier: Apache-2.0
#include "rps_link.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <utility>

namespace costrand::sim {

namespace {

namespace method = rps::method;

// Requests are answered one at a time: more than a few waiting is a client out of its mind.
constexpr std::size_t waiting_messages = 16;
// Of a tunnel, unread: the TLS layer reads at once, so a client that gets there floods.
constexpr std::size_t most_tls_bytes = 1u << 20;

} // namespace

rps_link::rps_link(core::message_stream &client, rps_shared &shared)
    : client_(client),
      shared_(shared),
      inbox_(waiting_messages) {}

awaitable<void> rps_link::read() {
    struct at_end {
        std::shared_ptr<rps_link> link;
        ~at_end() {
            link->read_ended_ = true;
            link->read_end_.notify_all();
        }
    } const tell{shared_from_this()};
    std::vector<std::byte> buffer(rps::max_client_message);
    for (;;) {
        const auto size = co_await client_.receive(net::buffer(buffer));
        ++shared_.counters.messages_received;
        const auto text = core::as_text(std::span(buffer).first(size));
        auto message = rps::parse_frame(text);
        core::wipe(buffer.data(), size);
        if (!message)
            refuse(message.error().message());
        if (message->method == method::heartbeat_response && heartbeats_owed_ > 0)
            --heartbeats_owed_;
        else
            take(std::move(*message));
    }
}

// In tunnel mode the answers are TLS, and nobody waits for any other. A connection_reset for a
// tunnel that the server has ended itself says nothing new.
void rps_link::take(rps::frame message) {
    if (tunnel_ != tunnel::never && message.method == method::tls_data) {
        take_tls(message);
    } else if (tunnel_ != tunnel::never && message.method == method::connection_reset) {
        if (tunnel_ == tunnel::open && !reset_at_)
            reset_at_ = core::now(client_.get_executor());
        tls_news_.notify_all();
    } else if (!inbox_.try_send(std::move(message))) {
        throw system_error(core::errc::overloaded);
    }
}

// Ignored while a reset is pending, as the real server does.
void rps_link::take_tls(const rps::frame &message) {
    if (tunnel_ != tunnel::open || reset_at_ || !message.payload)
        return;
    auto bytes = rps::decode_payload(message.payload->reveal());
    if (!bytes || bytes->empty())
        return;
    if (tls_in_bytes_ + bytes->size() > most_tls_bytes)
        throw system_error(core::errc::overloaded);
    tls_in_bytes_ += bytes->size();
    tls_in_.push_back(std::move(*bytes));
    tls_news_.notify_all();
}

void rps_link::refuse(std::string text) {
    offence_ = std::move(text);
    throw system_error(core::errc::malformed);
}

awaitable<rps::frame> rps_link::first() {
    return inbox_.receive();
}

awaitable<rps_link::reply> rps_link::exchange(core::const_bytes request, core::duration limit) {
    while (inbox_.try_receive())
        ;
    auto message = rps::make_server_frame(method::wsman, shared_.options.version);
    message.payload = rps::encode_payload(request);
    co_await send(std::move(message));
    auto answered = co_await core::as_result(core::with_deadline(limit, next_answer()));
    if (answered)
        co_return std::move(*answered);
    if (answered.error() == core::errc::timed_out)
        co_return reply();
    throw system_error(answered.error());
}

awaitable<rps_link::reply> rps_link::next_answer() {
    for (;;) {
        const auto in = co_await inbox_.receive();
        if (auto answered = read_answer(in))
            co_return std::move(*answered);
    }
}

std::optional<rps_link::reply> rps_link::read_answer(const rps::frame &in) {
    if (in.method == method::connection_reset)
        return reply{answer::reset, {}};
    // In plain mode nobody waits for these two; the real server drops them.
    if (in.method == method::tls_data || in.method == method::port_switch_ack)
        return std::nullopt;
    if (in.method != method::response)
        refuse("Device " + uuid_ + " Not a supported method received from AMT device");
    reply out{answer::response, {}};
    if (in.payload)
        if (const auto bytes = rps::decode_payload(in.payload->reveal()))
            out.http = core::as_text(*bytes);
    return out;
}

unsigned rps_link::open_tunnel() {
    tunnel_ = tunnel::open;
    tls_in_.clear();
    tls_in_bytes_ = 0;
    reset_at_.reset();
    tls_news_.notify_all();
    return ++tunnel_number_;
}

void rps_link::close_tunnel(unsigned number) noexcept {
    if (number != tunnel_number_)
        return; // another was opened since
    tunnel_ = tunnel::closed;
    tls_news_.notify_all();
}

awaitable<void> rps_link::send_tls(core::const_bytes data) {
    auto message = rps::make_server_frame(method::tls_data, shared_.options.version);
    message.payload = rps::encode_payload(data);
    co_await send(std::move(message));
}

awaitable<std::vector<std::byte>> rps_link::receive_tls(unsigned number) {
    for (;;) {
        if (tunnel_ != tunnel::open || number != tunnel_number_)
            throw system_error(core::errc::closed);
        if (!tls_in_.empty())
            break;
        if (reset_at_)
            throw system_error(net::error::make_error_code(net::error::connection_reset));
        co_await tls_news_.wait();
    }
    auto bytes = std::move(tls_in_.front());
    tls_in_.pop_front();
    tls_in_bytes_ -= bytes.size();
    co_return bytes;
}

awaitable<bool> rps_link::switch_port(std::uint16_t port, std::chrono::seconds delay,
                                      core::duration limit) {
    while (inbox_.try_receive())
        ;
    auto message = rps::make_server_frame(method::port_switch, shared_.options.version);
    // No base64: the one payload that is plain text (rps-session section 9).
    message.payload = core::secret("{\"port\":\"" + std::to_string(port) +
                                   "\",\"delay\":" + std::to_string(delay.count()) + "}");
    co_await send(std::move(message));
    const auto acknowledged = co_await core::as_result(core::with_deadline(limit, next_ack()));
    if (!acknowledged && acknowledged.error() != core::errc::timed_out)
        throw system_error(acknowledged.error());
    co_return acknowledged.has_value();
}

awaitable<void> rps_link::next_ack() {
    for (;;) {
        const auto in = co_await inbox_.receive();
        if (in.method == method::port_switch_ack)
            co_return;
    }
}

awaitable<void> rps_link::send_progress(std::string label) {
    auto message = rps::make_server_frame(method::progress, shared_.options.version);
    message.message = std::move(label);
    co_await send(std::move(message));
}

awaitable<void> rps_link::send_last(std::string_view last, std::string text) {
    auto message = rps::make_server_frame(last, shared_.options.version);
    message.status = last == method::success ? "success" : "failed";
    message.message = std::move(text);
    co_await send(std::move(message));
}

} // namespace costrand::sim
