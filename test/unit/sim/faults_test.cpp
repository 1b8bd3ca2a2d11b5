// SPDX-License-Identifier: Apache-2.0
// Orders of faults: which event they act on, and how often.
#include <costrand/sim/faults.hpp>

#include <doctest/doctest.h>

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
