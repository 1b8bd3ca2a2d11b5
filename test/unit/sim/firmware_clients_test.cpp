// SPDX-License-Identifier: Apache-2.0
// The firmware clients besides AMTHI and LME, by their bytes: watchdog, MKHI, UPID, HOTHAM.
#include "command_bench.hpp"

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;

namespace {

struct bench : test::command_bench {
    std::string watchdog(std::string_view request) { return hex(request, &answer_watchdog); }
    std::string mkhi(std::string_view request) { return hex(request, &answer_mkhi); }
    std::string upid(std::string_view request) { return hex(request, &answer_upid); }
    std::string hotham(std::string_view request) { return hex(request, &answer_hotham); }
};

// Header, u16 seconds, 17 reserved bytes.
std::string start_timer(std::string_view seconds) {
    return "02151310" + std::string(seconds) + std::string(34, '0');
}

} // namespace

TEST_CASE("the watchdog client tells and sets the state of AMT") {
    bench b;
    CHECK(b.watchdog("05025110") == "83");
    b.device.tls_enforced = true;
    CHECK(b.watchdog("05025110") == "c3");
    CHECK(b.watchdog("0503531000") == "0503531000000000");
    CHECK(b.watchdog("05025110") == "c1");
    CHECK(b.watchdog("0503531001") == "0503531000000000");
    CHECK(b.watchdog("05025110") == "c3");
    b.device.reports_amt_state = false;
    CHECK(b.watchdog("05025110") == "00");
}

TEST_CASE("AMT is enabled and disabled while it is unprovisioned, and where it may be") {
    bench b;
    CHECK(b.watchdog("0503531002") == "0503531024000000"); // parameter invalid
    enter_client_control(b.state, core::secret(std::string(32, 'a')));
    CHECK(b.watchdog("05025110") == "82");
    CHECK(b.watchdog("0503531000") == "0503531010000000"); // not permitted
    CHECK(b.state.amt_enabled);
    unprovision(b.state, b.device);
    CHECK(b.watchdog("05025110") == "83");
    b.device.watchdog.change_allowed = false;
    CHECK(b.watchdog("05025110") == "82");
    CHECK(b.watchdog("0503531000") == "0503531010000000");
    b.device.watchdog.change_allowed = true;
    b.device.reports_amt_state = false; // an interface of later firmware
    CHECK(b.watchdog("0503531000") == "0503531010000000");
}

TEST_CASE("a watchdog request with another count, version or command is not answered") {
    bench b;
    for (const auto *request : {"", "05", "050251", "05035110", "05025111", "05025210", "05025310",
                                "04025110", "0504531000", "050453100000", "02021310"}) {
        CAPTURE(request);
        CHECK_FALSE(b.answered(request, &answer_watchdog));
    }
    CHECK(b.state.amt_enabled);
}

TEST_CASE("a host is told that no watchdog is wanted, and none runs") {
    bench b;
    CHECK(b.watchdog(start_timer("7800")) == "020483100001");
    CHECK_FALSE(b.state.powered.watchdog_due);
}

TEST_CASE("a watchdog that is kept alive does not expire, one that is not does once") {
    bench b;
    b.device.watchdog.required = true;
    for (int i = 0; i < 3; ++i) {
        CHECK(b.watchdog(start_timer("7800")) == "020483100000"); // 120 s
        b.wait(119s);
    }
    CHECK(b.state.powered.watchdog_expiries == 0);
    b.wait(1s);
    CHECK(b.state.powered.watchdog_expiries == 1);
    b.wait(1000s);
    CHECK(b.state.powered.watchdog_expiries == 1);
    CHECK(b.watchdog(start_timer("7800")) == "020483100000");
    b.wait(120s);
    CHECK(b.state.powered.watchdog_expiries == 2);
}

TEST_CASE("a stopped watchdog does not expire, and stopping is not answered") {
    bench b;
    b.device.watchdog.required = true;
    (void)b.watchdog(start_timer("7800"));
    CHECK_FALSE(b.answered("02021410", &answer_watchdog));
    b.wait(1000s);
    CHECK(b.state.powered.watchdog_expiries == 0);
}

TEST_CASE("a watchdog of no time is refused") {
    bench b;
    b.device.watchdog.required = true;
    CHECK(b.watchdog(start_timer("0000")) == "020483102400");
    CHECK_FALSE(b.state.powered.watchdog_due);
}

TEST_CASE("MKHI tells the firmware's version") {
    bench b;
    // Minor, major, build, hotfix, little-endian, twice: 18.0.10.2285.
    CHECK(b.mkhi("ff020000") == "ff82000000001200ed080a0000001200ed080a00");
    CHECK(b.mkhi("ff02000000") == "ff820005"); // size
}

TEST_CASE("MKHI tells what the firmware can do, and what of it is on") {
    bench b;
    b.device.mkhi = {0x00040004, 0x1482, 1}; // AMT, KVM
    CHECK(b.mkhi("0302000000000000") == "03820000000000000404000400");
    CHECK(b.mkhi("0302000020000000") == "03820000200000000404000400");
    CHECK(b.mkhi("0302000027000000") == "03820000270000000404000400");
    CHECK(b.mkhi("0302000007000000") == "03820000070000000401000000");
    CHECK(b.mkhi("030200001d000000") == "038200001d0000000482140000");
    b.state.amt_enabled = false;
    CHECK(b.mkhi("0302000000000000") == "03820000000000000404000400");
    CHECK(b.mkhi("0302000020000000") == "03820000200000000400000400");
    CHECK(b.mkhi("0302000027000000") == "03820000270000000400000400");
}

TEST_CASE("MKHI refuses rules, groups and commands that there are not") {
    bench b;
    CHECK(b.mkhi("0302000001000000") == "03820081"); // not found
    CHECK(b.mkhi("03020000") == "03820005");         // size
    CHECK(b.mkhi("030200000000000000") == "03820005");
    CHECK(b.mkhi("03030000") == "0383008d"); // invalid command
    CHECK(b.mkhi("07020000") == "0782008d");
    CHECK(b.mkhi("ff010000") == "ff81008d");
    CHECK_FALSE(b.answered("ff0200", &answer_mkhi));
    CHECK_FALSE(b.answered("ff820000", &answer_mkhi)); // a reply
}

TEST_CASE("UPID is read between switching it on and off") {
    bench b;
    const std::string oem(64, '1'), mine(64, '2');
    b.device.upid.id_type = 2;
    b.device.upid.oem_id = oem;
    b.device.upid.csme_id = mine;
    CHECK(b.upid("00050000") == "0005040007000000"); // invalid state
    CHECK(b.upid("00010000") == "000105000000000000");
    CHECK(b.upid("0002010001") == "0002040000000000");
    CHECK(b.upid("00010000") == "000105000000000001");
    CHECK(b.upid("00050000") == "000548000000000002000000" + oem + mine);
    CHECK(b.upid("0002010000") == "0002040000000000");
    CHECK(b.upid("00050000") == "0005040007000000");
}

TEST_CASE("a platform without an identifier answers short") {
    bench b;
    b.device.upid.csme_id.clear();
    (void)b.upid("0002010001");
    CHECK(b.upid("00050000") == "0005040000000000");
}

TEST_CASE("UPID tells whether it is there and who switches it") {
    bench b;
    CHECK(b.upid("00000000") == "000005000000000001");
    CHECK(b.upid("00030000") == "000305000000000001");
    b.device.upid.os_control = false;
    CHECK(b.upid("00030000") == "000305000000000000");
    CHECK(b.upid("0002010001") == "0002040007000000");
    b.device.upid.supported = false;
    CHECK(b.upid("00000000") == "000005000000000000");
    CHECK(b.upid("00050000") == "0005040001000000"); // not supported
    CHECK(b.upid("0002010001") == "0002040001000000");
}

TEST_CASE("UPID refuses other features, commands and lengths") {
    bench b;
    CHECK(b.upid("01050000") == "0105040001000000");
    CHECK(b.upid("00060000") == "0006040001000000");
    CHECK(b.upid("0002010002") == "0002040002000000"); // invalid parameter
    CHECK(b.upid("00020000") == "0002040002000000");
    CHECK(b.upid("0005010000") == "0005040002000000");
    CHECK(b.upid("00050100") == "0005040002000000");
    CHECK_FALSE(b.answered("000500", &answer_upid));
}

TEST_CASE("HOTHAM gives out the flash log and its size") {
    bench b;
    b.device.flash_log = "0102030405";
    CHECK(b.hotham("06800000") == "0010040005000000"); // code 0x10, 4 bytes
    CHECK(b.hotham("06810000") == "001005000102030405");
    CHECK(b.hotham("a6800000") == "a010040005000000"); // sequence 5
}

// One client looks at bits 8 to 15, another at the last byte.
TEST_CASE("HOTHAM refuses in a way that both known clients see") {
    bench b;
    CHECK(b.hotham("06820000") == "00890089");
    CHECK(b.hotham("07800000") == "00890089"); // another class
    CHECK(b.hotham("0a800000") == "00890089"); // another target
    CHECK(b.hotham("0680000000") == "00890089");
    CHECK_FALSE(b.answered("068000", &answer_hotham));
}

// Every request that is known, with a byte or two changed, cut or lengthened; the seed is fixed.
TEST_CASE("no bytes make a client fail, or answer more than a message holds") {
    bench b;
    b.device.amthi.unknown_commands.clear();
    b.device.watchdog.required = true;
    const auto random = core::seeded_random(7);
    const auto draw = [&random](std::size_t below) {
        std::byte bytes[2];
        random->fill(bytes);
        return (std::to_integer<std::size_t>(bytes[0]) << 8 |
                std::to_integer<std::size_t>(bytes[1])) %
               below;
    };
    struct client {
        bench::face face;
        std::vector<std::string> requests;
        std::size_t largest;
    };
    client clients[] = {{&answer_amthi, {"0100000110000000" + std::string(48, '0')}, 5120},
                        {&answer_watchdog, {"05025110", "0503531001", start_timer("0100")}, 100},
                        {&answer_mkhi, {"ff020000", "0302000020000000"}, 4096},
                        {&answer_upid, {"00050000", "0002010001"}, 4096},
                        {&answer_hotham, {"06800000", "06810000"}, 8196}};
    for (unsigned op = 0; op < 0x100; ++op)
        for (const std::size_t size : {0, 1, 4, 18, 40, 390})
            clients[0].requests.push_back(test::to_hex(heci::encode_request(
                static_cast<heci::command>(op), std::vector<std::byte>(size))));
    for (const auto &[face, requests, largest] : clients) {
        for (int i = 0; i < 5000; ++i) {
            auto bytes = test::from_hex(requests[draw(requests.size())]);
            for (auto changes = draw(3); changes > 0 && !bytes.empty(); --changes)
                bytes[draw(bytes.size())] = static_cast<std::byte>(draw(256));
            if (draw(4) == 0)
                bytes.resize(draw(bytes.size() + 8));
            b.wait(std::chrono::seconds(draw(3)));
            const auto reply = face(bytes, {b.state, b.device, b.now});
            CHECK((!reply || reply->size() <= largest));
        }
    }
}
