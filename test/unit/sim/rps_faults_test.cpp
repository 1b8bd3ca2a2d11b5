// SPDX-License-Identifier: Apache-2.0
// The faults of the small provisioning server do what they are called, at the message they are
// ordered for, and in so many sessions.
#include "rps_device.hpp"

#include <costrand/core/deadline.hpp>

#include "support/run_coro.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using kind = sim::rps_fault_kind;

namespace {

std::string activation() {
    return first_message("activate --profile ccm", recorded_facts(0));
}

// The server's second message: the first one was answered by a 401.
awaitable<std::string> second_message(rps_rig &rig) {
    recorded_device device("ccm");
    rig.connect();
    co_await rig.send(activation());
    const auto first = co_await rig.receive();
    co_await rig.send(response_message(device.answer(decoded(first))));
    co_return co_await rig.receive();
}

awaitable<std::string> second_with(coro_environment env, sim::rps_fault fault) {
    rps_rig rig(env.executor, sim::recorded_rps_options(), 17u << 20);
    rig.server.order(std::move(fault));
    auto text = co_await second_message(rig);
    co_await rig.finish();
    CHECK(rig.server.all_acted());
    co_return text;
}

} // namespace

TEST_CASE("the connection is dropped before or after the ordered message") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        rig.server.order(sim::rps_fault(kind::drop_after).nth(1));
        rig.connect();
        co_await rig.send(activation());
        const auto sent = co_await rig.receive_frame();
        CHECK(sent.method == "wsman");
        const bool closed_after = co_await rig.is_closed();
        CHECK(closed_after);
        co_await rig.finish();

        rig.server.order(sim::rps_fault(kind::drop_before).nth(1));
        rig.connect();
        co_await rig.send(activation());
        const bool closed_before = co_await rig.is_closed();
        CHECK(closed_before);
        co_await rig.finish();
        CHECK(rig.server.all_acted());
    });
}

TEST_CASE("a spoiled message is spoiled in the way it was ordered") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto raw = co_await second_with(
                env, sim::rps_fault(kind::raw_text).nth(2).saying("<html>not JSON</html>"));
            CHECK(raw == "<html>not JSON</html>");
            const auto error =
                co_await second_with(env, sim::rps_fault(kind::plain_error).nth(2).saying("sorry"));
            CHECK(rps::parse_frame(error)->method == "error");
            CHECK(rps::parse_frame(error)->message == "sorry");
            const auto broken = co_await second_with(env, sim::rps_fault(kind::bad_base64).nth(2));
            CHECK(!rps::decode_payload(rps::parse_frame(broken)->payload->reveal()));
            const auto null = co_await second_with(env, sim::rps_fault(kind::null_payload).nth(2));
            CHECK(!rps::parse_frame(null)->payload);
            const auto strange = co_await second_with(
                env, sim::rps_fault(kind::unknown_method).nth(2).saying("no_such_method"));
            CHECK(rps::parse_frame(strange)->method == "no_such_method");
        },
        30);
}

TEST_CASE("a padded message has exactly the ordered size and is otherwise whole") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            constexpr std::size_t size = 16u << 20;
            const auto text =
                co_await second_with(env, sim::rps_fault(kind::padded).nth(2).bytes(size));
            CHECK(text.size() == size);
            CHECK(rps::parse_frame(text)->method == "wsman");
        },
        5);
}

TEST_CASE("a heartbeat comes first, and its answer is no offence") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        recorded_device device("ccm");
        rig.server.order(sim::rps_fault(kind::heartbeat).nth(2));
        const auto beat = co_await second_message(rig);
        const auto request = rps::parse_frame(beat).value();
        CHECK(request.method == "heartbeat_request");
        const auto answer = rps::make_heartbeat_response(request);
        co_await rig.send(std::string(rps::format(answer).reveal()));
        const auto call = co_await rig.receive();
        CHECK(rps::parse_frame(call)->method == "wsman");
        co_await rig.send(response_message(device.answer(decoded(call))));
        const auto next = co_await rig.receive_frame();
        CHECK(next.method == "wsman");
        co_await rig.finish();
    });
}

TEST_CASE("progress comes first, late messages late, and silence lasts") {
    run_coro([](coro_environment env) -> awaitable<void> {
        const auto label =
            co_await second_with(env, sim::rps_fault(kind::progress).nth(2).saying("Activating"));
        CHECK(rps::parse_frame(label)->method == "progress");
        CHECK(rps::parse_frame(label)->message == "Activating");
        (void)co_await second_with(env, sim::rps_fault(kind::late).nth(2).after(40s));
        CHECK(env.time.elapsed() == 40s);

        rps_rig rig(env.executor);
        rig.server.order(sim::rps_fault(kind::silence).nth(1));
        rig.connect();
        co_await rig.send(activation());
        const auto more = co_await core::as_result(core::with_deadline(1000s, rig.receive()));
        CHECK(more.error() == core::errc::timed_out);
        co_await rig.finish();
    });
}

TEST_CASE("a fault acts in one session and not in the next, unless it is ordered for ever") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        rig.server.order(sim::rps_fault(kind::null_payload).from(1));
        for (const bool spoiled : {true, false}) {
            rig.connect();
            co_await rig.send(activation());
            const auto spoilt = co_await rig.receive_frame();
            CHECK(spoilt.payload.has_value() != spoiled);
            co_await rig.finish();
        }
        rig.server.order(sim::rps_fault(kind::null_payload).nth(1).for_ever());
        for (int i = 0; i < 3; ++i) {
            rig.connect();
            co_await rig.send(activation());
            const auto spoilt = co_await rig.receive_frame();
            CHECK(!spoilt.payload.has_value());
            co_await rig.finish();
        }
    });
}

TEST_CASE("a client that asks for labels is told what happens") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        auto facts = recorded_facts(0);
        facts.progress_supported = true;
        rig.connect();
        co_await rig.send(first_message("activate --profile ccm", facts));
        const auto label = co_await rig.receive_frame();
        CHECK(label.method == "progress");
        CHECK(!label.message.empty());
        co_await rig.finish();
    });
}
