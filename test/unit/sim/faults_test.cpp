// SPDX-License-Identifier: Apache-2.0
// Orders of faults: which event they act on, and how often.
#include <costrand/sim/faults.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;

namespace {

struct bench {
    core::time_point now{};
    faults orders{[this] { return now; }};

    bool connect(heci::client_id id) { return orders.happens({fault_kind::busy, id}) != nullptr; }
};

} // namespace

TEST_CASE("a fault acts once, on the next event, unless it is ordered otherwise") {
    bench b;
    b.orders.order(fault(fault_kind::busy));
    CHECK(b.connect(heci::client::lme));
    CHECK_FALSE(b.connect(heci::client::lme));
    CHECK(b.orders.all_acted());
    CHECK(b.orders.acted() == 1);
}

TEST_CASE("a fault for the n-th event counts only events of its client") {
    bench b;
    b.orders.order(fault(fault_kind::busy).nth(2).on(heci::client::lme));
    CHECK_FALSE(b.connect(heci::client::amthi));
    CHECK_FALSE(b.connect(heci::client::lme));
    CHECK_FALSE(b.connect(heci::client::amthi));
    CHECK_FALSE(b.orders.all_acted());
    CHECK(b.connect(heci::client::lme));
    CHECK_FALSE(b.connect(heci::client::lme));
}

TEST_CASE("a fault ordered n times acts on n events in a row, for ever on all") {
    bench b;
    b.orders.order(fault(fault_kind::busy).repeat(2).on(heci::client::lme));
    b.orders.order(fault(fault_kind::busy).for_ever().on(heci::client::amthi));
    CHECK(b.connect(heci::client::lme));
    CHECK(b.connect(heci::client::lme));
    CHECK_FALSE(b.connect(heci::client::lme));
    CHECK_FALSE(b.orders.all_acted());
    for (int i = 0; i < 1000; ++i)
        CHECK(b.connect(heci::client::amthi));
    CHECK(b.orders.all_acted());
}

TEST_CASE("a fault for a time ends that long after it first acted") {
    bench b;
    b.orders.order(fault(fault_kind::busy).for_time(3s));
    b.now += 10s;
    CHECK(b.connect(heci::client::lme));
    b.now += 2999ms;
    CHECK(b.connect(heci::client::lme));
    b.now += 1ms;
    CHECK_FALSE(b.connect(heci::client::lme));
}

TEST_CASE("a fault for one call or one APF message leaves the others alone") {
    bench b;
    b.orders.order(fault(fault_kind::http_status).on_call("AMT_GeneralSettings.Get").for_ever());
    CHECK_FALSE(b.orders.happens({fault_kind::http_status, {}, {}, "AMT_GeneralSettings.Put"}));
    CHECK(b.orders.happens({fault_kind::http_status, {}, {}, "AMT_GeneralSettings.Get"}));
    b.orders.order(fault(fault_kind::reset_after).on_apf(94));
    CHECK_FALSE(b.orders.happens({fault_kind::reset_after, heci::client::lme, 90}));
    CHECK(b.orders.happens({fault_kind::reset_after, heci::client::lme, 94}));
}

TEST_CASE("of two faults for one event the first ordered acts and both have counted it") {
    bench b;
    b.orders.order(fault(fault_kind::open_failure).with(1));
    b.orders.order(fault(fault_kind::open_failure).nth(2).with(4));
    const auto *first = b.orders.happens({fault_kind::open_failure});
    REQUIRE(first);
    CHECK(first->value == 1);
    const auto *second = b.orders.happens({fault_kind::open_failure});
    REQUIRE(second);
    CHECK(second->value == 4);
}

TEST_CASE("orders are read from text") {
    const auto orders = parse_faults("f", R"(# a device that is held for a while
busy on lme for 3s; open-failure value 4 times 2

reset-before-reply apf 94 nth 3   # amid DATA
return-value call IPS_HostBasedSetupService.Setup value 1 for-ever
soap-fault saying "Access; denied # really"
http-delay after 250ms
raw-response bytes 48545450)");
    REQUIRE(orders.size() == 7);
    CHECK(orders[0].kind == fault_kind::busy);
    CHECK(orders[0].client == heci::client::lme);
    CHECK(orders[0].lasting == 3s);
    CHECK(orders[1].kind == fault_kind::open_failure);
    CHECK(orders[1].value == 4);
    CHECK(orders[1].times == 2);
    CHECK(orders[2].apf_type == 94);
    CHECK(orders[2].at == 3);
    CHECK(orders[3].call == "IPS_HostBasedSetupService.Setup");
    CHECK(orders[3].times == fault::always);
    CHECK(orders[4].text == "Access; denied # really");
    CHECK(orders[5].delay == 250ms);
    CHECK(orders[6].bytes.size() == 4);
    CHECK(parse_faults("f", "").empty());
    CHECK(parse_faults("f", " ; \n#busy").empty());
}

TEST_CASE("a slip in an order is told with its line and what there is") {
    const auto complaint = [](std::string_view text) -> std::string {
        try {
            (void)parse_faults("faults.txt", text);
        } catch (const std::runtime_error &e) {
            return e.what();
        }
        return "";
    };
    CHECK(
        complaint("busy\nbusi")
            .starts_with("faults.txt, line 2: there is no fault \"busi\"; there are: no-driver, "));
    CHECK(complaint("busy on lmi").find("amthi, lme, watchdog, mkhi") != std::string::npos);
    CHECK(complaint("busy soon").find("there is no word \"soon\"") != std::string::npos);
    CHECK(complaint("busy for").find("\"for\" wants a value") != std::string::npos);
    CHECK(complaint("busy for 3").find("250ms, 3s or 2m") != std::string::npos);
    CHECK(complaint("busy nth 0").find("from 1") != std::string::npos);
    CHECK(complaint("raw-response bytes 4").find("hexadecimal") != std::string::npos);
    CHECK(complaint("soap-fault saying \"x").find("not closed") != std::string::npos);
}
