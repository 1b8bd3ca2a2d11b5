// SPDX-License-Identifier: Apache-2.0
// decode and encode of APF messages, for both framings: a whole message (HECI: the link keeps the
// boundaries) and the beginning of a byte stream (the remote variant over TLS). No state, no
// allocation when decoding. The layouts are in layout.hpp.
#pragma once

#include <costrand/apf/errc.hpp>
#include <costrand/apf/layout.hpp>
#include <costrand/apf/messages.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/result.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace costrand::apf {

struct decoded {
    message what;             // views into the bytes given to decode
    std::size_t consumed = 0; // bytes of the message; HECI: a tail behind them is ignored
};

// What a byte stream does not tell by itself. Replies to global requests come in order and without
// a name: the length of REQUEST_SUCCESS follows from the oldest request that is not answered yet.
struct stream_context {
    bool success_has_port = true; // tcpip-forward: yes, cancel-tcpip-forward: no
    std::size_t max_data = max_stream_data;
};

namespace detail {

// Reads fields from front to back; the first thing wrong stays.
class field_reader {
  public:
    // No context: the bytes are one whole message.
    field_reader(const_bytes bytes, const stream_context *stream) noexcept
        : bytes_(bytes),
          stream_(stream) {}

    void u8(std::uint8_t &v) noexcept {
        if (const auto *p = take(1))
            v = std::to_integer<std::uint8_t>(*p);
    }
    void u32(std::uint32_t &v) noexcept {
        if (const auto *p = take(4))
            v = core::load_be<std::uint32_t>(p);
    }
    void flag(bool &v) noexcept {
        std::uint8_t byte = 0;
        u8(byte);
        v = byte != 0;
    }
    void zero_flag() noexcept {
        std::uint8_t byte = 0;
        u8(byte);
        if (byte != 0)
            fail(errc::password_flag_not_zero);
    }
    void raw(std::array<std::byte, 16> &v) noexcept {
        if (const auto *p = take(v.size()))
            std::copy_n(p, v.size(), v.data());
    }
    void string(std::string_view &v) noexcept { v = core::as_text(counted(max_string)); }
    void secret(secret_view &v) noexcept { v = secret_view(core::as_text(counted(max_string))); }
    void data(const_bytes &v) noexcept {
        // In a whole message the message itself is the limit.
        constexpr auto none = std::numeric_limits<std::size_t>::max();
        v = counted(stream_ ? stream_->max_data : none, errc::data_too_long);
    }
    void reserved(std::uint32_t) noexcept { (void)take(4); }
    void reserved_zeros(std::size_t n) noexcept { (void)take(n); }
    // A whole message without the port is legal whatever the request was; two or three bytes of a
    // port are not.
    void success_port(std::optional<std::uint32_t> &v) noexcept {
        const bool present = stream_ ? stream_->success_has_port : at_ < bytes_.size();
        std::uint32_t port = 0;
        if (!present)
            return;
        u32(port);
        v = port;
    }

    void fail(errc why) noexcept {
        if (!error_)
            error_ = why;
    }
    [[nodiscard]] std::optional<errc> error() const noexcept { return error_; }
    [[nodiscard]] std::size_t consumed() const noexcept { return at_; }
    [[nodiscard]] bool is_stream() const noexcept { return stream_ != nullptr; }

  private:
    // More bytes may come on a stream, never in a whole message.
    void run_out(errc whole) noexcept { fail(stream_ ? errc::need_more : whole); }

    const std::byte *take(std::size_t n) noexcept {
        if (error_)
            return nullptr;
        if (n > bytes_.size() - at_) {
            run_out(errc::truncated);
            return nullptr;
        }
        const auto *p = bytes_.data() + at_;
        at_ += n;
        return p;
    }
    const_bytes counted(std::size_t limit, errc too_long = errc::string_too_long) noexcept {
        std::uint32_t n = 0;
        u32(n);
        if (error_)
            return {};
        if (n > limit) {
            fail(too_long);
            return {};
        }
        if (n > bytes_.size() - at_) {
            run_out(errc::length_exceeds_message);
            return {};
        }
        const auto view = bytes_.subspan(at_, n);
        at_ += n;
        return view;
    }

    const_bytes bytes_;
    const stream_context *stream_;
    std::size_t at_ = 1; // behind the message number
    std::optional<errc> error_;
};

template <typename T>
core::result<decoded> finish(const field_reader &reader, const T &m) noexcept {
    if (const auto error = reader.error())
        return make_error_code(*error);
    return decoded{m, reader.consumed()};
}

template <typename T>
core::result<decoded> read(field_reader &reader, T m = {}) noexcept {
    layout(reader, m);
    return finish(reader, m);
}

inline core::result<decoded> read_global_request(field_reader &reader) noexcept {
    unknown_global_request head;
    reader.string(head.name);
    // The name decides before want_reply is there: a stream with an unknown one is lost at once.
    if (!reader.error() && reader.is_stream() && head.name != request_forward &&
        head.name != request_cancel_forward && head.name != request_udp_send)
        reader.fail(errc::unknown_global_request);
    reader.flag(head.want_reply);
    if (head.name == request_forward)
        return read(reader, tcpip_forward{head.want_reply, {}, 0});
    if (head.name == request_cancel_forward)
        return read(reader, cancel_tcpip_forward{head.want_reply, {}, 0});
    if (head.name == request_udp_send)
        return read(reader, udp_send_to{head.want_reply, {}, 0, {}, 0, {}});
    return finish(reader, head);
}

inline core::result<decoded> decode(const_bytes bytes, const stream_context *stream) noexcept {
    if (bytes.empty())
        return make_error_code(stream ? errc::need_more : errc::empty_message);
    field_reader reader(bytes, stream);
    switch (static_cast<message_number>(bytes[0])) {
    case message_number::channel_data:
        return read<channel_data>(reader);
    case message_number::channel_window_adjust:
        return read<channel_window_adjust>(reader);
    case message_number::channel_close:
        return read<channel_close>(reader);
    case message_number::channel_open:
        return read<channel_open>(reader);
    case message_number::channel_open_confirmation:
        return read<channel_open_confirmation>(reader);
    case message_number::channel_open_failure:
        return read<channel_open_failure>(reader);
    case message_number::disconnect:
        return read<disconnect>(reader);
    case message_number::service_request:
        return read<service_request>(reader);
    case message_number::service_accept:
        return read<service_accept>(reader);
    case message_number::userauth_request:
        return read<userauth_request>(reader);
    case message_number::userauth_failure:
        return read<userauth_failure>(reader);
    case message_number::userauth_success:
        return read<userauth_success>(reader);
    case message_number::global_request:
        return read_global_request(reader);
    case message_number::request_success:
        return read<request_success>(reader);
    case message_number::request_failure:
        return read<request_failure>(reader);
    case message_number::protocol_version:
        return read<protocol_version>(reader);
    case message_number::keepalive_request:
        return read<keepalive_request>(reader);
    case message_number::keepalive_reply:
        return read<keepalive_reply>(reader);
    case message_number::keepalive_options_request:
        return read<keepalive_options_request>(reader);
    case message_number::keepalive_options_reply:
        return read<keepalive_options_reply>(reader);
    }
    return make_error_code(errc::unknown_message);
}

// Appends fields to a buffer.
class field_writer {
  public:
    explicit field_writer(std::vector<std::byte> &out) noexcept : to_(out) {}

    void u8(std::uint8_t v) { to_.u8(v); }
    void u32(std::uint32_t v) { to_.be(v); }
    void flag(bool v) { to_.u8(v ? 1 : 0); }
    void zero_flag() { to_.u8(0); }
    void raw(const std::array<std::byte, 16> &v) { to_.bytes(v); }
    void string(std::string_view v) {
        assert(v.size() <= max_string);
        data(core::as_bytes(v));
    }
    void secret(const secret_view &v) { string(v.reveal()); }
    void data(const_bytes v) {
        u32(static_cast<std::uint32_t>(v.size()));
        to_.bytes(v);
    }
    void reserved(std::uint32_t v) { u32(v); }
    void reserved_zeros(std::size_t n) { to_.zeros(n); }
    void success_port(const std::optional<std::uint32_t> &v) {
        if (v)
            u32(*v);
    }

  private:
    core::byte_writer to_;
};

} // namespace detail

// One message of a link that keeps message boundaries. Errors: every errc "of one message" but
// need_more, data_too_long and unknown_global_request.
[[nodiscard]] inline core::result<decoded> decode(const_bytes bytes) noexcept {
    // Payload is nearly all of the traffic: sound messages of it take the short way.
    if (bytes.size() >= data_header_size &&
        bytes[0] == static_cast<std::byte>(message_number::channel_data)) {
        const auto n = core::load_be<std::uint32_t>(bytes.data() + 5);
        if (n <= bytes.size() - data_header_size)
            return decoded{channel_data{core::load_be<std::uint32_t>(bytes.data() + 1),
                                        bytes.subspan(data_header_size, n)},
                           data_header_size + n};
    }
    return detail::decode(bytes, nullptr);
}

// The first message of a byte stream's buffer. errc::need_more: call again with more bytes; any
// other error is the end of the stream, for nobody can find the next message.
[[nodiscard]] inline core::result<decoded> decode_stream(const_bytes buffered,
                                                         const stream_context &context) noexcept {
    return detail::decode(buffered, &context);
}

// Appends the message to `out`. Texts are at most max_string bytes.
template <typename T>
requires requires {
    T::number;
}
void encode(const T &m, std::vector<std::byte> &out) {
    detail::field_writer writer(out);
    writer.u8(static_cast<std::uint8_t>(T::number));
    if constexpr (T::number == message_number::global_request) {
        writer.string(m.name);
        writer.flag(m.want_reply);
    }
    detail::layout(writer, m);
}

// The same for payload, with two copies instead of one for each field.
inline void encode(const channel_data &m, std::vector<std::byte> &out) {
    std::array<std::byte, data_header_size> header;
    header[0] = static_cast<std::byte>(message_number::channel_data);
    core::store_be(header.data() + 1, m.recipient);
    core::store_be(header.data() + 5, static_cast<std::uint32_t>(m.data.size()));
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), m.data.begin(), m.data.end());
}

inline void encode(const message &m, std::vector<std::byte> &out) {
    std::visit([&out](const auto &one) { encode(one, out); }, m);
}

template <typename T>
[[nodiscard]] std::vector<std::byte> encode(const T &m) {
    std::vector<std::byte> out;
    encode(m, out);
    return out;
}

} // namespace costrand::apf
