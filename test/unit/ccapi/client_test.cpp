// SPDX-License-Identifier: Apache-2.0
// The client, on the server itself and on a peer that breaks the rules. Rules of
// docs/spec/ccapi.md 11.3 and 11.7.
#include "server_rig.hpp"

#include <costrand/ccapi/client.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <tuple>
#include <utility>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using ccapi::errc;
using ccapi::message_id;

namespace {

constexpr auto broken_pipe = net::error::broken_pipe;
constexpr auto reset = net::error::connection_reset;

// Connections to the rig, each of which fails as ordered; those behind the list do not.
struct dialed {
    std::deque<sim::memory_options> links;
    int count = 0;
};

ccapi::client_options to_rig(server_rig &rig, dialed &how) {
    ccapi::client_options out;
    out.dial = [&rig, &how](bool) -> awaitable<std::unique_ptr<core::message_stream>> {
        ++how.count;
        sim::memory_options link;
        if (!how.links.empty()) {
            link = how.links.front();
            how.links.pop_front();
        }
        co_return rig.connect(link);
    };
    return out;
}

// The third message is the answer to the first request, behind those of CONNECT and LISTEN.
sim::memory_options losing_the_answer() {
    sim::memory_options link;
    link.fail_read_at = 3;
    link.failure = net::error::make_error_code(reset);
    return link;
}
sim::memory_options losing_the_request() {
    sim::memory_options link;
    link.fail_write_at = 2;
    link.failure = net::error::make_error_code(broken_pipe);
    return link;
}

ccapi::request default_name() {
    ccapi::request r;
    r.what = message_id::context_get_default_ccache_name;
    return r;
}

awaitable<error_code> failure_of(awaitable<ccapi::answer> call) {
    const auto got = co_await core::as_result(std::move(call));
    if (!got && got.error() == core::cond::cancelled)
        throw system_error(got.error());
    co_return got ? error_code() : got.error();
}

// A peer that greets with a status, and goes on to answer as ordered.
struct script {
    errc greeting = errc::no_error;
    errc authentication = errc::no_error;
    std::uint32_t number = 8; // in the answer to a challenge
    bool answers = true;
    bool answers_another_first = false;
};

awaitable<void> play(std::unique_ptr<core::message_stream> stream, script how) {
    std::vector<std::byte> buffer(stream->max_message_size());
    const core::const_bytes nothing;
    auto send = [&](ccapi::frame_header header, ccapi::frame_type type,
                    core::const_bytes payload) -> awaitable<void> {
        header.type = type;
        const auto bytes = ccapi::encode_frame(header, payload);
        co_await stream->send(net::buffer(bytes.data(), bytes.size()));
    };
    for (;;) {
        const auto got = co_await core::as_result(stream->receive(net::buffer(buffer)));
        if (!got)
            co_return;
        auto header = ccapi::decode_frame(core::const_bytes(buffer).first(*got))->header;
        if (header.type == ccapi::frame_type::authenticate) {
            std::array<std::byte, 4> number{};
            core::store_be(number.data(), how.number);
            header.status = how.authentication;
            co_await send(header, ccapi::frame_type::authenticate_reply, number);
            continue;
        }
        if (header.type == ccapi::frame_type::connect) {
            header.status = how.greeting;
            co_await send(header, ccapi::frame_type::connect_reply, nothing);
            header.status = errc::no_error;
            co_await send(header, ccapi::frame_type::listen, nothing);
            continue;
        }
        if (!how.answers)
            continue;
        ccapi::reply reply;
        reply.text = "another";
        const auto what = message_id::context_get_default_ccache_name;
        const auto other = ccapi::encode_reply(what, reply);
        auto earlier = header;
        --earlier.sequence;
        if (how.answers_another_first)
            co_await send(earlier, ccapi::frame_type::request_reply, other);
        reply.text = "mine";
        const auto mine = ccapi::encode_reply(what, reply);
        co_await send(header, ccapi::frame_type::request_reply, mine);
    }
}

// Met by 8.
class eight : public ccapi::challenge {
  public:
    [[nodiscard]] std::string_view name() const override { return "krbcc.0.auth.1"; }
    [[nodiscard]] bool is_met_by(std::uint32_t answer) const override { return answer == 8; }
};

void with_script(script how,
                 const std::function<awaitable<void>(ccapi::client &, coro_environment)> &body) {
    run_coro([&](coro_environment env) -> awaitable<void> {
        core::task_group peers(env.executor);
        const auto random = core::seeded_random(1);
        ccapi::client_options options;
        options.dial = [&](bool) -> awaitable<std::unique_ptr<core::message_stream>> {
            auto [near, far] = sim::memory_message_pair(env.executor);
            peers.spawn(play(std::move(far), how));
            co_return std::move(near);
        };
        options.challenge = [] { return std::make_unique<eight>(); };
        ccapi::client client(*random, std::move(options));
        std::exception_ptr failed;
        try {
            co_await body(client, env);
        } catch (...) {
            failed = std::current_exception();
        }
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        client.close();
        peers.cancel();
        (void)co_await core::as_result(peers.join());
        if (failed)
            std::rethrow_exception(failed);
    });
}

} // namespace

TEST_CASE("a client connects at its first call, and the next ones go the same way") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        dialed how;
        const auto random = core::seeded_random(2);
        ccapi::client client(*random, to_rig(rig, how));
        CHECK_FALSE(client.connected());
        const auto created = co_await client.call(create("one"));
        CHECK(created.reply.error == errc::no_error);
        const auto named =
            co_await client.call(of(message_id::ccache_get_name, kept(created.reply.id)));
        CHECK(named.reply.text == "one");
        CHECK(how.count == 1);
        client.close();
        const auto again = co_await client.call(default_name());
        CHECK(again.reply.text == "one");
        CHECK(how.count == 2);
    });
}

TEST_CASE("a request of which the server took nothing is said again, once") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        dialed how;
        how.links.assign(1, losing_the_request());
        const auto random = core::seeded_random(2);
        ccapi::client client(*random, to_rig(rig, how));
        const auto created = co_await client.call(create("one"));
        CHECK(created.reply.error == errc::no_error);
        CHECK(how.count == 2);
        client.close();
        how.links.assign(2, losing_the_request());
        const auto why = co_await failure_of(client.call(create("two")));
        CHECK(why == errc::server_unavailable);
        CHECK(how.count == 4);
    });
}

TEST_CASE("when an answer is lost, a request without effect is said again, another is 223") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        dialed how;
        how.links.assign(1, losing_the_answer());
        const auto random = core::seeded_random(2);
        ccapi::client client(*random, to_rig(rig, how));
        const auto name = co_await client.call(default_name());
        CHECK(name.reply.text == ccapi::initial_default_name);
        CHECK(how.count == 2);
        client.close();
        how.links.assign(1, losing_the_answer());
        const auto why = co_await failure_of(client.call(create("one")));
        CHECK(why == errc::server_unavailable);
        CHECK(how.count == 3);
        CHECK_FALSE(client.connected());
        const auto next = co_await client.call(default_name());
        CHECK(next.reply.text == "one"); // it had been done
    });
}

TEST_CASE("a request that no message can hold is 202, and nobody is asked") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        dialed how;
        const auto random = core::seeded_random(2);
        ccapi::client client(*random, to_rig(rig, how));
        const auto why = co_await failure_of(client.call(create(std::string_view("a\0b", 3))));
        CHECK(why == errc::bad_param);
        CHECK(how.count == 0);
    });
}

TEST_CASE("an answer that does not come within 30 seconds is 223") {
    script how;
    how.answers = false;
    with_script(how, [](ccapi::client &client, coro_environment env) -> awaitable<void> {
        const auto why = co_await failure_of(client.call(default_name()));
        CHECK(why == errc::server_unavailable);
        CHECK(env.time.elapsed() == 30s);
        CHECK_FALSE(client.connected());
    });
}

TEST_CASE("a lock is waited for without limit") {
    in_rig([](server_rig &rig) -> awaitable<void> {
        dialed how;
        const auto random = core::seeded_random(2);
        auto holder = rig.client(1);
        co_await holder.connect();
        const auto made = co_await holder.call(create("one"));
        const auto id = kept(made.id);
        (void)co_await holder.call(write_lock(id));
        ccapi::client client(*random, to_rig(rig, how));
        auto call = client.call(write_lock(id));
        core::task_group later(co_await net::this_coro::executor);
        auto unlock = [&]() -> awaitable<void> {
            co_await core::sleep_for(1h);
            (void)co_await holder.call(of(message_id::ccache_unlock, id));
        };
        later.spawn(unlock());
        const auto got = co_await core::as_result(std::move(call));
        (void)co_await core::as_result(later.join());
        REQUIRE(got.has_value());
        CHECK(got->reply.error == errc::no_error);
        CHECK(rig.elapsed() >= 1h);
    });
}

TEST_CASE("a late answer to another request is not taken for this one's") {
    script how;
    how.answers_another_first = true;
    with_script(how, [](ccapi::client &client, coro_environment) -> awaitable<void> {
        const auto got = co_await client.call(default_name());
        CHECK(got.reply.text == "mine");
    });
}

TEST_CASE("a server that refuses the client says why") {
    for (const auto &[said, told] : {std::pair(errc::server_insecure, errc::server_insecure),
                                     std::pair(errc::client_not_found, errc::server_unavailable)}) {
        script how;
        how.greeting = said;
        with_script(how, [told = told](ccapi::client &client, coro_environment) -> awaitable<void> {
            const auto why = co_await failure_of(client.call(default_name()));
            CHECK(why == told);
        });
    }
}

TEST_CASE("a server that meets the challenge is served with requests, another is insecure") {
    for (const auto &[status, number, told] :
         {std::tuple(errc::no_error, 8u, error_code()),
          std::tuple(errc::no_error, 9u, error_code(errc::server_insecure)),
          std::tuple(errc::server_insecure, 8u, error_code(errc::server_insecure))}) {
        script how;
        how.authentication = status;
        how.number = number;
        with_script(how, [told = told](ccapi::client &client, coro_environment) -> awaitable<void> {
            const auto why = co_await failure_of(client.call(default_name()));
            CHECK(why == told);
        });
    }
}
