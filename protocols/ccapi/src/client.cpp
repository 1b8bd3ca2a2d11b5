// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapi/client.hpp>

#include <costrand/ccapi/codec.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/secret.hpp>

#include <boost/asio/buffer.hpp>

#include <utility>

namespace costrand::ccapi {
namespace {

// The server went, before or within the exchange (11.3).
bool is_loss(const error_code &why) {
    return why == core::end_of_stream || why == core::errc::malformed ||
           why == net::error::make_error_code(net::error::broken_pipe) ||
           why == net::error::make_error_code(net::error::connection_reset) ||
           why == errc::client_not_found;
}

// What leaves a call: our own codes, and the dialer's.
[[noreturn]] void fail(const error_code &why) {
    if (is_loss(why) || why == core::errc::timed_out)
        throw system_error(errc::server_unavailable);
    throw system_error(why);
}

} // namespace

client::client(core::random_source &random, client_options options)
    : options_(std::move(options)),
      id_(random_uuid(random)) {}

void client::close() noexcept {
    if (stream_)
        stream_->close();
    stream_.reset();
    sst_ = 0;
}

frame_header client::header(frame_type type) const noexcept {
    frame_header out;
    out.type = type;
    out.tsp = options_.tsp;
    out.client = id_;
    out.sst = sst_;
    out.sequence = sequence_;
    return out;
}

// Valid until the next one; in the client's buffer.
awaitable<frame_view> client::receive() {
    const std::size_t limit = stream_->max_message_size();
    if (!buffer_)
        buffer_ = std::make_unique_for_overwrite<std::byte[]>(limit);
    const auto size = co_await stream_->receive(net::buffer(buffer_.get(), limit));
    const auto frame = decode_frame({buffer_.get(), size});
    if (!frame)
        throw system_error(frame.error());
    co_return *frame;
}

awaitable<void> client::authenticate() {
    const auto challenge = options_.challenge ? options_.challenge() : nullptr;
    if (!challenge)
        co_return;
    ++sequence_;
    const auto asked =
        encode_frame(header(frame_type::authenticate), core::as_bytes(challenge->name()));
    co_await stream_->send(net::buffer(asked.data(), asked.size()));
    const auto answer = co_await receive();
    if (answer.header.type != frame_type::authenticate_reply)
        throw system_error(errc::bad_internal_message);
    const bool is_met = answer.header.status == errc::no_error && answer.payload.size() == 4 &&
                        challenge->is_met_by(core::load_be<std::uint32_t>(answer.payload.data()));
    if (!is_met)
        throw system_error(errc::server_insecure);
}

// CONNECT, its reply, and LISTEN, which stands from then on.
awaitable<void> client::greet() {
    co_await authenticate();
    ++sequence_;
    const auto hello = encode_frame(header(frame_type::connect), {});
    co_await stream_->send(net::buffer(hello.data(), hello.size()));
    const auto reply = co_await receive();
    if (reply.header.type != frame_type::connect_reply)
        throw system_error(errc::bad_internal_message);
    if (reply.header.status != errc::no_error)
        throw system_error(reply.header.status);
    sst_ = reply.header.sst;
    const auto listen = co_await receive();
    if (listen.header.type != frame_type::listen)
        throw system_error(errc::bad_internal_message);
}

awaitable<void> client::connect(bool launch) {
    stream_ = co_await options_.dial(launch);
    co_await core::with_deadline(options_.patience, greet());
}

awaitable<answer> client::exchange(message_id what, const_bytes payload) {
    ++sequence_;
    const auto frame = encode_frame(header(frame_type::request), payload);
    const auto sent =
        co_await core::as_result(stream_->send(net::buffer(frame.data(), frame.size())));
    untouched_ = !sent && sent.error() == net::error::make_error_code(net::error::broken_pipe);
    if (!sent)
        throw system_error(sent.error());
    for (;;) {
        const auto got = co_await receive();
        if (got.header.type != frame_type::request_reply || got.header.sequence != sequence_)
            continue; // not the answer to this one
        if (got.header.status != errc::no_error)
            throw system_error(got.header.status);
        answer out;
        out.bytes.assign(got.payload.begin(), got.payload.end());
        core::wipe(buffer_.get(), frame_header_size + got.payload.size());
        const auto reply = decode_reply(what, out.bytes);
        if (!reply)
            throw system_error(reply.error());
        out.reply = *reply;
        co_return out;
    }
}

awaitable<answer> client::attempt(const message_row &row, const_bytes payload) {
    untouched_ = true;
    if (!stream_)
        co_await connect(row.launches);
    if (row.may_wait)
        co_return co_await exchange(row.what, payload);
    co_return co_await core::with_deadline(options_.patience, exchange(row.what, payload));
}

awaitable<answer> client::call(request what) {
    const auto payload = encode_request(what);
    if (!payload)
        throw system_error(payload.error());
    const auto &row = *find_row(static_cast<std::uint32_t>(what.what));
    auto first = co_await core::as_result(attempt(row, *payload));
    if (first)
        co_return std::move(*first);
    close();
    if (!is_loss(first.error()) || !(untouched_ || row.repeatable))
        fail(first.error());
    auto second = co_await core::as_result(attempt(row, *payload));
    if (second)
        co_return std::move(*second);
    close();
    fail(second.error());
}

} // namespace costrand::ccapi
