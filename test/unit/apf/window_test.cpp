// SPDX-License-Identifier: Apache-2.0
// Window arithmetic, by itself.
#include <costrand/apf/window.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>

using namespace costrand::apf;

TEST_CASE("a message is never larger than the window, the link's limit and the data") {
    tx_window tx(100);
    CHECK(tx.consume(40, 1000) == 40);
    CHECK(tx.left() == 60);
    CHECK(tx.consume(1000, 50) == 50);
    CHECK(tx.consume(1000, 1000) == 10);
    CHECK(tx.consume(1000, 1000) == 0);
}

TEST_CASE("sending debits the window at once, so a second writer sees what is left") {
    tx_window tx(100);
    const auto first = tx.consume(80, 1000);
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
            const bool may_send = to_send > 0 && tx.left() > 0;
            REQUIRE((may_send || queued > 0)); // else both wait for ever
            if (may_send && (queued == 0 || random() % 2)) {
                const auto n =
                    tx.consume(std::min<std::size_t>(to_send, random() % 4000 + 1), 4087);
                to_send -= n;
                REQUIRE(rx.receive(n));
                queued += n;
            } else {
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
