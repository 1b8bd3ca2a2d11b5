// SPDX-License-Identifier: Apache-2.0
// Client control mode from the host alone: over both ways, and with everything that can go wrong.
#include "device_world.hpp"

#include <costrand/core/error.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/fault.hpp>

#include <chrono>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using wsman::control_mode;
using wsman::setup_errc;
using wsman::setup_step;

namespace {

const std::string setup_call = "IPS_HostBasedSetupService.Setup";
const std::string commit_call = "AMT_SetupAndConfigurationService.CommitChanges";

wsman::activation with_password(std::string_view password = good_password) {
    return wsman::activation(core::secret(password));
}

awaitable<wsman::setup_result> activate(device_world &w, bool tls = false) {
    co_await w.log_in();
    auto what = with_password();
    what.tls_enforced = tls;
    co_return co_await wsman::activate_client(*w.amt, std::move(what), w.means);
}

std::string ha1_of(const device_world &w) {
    const auto ha1 =
        wsman::digest_ha1("admin", w.device.state().digest_realm, core::secret(good_password));
    return std::string(ha1->reveal());
}

// A first look, and behind it another program's Setup with another password.
awaitable<control_mode> look_and_meddle(device_world &w) {
    const auto mode = co_await w.amthi.read_control_mode();
    if (mode == heci::control_mode::none) {
        wsman::method_call other(wsman::uri::of_class("IPS_HostBasedSetupService"), "Setup",
                                 "<h:NetAdminPassEncryptionType>2</h:NetAdminPassEncryptionType>"
                                 "<h:NetworkAdminPassword>" +
                                     std::string(32, 'b') + "</h:NetworkAdminPassword>");
        (void)co_await w.amt->invoke(std::move(other));
    }
    co_return static_cast<control_mode>(mode);
}

} // namespace

TEST_CASE("a device is activated to client control mode over the LMS and over LME") {
    for (const way how : {way::lms, way::lme})
        in_world(how, [](device_world &w) -> awaitable<void> {
            const auto done = co_await activate(w);
            CHECK(done.before == control_mode::none);
            CHECK(done.after == control_mode::client);
            CHECK(!done.in_spite_of);
            CHECK(w.device.mode() == sim::control_mode::client);
            CHECK(w.device.state().admin_ha1.reveal() == ha1_of(w));
            CHECK(w.calls(setup_call) == 1);
            CHECK(w.device.counters().protocol_errors == 0);
        });
}

TEST_CASE("the client goes on as admin after an activation") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        (void)co_await activate(w);
        (void)co_await w.amt->get(wsman::uri::of_class("AMT_AuthorizationService"));
        CHECK(w.device.calls().back().user == "admin");
    });
}

TEST_CASE("an activation on a device that takes TLS only is committed by admin") {
    for (const way how : {way::lms, way::lme})
        in_world(
            how,
            [](device_world &w) -> awaitable<void> {
                const auto done = co_await activate(w, true);
                CHECK(done.after == control_mode::client);
                CHECK(w.calls(commit_call) == 1);
                CHECK(w.device.calls().back().call == commit_call);
                CHECK(w.device.calls().back().user == "admin");
            },
            tls_profile());
}

TEST_CASE("no password and no digest of one is in the log of a local activation") {
    in_world(way::lme, [](device_world &w) -> awaitable<void> {
        (void)co_await activate(w);
        CHECK(!w.logged.empty());
        CHECK(w.logged.find(good_password) == std::string::npos);
        CHECK(w.logged.find(ha1_of(w)) == std::string::npos);
        CHECK(w.logged.find(w.device.state().local_password.reveal()) == std::string::npos);
    });
}

TEST_CASE("a device that activates and then loses the connection is a success, named as such") {
    for (const way how : {way::lms, way::lme})
        in_world(how, [](device_world &w) -> awaitable<void> {
            w.device.inject().order(sim::fault(sim::fault_kind::close_within).on_call(setup_call));
            const auto done = co_await activate(w);
            CHECK(w.device.inject().all_acted());
            CHECK(done.after == control_mode::client);
            REQUIRE(done.in_spite_of);
            CHECK(done.in_spite_of->step == setup_step::set_up);
            CHECK(done.in_spite_of->code == wsman::errc::reply_lost);
            CHECK(w.calls(setup_call) == 1);
        });
}

TEST_CASE("a lost call that never reached the device is reported after three looks, and not sent "
          "again") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::close_before).on_call(setup_call));
        co_await w.log_in();
        const auto begun = core::now(co_await net::this_coro::executor);
        auto op = wsman::activate_client(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == wsman::errc::reply_lost);
        CHECK(e->step() == setup_step::set_up);
        CHECK(e->mode() == control_mode::none);
        CHECK(w.calls(setup_call) == 0);
        CHECK(w.mode_reads == 4); // before, and three times behind it
        const auto taken = core::now(co_await net::this_coro::executor) - begun;
        CHECK(taken >= 2s);
        CHECK(taken < 3s);
    });
}

TEST_CASE("a device that activates a second after its answer was lost is a success") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        w.device.inject().order(
            sim::fault(sim::fault_kind::http_delay).on_call(setup_call).after(31s));
        const auto done = co_await activate(w);
        REQUIRE(done.in_spite_of);
        CHECK(done.in_spite_of->code == core::cond::timed_out);
        CHECK(w.device.mode() == sim::control_mode::client);
    });
}

TEST_CASE("a control mode that cannot be read behind a lost answer is an error that says so") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        w.device.inject().order(sim::fault(sim::fault_kind::close_within).on_call(setup_call));
        w.before_mode = [&w] {
            if (w.mode_reads > 1)
                throw system_error(net::error::broken_pipe);
        };
        co_await w.log_in();
        auto op = wsman::activate_client(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == wsman::errc::reply_lost);
        CHECK(!e->mode());
        CHECK(e->text().find("cannot be read") != std::string::npos);
    });
}

TEST_CASE("a yes of the device counts when its control mode cannot be read behind it") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        w.before_mode = [&w] {
            if (w.mode_reads > 1)
                throw system_error(net::error::broken_pipe);
        };
        const auto done = co_await activate(w);
        CHECK(done.after == control_mode::client);
        CHECK(w.device.mode() == sim::control_mode::client);
    });
}

TEST_CASE("a yes of the device that changes nothing is an error") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        w.device.inject().order(
            sim::fault(sim::fault_kind::return_value).on_call(setup_call).with(0));
        co_await w.log_in();
        auto op = wsman::activate_client(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::not_in_effect);
        CHECK(e->mode() == control_mode::none);
    });
}

TEST_CASE("a device that somebody else activates meanwhile is no success") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        co_await w.log_in();
        w.means.read_mode = [&w] { return look_and_meddle(w); };
        auto op = wsman::activate_client(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::already_activated);
        CHECK(e->mode() == control_mode::client);
        CHECK(e->text().find("another password") != std::string::npos);
        CHECK(w.device.state().admin_ha1.reveal() == std::string(32, 'b'));
    });
}

TEST_CASE("a device that is activated already is told nothing") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        co_await w.activate();
        const auto calls = w.device.calls().size();
        auto op = wsman::activate_client(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::already_activated);
        CHECK(e->text() == "the device is in client control mode already: deactivate it first");
        CHECK(w.device.calls().size() == calls);
    });
}

TEST_CASE("a password that AMT does not take is refused before anything is sent") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        co_await w.log_in();
        auto op = wsman::activate_client(*w.amt, with_password("password"), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == setup_errc::password_unacceptable);
        CHECK(e->step() == setup_step::check_password);
        CHECK(w.device.counters().http_requests == 0);
    });
}

TEST_CASE("a wrong password of the local system account is named") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        w.make_client("$$OsAdmin", core::secret("wrong"));
        auto op = wsman::activate_client(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == wsman::errc::unauthorized);
        CHECK(e->step() == setup_step::read_general_settings);
        CHECK(e->text() == "AMT_GeneralSettings: AMT refused the local system account; the device "
                           "is not activated");
        CHECK(w.calls(setup_call) == 0);
    });
}

TEST_CASE("a refusal by Setup is reported at once, with its number and meaning") {
    for (const auto &[value, text] :
         {std::pair(1u, "1 (InternalError)"), std::pair(4u, "4 (MethodDisabled)"),
          std::pair(6u, "6 (FlashWriteLimitExceeded)")})
        in_world(way::lms, [value, text](device_world &w) -> awaitable<void> {
            w.device.inject().order(
                sim::fault(sim::fault_kind::return_value).on_call(setup_call).with(value));
            co_await w.log_in();
            auto op = wsman::activate_client(*w.amt, with_password(), w.means);
            const auto e = co_await w.failure(std::move(op));
            REQUIRE(e);
            CHECK(e->code() == setup_errc::method_refused);
            CHECK(e->return_value() == value);
            CHECK(e->text() ==
                  setup_call + " was refused with " + text + "; the device is not activated");
            CHECK(w.mode_reads == 2);
        });
}

TEST_CASE("a fault in the answer to Setup is told in its words and in ours") {
    in_world(way::lms, [](device_world &w) -> awaitable<void> {
        w.device.inject().order(
            sim::fault(sim::fault_kind::soap_fault).on_call(setup_call).saying("AccessDenied"));
        co_await w.log_in();
        auto op = wsman::activate_client(*w.amt, with_password(), w.means);
        const auto e = co_await w.failure(std::move(op));
        REQUIRE(e);
        CHECK(e->code() == wsman::errc::fault);
        CHECK(e->text().find("AccessDenied") != std::string::npos);
        CHECK(e->text().find("this user lacks the right") != std::string::npos);
        CHECK(e->mode() == control_mode::none);
    });
}

TEST_CASE("a CommitChanges that is refused takes the activation back") {
    in_world(
        way::lms,
        [](device_world &w) -> awaitable<void> {
            w.device.inject().order(
                sim::fault(sim::fault_kind::return_value).on_call(commit_call).with(1));
            co_await w.log_in();
            auto what = with_password();
            what.tls_enforced = true;
            auto op = wsman::activate_client(*w.amt, std::move(what), w.means);
            const auto e = co_await w.failure(std::move(op));
            REQUIRE(e);
            CHECK(e->step() == setup_step::commit);
            CHECK(e->return_value() == 1u);
            CHECK(e->mode() == control_mode::none);
            CHECK(w.device.mode() == sim::control_mode::none);
        },
        tls_profile());
}

TEST_CASE("an answer to CommitChanges that the restart of the ports cuts off is a success") {
    in_world(
        way::lme,
        [](device_world &w) -> awaitable<void> {
            w.device.inject().order(sim::fault(sim::fault_kind::close_within).on_call(commit_call));
            const auto done = co_await activate(w, true);
            CHECK(done.after == control_mode::client);
            REQUIRE(done.in_spite_of);
            CHECK(done.in_spite_of->step == setup_step::commit);
            CHECK(w.device.state().tls);
        },
        tls_profile());
}

TEST_CASE("general settings without a realm are an error") {
    auto p = plain_profile();
    p.classes.without = {"AMT_GeneralSettings.DigestRealm"};
    in_world(
        way::lms,
        [](device_world &w) -> awaitable<void> {
            co_await w.log_in();
            auto op = wsman::activate_client(*w.amt, with_password(), w.means);
            const auto e = co_await w.failure(std::move(op));
            REQUIRE(e);
            CHECK(e->code() == setup_errc::reply_incomplete);
            CHECK(e->step() == setup_step::read_general_settings);
        },
        p);
}
