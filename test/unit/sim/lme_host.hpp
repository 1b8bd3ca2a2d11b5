// SPDX-License-Identifier: Apache-2.0
// A host's end of LME of a few lines, for the tests of the simulated device: one message at a time,
// no state of its own. It shares the codec with the device and nothing else.
#pragma once

#include <costrand/apf/codec.hpp>
#include <costrand/apf/messages.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/wsman/http.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace costrand::test {

class lme_host {
  public:
    explicit lme_host(std::unique_ptr<core::message_stream> link)
        : link_(std::move(link)),
          buffer_(link_->max_message_size()) {}

    core::message_stream &link() noexcept { return *link_; }

    template <typename Message>
    awaitable<void> say(Message m) {
        const auto bytes = apf::encode(m);
        co_await link_->send(net::buffer(bytes));
    }

    // The next message; its views live until the next call.
    awaitable<apf::message> hear() {
        const auto n = co_await link_->receive(net::buffer(buffer_));
        const auto decoded = apf::decode(core::const_bytes(buffer_).first(n));
        REQUIRE(decoded.has_value());
        co_return decoded->what;
    }
    template <typename Message>
    awaitable<Message> expect() {
        const auto what = co_await hear();
        const auto *m = std::get_if<Message>(&what);
        REQUIRE(m);
        co_return *m;
    }

    awaitable<void> handshake() {
        (void)co_await expect<apf::protocol_version>();
        co_await say(apf::protocol_version());
        (void)co_await expect<apf::service_request>();
        const apf::service_accept accepted{apf::service_forwarding};
        co_await say(accepted);
        for (int i = 0; i < 4; ++i) {
            const auto forward = co_await expect<apf::tcpip_forward>();
            ports.push_back(static_cast<std::uint16_t>(forward.port));
        }
        for (const auto port : ports) {
            const apf::request_success bound{port};
            co_await say(bound);
        }
    }
    std::vector<std::uint16_t> ports;

    static apf::channel_open open_request(std::uint32_t number, std::uint32_t window,
                                          std::uint16_t port = 16992) {
        apf::channel_open m;
        m.type = apf::type_forwarded;
        m.sender = number;
        m.window = window;
        m.connected_address = "::1";
        m.connected_port = port;
        m.originator_address = "::1";
        m.originator_port = 123;
        return m;
    }
    awaitable<apf::channel_open_confirmation> open(std::uint32_t number,
                                                   std::uint32_t window = 4096) {
        co_await say(open_request(number, window));
        co_return co_await expect<apf::channel_open_confirmation>();
    }

    // One request on an open channel, and the reply's bytes up to the firmware's CLOSE, which is
    // answered. Sends within the firmware's window; gives every byte back at once.
    awaitable<std::vector<std::byte>> exchange(apf::channel_open_confirmation channel,
                                               std::vector<std::byte> request) {
        std::uint64_t window = channel.window;
        core::const_bytes rest(request);
        std::vector<std::byte> reply;
        for (;;) {
            while (!rest.empty() && window > 0) {
                const auto n = static_cast<std::size_t>(
                    std::min<std::uint64_t>({rest.size(), window, buffer_.size() - 9}));
                const apf::channel_data part{channel.sender, rest.first(n)};
                co_await say(part);
                rest = rest.subspan(n);
                window -= n;
            }
            const auto what = co_await hear();
            if (const auto *adjust = std::get_if<apf::channel_window_adjust>(&what))
                window += adjust->bytes_to_add;
            else if (const auto *data = std::get_if<apf::channel_data>(&what)) {
                ++data_messages;
                reply.insert(reply.end(), data->data.begin(), data->data.end());
                const apf::channel_window_adjust credit{
                    channel.sender, static_cast<std::uint32_t>(data->data.size())};
                co_await say(credit);
            } else if (std::holds_alternative<apf::channel_close>(what)) {
                const apf::channel_close close{channel.sender};
                co_await say(close);
                co_return reply;
            } else {
                FAIL("an unexpected message");
            }
        }
    }
    std::size_t data_messages = 0;

  private:
    std::unique_ptr<core::message_stream> link_;
    std::vector<std::byte> buffer_;
};

} // namespace costrand::test
