// SPDX-License-Identifier: Apache-2.0
#include "rps_link.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <utility>

namespace costrand::sim {

namespace {

namespace method = rps::method;

// Requests are answered one at a time: more than a few waiting is a client out of its mind.
constexpr std::size_t waiting_messages = 16;

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
        else if (!inbox_.try_send(std::move(*message)))
            throw system_error(core::errc::overloaded);
    }
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
std::vector<rps_fault> rps_link::faults_now() {
    std::vector<rps_fault> now;
    for (std::size_t i = 0; i < shared_.faults.size(); ++i) {
        auto &f = shared_.faults[i];
        const bool due = f.every ? sent_ >= f.at : sent_ == f.at;
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
    ++sent_;
    bool drop = false;
    for (const auto &fault : faults_now()) {
        shared_.log.info(rps_component, "a fault was ordered for message ", sent_);
        drop = drop || fault.kind == rps_fault_kind::drop_after;
        co_await send_beside(fault);
        if (co_await replaced_by(fault, message))
            co_return;
    }
    shared_.log.debug(rps_component, "message ", sent_, ": ", message.method);
    const auto text = rps::format(message);
    co_await send_text(text.reveal());
    if (drop) {
        client_.close();
        throw system_error(core::errc::closed);
    }
}

awaitable<void> rps_link::send_text(std::string_view text) {
    ++shared_.counters.messages_sent;
    co_await client_.send(net::buffer(text));
}

awaitable<void> rps_link::send_beside(const rps_fault &fault) {
    if (fault.kind == rps_fault_kind::late) {
        co_await rps_pause(shared_, fault.delay);
    } else if (fault.kind == rps_fault_kind::heartbeat) {
        ++heartbeats_owed_;
        auto beat = rps::make_server_frame(method::heartbeat_request, shared_.options.version);
        beat.status = "heartbeat";
        beat.payload = core::secret();
        const auto text = rps::format(beat);
        co_await send_text(text.reveal());
    } else if (fault.kind == rps_fault_kind::progress) {
        auto label = rps::make_server_frame(method::progress, shared_.options.version);
        label.message = fault.text;
        const auto text = rps::format(label);
        co_await send_text(text.reveal());
    }
}

// True when the message is not to be sent any more.
awaitable<bool> rps_link::replaced_by(const rps_fault &fault, rps::frame &message) {
    switch (fault.kind) {
    case rps_fault_kind::drop_before:
        client_.close();
        throw system_error(core::errc::closed);
    case rps_fault_kind::silence: {
        core::notifier never; // nobody notifies: the session is cancelled when the client goes
        co_await never.wait();
        break;
    }
    case rps_fault_kind::raw_text:
        co_await send_text(fault.text);
        co_return true;
    case rps_fault_kind::plain_error: {
        auto error = rps::make_server_frame(method::error, shared_.options.version);
        error.status = "failed";
        error.message = fault.text;
        const auto text = rps::format(error);
        co_await send_text(text.reveal());
        co_return true;
    }
    case rps_fault_kind::bad_base64:
        message.payload = core::secret("*** this is no base64 ***");
        break;
    case rps_fault_kind::null_payload:
        message.payload.reset();
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
        break;
    }
    co_return false;
}

} // namespace costrand::sim
