// SPDX-License-Identifier: Apache-2.0
// Sending, and what was ordered to go wrong with it.
#include "rps_link.hpp"

#include <costrand/core/error.hpp>

#include <boost/asio/buffer.hpp>

#include <array>
#include <utility>

namespace costrand::sim {

namespace {

namespace method = rps::method;

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
        ++shared_.faults_acted[i];
        engaged_.insert(i);
        if (!engaged && f.times != rps_fault::always)
            --f.times;
    }
    return now;
}

// Until the client is gone. Cancellation alone would not end it: TLS flushes without heeding it.
awaitable<void> rps_link::stay_silent() {
    while (!read_ended_)
        co_await read_end_.wait();
    throw system_error(core::errc::closed);
}

awaitable<void> rps_link::send(rps::frame message) {
    if (silent_)
        co_await stay_silent();
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
        co_await rps_pause(shared_, fault.delay, "ordered");
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
        co_await stay_silent();
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
