// SPDX-License-Identifier: Apache-2.0
// The handshake as the host plays it: what is answered, what ends the session, when it is ready.
#include "core_driver.hpp"

using namespace costrand;
using namespace costrand::apf;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

const auto protocol_error = list(sent(disconnect{2}), action::session_ended{errc::protocol_error});

tcpip_forward forward(std::uint32_t port, std::string_view address = "") {
    return {true, address, port};
}

} // namespace

TEST_CASE("the host sends version 1.0 with trigger 254 and a zero UUID at once") {
    host_driver host;
    const auto actions = host.start();
    REQUIRE(actions.size() == 1);
    // The vector protocol_version_lme_host.
    CHECK(describe(actions[0]) == "send c00000000100000000000000fe" + std::string(160, '0'));
}

TEST_CASE("the first version of the firmware needs no further answer") {
    host_driver host;
    host.start();
    CHECK(host.receive(protocol_version{}) == list());
}

TEST_CASE("a newer version is taken as 1.0, an older one ends with DISCONNECT 8") {
    host_driver newer;
    newer.start();
    CHECK(newer.receive(protocol_version{2, 5, 254, {}}) == list());
    CHECK(newer.receive(service_request{service_forwarding}) ==
          list(sent(service_accept{service_forwarding})));

    host_driver older;
    older.start();
    CHECK(older.receive(protocol_version{0, 9, 254, {}}) ==
          list(sent(disconnect{8}), action::session_ended{errc::version_not_supported}));
}

TEST_CASE("a version that comes again is answered again, at any time") {
    host_driver host;
    host.become_ready();
    CHECK(host.receive(protocol_version{}) == list(sent(protocol_version{})));
    CHECK(host.receive(service_request{service_forwarding}) ==
          list(sent(service_accept{service_forwarding})));
}

TEST_CASE("a service is accepted under the name that was asked for") {
    host_driver host;
    host.start();
    host.receive(protocol_version{});
    CHECK(host.receive(service_request{service_auth}) == list(sent(service_accept{service_auth})));
    CHECK(host.receive(service_request{service_forwarding}) ==
          list(sent(service_accept{service_forwarding})));
}

TEST_CASE("an unknown or empty service ends with DISCONNECT 7") {
    for (std::string_view name : {"x@amt.intel.com", "", "pfwd@amt.intel.comX", "pfwd@amt.intel"}) {
        host_driver host;
        host.become_ready();
        CHECK(host.receive(service_request{name}) ==
              list(sent(disconnect{7}), action::session_ended{errc::service_not_available}));
    }
}

TEST_CASE("nothing but a version is legal before the versions are agreed") {
    const auto before_agreed = [](const auto &m) {
        host_driver host;
        host.start();
        return host.receive(m);
    };
    CHECK(before_agreed(service_request{service_forwarding}) == protocol_error);
    CHECK(before_agreed(userauth_request{"admin", service_forwarding, "none", {}}) ==
          protocol_error);
    CHECK(before_agreed(forward(16992)) == protocol_error);
    CHECK(before_agreed(channel_data{2, {}}) == protocol_error);
    host_driver malformed_auth;
    malformed_auth.start();
    CHECK(malformed_auth.receive_hex("32000000") == protocol_error);
}

TEST_CASE("global requests and channel messages before forwarding end with DISCONNECT 2") {
    const auto before_forwarding = [](const auto &m) {
        host_driver host;
        host.start();
        host.receive(protocol_version{});
        return host.receive(m);
    };
    CHECK(before_forwarding(forward(16992)) == protocol_error);
    CHECK(before_forwarding(cancel_tcpip_forward{true, "", 16992}) == protocol_error);
    CHECK(before_forwarding(udp_send_to{}) == protocol_error);
    CHECK(before_forwarding(unknown_global_request{"x", true}) == protocol_error);
    CHECK(before_forwarding(channel_open{type_direct, 1, 1, "", 0, "", 0}) == protocol_error);
    CHECK(before_forwarding(channel_open_confirmation{2, 0, 1}) == protocol_error);
    CHECK(before_forwarding(channel_open_failure{2, 1}) == protocol_error);
    CHECK(before_forwarding(channel_data{2, text("x")}) == protocol_error);
    CHECK(before_forwarding(channel_window_adjust{2, 1}) == protocol_error);
}

TEST_CASE("closes of an older session, replayed before forwarding, are ignored") {
    host_driver host;
    host.start();
    CHECK(host.receive(channel_close{0}) == list());
    host.receive(protocol_version{});
    CHECK(host.receive(channel_close{2}) == list());
    CHECK(host.core.counters().ignored == 2);
}

TEST_CASE("local authentication succeeds with any credentials of a known method") {
    host_driver host;
    host.start();
    host.receive(protocol_version{});
    CHECK(host.receive(userauth_request{"admin", service_forwarding, "none", {}}) ==
          list(sent(userauth_success{})));
    CHECK(host.receive(userauth_request{"", service_forwarding, "password", secret_view("x")}) ==
          list(sent(userauth_success{})));
}

TEST_CASE("an unknown or broken authentication is refused with the method password, and ends") {
    const auto refused = list(sent(userauth_failure{"password"}),
                              action::session_ended{errc::authentication_failed});
    host_driver method;
    method.agree();
    CHECK(method.receive(userauth_request{"admin", service_forwarding, "magic", {}}) == refused);
    host_driver length;
    length.agree();
    CHECK(length.receive_hex("320000002861646d696e") == refused);
}

TEST_CASE("an authentication that asks for a password change is refused, and the session lives") {
    host_driver host;
    host.agree();
    CHECK(host.receive_hex("320000000561646d696e000000127066776440616d742e696e74656c2e636f6d00000"
                           "00870617373776f726401000000036e6577") ==
          list(sent(userauth_failure{"password"})));
    CHECK(host.receive(forward(16992)).size() == 2);
}

TEST_CASE("a forward is answered with its port, whether or not an answer is wanted") {
    host_driver host;
    host.agree();
    CHECK(host.receive(forward(16992)) ==
          list(sent(request_success{16992}), action::forwards_changed{}));
    CHECK(host.receive(tcpip_forward{false, "", 664}) ==
          list(sent(request_success{664}), action::forwards_changed{}));
    CHECK(host.core.forwarded_ports() == std::vector<std::uint16_t>{664, 16992});
}

TEST_CASE("a forward of port 0 or above 65535 is refused") {
    host_driver host;
    host.agree();
    CHECK(host.receive(forward(0)) == list(sent(request_failure{})));
    CHECK(host.receive(forward(65536)) == list(sent(request_failure{})));
    CHECK(host.receive(forward(65535)).size() == 2);
}

TEST_CASE("the same address and port twice is refused, another address is not") {
    host_driver host;
    host.agree();
    host.receive(forward(16992, "a"));
    CHECK(host.receive(forward(16992, "a")) == list(sent(request_failure{})));
    CHECK(host.receive(forward(16992, "b")).size() == 2);
    CHECK(host.core.forwarded_ports() == std::vector<std::uint16_t>{16992});
}

TEST_CASE("more than 32 forwards are refused") {
    host_driver host;
    host.agree();
    for (std::uint32_t port = 1; port <= 32; ++port)
        REQUIRE(host.receive(forward(port)).size() == 2);
    CHECK(host.receive(forward(33)) == list(sent(request_failure{})));
}

TEST_CASE("a cancelled forward is forgotten and may come again") {
    host_driver host;
    host.become_ready();
    CHECK(host.receive(cancel_tcpip_forward{true, "", 16992}) ==
          list(sent(request_success{}), action::forwards_changed{}));
    CHECK(host.core.forwarded_ports() == std::vector<std::uint16_t>{623});
    CHECK(host.receive(forward(16992)) ==
          list(sent(request_success{16992}), action::forwards_changed{}));
}

TEST_CASE("cancelling an unknown forward is refused, the address counts") {
    host_driver host;
    host.become_ready();
    CHECK(host.receive(cancel_tcpip_forward{true, "", 5900}) == list(sent(request_failure{})));
    CHECK(host.receive(cancel_tcpip_forward{true, "other", 16992}) ==
          list(sent(request_failure{})));
    CHECK(host.core.forwarded_ports() == std::vector<std::uint16_t>{623, 16992});
}

TEST_CASE("open channels of a cancelled forward live on") {
    host_driver host;
    host.become_ready();
    const auto channel = host.open_channel();
    host.receive(cancel_tcpip_forward{true, "", 16992});
    CHECK(host.receive(channel_data{channel, text("x")}) ==
          list(action::deliver{channel, text("x")}));
}

TEST_CASE("firmware that starts over may advertise the same forwards once more") {
    const auto success = list(sent(request_success{16992}), action::forwards_changed{});
    const auto failure = list(sent(request_failure{}));
    host_driver version;
    version.become_ready();
    version.receive(protocol_version{});
    CHECK(version.receive(forward(16992)) == success);
    CHECK(version.receive(forward(16992)) == failure);

    host_driver service;
    service.become_ready();
    service.receive(service_request{service_forwarding});
    CHECK(service.receive(forward(16992)) == success);
    CHECK(service.receive(forward(16992)) == failure);
}

TEST_CASE("firmware may advertise its ports again, each once, while we ask for one") {
    host_driver host;
    host.become_ready();
    host.open(16992);
    CHECK(host.receive(forward(16992)) ==
          list(sent(request_success{16992}), action::forwards_changed{}));
    CHECK(host.receive(forward(623)) ==
          list(sent(request_success{623}), action::forwards_changed{}));
    CHECK(host.receive(forward(16992)) == list(sent(request_failure{})));
    CHECK(host.receive(forward(623)) == list(sent(request_failure{})));
}

TEST_CASE("an unknown global request is refused if an answer is wanted, else ignored") {
    host_driver host;
    host.agree();
    CHECK(host.receive(unknown_global_request{"no-such-request", true}) ==
          list(sent(request_failure{})));
    CHECK(host.receive(unknown_global_request{"no-such-request", false}) == list());
    // Equal only by prefix or by case.
    CHECK(host.receive(unknown_global_request{"tcpip-forwardX", true}) ==
          list(sent(request_failure{})));
    CHECK(host.receive(unknown_global_request{"TCPIP-forward", true}) ==
          list(sent(request_failure{})));
    CHECK(host.core.forwarded_ports().empty());
}

TEST_CASE("a UDP datagram to send is answered only if an answer is wanted") {
    host_driver host;
    host.agree();
    udp_send_to m;
    CHECK(host.receive(m) == list());
    m.want_reply = true;
    CHECK(host.receive(m) == list(sent(request_failure{})));
}

TEST_CASE("a keep-alive is answered with its cookie, in any state") {
    host_driver host;
    host.start();
    CHECK(host.receive(keepalive_request{0xffffffff}) == list(sent(keepalive_reply{0xffffffff})));
    host.receive(protocol_version{});
    CHECK(host.receive(keepalive_request{0x0badcafe}) == list(sent(keepalive_reply{0x0badcafe})));
}

TEST_CASE("a keep-alive that is cut gets no reply and does no harm") {
    host_driver host;
    host.start();
    CHECK(host.receive_hex("d0000000") == list());
    CHECK(host.receive(protocol_version{}) == list());
}

TEST_CASE("messages of the other direction are ignored and counted") {
    host_driver host;
    host.become_ready();
    CHECK(host.receive(service_accept{service_forwarding}) == list());
    CHECK(host.receive(request_success{16992}) == list());
    CHECK(host.receive(request_failure{}) == list());
    CHECK(host.receive(userauth_success{}) == list());
    CHECK(host.receive(userauth_failure{"password"}) == list());
    CHECK(host.receive(keepalive_reply{1}) == list());
    CHECK(host.receive(keepalive_options_request{30, 0}) == list());
    CHECK(host.receive(keepalive_options_reply{30, 0}) == list());
    CHECK(host.core.counters().ignored == 8);
}

TEST_CASE("ready is one complete pair, 16992 with 623 or 16993 with 664") {
    const auto ready_after = [](std::uint32_t first, std::uint32_t second) {
        host_driver host;
        host.agree();
        host.receive(forward(first));
        CHECK_FALSE(host.core.is_ready());
        const auto actions = host.receive(forward(second));
        return !actions.empty() && actions.back() == any_action(action::ready{});
    };
    CHECK(ready_after(16992, 623));
    CHECK(ready_after(623, 16992));
    CHECK(ready_after(16993, 664));
    CHECK(ready_after(664, 16993));
    CHECK_FALSE(ready_after(16992, 16993));
    CHECK_FALSE(ready_after(16992, 664));
    CHECK_FALSE(ready_after(16993, 623));
    CHECK_FALSE(ready_after(623, 664));
}

TEST_CASE("ready is told once") {
    host_driver host;
    host.become_ready();
    CHECK(host.receive(forward(16993)).size() == 2);
    CHECK(host.receive(forward(664)) ==
          list(sent(request_success{664}), action::forwards_changed{}));
}

TEST_CASE("without a complete pair, three seconds without a message make ready") {
    host_driver host;
    host.agree();
    host.after(2s);
    host.receive(forward(16993));
    CHECK(host.after(2999ms) == list());
    CHECK(host.after(1ms) == list(action::ready{}));
    CHECK(host.after(1h) == list());
}

TEST_CASE("any message starts the three seconds anew, even a meaningless one") {
    host_driver host;
    host.agree();
    host.after(2999ms);
    host.receive_hex("ff");
    CHECK(host.after(2999ms) == list());
    CHECK(host.after(1ms) == list(action::ready{}));
}

TEST_CASE("firmware that never says a version is not ready after three seconds but at an end") {
    host_driver host;
    host.start();
    CHECK(host.after(2999ms) == list());
    CHECK(host.after(1ms) == list(action::session_ended{errc::handshake_timed_out}));
}

TEST_CASE("a peer that chats and advertises nothing ends after the handshake's limit") {
    host_driver host;
    host.agree();
    action_list all;
    for (int i = 0; i < 29 && all.empty(); ++i) {
        all = host.after(1s);
        host.receive(keepalive_request{1});
    }
    CHECK(all.empty());
    CHECK(host.after(1s) == list(action::session_ended{errc::handshake_timed_out}));
}

TEST_CASE("a peer that chats and has advertised a port is ready at the handshake's limit") {
    host_driver host;
    host.agree();
    host.receive(forward(16993));
    for (int i = 0; i < 29; ++i) {
        CHECK(host.after(1s).empty());
        host.receive(keepalive_request{1});
    }
    CHECK(host.after(1s) == list(action::ready{}));
}

TEST_CASE("a DISCONNECT ends the session without an answer, also one that is cut") {
    host_driver whole;
    whole.become_ready();
    CHECK(whole.receive(disconnect{11}) == list(action::session_ended{errc::disconnected}));
    host_driver cut;
    cut.become_ready();
    CHECK(cut.receive_hex("010000000200") == list(action::session_ended{errc::disconnected}));
}

TEST_CASE("after its end a session answers nothing, sends nothing and wakes nobody") {
    host_driver host;
    host.become_ready();
    const auto channel = host.open_channel();
    host.open(16992);
    host.receive(channel_data{channel, text("data")});
    CHECK(host.core.consumed(channel, 4, true));
    host.receive(disconnect{11});
    CHECK(host.core.has_ended());
    CHECK_FALSE(host.core.credits_due());
    CHECK(host.consume(channel, 0, true) == list());
    CHECK(host.receive(protocol_version{}) == list());
    CHECK(host.write(channel, text("x")) == list());
    CHECK(host.written == 0);
    CHECK(host.open(16992) == list());
    CHECK(host.latest_error == errc::disconnected);
    CHECK_FALSE(host.core.next_wake().has_value());
    CHECK(host.after(1h) == list());
}

TEST_CASE("a malformed message during the handshake ends with DISCONNECT 2") {
    for (std::string_view hex : {"c000000001", "05ffffffff7066", "50000000", "5e0000"}) {
        host_driver host;
        host.agree();
        CHECK(host.receive_hex(hex) == protocol_error);
    }
}

TEST_CASE("malformed channel messages are dropped, the third in a row ends with DISCONNECT 2") {
    host_driver host;
    host.become_ready();
    const std::string_view lie = "5e000000020000000668656c6c6f";
    CHECK(host.receive_hex(lie) == list());
    CHECK(host.receive_hex(lie) == list());
    host.receive(channel_window_adjust{9, 0}); // well-formed: the count begins anew
    CHECK(host.receive_hex(lie) == list());
    CHECK(host.receive_hex("61000002") == list());
    CHECK(host.receive_hex("5d000000020000") == protocol_error);
    CHECK(host.core.counters().malformed == 5);
}

TEST_CASE("messages without bytes or with an unknown number are counted and do no harm") {
    host_driver host;
    host.start();
    for (int i = 0; i < 5; ++i) {
        CHECK(host.receive_hex("") == list());
        CHECK(host.receive_hex("fa00000000") == list());
    }
    CHECK(host.core.counters().empty == 5);
    CHECK(host.core.counters().unknown == 5);
    CHECK(host.receive(protocol_version{}) == list());
}

TEST_CASE("bytes behind the end of a message are ignored and counted") {
    host_driver host;
    host.become_ready();
    const auto channel = host.open_channel();
    REQUIRE(channel == 2);
    CHECK(host.receive_hex("5e000000020000000568656c6c6feeee") ==
          list(action::deliver{channel, text("hello")}));
    CHECK(host.core.counters().trailing == 1);
}
