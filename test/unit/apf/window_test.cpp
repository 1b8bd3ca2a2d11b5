// SPDX-License-Identifier: Apache-2.0
// Window arithmetic, by itself.
#include <costrand/apf/window.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>

using namespace costrand::apf;

TEST_CASE("a message is never larger than the window, the link's limit and the data") {
    tx_window tx(100);
    CHECK(tx.consume(40, 1000) == 40);
    CHECK(tx.left() == 60);
    CHECK(tx.consume(1000, 10) == 10);
    CHECK(tx.consume(1000, 1000) == 50);
    CHECK(tx.consume(1000, 1000) == 0);
}

TEST_CASE("a remnant of the window waits for the adjust that is sure to come") {
    tx_window tx(4096);
    CHECK(tx.consume(4087, 4087) == 4087);
    CHECK(tx.consume(4087, 4087) == 0); // not 9 bytes in a message of their own
    tx.grant(4087);
    CHECK(tx.consume(4087, 4087) == 4087);
}

TEST_CASE("a peer is on trial until it gives credit for as little as it has") {
    tx_window tx(4096);
    CHECK(tx.consume(3000, 4087) == 3000);
    CHECK_FALSE(tx.on_trial());
    CHECK(tx.consume(4087, 4087) == 0);
    CHECK(tx.on_trial());
    tx.grant(3000);
    CHECK(tx.consume(3500, 4087) == 3500);
    CHECK(tx.consume(4087, 4087) == 0);
    CHECK_FALSE(tx.on_trial()); // it did so for 3000
    tx.grant(3500);
    CHECK(tx.consume(2500, 4087) == 2500);
    CHECK(tx.consume(4087, 4087) == 0);
    CHECK(tx.on_trial()); // but who knows for 2500
}

TEST_CASE("an adjust that was under way proves nothing about less") {
    tx_window tx(4096); // of a peer that reports when 3000 bytes are not reported
    CHECK(tx.consume(3000, 4087) == 3000);
    CHECK(tx.consume(900, 4087) == 900);
    tx.grant(3000);
    CHECK(tx.consume(2100, 4087) == 2100);
    CHECK(tx.consume(2000, 4087) == 0);
    CHECK(tx.on_trial());
    tx.grant(3000); // 900 and 2100
    CHECK(tx.consume(2200, 4087) == 2200);
    CHECK(tx.consume(2000, 4087) == 0);
    CHECK(tx.on_trial()); // 2200 may not be enough for it
}

TEST_CASE("a writer that gave up leaves no trial behind") {
    tx_window tx(4096);
    CHECK(tx.consume(2100, 4087) == 2100);
    CHECK(tx.consume(4087, 4087) == 0);
    CHECK(tx.consume(1996, 4087) == 1996); // a smaller one
    CHECK_FALSE(tx.on_trial());
    CHECK(tx.consume(1, 4087) == 0); // there is no remnant
    CHECK_FALSE(tx.on_trial());
}

TEST_CASE("a peer that wants its whole window used gets every remnant") {
    tx_window tx(4096);
    CHECK(tx.consume(4087, 4087) == 4087);
    CHECK(tx.consume(4087, 4087) == 0);
    tx.end_trial();
    CHECK(tx.consume(4087, 4087) == 9);
    tx.grant(4096);
    CHECK(tx.consume(4087, 4087) == 4087);
    CHECK(tx.consume(4087, 4087) == 9);
}

TEST_CASE("the last bytes of a payload go at once when they fit the remnant") {
    tx_window tx(4096);
    CHECK(tx.consume(4087, 4087) == 4087);
    CHECK(tx.consume(9, 4087) == 9);
}

TEST_CASE("the next adjust releases what waits, however small it is") {
    tx_window tx(4096);
    CHECK(tx.consume(4000, 4087) == 4000);
    CHECK(tx.consume(1000, 4087) == 0);
    tx.grant(0); // legal, and no adjust
    CHECK(tx.consume(1000, 4087) == 0);
    tx.grant(1);
    CHECK(tx.consume(1000, 4087) == 97);
}

TEST_CASE("a remnant goes at once while the peer may keep its credit back") {
    // Up to half of its window consumed and not reported is no reason for an adjust.
    tx_window half(4096);
    CHECK(half.consume(2048, 4087) == 2048);
    CHECK(half.consume(4087, 4087) == 2048);
    // After an adjust the peer has all that came before it reported.
    tx_window later(4096);
    CHECK(later.consume(3000, 4087) == 3000);
    later.grant(100);
    CHECK(later.consume(1100, 4087) == 1100);
    CHECK(later.consume(1000, 4087) == 96);
}

TEST_CASE("a peer that announced little and grants more is not waited for") {
    for (const std::uint32_t announced : {0u, 1u, 10u}) {
        CAPTURE(announced);
        tx_window tx(announced);
        tx.grant(4096 - announced);
        CHECK(tx.consume(100, 4087) == 100);
        CHECK(tx.consume(5000, 4087) == 3996);
    }
}

TEST_CASE("sending debits the window at once, so a second writer sees what is left") {
    tx_window tx(100);
    const auto first = tx.consume(40, 1000);
    const auto second = tx.consume(80, 1000);
    CHECK(first + second == 100);
}

TEST_CASE("a window adjust adds to the window") {
    tx_window tx(0);
    tx.grant(2048);
    tx.grant(1);
    CHECK(tx.left() == 2049);
}

TEST_CASE("a window adjust that would overflow saturates at 2^32 - 1") {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    tx_window tx(10);
    tx.grant(most);
    CHECK(tx.left() == most);
    tx.grant(most);
    CHECK(tx.left() == most);
    tx_window exact(most - 5);
    exact.grant(5);
    CHECK(exact.left() == most);
}

TEST_CASE("what arrives lowers the window, to the last byte and no further") {
    rx_window rx(10);
    CHECK(rx.receive(4));
    CHECK(rx.receive(6));
    CHECK(rx.left() == 0);
    CHECK_FALSE(rx.receive(1));
}

TEST_CASE("a message beyond the window is refused whole and changes nothing") {
    rx_window rx(10);
    CHECK_FALSE(rx.receive(11));
    CHECK(rx.left() == 10);
}

TEST_CASE("nothing is granted before the consumer took it") {
    rx_window rx(10);
    REQUIRE(rx.receive(10));
    CHECK_FALSE(rx.credit_due(false));
    CHECK_FALSE(rx.credit_due(true));
    CHECK(rx.take_credit() == 0);
    CHECK(rx.left() == 0);
}

TEST_CASE("a credit is due at half of the announced window") {
    rx_window rx(4096);
    REQUIRE(rx.receive(4096));
    rx.release(2047);
    CHECK_FALSE(rx.credit_due(false));
    rx.release(1);
    CHECK(rx.credit_due(false));
    CHECK(rx.take_credit() == 2048);
    CHECK(rx.left() == 2048);
    CHECK_FALSE(rx.credit_due(false));
}

TEST_CASE("a credit is due when nothing is left to consume and something is unreported") {
    rx_window rx(4096);
    CHECK_FALSE(rx.credit_due(true));
    REQUIRE(rx.receive(1));
    rx.release(1);
    CHECK_FALSE(rx.credit_due(false));
    CHECK(rx.credit_due(true));
}

TEST_CASE("a window of one byte gives its credit back at each byte") {
    rx_window rx(1);
    REQUIRE(rx.receive(1));
    rx.release(1);
    CHECK(rx.credit_due(false));
    CHECK(rx.take_credit() == 1);
    CHECK(rx.receive(1));
}

TEST_CASE("two ends that obey the windows never overrun, never stall and never lose count") {
    std::minstd_rand random(7);
    for (int round = 0; round < 200; ++round) {
        const auto announced = static_cast<std::uint32_t>(random() % 5000 + 1);
        tx_window tx(announced);
        rx_window rx(announced);
        std::size_t queued = 0, to_send = 20000;
        while (to_send > 0 || queued > 0) {
            std::size_t sent = 0;
            if (to_send > 0 && (queued == 0 || random() % 2)) {
                sent = tx.consume(std::min<std::size_t>(to_send, random() % 4000 + 1), 4087);
                to_send -= sent;
                REQUIRE(rx.receive(sent));
                queued += sent;
            }
            REQUIRE((sent > 0 || queued > 0)); // else both wait for ever
            if (sent == 0) {
                const auto n = std::min<std::size_t>(queued, random() % 3000 + 1);
                queued -= n;
                rx.release(n);
                if (rx.credit_due(queued == 0))
                    tx.grant(rx.take_credit());
            }
            REQUIRE(tx.left() <= rx.left());
            REQUIRE(rx.left() + queued <= announced);
        }
    }
}

namespace {

// When a peer gives its credit back: as the known ones do (apf.md 5 and 9.3).
enum class habit { each_message, half, more_than_half, drained_or_half };

struct crediting_peer {
    habit gives;
    std::uint32_t window;
    std::size_t arrived = 0;
    std::uint64_t owed = 0;

    [[nodiscard]] bool due() const {
        switch (gives) {
        case habit::each_message:
            return true;
        case habit::half:
            return 2 * owed >= window;
        case habit::more_than_half:
            return 2 * owed > window;
        case habit::drained_or_half:
            return arrived == 0 || 2 * owed >= window;
        }
        return false;
    }
    // Consumes some of what has arrived. Gives the credit that it reports.
    std::uint32_t consume(std::size_t most) {
        const auto n = std::min(arrived, most);
        arrived -= n;
        owed += n;
        if (owed == 0 || !due())
            return 0;
        return static_cast<std::uint32_t>(std::exchange(owed, 0));
    }
};

// Sends `total` bytes in pieces of any size. False: nothing moves any more.
bool completes(crediting_peer peer, std::size_t limit, std::size_t total,
               std::minstd_rand &random) {
    tx_window tx(peer.window);
    std::size_t piece = 0;
    while (total > 0) {
        if (piece == 0)
            piece = std::min<std::size_t>(total, random() % (2 * std::size_t{peer.window} + 9) + 1);
        const auto n = tx.consume(piece, limit);
        piece -= n;
        total -= n;
        peer.arrived += n;
        if (n == 0 && peer.arrived == 0)
            return false;
        while (peer.arrived > 0 && (n == 0 || random() % 2))
            tx.grant(peer.consume(random() % peer.window + 1));
    }
    return true;
}

} // namespace

TEST_CASE("any mix of windows, limits and payloads gets through to any peer that credits by half") {
    std::minstd_rand random(11);
    for (int round = 0; round < 4000; ++round) {
        const std::uint32_t largest = round % 2 ? 20 : 70000;
        const auto window = static_cast<std::uint32_t>(random() % largest + 1);
        const auto limit = static_cast<std::size_t>(random() % largest + 1);
        const auto gives = static_cast<habit>(random() % 4);
        CAPTURE(window);
        CAPTURE(limit);
        CAPTURE(static_cast<int>(gives));
        const crediting_peer peer{gives, window};
        REQUIRE(completes(peer, limit, std::size_t{10} * window, random));
    }
}
