// SPDX-License-Identifier: Apache-2.0
// TLS without its ciphers: records of the same types, flights of the same order and much the same
// sizes, and a number and a sum where TLS 1.3 has its tag, so that a byte lost, doubled or moved is
// found as it would be there. For simulations that leave the arithmetic out.
#include <costrand/sim/crypto.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/transports/tls.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace costrand::sim {

namespace {

using transports::tls_errc;
using transports::tls_error;

namespace type {
constexpr std::byte change_cipher_spec{0x14}, alert{0x15}, handshake{0x16}, application{0x17};
}
namespace message {
constexpr std::byte client_hello{1}, server_hello{2}, new_ticket{4}, certificate{11}, finished{20};
}

constexpr std::size_t header_size = 5;
constexpr std::size_t most_plain = 16 * 1024; // of one record (RFC 8446, 5.1)
constexpr std::size_t most_record = most_plain + 256;
constexpr std::size_t tag_size = 16;
// Sizes of recorded flights: ClientHello 301, Finished 80 with its ChangeCipherSpec, two tickets
// 574.
constexpr std::size_t client_hello_size = 301, server_hello_size = 127, finished_size = 52,
                      ticket_size = 265;

struct record {
    std::byte type{};
    der_bytes payload;
};

std::uint64_t sum_of(core::const_bytes data, std::uint64_t number) {
    std::uint64_t sum = 0xcbf29ce484222325u ^ number; // FNV-1a
    for (const auto b : data)
        sum = (sum ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3u;
    return sum;
}

void append_number(der_bytes &to, std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i)
        to.push_back(static_cast<std::byte>(value >> (8 * i) & 0xff));
}

std::uint64_t number_at(core::const_bytes from, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | std::to_integer<std::uint64_t>(from[at + i]);
    return value;
}

void append_record(der_bytes &to, std::byte type, core::const_bytes payload) {
    to.push_back(type);
    append_number(to, 0x0303, 2);
    append_number(to, payload.size(), 2);
    to.insert(to.end(), payload.begin(), payload.end());
}

// Its length behind the type of the message.
der_bytes handshake_message(std::byte kind, core::const_bytes body) {
    der_bytes out{kind};
    append_number(out, body.size(), 3);
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

// Behind a byte that asks the other end for its certificates, too.
der_bytes certificates(const std::vector<der_bytes> &chain, bool asks) {
    der_bytes out{std::byte{asks}};
    for (const auto &der : chain) {
        append_number(out, der.size(), 3);
        out.insert(out.end(), der.begin(), der.end());
    }
    return handshake_message(message::certificate, out);
}

struct certificate_message {
    bool asks = false;
    std::vector<der_bytes> chain;
};
certificate_message read_certificates(core::const_bytes data) {
    if (data.size() < 5 || data[0] != message::certificate)
        throw tls_error(tls_errc::protocol, "no certificates");
    certificate_message out;
    out.asks = data[4] != std::byte{0};
    for (std::size_t at = 5; at + 3 <= data.size();) {
        const auto size = static_cast<std::size_t>(number_at(data, at, 3));
        at += 3;
        if (size > data.size() - at)
            throw tls_error(tls_errc::protocol, "bad certificate");
        const auto one = data.subspan(at, size);
        out.chain.emplace_back(one.begin(), one.end());
        at += size;
    }
    return out;
}

class bare_stream : public core::byte_stream {
  public:
    explicit bare_stream(std::unique_ptr<core::byte_stream> below) : below_(std::move(below)) {}
    ~bare_stream() override { bare_stream::close(); }

    awaitable<void> connect(std::vector<der_bytes> own, chain_judge accepts);
    awaitable<void> accept(std::vector<der_bytes> chain, chain_judge client);

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override;
    awaitable<std::size_t> write_some(net::const_buffer buffer) override;
    awaitable<void> shutdown() override;
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    awaitable<record> next_record();
    awaitable<der_bytes> next_sealed_handshake();
    bool take_record(record &out);
    void seal(der_bytes &to, std::byte kind, core::const_bytes plain);
    std::byte open(record &in);
    awaitable<void> write(der_bytes bytes) {
        co_await core::write_all(*below_, net::buffer(bytes));
    }
    awaitable<void> refuse(std::string why);

    std::unique_ptr<core::byte_stream> below_;
    der_bytes arrived_, plain_;
    std::size_t at_ = 0; // of plain_
    std::uint64_t sent_ = 0, received_ = 0;
    bool ended_ = false;
};

// False: there is no whole one yet.
bool bare_stream::take_record(record &out) {
    if (arrived_.size() < header_size)
        return false;
    const auto size = static_cast<std::size_t>(number_at(arrived_, 3, 2));
    const bool known = arrived_[0] >= type::change_cipher_spec && arrived_[0] <= type::application;
    if (!known || arrived_[1] != std::byte{3} || size > most_record)
        throw tls_error(tls_errc::protocol, "no record");
    if (arrived_.size() < header_size + size)
        return false;
    const auto begin = arrived_.begin() + header_size;
    out.type = arrived_[0];
    out.payload.assign(begin, begin + static_cast<std::ptrdiff_t>(size));
    arrived_.erase(arrived_.begin(), begin + static_cast<std::ptrdiff_t>(size));
    return true;
}

// Cancel-safe: what was read stays.
awaitable<record> bare_stream::next_record() {
    record out;
    std::array<std::byte, 4096> buffer{};
    while (!take_record(out)) {
        const auto got = co_await core::as_result(below_->read_some(net::buffer(buffer)));
        if (!got && got.error() == core::end_of_stream)
            throw tls_error(tls_errc::truncated, "no close_notify");
        if (!got)
            throw system_error(got.error());
        arrived_.insert(arrived_.end(), buffer.begin(),
                        buffer.begin() + static_cast<std::ptrdiff_t>(*got));
    }
    if (out.type == type::alert)
        throw tls_error(tls_errc::refused_by_peer, "alert");
    co_return out;
}

// As TLS 1.3: the type inside, then the tag.
void bare_stream::seal(der_bytes &to, std::byte kind, core::const_bytes plain) {
    der_bytes inside(plain.begin(), plain.end());
    inside.push_back(kind);
    const auto number = ++sent_;
    const auto sum = sum_of(inside, number);
    append_number(inside, number, 8);
    append_number(inside, sum, 8);
    append_record(to, type::application, inside);
}

// Leaves what was inside, and gives its type.
std::byte bare_stream::open(record &in) {
    auto &data = in.payload;
    if (in.type != type::application || data.size() < tag_size + 1)
        throw tls_error(tls_errc::protocol, "unexpected message");
    const auto size = data.size() - tag_size;
    const auto number = number_at(data, size, 8), sum = number_at(data, size + 8, 8);
    data.resize(size);
    if (number != ++received_ || sum != sum_of(data, number))
        throw tls_error(tls_errc::protocol, "bad record mac");
    const auto kind = data.back();
    data.pop_back();
    return kind;
}

awaitable<void> bare_stream::refuse(std::string why) {
    der_bytes alert;
    append_record(alert, type::alert, std::array{std::byte{2}, std::byte{40}});
    co_await write(std::move(alert));
    throw tls_error(tls_errc::protocol, why);
}

// A message of the other end's sealed flight; ChangeCipherSpec means nothing.
awaitable<der_bytes> bare_stream::next_sealed_handshake() {
    auto next = co_await next_record();
    if (next.type == type::change_cipher_spec)
        next = co_await next_record();
    if (open(next) != type::handshake || next.payload.empty())
        throw tls_error(tls_errc::protocol, "no handshake message");
    co_return std::move(next.payload);
}

awaitable<void> bare_stream::connect(std::vector<der_bytes> own, chain_judge accepts) {
    der_bytes hello;
    const der_bytes body(client_hello_size - header_size - 4);
    append_record(hello, type::handshake, handshake_message(message::client_hello, body));
    co_await write(std::move(hello));
    const auto answer = co_await next_record();
    if (answer.type != type::handshake || answer.payload.empty() ||
        answer.payload[0] != message::server_hello)
        throw tls_error(tls_errc::protocol, "no ServerHello");
    const auto shown = co_await next_sealed_handshake();
    const auto server = read_certificates(shown);
    const auto proof_of_server = co_await next_sealed_handshake();
    if (proof_of_server[0] != message::finished)
        throw tls_error(tls_errc::protocol, "no Finished");
    if (!accepts || !accepts(server.chain))
        throw tls_error(tls_errc::certificate_rejected, "not believed");
    der_bytes flight;
    append_record(flight, type::change_cipher_spec, std::array{std::byte{1}});
    if (server.asks)
        seal(flight, type::handshake, certificates(own, false));
    const der_bytes proof(finished_size - 4);
    seal(flight, type::handshake, handshake_message(message::finished, proof));
    co_await write(std::move(flight));
}

awaitable<void> bare_stream::accept(std::vector<der_bytes> chain, chain_judge client) {
    const auto hello = co_await next_record();
    const bool good = hello.type == type::handshake && hello.payload.size() >= 4 &&
                      hello.payload[0] == message::client_hello;
    if (!good)
        co_await refuse("no ClientHello");
    der_bytes flight;
    const der_bytes body(server_hello_size - header_size - 4), proof(finished_size - 4);
    append_record(flight, type::handshake, handshake_message(message::server_hello, body));
    append_record(flight, type::change_cipher_spec, std::array{std::byte{1}});
    seal(flight, type::handshake, certificates(chain, client != nullptr));
    seal(flight, type::handshake, handshake_message(message::finished, proof));
    co_await write(std::move(flight));
    auto next = co_await next_sealed_handshake();
    if (client) {
        const auto shown = read_certificates(next);
        if (shown.chain.empty() || !client(shown.chain))
            co_await refuse("not let in");
        next = co_await next_sealed_handshake();
    }
    if (next[0] != message::finished)
        throw tls_error(tls_errc::protocol, "no Finished");
    der_bytes tickets;
    const der_bytes ticket(ticket_size - 4);
    for (int i = 0; i < 2; ++i)
        seal(tickets, type::handshake, handshake_message(message::new_ticket, ticket));
    co_await write(std::move(tickets));
}

awaitable<std::size_t> bare_stream::read_some(net::mutable_buffer buffer) {
    if (buffer.size() == 0)
        co_return 0;
    while (at_ == plain_.size()) {
        if (ended_)
            throw system_error(core::end_of_stream);
        auto next = co_await next_record();
        const auto kind = open(next);
        ended_ = kind == type::alert;
        if (kind != type::application)
            continue; // a ticket, or close_notify
        plain_ = std::move(next.payload);
        at_ = 0;
    }
    const auto n = std::min(buffer.size(), plain_.size() - at_);
    std::memcpy(buffer.data(), plain_.data() + at_, n);
    at_ += n;
    co_return n;
}

awaitable<std::size_t> bare_stream::write_some(net::const_buffer buffer) {
    const auto n = std::min(buffer.size(), most_plain);
    if (n == 0)
        co_return 0;
    der_bytes sealed;
    seal(sealed, type::application, {static_cast<const std::byte *>(buffer.data()), n});
    co_await write(std::move(sealed));
    co_return n;
}

awaitable<void> bare_stream::shutdown() {
    der_bytes sealed;
    seal(sealed, type::alert, std::array{std::byte{1}, std::byte{0}}); // close_notify
    co_await write(std::move(sealed));
}

class bare_layer : public tls_layer {
  public:
    awaitable<std::unique_ptr<core::byte_stream>>
    connect_as(identity own, std::unique_ptr<core::byte_stream> below,
               chain_judge accepts) override {
        auto stream = std::make_unique<bare_stream>(std::move(below));
        co_await stream->connect(std::move(own.chain), std::move(accepts));
        co_return stream;
    }

    // One manner only: that of TLS 1.3. The key is not used.
    awaitable<std::unique_ptr<core::byte_stream>> accept(std::unique_ptr<core::byte_stream> below,
                                                         identity who, tls_manner how) override {
        auto stream = std::make_unique<bare_stream>(std::move(below));
        co_await stream->accept(std::move(who.chain), std::move(how.client));
        co_return stream;
    }
};

} // namespace

std::unique_ptr<tls_layer> bare_records() {
    return std::make_unique<bare_layer>();
}

crypto bare_crypto() {
    return {pooled_keys(), bare_records()};
}

} // namespace costrand::sim
