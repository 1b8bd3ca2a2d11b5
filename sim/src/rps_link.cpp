// SPDX-License-Identifier: Apache-2.0
#include "rps_link.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace costrand::sim {

namespace {

namespace method = rps::method;

// Nobody notifies: the session is cancelled when the client goes.
awaitable<void> wait_for_ever() {
    core::notifier never;
    co_await never.wait();
}

// Requests are answered one at a time: more than a few waiting is a client out of its mind.
constexpr std::size_t waiting_messages = 16;
// Of a tunnel, unread: the TLS layer reads at once, so a client that gets there floods.
constexpr std::size_t most_tls_bytes = 1u << 20;

// A handshake record of four bytes: HelloRequest, which no client sends (RFC 5246, 7.4.1.1).
constexpr std::array no_hello = {std::byte{0x16}, std::byte{3}, std::byte{3},
                                 std::byte{0},    std::byte{4}, std::byte{0},
                                 std::byte{0},    std::byte{0}, std::byte{0}};
// A ClientHello without contents, for faults before there was a real one.
constexpr std::array empty_hello = {std::byte{0x16}, std::byte{3}, std::byte{1},
                                    std::byte{0},    std::byte{4}, std::byte{1},
                                    std::byte{0},    std::byte{0}, std::byte{0}};

bool is_hello(core::const_bytes tls) {
    return tls.size() >= 6 && tls[0] == std::byte{0x16} && tls[5] == std::byte{1};
}

// The message grown to `size` bytes by its `message`, which clients take in any length.
void pad(rps::frame &message, std::size_t size) {
    const std::size_t now = rps::format(message).reveal().size();
    if (now < size)
        message.message.append(size - now, 'x');
}

} // namespace

rps_link::rps_link(core::message_stream &client, rps_shared &shared)
    : client_(client),
      shared_(shared),
      inbox_(waiting_messages) {}

awaitable<void> rps_link::read() {
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

void rps_link::close_tunnel() {
    if (tunnel_ == tunnel::open)
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

// The faults for the message that is about to be sent, as copies: orders may come in meanwhile.
std::vector<rps_fault> rps_link::faults_now(std::string_view of) {
    std::vector<rps_fault> now;
    for (std::size_t i = 0; i < shared_.faults.size(); ++i) {
        auto &f = shared_.faults[i];
        if (!f.method.empty() && f.method != of)
            continue;
        const auto number = f.method.empty() ? sent_ : sent_of_.find(of)->second;
        const bool due = f.every ? number >= f.at : number == f.at;
        const bool engaged = engaged_.contains(i);
        if (!due || (f.times == 0 && !engaged))
            continue;
        now.push_back(f);
        engaged_.insert(i);
        if (!engaged && f.times != rps_fault::always)
            --f.times;
    }
    return now;
}

awaitable<void> rps_link::send(rps::frame message) {
    if (silent_)
        co_await wait_for_ever();
    ++sent_;
    ++sent_of_[message.method];
    const auto faults = faults_now(message.method);
    std::size_t cut = 0;
    bool drop = false;
    for (const auto &fault : faults) {
        shared_.log.info(rps_component, "a fault was ordered for message ", sent_);
        drop = drop || fault.kind == rps_fault_kind::drop_after;
        if (fault.kind == rps_fault_kind::in_two)
            cut = fault.size;
        co_await send_before(fault);
        if (co_await replaced_by(fault, message))
            co_return;
    }
    shared_.log.debug(rps_component, "message ", sent_, ": ", message.method);
    note_hello(message);
    if (cut > 0)
        co_await send_in_two(std::move(message), cut);
    else
        co_await send_whole(message);
    for (const auto &fault : faults)
        co_await send_behind(fault);
    if (drop) {
        client_.close();
        throw system_error(core::errc::closed);
    }
}

void rps_link::note_hello(const rps::frame &message) {
    if (message.method != method::tls_data || !message.payload)
        return;
    auto bytes = rps::decode_payload(message.payload->reveal());
    if (bytes && is_hello(*bytes))
        last_hello_ = std::move(*bytes);
}

awaitable<void> rps_link::send_whole(const rps::frame &message) {
    const auto text = rps::format(message);
    co_await send_text(text.reveal());
}

// A payload that is no base64, or shorter than the cut, stays whole.
awaitable<void> rps_link::send_in_two(rps::frame message, std::size_t cut) {
    auto bytes = rps::decode_payload(message.payload ? message.payload->reveal() : "");
    if (!bytes || bytes->size() <= cut) {
        co_await send_whole(message);
        co_return;
    }
    const core::const_bytes all(*bytes);
    message.payload = rps::encode_payload(all.first(cut));
    co_await send_whole(message);
    message.payload = rps::encode_payload(all.subspan(cut));
    co_await send_whole(message);
}

awaitable<void> rps_link::send_text(std::string_view text) {
    ++shared_.counters.messages_sent;
    co_await client_.send(net::buffer(text));
}

awaitable<void> rps_link::send_tls_beside(core::const_bytes data) {
    auto message = rps::make_server_frame(method::tls_data, shared_.options.version);
    message.payload = rps::encode_payload(data);
    co_await send_whole(message);
}

awaitable<void> rps_link::send_before(const rps_fault &fault) {
    if (fault.kind == rps_fault_kind::late) {
        co_await rps_pause(shared_, fault.delay);
    } else if (fault.kind == rps_fault_kind::heartbeat) {
        ++heartbeats_owed_;
        auto beat = rps::make_server_frame(method::heartbeat_request, shared_.options.version);
        beat.status = "heartbeat";
        beat.payload = core::secret();
        co_await send_whole(beat);
    } else if (fault.kind == rps_fault_kind::progress) {
        auto label = rps::make_server_frame(method::progress, shared_.options.version);
        label.message = fault.text;
        co_await send_whole(label);
    } else if (fault.kind == rps_fault_kind::hello_first) {
        co_await send_tls_beside(hello());
    } else if (fault.kind == rps_fault_kind::no_hello_first) {
        co_await send_tls_beside(no_hello);
    }
}

awaitable<void> rps_link::send_behind(const rps_fault &fault) {
    if (fault.kind == rps_fault_kind::hello_behind) {
        co_await send_tls_beside(hello());
    } else if (fault.kind == rps_fault_kind::switch_behind) {
        auto message = rps::make_server_frame(method::port_switch, shared_.options.version);
        message.payload = core::secret(fault.text);
        co_await send_whole(message);
    }
}

core::const_bytes rps_link::hello() const noexcept {
    return last_hello_.empty() ? core::const_bytes(empty_hello) : core::const_bytes(last_hello_);
}

// True when the message is not to be sent any more.
awaitable<bool> rps_link::replaced_by(const rps_fault &fault, rps::frame &message) {
    switch (fault.kind) {
    case rps_fault_kind::drop_before:
        client_.close();
        throw system_error(core::errc::closed);
    case rps_fault_kind::silence:
        silent_ = true;
        co_await wait_for_ever();
        break;
    case rps_fault_kind::raw_text:
        co_await send_text(fault.text);
        co_return true;
    case rps_fault_kind::plain_error: {
        auto error = rps::make_server_frame(method::error, shared_.options.version);
        error.status = "failed";
        error.message = fault.text;
        co_await send_whole(error);
        co_return true;
    }
    case rps_fault_kind::bad_base64:
        message.payload = core::secret("*** this is no base64 ***");
        break;
    case rps_fault_kind::null_payload:
        message.payload.reset();
        break;
    case rps_fault_kind::raw_payload:
        message.payload = core::secret(fault.text);
        break;
    case rps_fault_kind::unknown_method:
        message.method = fault.text;
        message.payload = core::secret();
        break;
    case rps_fault_kind::padded:
        pad(message, fault.size);
        break;
    case rps_fault_kind::late:
    case rps_fault_kind::drop_after:
    case rps_fault_kind::heartbeat:
    case rps_fault_kind::progress:
    case rps_fault_kind::in_two:
    case rps_fault_kind::hello_first:
    case rps_fault_kind::no_hello_first:
    case rps_fault_kind::hello_behind:
    case rps_fault_kind::switch_behind:
        break;
    }
    co_return false;
}

} // namespace costrand::sim
