// SPDX-License-Identifier: Apache-2.0
// The server side of every recorded plain conversation is played against our client, with the
// device's recorded replies behind it: each of our frames must be the recorded one, byte for byte.
#include "rig.hpp"
#include "transcript.hpp"

#include <support/run_coro.hpp>

#include <costrand/core/time.hpp>
#include <costrand/rps/payload.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <sstream>

using namespace costrand;
using namespace costrand::rps;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> words_of(const std::string &text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

// The recorded command, made again by our own functions.
command recorded_command(const std::string &method_text) {
    const auto words = words_of(method_text);
    if (words.at(0) == "activate")
        return make_activate(words.at(2)).value();
    const core::secret password(words.at(2));
    if (words.at(0) == "deactivate")
        return make_deactivate(password, false).value();
    if (words.at(3) == "--changepassword")
        return make_change_password(password, core::secret(words.at(4)), false).value();
    const std::pair<const char *, maintenance_task> tasks[] = {
        {"--synctime", maintenance_task::sync_time},
        {"--synchostname", maintenance_task::sync_hostname},
        {"--syncip", maintenance_task::sync_ip},
        {"--syncdeviceinfo", maintenance_task::sync_device_info}};
    for (const auto &[option, what] : tasks)
        if (words.at(3) == option)
            return make_maintenance(password, what, false).value();
    throw std::runtime_error("a command of an unknown kind");
}

struct round {
    std::string request, reply;
};

// A conversation, prepared once for many replays.
struct recording {
    std::string name;
    transcript lines;
    std::vector<round> rounds;
    session_options options;
};

session_options recorded_options(const std::string &name, const transcript &lines) {
    const auto first = parse_frame(lines.front().text).value();
    const std::string facts = payload_of(lines.front().text);
    session_options o;
    o.request.what = recorded_command(first.method);
    // Our own writing of the facts; only old-version holds a number where the reference (and we)
    // write a string.
    o.request.facts =
        name == "old-version" ? core::secret(facts) : format_facts(parse_facts(facts).value());
    o.request.app_version = first.app_version;
    o.request.tenant_id = first.tenant_id;
    return o;
}

recording load_recording(const std::string &name) {
    recording r;
    r.name = name;
    r.lines = load_transcript(name);
    for (std::size_t i = 1; i + 1 < r.lines.size(); i += 2) {
        REQUIRE(r.lines[i].from_server);
        REQUIRE_FALSE(r.lines[i + 1].from_server);
        r.rounds.push_back({payload_of(r.lines[i].text), payload_of(r.lines[i + 1].text)});
    }
    r.options = recorded_options(name, r.lines);
    return r;
}

// The recorded device: the n-th connection gets the n-th request and gives the n-th reply.
awaitable<void> play_device(core::byte_stream &far, const round &r) {
    const std::string got = co_await read_text(far, r.request.size());
    CHECK(got == r.request);
    co_await write_text(far, r.reply);
}

// Plays the first `frames` lines with the recorded pauses of the server; then closes, or stays
// silent when that was the end of the recording.
awaitable<void> play_server(server_end &server, const transcript &lines, std::size_t frames) {
    for (std::size_t i = 0; i < frames; ++i) {
        if (lines[i].from_server) {
            co_await core::sleep_for(lines[i].at - lines[i - 1].at);
            co_await server.send(lines[i].text);
        } else {
            const std::string got = co_await server.receive();
            CHECK(got == lines[i].text);
        }
    }
    if (frames < lines.size()) {
        server.close();
        co_return;
    }
    const auto end = co_await core::as_result(server.receive());
    CHECK_FALSE(end.has_value()); // nothing more comes from us
}

// The pauses that the server made: all the time a run may take.
core::duration servers_pauses(const transcript &conversation) {
    core::duration total{};
    for (std::size_t i = 1; i < conversation.size(); ++i)
        if (conversation[i].from_server)
            total += conversation[i].at - conversation[i - 1].at;
    return total;
}

// How many requests stand among the first lines. Every second line is the server's, and all but a
// terminal one at the very end are requests.
std::size_t rounds_of(const recording &r, std::size_t frames) {
    return std::min(frames / 2, r.rounds.size());
}

struct replay_result {
    run_result run;
    std::size_t rounds = 0;
};

awaitable<replay_result> replay(net::any_io_executor ex, const recording &recorded,
                                std::size_t frames) {
    auto [near, far] = sim::memory_message_pair(ex, websocket_options(), websocket_options());
    server_end server(std::move(far));
    scripted_amt device(ex, [&recorded](core::byte_stream &stream, std::size_t dial) {
        return play_device(stream, recorded.rounds.at(dial - 1));
    });
    executor amt(device.dialer(), http_reader(), {}, {});
    core::task_group peers(ex);
    peers.spawn(play_server(server, recorded.lines, frames));
    session client(*near, amt, recorded.options, {});
    replay_result r;
    r.run = co_await run_session(client);
    r.rounds = client.rounds();
    CHECK(device.open == 0);
    CHECK(device.dials == r.rounds);
    co_await device.finish();
    co_await peers.join();
    co_return r;
}

} // namespace

TEST_CASE("every recorded conversation is repeated byte for byte, and adds no time of its own") {
    const auto names = transcript_names();
    REQUIRE(names.size() == 30);
    for (const auto &name : names) {
        CAPTURE(name);
        const auto recorded = load_recording(name);
        const auto pauses = servers_pauses(recorded.lines);
        const auto last = parse_frame(recorded.lines.back().text).value();
        run_coro(
            [&](coro_environment env) -> awaitable<void> {
                const auto r = co_await replay(env.executor, recorded, recorded.lines.size());
                CHECK(r.rounds == recorded.rounds.size());
                if (name == "ccm-network-fails") { // the server falls silent for good
                    CHECK(r.run.error == errc::server_silent);
                    CHECK(r.run.detail == "after round 4 (AMT_EthernetPortSettings Enumerate); no "
                                          "message for 120 s");
                    CHECK(env.time.elapsed() == pauses + 120s);
                    co_return;
                }
                REQUIRE(r.run.outcome.has_value());
                CHECK(r.run.outcome->success == (last.method == method::success));
                CHECK(env.time.elapsed() == pauses);
            },
            10);
    }
}

TEST_CASE("a websocket dropped after any message ends the run at once, with its step") {
    std::size_t cuts = 0;
    for (const auto &name : transcript_names()) {
        CAPTURE(name);
        const auto recorded = load_recording(name);
        for (std::size_t frames = 0; frames < recorded.lines.size(); ++frames, ++cuts) {
            CAPTURE(frames);
            run_coro(
                [&](coro_environment env) -> awaitable<void> {
                    const auto r = co_await replay(env.executor, recorded, frames);
                    CHECK(r.run.error == errc::connection_closed);
                    CHECK(r.rounds == rounds_of(recorded, frames));
                    const std::string step = " round " + std::to_string(r.rounds) + " (";
                    CHECK((r.run.detail.find(step) != std::string::npos) == (r.rounds > 0));
                    CHECK(env.time.elapsed() < 16s); // the server's own pauses, nothing more
                },
                1);
        }
    }
    CHECK(cuts == 973);
}
