// SPDX-License-Identifier: Apache-2.0
// The way back to no control mode.
#include "device_world.hpp"

using namespace costrand;
using namespace costrand::test;
using wsman::control_mode;
using wsman::setup_errc;
using wsman::setup_step;

namespace {

const std::string unprovision_call = "AMT_SetupAndConfigurationService.Unprovision";
const std::string partial_call = "AMT_SetupAndConfigurationService.PartialUnprovision";

wsman::deactivation with_password(std::string_view password = good_password) {
    return wsman::deactivation(core::secret(password));
}

// Admin control mode over the LMS.
void in_admin_world(const std::function<awaitable<void>(device_world &)> &body) {
    in_world(
        way::lms,
        [&body](device_world &w) -> awaitable<void> {
            w.make_client("admin", core::secret());
            co_await body(w);
        },
        plain_profile(), in_admin_control);
}

} // namespace

TEST_CASE("client control mode is left through the host interface, without a password") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        co_await w.activate();
        const auto calls = w.device.calls().size();
        const auto done = co_await wsman::deactivate(*w.amt, wsman::deactivation(), w.means);
        CHECK(done.before == control_mode::client);
        CHECK(done.after == control_mode::none);
        CHECK(!done.in_spite_of);
        CHECK(w.device.mode() == sim::control_mode::none);
        CHECK(w.device.calls().size() == calls);
    });
}

TEST_CASE("admin control mode is left by Unprovision, over the LMS and over LME") {
    for (const way how : {way::lms, way::lme})
        in_world(
            how,
            [](device_world &w) -> awaitable<void> {
                w.make_client("admin", core::secret());
                const auto done = co_await wsman::deactivate(*w.amt, with_password(), w.means);
                CHECK(done.before == control_mode::admin);
                CHECK(done.after == control_mode::none);
                CHECK(w.device.mode() == sim::control_mode::none);
                CHECK(w.calls(unprovision_call) == 2); // the first one brings the nonce
                CHECK(w.device.calls().back().user == "admin");
            },
            plain_profile(), in_admin_control);
}

TEST_CASE("an Unprovision whose answer got lost is a success when the device shows it") {
    in_admin_world([](device_world &w) -> awaitable<void> {
        w.device.inject().order(
            sim::fault(sim::fault_kind::close_within).on_call(unprovision_call).nth(2));
        const auto done = co_await wsman::deactivate(*w.amt, with_password(), w.means);
        CHECK(w.device.inject().all_acted());
        CHECK(done.after == control_mode::none);
        REQUIRE(done.in_spite_of);
        CHECK(done.in_spite_of->code == wsman::errc::reply_lost);
        CHECK(done.in_spite_of->step == setup_step::unprovision);
    });
}

TEST_CASE("a wrong AMT password leaves admin control mode as it is, and is named") {
    in_admin_world([](device_world &w) -> awaitable<void> {
        auto op = wsman::deactivate(*w.amt, with_password("Wr0ng!pass"), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == wsman::errc::unauthorized);
        CHECK(e->mode() == control_mode::admin);
        CHECK(e->text() == unprovision_call + ": AMT refused the password of admin; the device is "
                                              "now in admin control mode");
    });
}

TEST_CASE("without a password admin control mode is not left, and AMT is asked nothing") {
    in_admin_world([](device_world &w) -> awaitable<void> {
        auto op = wsman::deactivate(*w.amt, wsman::deactivation(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::password_missing);
        CHECK(w.device.counters().http_requests == 0);
    });
}

TEST_CASE("an Unprovision that is refused is told by its number and meaning") {
    in_admin_world([](device_world &w) -> awaitable<void> {
        w.device.inject().order(
            sim::fault(sim::fault_kind::return_value).on_call(unprovision_call).with(2076));
        auto op = wsman::deactivate(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::method_refused);
        CHECK(e->return_value() == 2076u);
        CHECK(e->text().find("2076 (BLOCKING_COMPONENT)") != std::string::npos);
        CHECK(e->mode() == control_mode::admin);
    });
}

TEST_CASE("a partial deactivation asks for PartialUnprovision") {
    in_admin_world([](device_world &w) -> awaitable<void> {
        w.device.inject().order(
            sim::fault(sim::fault_kind::return_value).on_call(partial_call).with(36));
        auto what = with_password();
        what.partial = true;
        auto op = wsman::deactivate(*w.amt, std::move(what), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->return_value() == 36u);
        CHECK(e->text().starts_with(partial_call + " was refused with 36 (INVALID_PARAMETER)"));
        CHECK(w.calls(unprovision_call) == 0);
    });
}

TEST_CASE("a partial deactivation leaves admin control mode") {
    in_admin_world([](device_world &w) -> awaitable<void> {
        auto what = with_password();
        what.partial = true;
        const auto done = co_await wsman::deactivate(*w.amt, std::move(what), w.means);
        CHECK(done.before == control_mode::admin);
        CHECK(done.after == control_mode::none);
        CHECK(w.device.calls().back().call == partial_call);
        CHECK(w.device.mode() == sim::control_mode::none);
    });
}

TEST_CASE("client control mode has no partial deactivation") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        co_await w.activate();
        auto what = with_password();
        what.partial = true;
        auto op = wsman::deactivate(*w.amt, std::move(what), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::mode_unsuitable);
        CHECK(w.device.mode() == sim::control_mode::client);
    });
}

TEST_CASE("a device that is not activated has nothing to deactivate") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        w.make_client("admin", core::secret());
        auto op = wsman::deactivate(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::not_activated);
        CHECK(w.device.counters().http_requests == 0);
    });
}

TEST_CASE("a provisioning that was begun and not finished is stopped") {
    in_world(
        way::lms,
        [](device_world &w) -> awaitable<void> {
            w.make_client("admin", core::secret());
            const auto done = co_await wsman::deactivate(*w.amt, wsman::deactivation(), w.means);
            CHECK(done.after == control_mode::none);
            CHECK(w.device.state().provisioning == sim::provisioning_state::pre);
        },
        plain_profile(),
        [](sim::device_state &s) { s.provisioning = sim::provisioning_state::in; });
}

TEST_CASE("where the host interface cannot unprovision, it stops the provisioning") {
    in_world(
        way::lms,
        [](device_world &w) -> awaitable<void> {
            w.make_client("admin", core::secret());
            w.on_unprovision = [] { throw system_error(net::error::broken_pipe); };
            const auto done = co_await wsman::deactivate(*w.amt, wsman::deactivation(), w.means);
            CHECK(done.after == control_mode::none);
            CHECK(w.device.state().provisioning == sim::provisioning_state::pre);
        },
        plain_profile(),
        [](sim::device_state &s) { s.provisioning = sim::provisioning_state::in; });
}

TEST_CASE("a failure of the host interface in client control mode is reported with its cause") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        co_await w.activate();
        w.on_unprovision = [] { throw system_error(net::error::broken_pipe); };
        auto op = wsman::deactivate(*w.amt, wsman::deactivation(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == net::error::broken_pipe);
        CHECK(e->step() == setup_step::unprovision);
        CHECK(e->mode() == control_mode::client);
    });
}
