// SPDX-License-Identifier: Apache-2.0
// User-initiated connections to a presence server: opened, given up, closed, and the log of them.
#include "command_bench.hpp"

#include "device_client.hpp"

#include <costrand/sim/wsman_service.hpp>
#include <costrand/transports/amthi_cira_log.hpp>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;
using heci::status;

namespace {

constexpr unsigned open_op = 0x44, close_op = 0x45, status_op = 0x46, log_op = 0x8e;

// A device that was set up as a server does it, over WS-Management.
struct bench : test::command_bench {
    wsman_service service{state, device, *random, sim::pooled_keys()};

    bench() {
        enter_client_control(state, core::secret(std::string(32, 'a')));
        state.clock_base = 1'700'000'000;
    }
    wsman::soap_reply call(const wsman::request_envelope &request) {
        const auto text = *wsman::build_request(request);
        const auto answer =
            service.handle(*wsman::parse_request(text), wsman_user::administrator, now);
        REQUIRE(answer.status == 200);
        return *wsman::parse_reply(answer.xml);
    }
    void allow(std::string_view state_wanted) {
        const auto reply = call(
            test::invoke("AMT_UserInitiatedConnectionService", "RequestStateChange",
                         "<h:RequestedState>" + std::string(state_wanted) + "</h:RequestedState>"));
        CHECK(reply.return_value() == 0u);
    }
    // A server, and a rule of that trigger for it.
    void add_server(int trigger) {
        const auto added = call(test::invoke(
            "AMT_RemoteAccessService", "AddMpServer",
            "<h:AccessInfo>mps.example.com</h:AccessInfo><h:InfoFormat>201</h:InfoFormat>"
            "<h:Port>4433</h:Port><h:AuthMethod>2</h:AuthMethod>"
            "<h:Username>admin</h:Username><h:Password>pw</h:Password>"));
        CHECK(added.return_value() == 0u);
        const auto &server =
            state.objects.find_name("AMT_ManagementPresenceRemoteSAP")->instances.front();
        wsman::endpoint_reference to;
        to.resource_uri = server.ns;
        to.selectors.push_back({"Name", std::string(server.value("Name")), nullptr});
        wsman::xml_writer markup;
        markup.open("h:MpServer");
        wsman::write_reference(markup, to, "a", "w");
        markup.close();
        const auto ruled = call(test::invoke("AMT_RemoteAccessService", "AddRemoteAccessPolicyRule",
                                             "<h:Trigger>" + std::to_string(trigger) +
                                                 "</h:Trigger><h:TunnelLifeTime>0"
                                                 "</h:TunnelLifeTime>" +
                                                 *markup.finish()));
        CHECK(ruled.return_value() == 0u);
    }
    heci::remote_access_status remote() {
        const auto reply = ask("010100004600000400000000");
        return *heci::decode_remote_access(heci::decode_reply(reply)->data);
    }
    std::vector<std::byte> log() { return ask("010100008e0000040100000000"); }
};

std::uint32_t number_at(const std::vector<std::byte> &bytes, std::size_t offset) {
    return core::load_le<std::uint32_t>(bytes.data() + offset);
}

} // namespace

TEST_CASE("a connection is opened when it is allowed and there is somewhere to go") {
    bench b;
    b.allow("32770");
    CHECK(b.status_of(open_op) == status::not_permitted);
    b.add_server(2); // periodic: not for this
    CHECK(b.status_of(open_op) == status::not_permitted);
    bench c;
    c.add_server(0);
    c.allow("32768");
    CHECK(c.status_of(open_op) == status::not_permitted);
    c.allow("32769"); // from the BIOS only
    CHECK(c.status_of(open_op) == status::not_permitted);
    c.allow("32771");
    CHECK(c.status_of(open_op) == status::success);
    CHECK(c.status_of(open_op) == status::request_unexpected);
    c.state.provisioning = provisioning_state::pre;
    CHECK(c.status_of(open_op) == status::invalid_mode);
}

TEST_CASE("remote access tells of the attempt until it is closed") {
    bench b;
    b.allow("32771");
    b.add_server(0);
    CHECK(b.remote().remote == 0);
    CHECK(b.status_of(close_op) == status::request_unexpected);
    CHECK(b.status_of(open_op) == status::success);
    b.wait(10s);
    CHECK(b.remote().remote == 1); // connecting
    CHECK(b.remote().trigger == 0);
    CHECK(b.remote().server == "mps.example.com");
    CHECK(b.status_of(close_op) == status::success);
    CHECK(b.remote().remote == 0);
    b.wait(60s);
    CHECK_FALSE(b.state.last_failed_connection); // it was closed, it did not fail
}

TEST_CASE("an attempt is given up, and then the log has it") {
    bench b;
    b.allow("32771");
    b.add_server(0);
    const auto empty = b.log();
    REQUIRE(empty.size() == 2797);
    CHECK(empty[589] == std::byte{0});
    CHECK(b.status_of(open_op) == status::success);
    b.wait(30s);
    CHECK(b.remote().remote == 0);
    const auto log = b.log();
    REQUIRE(log.size() == 2797);
    CHECK(test::to_hex(core::const_bytes(log).first(16)) == "010100008e008004e10a000000000000");
    // Summary: no tunnel; the last connection failed, 30 s after it was begun.
    CHECK(log[17] == std::byte{0});
    CHECK(log[30] == std::byte{1});
    CHECK(number_at(log, 31) == 1'700'000'030);
    CHECK(log[44] == std::byte{0}); // no tunnel was ever there
    // The failed connection.
    CHECK(log[589] == std::byte{1});
    CHECK(number_at(log, 590) == 1'700'000'000);
    CHECK(log[594] == std::byte{0}); // user
    CHECK(core::as_text(core::const_bytes(log).subspan(598, 16)) ==
          std::string_view("mps.example.com\0", 16));
    CHECK(log[855] == std::byte{1}); // the wired interface is there, its link is up
    CHECK(log[856] == std::byte{1});
    // 192.168.1.20, big-endian.
    CHECK(test::to_hex(core::const_bytes(log).subspan(861, 4)) == "c0a80114");
    CHECK(log[855 + 676] == std::byte{0});  // no wireless one
    CHECK(number_at(log, 2249) == 3);       // TCP
    CHECK(number_at(log, 2249 + 261) == 2); // timed out
    CHECK(log[2787 + 6] == std::byte{0xff});
    // As our own reader has it.
    const auto read = heci::decode_cira_log(heci::decode_reply(log)->data);
    REQUIRE(read.has_value());
    CHECK(read->summary.connection_time == 1'700'000'030);
    CHECK_FALSE(read->last_tunnel);
    REQUIRE(read->last_failure);
    CHECK(read->last_failure->time == 1'700'000'000);
    CHECK(read->last_failure->server == "mps.example.com");
}

TEST_CASE("the log's versions are 0 and 1") {
    bench b;
    for (const unsigned version : {0u, 1u})
        CHECK(b.status_of(log_op, std::vector<std::byte>{static_cast<std::byte>(version)}) ==
              status::success);
    CHECK(b.status_of(log_op, std::vector<std::byte>{std::byte{2}}) == status::unsupported_version);
}

TEST_CASE("a device is outside the enterprise when none of the given suffixes is its own") {
    bench b;
    CHECK(b.status_of(status_op) == status::success);
    CHECK(b.remote().network == 0);
    b.change_array("AMT_EnvironmentDetectionSettingData", "DetectionStrings", {"elsewhere.de"});
    CHECK(b.remote().network == 2);
    b.change_array("AMT_EnvironmentDetectionSettingData", "DetectionStrings",
                   {"elsewhere.de", "vprodemo.com"});
    CHECK(b.remote().network == 0);
}

TEST_CASE("unprovisioning forgets attempts and log") {
    bench b;
    b.allow("32771");
    b.add_server(0);
    (void)b.status_of(open_op);
    b.wait(30s);
    CHECK(b.state.last_failed_connection);
    (void)b.status_of(open_op);
    unprovision(b.state, b.device);
    CHECK_FALSE(b.state.last_failed_connection);
    CHECK_FALSE(b.state.powered.user_connection);
}
