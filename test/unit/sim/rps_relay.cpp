// SPDX-License-Identifier: Apache-2.0
#include "rps_relay.hpp"

#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/wsman/http_parser.hpp>

#include <boost/json/parse.hpp>

#include <array>
#include <chrono>

namespace costrand::test {

namespace {

constexpr std::uint16_t plain_port = 16992, tls_port = 16993;

bool is_hello(core::const_bytes tls) {
    return tls.size() >= 6 && tls[0] == std::byte{0x16} && tls[5] == std::byte{1};
}

std::string message_of(std::string_view method, core::const_bytes payload) {
    auto f = rps::make_client_frame(method, "3.0.0");
    f.payload = rps::encode_payload(payload);
    return std::string(rps::format(f).reveal());
}

// One request over a connection of its own: the reply's bytes.
awaitable<std::string> exchange_plain(port_dialer &dial, std::string request) {
    const auto connection = co_await dial(plain_port);
    co_await core::write_all(*connection, net::buffer(request));
    std::string reply;
    std::array<char, 4096> buffer{};
    wsman::response_parser parser;
    while (!parser.done()) {
        const auto got = co_await core::as_result(connection->read_some(net::buffer(buffer)));
        if (!got && got.error() != core::end_of_stream)
            throw system_error(got.error());
        if (!got)
            break;
        reply.append(buffer.data(), *got);
        if (!parser.feed(core::as_bytes(std::string_view(buffer.data(), *got))))
            break;
    }
    co_return reply;
}

struct client {
    rps_rig &rig;
    port_dialer dial;
    bool acknowledges;
    core::task_group children;
    std::shared_ptr<core::byte_stream> near; // to the TLS port
    bool answered = false;                   // since the last bytes that went there
    relayed_run out;

    client(net::any_io_executor executor, rps_rig &r, port_dialer d, bool acks)
        : rig(r),
          dial(std::move(d)),
          acknowledges(acks),
          children(std::move(executor)) {}

    void note(std::string what) {
        out.beside.emplace_back(rig.server.calls().size(), std::move(what));
    }

    awaitable<void> reset(std::string_view why) {
        ++out.resets;
        co_await rig.send(message_of("connection_reset", core::as_bytes(why)));
    }

    // False: refused, and told.
    awaitable<bool> connect() {
        if (near)
            near->close();
        near.reset();
        auto dialled = co_await core::as_result(dial(tls_port));
        if (!dialled && dialled.error() == core::cond::cancelled)
            throw system_error(dialled.error());
        if (!dialled) {
            co_await reset("lms_error");
            co_return false;
        }
        near = std::move(*dialled);
        children.spawn(bring_back(near));
        co_return true;
    }

    // The end with data before it is no reset.
    awaitable<void> bring_back(std::shared_ptr<core::byte_stream> from) {
        std::vector<std::byte> buffer(32 * 1024);
        for (;;) {
            const auto got = co_await core::as_result(from->read_some(net::buffer(buffer)));
            if (!got && near == from) {
                near->close();
                near.reset();
                if (!answered)
                    co_await reset("connection_closed");
            }
            if (!got)
                co_return;
            answered = true;
            co_await rig.send(message_of("tls_data", core::const_bytes(buffer).first(*got)));
        }
    }

    awaitable<void> pass_on(std::string frame) {
        const auto text = decoded(frame);
        const bool hello = is_hello(core::as_bytes(text));
        if (hello)
            note("ClientHello");
        bool up = near && !hello;
        if (!up)
            up = co_await connect();
        if (!up)
            co_return;
        answered = false;
        const auto to = near;
        (void)co_await core::as_result(core::write_all(*to, net::buffer(text)));
    }

    awaitable<void> switch_port(rps::frame asked) {
        note("port_switch");
        if (!acknowledges)
            co_return;
        const auto what = boost::json::parse(std::string(asked.payload->reveal()));
        co_await core::sleep_for(std::chrono::seconds(what.at("delay").as_int64()));
        co_await rig.send(message_of("port_switch_ack", core::as_bytes("ok")));
    }

    awaitable<void> play(std::string first) {
        co_await rig.send(std::move(first));
        for (;;) {
            const auto text = co_await rig.receive();
            auto frame = rps::parse_frame(text).value();
            if (frame.method == "progress")
                continue;
            if (frame.method == "wsman") {
                const auto reply = co_await exchange_plain(dial, decoded(text));
                co_await rig.send(response_message(reply));
            } else if (frame.method == "tls_data") {
                co_await pass_on(text);
            } else if (frame.method == "port_switch") {
                co_await switch_port(std::move(frame));
            } else {
                out.last = std::move(frame);
                co_return;
            }
        }
    }
};

} // namespace

awaitable<relayed_run> relay(net::any_io_executor executor, rps_rig &rig, port_dialer dial,
                             std::string first, bool acknowledges) {
    client c(executor, rig, std::move(dial), acknowledges);
    co_await c.children.run(c.play(std::move(first)));
    co_return std::move(c.out);
}

} // namespace costrand::test
