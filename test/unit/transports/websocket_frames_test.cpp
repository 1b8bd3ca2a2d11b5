// SPDX-License-Identifier: Apache-2.0
// What the websocket puts on the wire, and what it makes of frames that are not its own. The frames
// are written by hand, as RFC 6455 section 5 has them.
#include <costrand/transports/websocket.hpp>

#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/memory.hpp>

#include <support/hex.hpp>
#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace costrand;

namespace {

using bytes_ptr = std::unique_ptr<core::byte_stream>;
using messages_ptr = std::unique_ptr<core::message_stream>;

// Hands everything through, and keeps what was read.
class tapped_stream : public core::byte_stream {
  public:
    tapped_stream(bytes_ptr below, std::shared_ptr<std::string> read)
        : below_(std::move(below)),
          read_(std::move(read)) {}
    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        const auto n = co_await below_->read_some(buffer);
        read_->append(static_cast<const char *>(buffer.data()), n);
        co_return n;
    }
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        return below_->write_some(buffer);
    }
    awaitable<void> shutdown() override { return below_->shutdown(); }
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    bytes_ptr below_;
    std::shared_ptr<std::string> read_;
};

// A client and a server; `raw` is the stream below the server, `seen` what the client sent since
// the upgrade.
struct world {
    messages_ptr client, server;
    core::byte_stream *raw = nullptr;
    std::shared_ptr<std::string> seen = std::make_shared<std::string>();
    std::string request;
};

awaitable<void> accept_into(bytes_ptr below, messages_ptr &out) {
    const transports::websocket_options defaults;
    out = co_await transports::websocket_accept(std::move(below), defaults);
}

awaitable<std::unique_ptr<world>> connected(net::any_io_executor executor,
                                            transports::websocket_options options) {
    auto below = sim::memory_byte_pair(executor);
    auto w = std::make_unique<world>();
    w->raw = below.second.get();
    auto tapped = std::make_unique<tapped_stream>(std::move(below.second), w->seen);
    core::task_group group(executor);
    group.spawn(accept_into(std::move(tapped), w->server));
    w->client = co_await transports::websocket_upgrade(std::move(below.first), "rps.example:8080",
                                                       "/activate?x=1", std::move(options));
    co_await group.join();
    w->request = std::exchange(*w->seen, {});
    co_return w;
}

awaitable<std::unique_ptr<world>> connected(net::any_io_executor executor) {
    const transports::websocket_options defaults;
    co_return co_await connected(executor, defaults);
}

awaitable<void> write_frames(world &w, std::string hex) {
    const auto bytes = test::from_hex(hex);
    co_await core::write_all(*w.raw, net::buffer(bytes));
}

awaitable<std::string> receive_text(core::message_stream &stream) {
    std::vector<std::byte> buffer(256 * 1024);
    const auto n = co_await stream.receive(net::buffer(buffer));
    co_return std::string(core::as_text(core::const_bytes(buffer).first(n)));
}

awaitable<void> send_text(core::message_stream &stream, std::string text) {
    co_await stream.send(net::buffer(text));
}

bool contains_header(std::string request, std::string name) {
    for (auto *text : {&request, &name})
        for (char &c : *text)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return request.find("\r\n" + name + ":") != request.npos;
}

// The payload of a client's frame with a length below 126: two bytes of header, four of mask.
std::string unmasked(std::string_view frame) {
    std::string payload(frame.substr(6));
    for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ frame[2 + i % 4]);
    return payload;
}

} // namespace

TEST_CASE("the upgrade asks for version 13 and for nothing else") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto w = co_await connected(env.executor);
        CHECK(w->request.starts_with("GET /activate?x=1 HTTP/1.1\r\n"));
        CHECK(w->request.find("Host: rps.example:8080\r\n") != std::string::npos);
        CHECK(w->request.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos);
        for (const char *name : {"upgrade", "connection", "sec-websocket-key"})
            CHECK(contains_header(w->request, name));
        for (const char *name : {"sec-websocket-extensions", "sec-websocket-protocol", "origin",
                                 "cookie", "authorization"})
            CHECK_FALSE(contains_header(w->request, name));
    });
}

TEST_CASE("a message goes out as one masked text frame") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto w = co_await connected(env.executor);
        co_await send_text(*w->client, std::string(100'000, 'x'));
        const auto got = co_await receive_text(*w->server);
        CHECK(got.size() == 100'000);
        // FIN and text; masked, length in eight bytes: 100000 is 0x186a0
        const auto header = w->seen->substr(0, 10);
        CHECK(test::to_hex(core::as_bytes(header)) == "81ff00000000000186a0");
        CHECK(w->seen->size() == 10 + 4 + 100'000);
    });
}

TEST_CASE("binary and fragmented messages are received like text") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto w = co_await connected(env.executor);
        co_await write_frames(*w, "82 02 6869");                         // binary "hi"
        co_await write_frames(*w, "01 01 61 00 01 62 89 00 80 02 6364"); // "a" "b" ping "cd"
        const auto binary = co_await receive_text(*w->client);
        const auto fragmented = co_await receive_text(*w->client);
        CHECK(binary == "hi");
        CHECK(fragmented == "abcd");
    });
}

TEST_CASE("a ping is answered with its own payload though nobody receives") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto w = co_await connected(env.executor);
        co_await write_frames(*w, "89 03 616263");
        co_await test::settle();
        REQUIRE(w->seen->size() == 9);
        CHECK(test::to_hex(core::as_bytes(w->seen->substr(0, 2))) == "8a83");
        CHECK(unmasked(*w->seen) == "abc");
    });
}

TEST_CASE("the peer's Close is the end of the stream") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto w = co_await connected(env.executor);
        co_await write_frames(*w, "81 02 6f6b 88 02 03e8"); // "ok", Close 1000
        const auto last = co_await receive_text(*w->client);
        CHECK(last == "ok");
        const auto why = co_await test::failure_of(receive_text(*w->client));
        CHECK(why == core::end_of_stream);
    });
}

TEST_CASE("bytes that are no frame are told as no websocket") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const auto w = co_await connected(env.executor);
        co_await write_frames(*w, "f3 73 6e6f7420"); // reserved bits and a reserved opcode
        const auto why = co_await test::failure_of(receive_text(*w->client));
        CHECK(why == transports::websocket_errc::not_websocket);
    });
}

TEST_CASE("a message longer than the limit is refused by its announced length") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        transports::websocket_options options;
        options.max_message_size = 1000;
        const auto w = co_await connected(env.executor, options);
        co_await write_frames(*w, "81 7e 03e9"); // 1001 bytes, none of them sent
        const auto why = co_await test::failure_of(receive_text(*w->client));
        CHECK(why == core::errc::message_too_large);
    });
}

TEST_CASE("two sends at once arrive whole and in order") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            const auto w = co_await connected(env.executor);
            core::task_group senders(env.executor);
            senders.spawn(send_text(*w->client, std::string(200'000, 'a')));
            senders.spawn(send_text(*w->client, std::string(200'000, 'b')));
            const auto first = co_await receive_text(*w->server);
            const auto second = co_await receive_text(*w->server);
            co_await senders.join();
            CHECK((first == std::string(200'000, 'a')));
            CHECK((second == std::string(200'000, 'b')));
        },
        40);
}
