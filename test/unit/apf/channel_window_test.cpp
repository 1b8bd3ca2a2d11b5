// SPDX-License-Identifier: Apache-2.0
// The windows of a channel in both directions: what is delivered, sent, held back and credited.
#include "core_driver.hpp"

using namespace costrand;
using namespace costrand::apf;
using namespace costrand::test;

TEST_CASE("data up to the window is delivered, one byte more closes the channel") {
    ready_host host(with_window(5));
    const auto channel = host.open_channel(3);
    CHECK(host.receive(channel_data{channel, text("hello")}) ==
          list(action::deliver{channel, text("hello")}));
    CHECK(host.receive(channel_data{channel, text("x")}) ==
          list(sent(channel_close{3}), action::ended{channel, errc::window_overrun}));
    // The session lives, and the peer's answer is expected.
    CHECK(host.receive(channel_close{channel}) == list());
    CHECK(host.open_channel() == channel + 1);
}

TEST_CASE("what was consumed and reported may be sent again") {
    ready_host host(with_window(5));
    const auto channel = host.open_channel(3);
    host.receive(channel_data{channel, text("hello")});
    CHECK(host.consume(channel, 5, true) == list(sent(channel_window_adjust{3, 5})));
    CHECK(host.receive(channel_data{channel, text("again")}) ==
          list(action::deliver{channel, text("again")}));
}

TEST_CASE("only payload counts in a window, not the nine bytes of the header") {
    ready_host host(with_window(10));
    const auto channel = host.open_channel(3, 10);
    // Ten messages of one byte fit, both ways.
    for (int i = 0; i < 10; ++i) {
        CHECK(host.receive(channel_data{channel, text("x")}).size() == 1);
        host.write(channel, text("y"));
        CHECK(host.written == 1);
    }
    CHECK(host.consume(channel, 10, true) == list(sent(channel_window_adjust{3, 10})));
}

TEST_CASE("an empty data message is legal and has no effect") {
    ready_host host(with_window(5));
    const auto channel = host.open_channel(3);
    for (int i = 0; i < 10; ++i)
        CHECK(host.receive(channel_data{channel, {}}) == list());
    CHECK_FALSE(host.core.credits_due());
    CHECK(host.core.counters().ignored == 0);
}

TEST_CASE("writing nothing sends nothing") {
    ready_host host;
    const auto channel = host.open_channel(3);
    CHECK(host.write(channel, {}) == list());
}

TEST_CASE("a message of ours never exceeds the peer's window, the link or the data") {
    ready_host host(with_window(4096, 9 + 4));
    const auto channel = host.open_channel(3, 7);
    CHECK(host.write(channel, text("0123456789")) == list(sent(channel_data{3, text("0123")})));
    CHECK(host.write(channel, text("456789")) == list(sent(channel_data{3, text("456")})));
    CHECK(host.write(channel, text("789")) == list());
    CHECK(host.written == 0);
}

TEST_CASE("a remnant of the peer's window is not sent alone, but with the next adjust") {
    ready_host host;
    const auto channel = host.open_channel(3, 10);
    CHECK(host.write(channel, text("01234567")) == list(sent(channel_data{3, text("01234567")})));
    CHECK(host.write(channel, text("89abc")) == list());
    CHECK(host.receive(channel_window_adjust{channel, 8}) == list(action::window_opened{channel}));
    CHECK(host.write(channel, text("89abc")) == list(sent(channel_data{3, text("89abc")})));
}

TEST_CASE("a window of 0 sends nothing until a window adjust comes") {
    ready_host host;
    const auto channel = host.open_channel(3, 0);
    CHECK(host.write(channel, text("x")) == list());
    CHECK(host.receive(channel_window_adjust{channel, 0}) == list());
    CHECK(host.write(channel, text("x")) == list());
    CHECK(host.receive(channel_window_adjust{channel, 1}) == list(action::window_opened{channel}));
    CHECK(host.write(channel, text("xy")) == list(sent(channel_data{3, text("x")})));
}

TEST_CASE("window adjusts above 2^32 - 1 saturate and the channel lives") {
    ready_host host;
    const auto channel = host.open_channel(3, 100);
    host.receive(channel_window_adjust{channel, 0xffffffff});
    host.receive(channel_window_adjust{channel, 0xffffffff});
    host.write(channel, text("0123456789"));
    CHECK(host.written == 10);
}

TEST_CASE("credits wait for half of the window while the queue holds more") {
    ready_host host(with_window(8));
    const auto channel = host.open_channel(3);
    host.receive(channel_data{channel, text("01234567")});
    CHECK(host.consume(channel, 3, false) == list());
    CHECK(host.consume(channel, 1, false) == list(sent(channel_window_adjust{3, 4})));
    CHECK(host.consume(channel, 4, true) == list(sent(channel_window_adjust{3, 4})));
}

TEST_CASE("a credit that is due grows until it is taken, and is sent once") {
    ready_host host(with_window(8));
    const auto channel = host.open_channel(3);
    host.receive(channel_data{channel, text("01234567")});
    CHECK(host.core.consumed(channel, 5, false));
    CHECK(host.core.consumed(channel, 2, false));
    action_list out;
    host.core.take_credits(out);
    CHECK(out == list(sent(channel_window_adjust{3, 7})));
    CHECK_FALSE(host.core.credits_due());
}
