// SPDX-License-Identifier: Apache-2.0
// The small provisioning server against clients and devices that answer late, wrongly or not at
// all, and against first messages it does not take.
#include "rps_device.hpp"

#include <costrand/core/deadline.hpp>

#include "support/run_coro.hpp"

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

std::string activation() {
    return first_message("activate --profile ccm", recorded_facts(0));
}

bool holds(const std::string &text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// The text of the refusal of this first message.
awaitable<std::string> refusal(coro_environment env, std::string first) {
    rps_rig rig(env.executor);
    rig.connect();
    co_await rig.send(std::move(first));
    const auto last = co_await rig.receive_frame();
    co_await rig.finish();
    CHECK(last.method == "error");
    CHECK(last.status == "failed");
    CHECK(rig.server.calls().empty());
    co_return last.message;
}

} // namespace

TEST_CASE("a call without an answer is given 12 s and repeated 15 s later, three times in all") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        rig.connect();
        co_await rig.send(activation());
        const auto first = co_await rig.receive();
        CHECK(env.time.elapsed() == 0s);
        const auto second = co_await rig.receive();
        CHECK(env.time.elapsed() == 27s);
        const auto third = co_await rig.receive();
        CHECK(env.time.elapsed() == 54s);
        CHECK(first == second);
        CHECK(first == third);
        const auto last = co_await rig.receive_frame();
        CHECK(env.time.elapsed() == 66s);
        CHECK(last.method == "error");
        CHECK(holds(last.message, R"("Status":"Unknown error has occured")"));
        co_await rig.finish();
        CHECK(rig.server.counters().repeats == 2);
    });
}

TEST_CASE("an answer after 12 s is an answer to nothing") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        recorded_device device("ccm");
        rig.connect();
        co_await rig.send(activation());
        const auto asked = decoded(co_await rig.receive());
        co_await core::sleep_for(13s);
        co_await rig.send(response_message(device.answer(asked)));
        (void)co_await rig.receive(); // the repeat: without Authorization, as before
        CHECK(env.time.elapsed() == 27s);
        co_await rig.finish();
        CHECK(rig.server.calls().size() == 1);
        CHECK(rig.server.calls()[0].status == 0);
    });
}

TEST_CASE("a 200 with Content-Length is a parse error, and asked for again at once") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        rig.connect();
        co_await rig.send(activation());
        for (int i = 0; i < 3; ++i) {
            (void)co_await rig.receive();
            const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>";
            co_await rig.send(response_message(reply));
        }
        const auto last = co_await rig.receive_frame();
        CHECK(last.method == "error");
        CHECK(env.time.elapsed() == 0s);
        co_await rig.finish();
        CHECK(rig.server.counters().repeats == 2);
    });
}

TEST_CASE("a chunked answer that is cut, or has bytes behind it, is a parse error") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        recorded_device device("ccm");
        rig.connect();
        co_await rig.send(activation());
        auto text = co_await rig.receive();
        co_await rig.send(response_message(device.answer(decoded(text)))); // 401
        text = co_await rig.receive();
        const auto good = device.answer(decoded(text));
        co_await rig.send(response_message(good.substr(0, good.size() - 1)));
        (void)co_await rig.receive();
        co_await rig.send(response_message(good + "x"));
        text = co_await rig.receive();
        CHECK(holds(decoded(text), R"(nc="00000003")"));       // every attempt counts
        CHECK(holds(decoded(text), "<a:MessageID>1</a:Mess")); // but it is the same call
        co_await rig.send(response_message(good));
        const auto setup = co_await rig.receive();
        CHECK(holds(decoded(setup), "/Setup</a:Action>"));
        co_await rig.finish();
    });
}

TEST_CASE("a connection_reset is answered by the same call 15 s later") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        rig.connect();
        co_await rig.send(activation());
        const auto first = co_await rig.receive();
        auto reset = rps::make_client_frame("connection_reset", "3.0.0");
        reset.payload = core::secret("Y29ubmVjdGlvbl9jbG9zZWQ=");
        co_await rig.send(std::string(rps::format(reset).reveal()));
        const auto second = co_await rig.receive();
        CHECK(env.time.elapsed() == 15s);
        CHECK(first == second);
        co_await rig.finish();
    });
}

TEST_CASE("a Setup that nobody answered is looked up in the device") {
    for (const bool worked : {true, false}) {
        run_coro([worked](coro_environment env) -> awaitable<void> {
            rps_rig rig(env.executor);
            recorded_device device("acm"); // its HBS Get was recorded
            if (worked)
                device.alter("IPS_HostBasedSetupService Get", "CurrentControlMode>0<",
                             "CurrentControlMode>1<");
            rig.connect();
            co_await rig.send(activation());
            for (int round = 0; round < 2; ++round) {
                const auto text = co_await rig.receive();
                co_await rig.send(response_message(device.answer(decoded(text))));
            }
            for (int i = 0; i < 3; ++i) {
                const auto setup = co_await rig.receive();
                CHECK(holds(decoded(setup), "/Setup</a:Action>"));
            }
            const auto text = co_await rig.receive();
            CHECK(holds(decoded(text), "/IPS_HostBasedSetupService</w:ResourceURI>"));
            co_await rig.send(response_message(device.answer(decoded(text))));
            const auto next = co_await rig.receive_frame();
            CHECK(next.method == (worked ? "wsman" : "error"));
            co_await rig.finish();
        });
    }
}

TEST_CASE("a client that goes ends the session within the 12 s after Setup") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        recorded_device device("ccm");
        rig.connect();
        co_await rig.send(activation());
        for (int round = 0; round < 3; ++round) {
            const auto text = co_await rig.receive();
            co_await rig.send(response_message(device.answer(decoded(text))));
        }
        co_await core::sleep_for(3s);
        co_await rig.finish();
        CHECK(env.time.elapsed() == 3s);
    });
}

TEST_CASE("a message of more than 102400 characters drops the client without a word") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        rig.connect();
        co_await rig.send(activation());
        (void)co_await rig.receive();
        co_await rig.send(std::string(102'401, 'x'));
        const bool closed = co_await rig.is_closed();
        CHECK(closed);
        co_await rig.finish();
    });
}

TEST_CASE("a message that is no JSON, or of an unknown method, ends the run by an error") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        rig.connect();
        co_await rig.send("this is no JSON");
        const auto refusal = co_await rig.receive_frame();
        CHECK(refusal.method == "error");
        const bool closed = co_await rig.is_closed();
        CHECK(closed);
        co_await rig.finish();

        rig.connect();
        co_await rig.send(activation());
        (void)co_await rig.receive();
        const auto unknown = rps::make_client_frame("heartbeat_response", "3.0.0");
        co_await rig.send(std::string(rps::format(unknown).reveal()));
        const auto last = co_await rig.receive_frame();
        CHECK(last.message == "Device 4c4c4544-0050-3310-8051-b7c04f4e3601 Not a supported method "
                              "received from AMT device");
        co_await rig.finish();
    });
}

TEST_CASE("a newer protocol version is refused, an equal one is not") {
    run_coro([](coro_environment env) -> awaitable<void> {
        for (const std::string version : {"5.0.0", "4.1.0", "4.0.1", "3.9.9"}) {
            auto f = rps::parse_frame(activation()).value();
            f.protocol_version = version;
            const auto text = co_await refusal(env, std::string(rps::format(f).reveal()));
            CHECK(text == "protocol version NOT supported: " + version);
        }
    });
}

TEST_CASE("a first message without one of the required facts is refused") {
    run_coro([](coro_environment env) -> awaitable<void> {
        for (const std::string key : {"client", "ver", "build", "uuid"}) {
            auto f = rps::parse_frame(activation()).value();
            std::string facts = decoded(activation());
            const auto at = facts.find("\"" + key + "\":");
            facts.replace(at + 1, key.size(), "xxxxxx");
            f.payload = rps::encode_payload(core::as_bytes(facts));
            const auto text = co_await refusal(env, std::string(rps::format(f).reveal()));
            CHECK_MESSAGE(text == "Invalid payload from client", key);
        }
        auto facts = recorded_facts(0);
        facts.uuid = "4c4c4544";
        const auto shortened =
            co_await refusal(env, first_message("activate --profile ccm", facts));
        CHECK(shortened == "4c4c4544 - uuid not valid length");
        facts = recorded_facts(0);
        facts.password = core::secret();
        const auto nameless = co_await refusal(env, first_message("activate --profile ccm", facts));
        CHECK(nameless == "Device " + facts.uuid + " activation failed. Missing password.");
    });
}

TEST_CASE("firmware before 7, and a maintenance without a task, is refused in plain text") {
    run_coro([](coro_environment env) -> awaitable<void> {
        auto facts = recorded_facts(0);
        facts.version = "6.2.10";
        const auto old = co_await refusal(env, first_message("activate --profile ccm", facts));
        CHECK(holds(old, "AMT version: 6.2.10. Version less than 7"));
        const auto task =
            co_await refusal(env, first_message("maintenance -password x", recorded_facts(1)));
        CHECK(task == "missing maintenance task in message");
    });
}

TEST_CASE("deactivation by force needs no stored password, and forgets the one there is") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        recorded_device device("deactivate");
        const auto facts = recorded_facts(1);
        rig.server.store_password(facts.uuid, core::secret("another"));
        rig.connect();
        const auto last = co_await play_run(
            rig, device, first_message("deactivate --password P@ssw0rdAmt1 -f", facts));
        CHECK(last.message == R"({"Status":"Deactivated"})");
        co_await rig.finish();
        CHECK(rig.server.stored_password(facts.uuid) == nullptr);
    });
}

TEST_CASE("a maintenance task with nothing to do is an error that says where") {
    run_coro([](coro_environment env) -> awaitable<void> {
        rps_rig rig(env.executor);
        recorded_device device("maintenance-syncip");
        recorded_device host("maintenance-synchostname");
        auto facts = recorded_facts(1);
        facts.ip.ip_address = "192.0.2.10"; // as the device has it
        facts.host.hostname = "lab-host";
        rig.server.store_password(facts.uuid, core::secret("P@ssw0rdAmt1"));
        rig.connect();
        auto last = co_await play_run(rig, device,
                                      first_message("maintenance -password x --syncip", facts));
        CHECK(last.method == "error");
        CHECK(last.message == R"({"Status":"syncip failed at PUT_ETHERNET_PORT_SETTINGS IPAddress )"
                              R"(already synchronized"})");
        co_await rig.finish();
        rig.connect();
        last = co_await play_run(rig, host,
                                 first_message("maintenance -password x --synchostname", facts));
        CHECK(last.message == R"({"Status":"synchostname failed at PUT_GENERAL_SETTINGS at put )"
                              R"(AMT_GeneralSettings host name already synchronized"})");
        co_await rig.finish();
    });
}
