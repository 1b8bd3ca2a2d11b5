// SPDX-License-Identifier: Apache-2.0
#include "rps_tunnel.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/wsman/http_parser.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace costrand::sim {

namespace {

// A reply that nobody asked for is not kept beyond this.
constexpr std::size_t most_plain = 1u << 20;

// The link's `tls_data` as a stream of bytes, for the TLS layer.
class tls_messages : public core::byte_stream {
  public:
    tls_messages(std::shared_ptr<rps_link> link, net::any_io_executor executor)
        : link_(std::move(link)),
          executor_(std::move(executor)),
          number_(link_->open_tunnel()) {}
    ~tls_messages() override { close(); }

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        if (buffer.size() == 0)
            co_return 0;
        co_await send_held();
        while (at_ == arrived_.size()) {
            arrived_ = co_await link_->receive_tls(number_);
            at_ = 0;
            // Before the first answer that begins a handshake, or refuses one, these are records of
            // a tunnel before this: the real server drops them, too (rps-session section 8).
            if (!answered_ && arrived_[0] == application_data)
                at_ = arrived_.size();
            else
                answered_ = true;
        }
        const auto n = std::min(buffer.size(), arrived_.size() - at_);
        std::memcpy(buffer.data(), arrived_.data() + at_, n);
        at_ += n;
        co_return n;
    }

    // During the handshake kept back until AMT's answer is wanted: so one flight is one message,
    // and the last one is not sent at all when AMT's certificate is refused (recorded).
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        const core::const_bytes bytes(static_cast<const std::byte *>(buffer.data()), buffer.size());
        if (handshake_)
            held_.insert(held_.end(), bytes.begin(), bytes.end());
        else
            co_await link_->send_tls(bytes);
        co_return buffer.size();
    }

    // The handshake is over, and AMT is believed.
    awaitable<void> go_on() {
        handshake_ = false;
        co_await send_held();
    }

    awaitable<void> shutdown() override { co_return; }
    void close() noexcept override {
        if (closed_)
            return;
        closed_ = true;
        link_->close_tunnel(number_);
    }
    net::any_io_executor get_executor() noexcept override { return executor_; }

  private:
    static constexpr std::byte application_data{0x17};

    awaitable<void> send_held() {
        if (held_.empty())
            co_return;
        const auto flight = std::exchange(held_, {});
        co_await link_->send_tls(flight);
    }

    std::shared_ptr<rps_link> link_;
    net::any_io_executor executor_;
    unsigned number_;
    std::vector<std::byte> held_, arrived_;
    std::size_t at_ = 0;
    bool handshake_ = true, answered_ = false, closed_ = false;
};

} // namespace

// Shared with the coroutine that reads it.
struct rps_tunnel::live {
    std::unique_ptr<core::byte_stream> stream;
    std::string plain; // read and not yet looked at
    bool ended = false, in_good_order = false;
    core::notifier news;
};

rps_tunnel::rps_tunnel(rps_link &link, rps_shared &shared, core::task_group &session)
    : link_(link),
      shared_(shared),
      session_(session) {}

bool rps_tunnel::up() const noexcept {
    return live_ && !live_->ended;
}

void rps_tunnel::drop() {
    if (!live_)
        return;
    live_->stream->close(); // the reader then ends
    live_.reset();
}

awaitable<bool> rps_tunnel::shake_hands(core::duration limit) {
    drop();
    ++shared_.counters.tunnels;
    auto executor = co_await net::this_coro::executor;
    auto messages = std::make_unique<tls_messages>(link_.shared_from_this(), std::move(executor));
    auto *below = messages.get();
    auto &authority = shared_.authority;
    chain_judge judge = [&authority, proof = proof_](const std::vector<der_bytes> &chain) {
        return authority.accepts(proof, chain);
    };
    auto handshake = shared_.tls->connect(std::move(messages), std::move(judge));
    auto made = co_await core::as_result(core::with_deadline(limit, std::move(handshake)));
    if (!made && made.error() == core::cond::cancelled)
        throw system_error(made.error());
    if (!made) {
        shared_.log.info(rps_component, "no tunnel: ", made.error().message());
        co_return false;
    }
    live_ = std::make_shared<live>();
    live_->stream = std::move(*made);
    co_await below->go_on();
    session_.spawn(read_on(live_));
    shared_.log.info(rps_component, "a tunnel is up");
    co_return true;
}

// Reads as long as there is anything: that AMT ended the connection is then known at once.
awaitable<void> rps_tunnel::read_on(std::shared_ptr<live> tunnel) {
    std::array<char, 4096> buffer{};
    while (tunnel->plain.size() < most_plain) {
        auto got = co_await core::as_result(tunnel->stream->read_some(net::buffer(buffer)));
        if (!got) {
            // What went wrong is nobody's error: the next call finds the tunnel gone.
            tunnel->in_good_order = got.error() == core::end_of_stream;
            break;
        }
        tunnel->plain.append(buffer.data(), *got);
        tunnel->news.notify_all();
    }
    tunnel->ended = true;
    tunnel->news.notify_all();
}

awaitable<rps_tunnel::answer> rps_tunnel::talk(core::const_bytes request, core::duration limit) {
    const auto tunnel = live_;
    tunnel->plain.clear();
    answer out;
    const auto sent = co_await core::as_result(
        core::write_all(*tunnel->stream, net::buffer(request.data(), request.size())));
    if (!sent && sent.error() == core::cond::cancelled)
        throw system_error(sent.error());
    if (!sent) {
        out.what = heard::gone;
        co_return out;
    }
    auto got = co_await core::as_result(core::with_deadline(limit, hear(tunnel)));
    if (got)
        co_return std::move(*got);
    if (got.error() != core::errc::timed_out)
        throw system_error(got.error());
    co_return out;
}

awaitable<rps_tunnel::answer> rps_tunnel::hear(std::shared_ptr<live> tunnel) {
    wsman::response_parser parser;
    answer out;
    bool any = false;
    while (!parser.done()) {
        if (!tunnel->plain.empty()) {
            any = true;
            const auto used = parser.feed(core::as_bytes(tunnel->plain));
            out.what = heard::broken;
            if (!used)
                co_return out;
            tunnel->plain.erase(0, *used);
            continue;
        }
        if (tunnel->ended) {
            if (any && parser.end_of_stream())
                break;
            out.what = !any && tunnel->in_good_order ? heard::ended : heard::gone;
            co_return out;
        }
        co_await tunnel->news.wait();
    }
    auto reply = read_reply(parser.release());
    out.what = reply ? heard::reply : heard::broken;
    if (reply)
        out.http = std::move(*reply);
    co_return out;
}

} // namespace costrand::sim
