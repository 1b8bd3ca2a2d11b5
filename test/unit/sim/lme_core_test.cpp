// SPDX-License-Identifier: Apache-2.0
// The firmware's end of APF: each rule that a host can run into.
#include <costrand/sim/lme_core.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::sim;
using apf::message_number;

namespace {

struct bench {
    lme_profile options;
    lme_core core;
    std::deque<std::vector<std::byte>> sent;
    std::deque<lme_event> events;

    explicit bench(lme_profile with = {}, std::size_t max_message = 4196)
        : options(with),
          core(with, apf::uuid{}, max_message) {}

    void collect() {
        for (auto &queue = core.messages(); !queue.empty(); queue.pop())
            sent.emplace_back(queue.front().begin(), queue.front().end());
        while (const auto event = core.next_event())
            events.push_back(*event);
    }
    template <typename Message>
    void host(const Message &m) {
        core.receive(apf::encode(m));
        collect();
    }
    void host_bytes(std::string_view bytes) {
        core.receive(core::as_bytes(bytes));
        collect();
    }
    // The oldest message not yet looked at.
    template <typename Message>
    Message next() {
        REQUIRE_FALSE(sent.empty());
        last = std::move(sent.front());
        sent.pop_front();
        auto decoded = apf::decode(last);
        REQUIRE(decoded.has_value());
        CHECK(decoded->consumed == last.size());
        auto *m = std::get_if<Message>(&decoded->what);
        REQUIRE(m);
        return *m;
    }
    std::vector<std::byte> last; // what the views of the last message point into

    void handshake() {
        core.start();
        collect();
        host(apf::protocol_version{});
        host(apf::service_accept{apf::service_forwarding});
        for (const auto port : options.forwards)
            host(apf::request_success{port});
        sent.clear();
        events.clear();
    }
    apf::channel_open open_request(std::uint32_t number, std::uint32_t window = 4096,
                                   std::uint32_t port = 16992) {
        apf::channel_open m;
        m.type = apf::type_forwarded;
        m.sender = number;
        m.window = window;
        m.connected_port = port;
        return m;
    }
    // An open channel's slot.
    std::size_t open(std::uint32_t number, std::uint32_t window = 4096) {
        host(open_request(number, window));
        REQUIRE_FALSE(events.empty());
        CHECK(events.front().what == lme_event::kind::wanted);
        const auto slot = events.front().slot;
        events.pop_front();
        core.confirm(slot, options.window, options.window);
        collect();
        CHECK(next<apf::channel_open_confirmation>().recipient == number);
        return slot;
    }
    void data(std::uint32_t recipient, std::size_t size) {
        const std::vector<std::byte> payload(size, std::byte{'d'});
        host(apf::channel_data{recipient, payload});
    }
};

} // namespace

TEST_CASE("the firmware speaks first, and once a session") {
    bench b;
    b.core.start();
    b.collect();
    const auto version = b.next<apf::protocol_version>();
    CHECK(version.major == 1);
    CHECK(version.minor == 0);
    CHECK(version.trigger_reason == 254);
    CHECK(b.sent.empty());
    b.host(apf::protocol_version{1, 0, 9, {}}); // the reference client's trigger
    CHECK(b.next<apf::service_request>().service == "pfwd@amt.intel.com");
    b.host(apf::protocol_version{}); // a second one is legal
    CHECK(b.sent.empty());
}

TEST_CASE("forwards are asked for after SERVICE_ACCEPT, and answered in order") {
    lme_profile three;
    three.forwards = {16992, 623, 16993};
    bench b(three);
    b.core.start();
    b.host(apf::protocol_version{});
    b.sent.clear();
    b.host(apf::service_accept{apf::service_forwarding});
    CHECK(b.next<apf::tcpip_forward>().port == 16992);
    CHECK(b.next<apf::tcpip_forward>().port == 623);
    CHECK(b.next<apf::tcpip_forward>().port == 16993);
    b.host(apf::request_failure{});
    b.host(apf::request_success{623});
    CHECK_FALSE(b.core.ready());
    b.host(apf::request_failure{});
    CHECK(b.core.ready());
    CHECK(b.events.back().what == lme_event::kind::ready);
    b.host(b.open_request(1, 4096, 16992)); // its forward was refused
    CHECK(b.next<apf::channel_open_failure>().reason == 1);
    b.host(b.open_request(1, 4096, 16993)); // and so was this one
    CHECK(b.next<apf::channel_open_failure>().reason == 1);
    b.host(b.open_request(1, 4096, 623));
    CHECK(b.events.back().what == lme_event::kind::wanted);
}

TEST_CASE("a host older than 1.0 is disconnected with reason 8") {
    bench b;
    b.core.start();
    b.collect();
    b.sent.clear();
    b.host(apf::protocol_version{0, 9, 254, {}});
    CHECK(b.next<apf::disconnect>().reason == 8);
    CHECK(b.events.back().what == lme_event::kind::ended);
}

TEST_CASE("a channel message before the handshake is disconnected with reason 2") {
    for (int which = 0; which < 4; ++which) {
        CAPTURE(which);
        bench b;
        b.core.start();
        b.collect();
        b.sent.clear();
        if (which == 0)
            b.host(b.open_request(1));
        if (which == 1)
            b.data(0, 1);
        if (which == 2)
            b.host(apf::channel_close{0});
        if (which == 3)
            b.host(apf::channel_window_adjust{0, 1});
        CHECK(b.next<apf::disconnect>().reason == 2);
        b.host(apf::protocol_version{}); // the session is over
        CHECK(b.sent.empty());
    }
}

TEST_CASE("SERVICE_ACCEPT of another service ends a strict session, a tolerant one waits on") {
    bench strict;
    strict.core.start();
    strict.host(apf::protocol_version{});
    strict.sent.clear();
    strict.host(apf::service_accept{"auth@amt.intel.com"});
    CHECK(strict.next<apf::disconnect>().reason == 2);

    lme_profile easy;
    easy.strict = false;
    bench tolerant(easy);
    tolerant.core.start();
    tolerant.host(apf::protocol_version{});
    tolerant.sent.clear();
    tolerant.host(apf::service_accept{"auth@amt.intel.com"});
    CHECK(tolerant.sent.empty());
    tolerant.host(apf::service_accept{apf::service_forwarding});
    CHECK(tolerant.next<apf::tcpip_forward>().port == 16992);
}

TEST_CASE("eight channels get the numbers 0 to 7, the ninth failure 4") {
    bench b;
    b.handshake();
    for (std::uint32_t i = 0; i < 8; ++i)
        CHECK(b.open(10 + i) == i);
    CHECK(b.core.slots_used() == 8);
    b.host(b.open_request(30));
    const auto failure = b.next<apf::channel_open_failure>();
    CHECK(failure.recipient == 30);
    CHECK(failure.reason == 4);
}

TEST_CASE("a slot is free again only when the host has closed too") {
    bench b;
    b.handshake();
    const auto slot = b.open(2);
    b.core.close(slot);
    b.collect();
    CHECK(b.next<apf::channel_close>().recipient == 2);
    CHECK(b.core.slots_used() == 1);
    b.host(apf::channel_close{static_cast<std::uint32_t>(slot)});
    CHECK(b.core.slots_used() == 0);
    CHECK(b.sent.empty()); // one CLOSE a side
}

TEST_CASE("the host's CLOSE is answered once, and a second one is ignored") {
    bench b;
    b.handshake();
    const auto slot = static_cast<std::uint32_t>(b.open(2));
    b.host(apf::channel_close{slot});
    CHECK(b.next<apf::channel_close>().recipient == 2);
    CHECK(b.events.back().what == lme_event::kind::closed);
    const auto errors = b.core.protocol_errors();
    b.host(apf::channel_close{slot});
    CHECK(b.sent.empty());
    CHECK(b.core.protocol_errors() == errors + 1);
}

TEST_CASE("CHANNEL_OPEN is refused: port not forwarded 1, unknown type 3, number in use 1") {
    bench b;
    b.handshake();
    b.host(b.open_request(1, 4096, 80));
    CHECK(b.next<apf::channel_open_failure>().reason == 1);
    b.host(b.open_request(1, 4096, 65536 + 16992));
    CHECK(b.next<apf::channel_open_failure>().reason == 1);
    auto direct = b.open_request(1);
    direct.type = apf::type_direct;
    b.host(direct);
    CHECK(b.next<apf::channel_open_failure>().reason == 3);
    (void)b.open(5);
    b.host(b.open_request(5));
    CHECK(b.next<apf::channel_open_failure>().reason == 1);
    CHECK(b.core.slots_used() == 1); // the first one lives on
}

TEST_CASE("data within the window is delivered and given back as it is consumed") {
    bench b;
    b.handshake();
    const auto slot = b.open(2);
    b.data(static_cast<std::uint32_t>(slot), 4096); // all of the window
    CHECK(b.core.readable(slot) == 4096);
    CHECK(b.core.is_open(slot));
    std::vector<std::byte> some(1000);
    CHECK(b.core.read(slot, some) == 1000);
    b.collect();
    CHECK(b.sent.empty()); // less than half is owed, and there is more to read
    std::vector<std::byte> rest(4096);
    CHECK(b.core.read(slot, rest) == 3096);
    b.collect();
    const auto adjust = b.next<apf::channel_window_adjust>();
    CHECK(adjust.recipient == 2);
    CHECK(adjust.bytes_to_add == 4096);
}

TEST_CASE("only payload counts in the window, and a reader that wants more gets room at once") {
    bench b;
    b.handshake();
    const auto slot = b.open(2);
    for (int i = 0; i < 4096; i += 512) // eight headers, and still all of the window
        b.data(static_cast<std::uint32_t>(slot), 512);
    CHECK(b.core.readable(slot) == 4096);
    CHECK(b.core.protocol_errors() == 0);
    std::vector<std::byte> all(4096);
    CHECK(b.core.read(slot, all) == 4096);
    b.data(static_cast<std::uint32_t>(slot), 10);
    b.sent.clear();
    CHECK(b.core.read(slot, all) == 10);
    b.collect();
    CHECK(b.next<apf::channel_window_adjust>().bytes_to_add == 10); // nothing is left to read
}

TEST_CASE("data beyond the window closes the channel of a strict firmware") {
    bench b;
    b.handshake();
    const auto slot = static_cast<std::uint32_t>(b.open(2));
    b.data(slot, 4096);
    b.data(slot, 1);
    CHECK(b.next<apf::channel_close>().recipient == 2);
    CHECK(b.core.protocol_errors() == 1);
    CHECK_FALSE(b.core.is_open(slot));
    CHECK(b.core.slots_used() == 1); // until the host's CLOSE
}

TEST_CASE("data beyond the window is delivered by a tolerant firmware") {
    lme_profile easy;
    easy.strict = false;
    bench b(easy);
    b.handshake();
    const auto slot = static_cast<std::uint32_t>(b.open(2));
    b.data(slot, 4096);
    b.data(slot, 100);
    CHECK(b.core.readable(slot) == 4196);
    CHECK(b.core.is_open(slot));
    CHECK(b.core.protocol_errors() == 1);
}

TEST_CASE("the firmware writes no more than the host's window and one message holds") {
    bench b({}, 109); // 100 bytes of payload a message
    b.handshake();
    const auto slot = b.open(2, 150);
    const std::vector<std::byte> payload(1000, std::byte{'r'});
    CHECK(b.core.write(slot, payload) == 100);
    CHECK(b.core.write(slot, payload) == 50);
    CHECK(b.core.write(slot, payload) == 0);
    b.collect();
    CHECK(b.next<apf::channel_data>().data.size() == 100);
    CHECK(b.last.size() == 109);
    CHECK(b.next<apf::channel_data>().data.size() == 50);
    b.host(apf::channel_window_adjust{static_cast<std::uint32_t>(slot), 7});
    CHECK(b.events.back().what == lme_event::kind::room);
    CHECK(b.core.write(slot, payload) == 7);
}

TEST_CASE("a window adjust that would overflow saturates") {
    bench b;
    b.handshake();
    const auto slot = static_cast<std::uint32_t>(b.open(2, 0xffffffff));
    b.host(apf::channel_window_adjust{slot, 2}); // would wrap to 1
    CHECK(b.core.is_open(slot));
    CHECK(b.core.writable(slot) == 4196 - 9);
}

TEST_CASE("messages for channels that are not there are counted and never answered") {
    bench b;
    b.handshake();
    b.data(3, 5);
    b.host(apf::channel_window_adjust{900, 5});
    b.host(apf::channel_close{7});
    CHECK(b.core.protocol_errors() == 3);
    CHECK(b.sent.empty());
}

TEST_CASE("messages leave in order, also when others are added before all have left") {
    message_queue queue;
    CHECK(queue.empty());
    std::uint32_t added = 0, left = 0;
    std::minstd_rand random(5);
    while (left < 2000) {
        if (added < 2000 && (queue.empty() || random() % 2)) {
            if (random() % 10 == 0)
                queue.add_bytes(core::as_bytes("not APF"));
            else
                queue.add(apf::channel_window_adjust{added, added});
            ++added;
            continue;
        }
        CHECK(queue.size() == added - left);
        const auto decoded = apf::decode(queue.front());
        if (decoded) {
            const auto *adjust = std::get_if<apf::channel_window_adjust>(&decoded->what);
            REQUIRE(adjust);
            CHECK(adjust->recipient == left);
        } else {
            CHECK(core::as_text(queue.front()) == "not APF");
        }
        queue.pop();
        ++left;
    }
    CHECK(queue.empty());
}

TEST_CASE("what is read in pieces while more arrives comes whole and in order") {
    bench b;
    b.handshake();
    const auto slot = b.open(2);
    std::string sent, got;
    std::minstd_rand random(3);
    std::size_t window = 4096;
    while (sent.size() < 40000) {
        const auto n = std::min<std::size_t>(window, random() % 500);
        std::string part(n, '\0');
        for (auto &c : part)
            c = static_cast<char>('a' + random() % 26);
        b.host(apf::channel_data{static_cast<std::uint32_t>(slot), core::as_bytes(part)});
        sent += part;
        window -= n;
        std::vector<std::byte> buffer(random() % 520);
        const auto taken = b.core.read(slot, buffer);
        got += core::as_text(core::const_bytes(buffer).first(taken));
        CHECK(b.core.readable(slot) == sent.size() - got.size());
        for (b.collect(); !b.sent.empty();)
            window += b.next<apf::channel_window_adjust>().bytes_to_add;
    }
    std::vector<std::byte> rest(4096);
    got += core::as_text(core::const_bytes(rest).first(b.core.read(slot, rest)));
    CHECK(got == sent);
}

TEST_CASE("what a host never sends is counted and ignored") {
    bench b;
    b.handshake();
    b.host(apf::service_request{apf::service_auth});
    b.host(apf::userauth_success{});
    b.host(apf::tcpip_forward{true, "", 80});
    b.host(apf::keepalive_request{1});
    b.host(apf::request_success{16992}); // nothing outstanding
    b.host_bytes(std::string_view("\xfa", 1));
    b.host_bytes(""); // an empty HECI message
    CHECK(b.core.protocol_errors() == 7);
    CHECK(b.sent.empty());
}

TEST_CASE("a malformed message in the handshake disconnects, later three in a row do") {
    const std::string_view cut("\x5e\x00\x00", 3); // CHANNEL_DATA, cut
    bench early;
    early.core.start();
    early.collect();
    early.sent.clear();
    early.host_bytes(cut);
    CHECK(early.next<apf::disconnect>().reason == 2);

    bench late;
    late.handshake();
    late.host_bytes(cut);
    late.host_bytes(cut);
    late.host(apf::channel_close{7}); // breaks the row
    late.host_bytes(cut);
    late.host_bytes(cut);
    CHECK(late.sent.empty());
    late.host_bytes(cut);
    CHECK(late.next<apf::disconnect>().reason == 2);
}

TEST_CASE("after DISCONNECT everything is forgotten") {
    bench b;
    b.handshake();
    const auto slot = b.open(2);
    b.host(apf::disconnect{11});
    CHECK(b.events.back().what == lme_event::kind::ended);
    CHECK_FALSE(b.core.is_open(slot));
    b.host(b.open_request(3));
    CHECK(b.sent.empty());
}

TEST_CASE("a channel in the same slot is another channel") {
    bench b;
    b.handshake();
    b.host(b.open_request(2));
    const auto first = b.events.back();
    b.core.confirm(first.slot, 4096, 4096);
    b.host(apf::channel_close{static_cast<std::uint32_t>(first.slot)});
    b.host(b.open_request(3));
    const auto second = b.events.back();
    CHECK(second.slot == first.slot);
    CHECK_FALSE(b.core.is_current(first.slot, first.generation));
    CHECK(b.core.is_current(second.slot, second.generation));
}

TEST_CASE("data for a channel that the firmware has closed is taken and thrown away") {
    bench b;
    b.handshake();
    const auto slot = b.open(2);
    b.core.close(slot);
    b.collect();
    b.sent.clear();
    b.data(static_cast<std::uint32_t>(slot), 5000); // no window counts any more
    b.host(apf::channel_window_adjust{static_cast<std::uint32_t>(slot), 5});
    CHECK(b.sent.empty());
    CHECK(b.core.readable(slot) == 0);
}
