// SPDX-License-Identifier: Apache-2.0
// A client of the small provisioning server whose every frame a test writes, in memory and in
// virtual time.
#pragma once

#include <costrand/core/as_result.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/payload.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/sim/rps.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

// What a recorded device says of itself, in the given mode.
inline rps::device_facts recorded_facts(int control_mode) {
    rps::device_facts f;
    f.version = "16.1.25";
    f.build = "1424";
    f.sku = "16400";
    f.uuid = "4c4c4544-0050-3310-8051-b7c04f4e3601";
    f.username = "$$OsAdmin";
    f.password = core::secret(control_mode == 0 ? "localSystemPw123" : "P@ssw0rdAmt1");
    f.control_mode = control_mode;
    f.hostname = "lab-host";
    f.fqdn = "corp.example";
    return f;
}

inline std::string first_message(std::string_view method, const rps::device_facts &facts) {
    auto f = rps::make_client_frame(method, "3.0.0");
    f.payload = rps::encode_payload(core::as_bytes(rps::format_facts(facts).reveal()));
    return std::string(rps::format(f).reveal());
}

inline std::string response_message(std::string_view http) {
    auto f = rps::make_client_frame("response", "3.0.0");
    f.payload = rps::encode_payload(core::as_bytes(http));
    return std::string(rps::format(f).reveal());
}

// The decoded payload of a frame.
inline std::string decoded(std::string_view text) {
    const auto f = rps::parse_frame(text).value();
    const auto bytes = rps::decode_payload(f.payload.value().reveal()).value();
    return std::string(core::as_text(bytes));
}

// A server with one client at it. Made within a test coroutine. A test that is cancelled does not
// come to finish(): so the sessions hold the server too.
class rps_rig {
    struct shop {
        std::unique_ptr<core::random_source> random = core::seeded_random(7);
        sim::rps_server server;
        shop(sim::rps_options options, sim::crypto with)
            : server(std::move(options), std::move(with), *random, core::log()) {}
    };
    std::shared_ptr<shop> shop_;

  public:
    // `largest`: what the client can receive, in bytes.
    explicit rps_rig(net::any_io_executor executor,
                     sim::rps_options options = sim::recorded_rps_options(),
                     std::size_t largest = 256 * 1024, sim::crypto with = sim::pooled_crypto())
        : shop_(std::make_shared<shop>(std::move(options), std::move(with))),
          server(shop_->server),
          executor_(executor),
          buffer_(largest),
          sessions_(executor) {}

    // A fresh client; the one before is gone.
    void connect() {
        sim::memory_options large;
        large.max_message_size = 20u << 20;
        large.capacity = 64u << 20;
        auto [near, far] = sim::memory_message_pair(executor_, large, large);
        near_ = std::move(near);
        sessions_.spawn(serve(shop_, std::move(far)));
    }

    awaitable<void> send(std::string text) { co_await near_->send(net::buffer(text)); }
    // The server's next message. Error: end_of_stream when it closed.
    awaitable<std::string> receive() {
        const auto size = co_await near_->receive(net::buffer(buffer_));
        co_return std::string(core::as_text(core::const_bytes(buffer_).first(size)));
    }
    awaitable<rps::frame> receive_frame() {
        const auto text = co_await receive();
        co_return rps::parse_frame(text).value();
    }
    // Whether the server closed without another word.
    awaitable<bool> is_closed() {
        const auto more = co_await core::as_result(receive());
        co_return !more && more.error() == core::end_of_stream;
    }

    // Drops the client and waits for the session's end.
    awaitable<void> finish() {
        near_.reset();
        co_await sessions_.join();
    }

    sim::rps_server &server;

  private:
    static awaitable<void> serve(std::shared_ptr<shop> of,
                                 std::unique_ptr<core::message_stream> far) {
        co_await of->server.serve(*far);
    }

    net::any_io_executor executor_;
    std::unique_ptr<core::message_stream> near_;
    std::vector<std::byte> buffer_;
    core::task_group sessions_;
};

} // namespace costrand::test
