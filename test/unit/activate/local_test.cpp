// SPDX-License-Identifier: Apache-2.0
// Activation and deactivation of this machine without a server: the real wiring against the
// simulated device, in virtual time.
#include <costrand/activate/local.hpp>

#include "../setup/pfx_maker.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/setup_errc.hpp>
#include <support/run_coro.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using activate::exit_code;
using activate::local_goal;
using wsman::control_mode;

namespace {

constexpr std::string_view password = "P@ssw0rd";

struct end_of_local {
    std::optional<activate::local_report> report;
    std::optional<activate::failure> failure;

    exit_code code() const { return failure ? failure->code : exit_code::success; }
    std::string text() const { return failure ? failure->text : ""; }
    bool says(std::string_view part) const {
        return failure && failure->text.find(part) != std::string::npos;
    }
};

struct machine {
    machine(net::any_io_executor ex, const sim::profile &p,
            const std::function<void(sim::device_state &)> &prepare)
        : device(ex, p, *random, {}, state_of(p, *random, ex, prepare)),
          heci(device.heci()) {
        env.executor = ex;
        env.device = heci.get();
        env.dial_lms = [this](std::uint16_t port) { return dial_lms(port); };
        env.log = core::log(core::log_level::trace,
                            [this](core::log_level, std::string_view, std::string_view line) {
                                logged += std::string(line) + "\n";
                            });
        options.password = core::secret(password);
        request.now = noon;
    }

    static sim::device_state state_of(const sim::profile &p, core::random_source &random,
                                      const net::any_io_executor &ex,
                                      const std::function<void(sim::device_state &)> &prepare) {
        auto state = sim::new_device(p, random, core::now(ex));
        state.clock_base = noon;
        if (prepare)
            prepare(state);
        return state;
    }

    // The simulated LMS may say no in the words of the system.
    awaitable<std::unique_ptr<core::byte_stream>> dial_lms(std::uint16_t port) {
        auto stream = co_await core::as_result(device.dial_lms(port));
        if (!stream && stream.error() == net::error::connection_refused)
            throw system_error(transports::lms_errc::not_running);
        if (!stream)
            throw system_error(stream.error());
        co_return std::move(*stream);
    }

    awaitable<end_of_local> run(local_goal goal) {
        end_of_local end;
        request.goal = goal;
        try {
            end.report = co_await activate::run_locally(env, options, request);
        } catch (const activate::error &e) {
            end.failure = e.why();
        }
        co_return end;
    }

    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    sim::firmware device;
    std::unique_ptr<heci::device> heci;
    std::string logged;
    activate::environment env;
    activate::settings options;
    activate::local_request request;
};

using machine_body = std::function<awaitable<void>(machine &)>;
using preparation = std::function<void(sim::device_state &)>;

sim::profile profile_of(bool lms) {
    auto p = sim::without_delays(sim::amt16());
    p.lms = lms;
    return p;
}

void on_machine(const sim::profile &p, const machine_body &body, const preparation &prepare = {}) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            machine m(env.executor, p, prepare);
            std::exception_ptr failed;
            try {
                co_await body(m);
            } catch (...) {
                failed = std::current_exception();
            }
            co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
            co_await core::sleep_for(1s); // the other ends learn of the closing
            CHECK(m.device.open_channels() == 0);
            CHECK(m.device.open_links() == 0);
            m.device.stop();
            co_await m.device.run();
            if (failed)
                std::rethrow_exception(failed);
        },
        4);
}

void in_admin_control(sim::device_state &state) {
    const auto ha1 = wsman::digest_ha1("admin", state.digest_realm, core::secret(password));
    sim::enter_admin_control(state, *ha1);
}
void in_client_control(sim::device_state &state) {
    const auto ha1 = wsman::digest_ha1("admin", state.digest_realm, core::secret(password));
    sim::enter_client_control(state, *ha1);
}

// A machine that the chain may take into admin control, and the PFX for it.
struct domain {
    sim::identity who = chain_maker().make();

    sim::profile profile(bool lms) const { return known_to(profile_of(lms)); }
    sim::profile tls_only(bool lms) const {
        auto p = sim::without_delays(sim::built_in_profile("amt19-tls-enforced"));
        p.lms = lms;
        return known_to(std::move(p));
    }
    sim::profile known_to(sim::profile p) const {
        p.dns_suffix = "corp.example";
        sim::trusted_root root;
        root.hash = sim::sha256_hex(who.chain.back());
        p.roots.push_back(std::move(root));
        return p;
    }
    void give(machine &m) const {
        m.request.certificate = rps::encode_payload(make_pfx(content_of(who)));
        m.request.certificate_password = core::secret(pfx_password);
    }
};

} // namespace

TEST_CASE("--local --ccm activates over the LMS and, without one, over LME at once") {
    for (const bool lms : {true, false})
        on_machine(profile_of(lms), [lms](machine &m) -> awaitable<void> {
            const auto begun = core::now(m.env.executor);
            const auto end = co_await m.run(local_goal::client_control);
            CHECK_MESSAGE(end.code() == exit_code::success, end.text());
            CHECK(core::now(m.env.executor) == begun); // nothing is waited for
            REQUIRE(end.report);
            CHECK(end.report->path == (lms ? rps::amt_path::lms : rps::amt_path::lme));
            CHECK(end.report->uuid == m.device.device_profile().uuid);
            CHECK(m.device.mode() == sim::control_mode::client);
            CHECK(m.logged.find(password) == std::string::npos);
            CHECK(m.device.counters().protocol_errors == 0);
        });
}

TEST_CASE("a device that takes TLS only is activated to client control, over LMS and LME") {
    for (const bool lms : {true, false}) {
        auto p = sim::without_delays(sim::built_in_profile("amt19-tls-enforced"));
        p.lms = lms;
        on_machine(p, [](machine &m) -> awaitable<void> {
            const auto end = co_await m.run(local_goal::client_control);
            CHECK_MESSAGE(end.code() == exit_code::success, end.text());
            CHECK(m.device.mode() == sim::control_mode::client);
            CHECK(m.device.state().tls); // committed
        });
    }
}

TEST_CASE("a device that is not set up and shows another chain is not believed, unless told so") {
    const auto p = sim::without_delays(sim::built_in_profile("amt19-tls-enforced"));
    const auto shows_its_own = [](sim::device_state &state) {
        const auto own = sim::make_root(named("AMT", false), sim::pooled_keys()->next_key());
        state.tls.emplace();
        state.tls->enabled = true;
        state.tls_certificate = own.chain.front();
        state.tls_key = own.key;
    };
    on_machine(
        p,
        [](machine &m) -> awaitable<void> {
            const auto end = co_await m.run(local_goal::client_control);
            CHECK(end.code() == exit_code::server_certificate_verification_failed);
            CHECK(end.says("it has been set up meanwhile"));
            CHECK(end.says("--skip-amt-cert-check"));
            CHECK(m.device.counters().http_requests == 0);
            m.request.skip_amt_cert_check = true;
            const auto told = co_await m.run(local_goal::client_control);
            CHECK_MESSAGE(told.code() == exit_code::success, told.text());
        },
        shows_its_own);
}

TEST_CASE("a chain that was made on another die than the one here is not believed") {
    auto p = sim::without_delays(sim::built_in_profile("amt19-tls-enforced"));
    p.upid.csme_id = std::string(64, '7');
    on_machine(
        p,
        [](machine &m) -> awaitable<void> {
            const auto end = co_await m.run(local_goal::client_control);
            CHECK(end.code() == exit_code::server_certificate_verification_failed);
            CHECK(end.says("not this platform's (UPID)"));
            CHECK(m.device.counters().http_requests == 0);
        },
        [](sim::device_state &state) { state.upid_enabled = true; });
}

TEST_CASE("--local --acm activates with a PFX, over LMS and LME") {
    const domain d;
    for (const bool lms : {true, false})
        on_machine(d.profile(lms), [&d](machine &m) -> awaitable<void> {
            d.give(m);
            const auto end = co_await m.run(local_goal::admin_control);
            CHECK_MESSAGE(end.code() == exit_code::success, end.text());
            CHECK(m.device.mode() == sim::control_mode::admin);
        });
}

TEST_CASE("--local --acm upgrades a device in client control mode, without a password") {
    const domain d;
    on_machine(
        d.profile(true),
        [&d](machine &m) -> awaitable<void> {
            d.give(m);
            m.options.password = core::secret();
            const auto end = co_await m.run(local_goal::admin_control);
            CHECK_MESSAGE(end.code() == exit_code::success, end.text());
            CHECK(end.report->done.before == control_mode::client);
            CHECK(m.device.mode() == sim::control_mode::admin);
        },
        in_client_control);
}

TEST_CASE("over TLS only --acm activates with the announced certificate, over LMS and LME") {
    const domain d;
    for (const bool lms : {true, false})
        on_machine(d.tls_only(lms), [&d](machine &m) -> awaitable<void> {
            d.give(m);
            const auto end = co_await m.run(local_goal::admin_control);
            CHECK_MESSAGE(end.code() == exit_code::success, end.text());
            CHECK(m.device.mode() == sim::control_mode::admin);
            CHECK(m.device.state().tls); // committed
            CHECK(!m.device.state().host_based);
        });
}

TEST_CASE("over TLS only what fails behind the start of the configuration stops it") {
    const domain d;
    for (const bool lms : {true, false})
        on_machine(d.tls_only(lms), [&d](machine &m) -> awaitable<void> {
            sim::fault refuses(sim::fault_kind::return_value);
            refuses.for_ever().on_call("AMT_SetupAndConfigurationService.CommitChanges");
            refuses.value = 1;
            m.device.inject().order(std::move(refuses));
            d.give(m);
            const auto end = co_await m.run(local_goal::admin_control);
            CHECK(end.code() != exit_code::success);
            CHECK(end.says("CommitChanges"));
            CHECK(m.device.state().provisioning == sim::provisioning_state::pre);
            CHECK(!m.device.state().host_based);
            CHECK(m.device.state().admin_ha1.empty());
            CHECK(m.device.mode() == sim::control_mode::none);
        });
}

TEST_CASE("what is wrong with a provisioning certificate has the published code") {
    const domain d;
    on_machine(d.profile(true), [&d](machine &m) -> awaitable<void> {
        m.request.certificate = core::secret("no base64!");
        const auto text = co_await m.run(local_goal::admin_control);
        CHECK(text.code() == exit_code::certificate_not_base64);
        d.give(m);
        m.request.certificate_password = core::secret("wrong");
        const auto wrong = co_await m.run(local_goal::admin_control);
        CHECK(wrong.code() == exit_code::wrong_certificate_password);
        auto rootless = content_of(d.who);
        rootless.certificates.pop_back();
        m.request.certificate_password = core::secret(pfx_password);
        m.request.certificate = rps::encode_payload(make_pfx(rootless));
        const auto root = co_await m.run(local_goal::admin_control);
        CHECK(root.code() == exit_code::root_certificate_not_in_pfx);
        d.give(m);
        m.request.now = noon + 1'000'000;
        const auto old = co_await m.run(local_goal::admin_control);
        CHECK(old.code() == exit_code::provisioning_certificate_invalid);
        CHECK(old.says("expired on"));
        CHECK(m.device.counters().http_requests == 0);
    });
    auto stranger = d.profile(true);
    stranger.roots.pop_back();
    on_machine(stranger, [&d](machine &m) -> awaitable<void> {
        d.give(m);
        const auto end = co_await m.run(local_goal::admin_control);
        CHECK(end.code() == exit_code::root_not_trusted_by_amt);
    });
    auto homeless = d.profile(true);
    homeless.dns_suffix.clear();
    on_machine(homeless, [&d](machine &m) -> awaitable<void> {
        d.give(m);
        const auto end = co_await m.run(local_goal::admin_control);
        CHECK(end.code() == exit_code::missing_dns_suffix);
    });
}

TEST_CASE("an activation that in truth succeeded is told as success, with what went wrong") {
    on_machine(profile_of(false), [](machine &m) -> awaitable<void> {
        m.device.inject().order(
            sim::fault(sim::fault_kind::close_within).on_call("IPS_HostBasedSetupService.Setup"));
        const auto end = co_await m.run(local_goal::client_control);
        REQUIRE(end.report);
        CHECK(m.device.mode() == sim::control_mode::client);
        const auto text = activate::result_text(*end.report);
        CHECK(text.starts_with("Activation succeeded: the device is now in client control mode, as "
                               "its control mode shows; what AMT answered was an error: "
                               "IPS_HostBasedSetupService.Setup"));
        CHECK(text.find("LME (HECI)") != std::string::npos);
    });
}

TEST_CASE("passwords: none, a bad one, and one that is asked for") {
    on_machine(profile_of(true), [](machine &m) -> awaitable<void> {
        m.options.password = core::secret();
        const auto none = co_await m.run(local_goal::client_control);
        CHECK(none.code() == exit_code::missing_or_incorrect_password);
        CHECK(none.says("AMT_PASSWORD"));
        m.options.password = core::secret("password");
        const auto bad = co_await m.run(local_goal::client_control);
        CHECK(bad.code() == exit_code::missing_or_incorrect_password);
        CHECK(bad.says("capital letter"));
        CHECK(m.device.counters().lms_connections == 0);
        m.options.password = core::secret();
        struct person {
            static awaitable<core::secret> answer() { co_return core::secret(password); }
        };
        m.env.ask_password = &person::answer;
        const auto asked = co_await m.run(local_goal::client_control);
        CHECK(asked.code() == exit_code::success);
    });
}

TEST_CASE("a device that is activated already is 111, and nobody asks for its password") {
    on_machine(
        profile_of(true),
        [](machine &m) -> awaitable<void> {
            m.options.password = core::secret();
            const auto end = co_await m.run(local_goal::client_control);
            CHECK(end.code() == exit_code::unable_to_activate);
            CHECK(end.says("client control mode already"));
            CHECK(m.device.counters().lms_connections == 0);
        },
        in_client_control);
}

TEST_CASE("deactivation leaves client control without a password, and without AMT's ports") {
    on_machine(
        profile_of(true),
        [](machine &m) -> awaitable<void> {
            m.options.password = core::secret();
            const auto end = co_await m.run(local_goal::deactivation);
            CHECK_MESSAGE(end.code() == exit_code::success, end.text());
            CHECK(m.device.mode() == sim::control_mode::none);
            CHECK(m.device.counters().lms_connections == 0);
            CHECK(!end.report->path);
        },
        in_client_control);
}

TEST_CASE("deactivation leaves admin control with the password, over LMS and LME") {
    for (const bool lms : {true, false})
        on_machine(
            profile_of(lms),
            [](machine &m) -> awaitable<void> {
                const auto end = co_await m.run(local_goal::deactivation);
                CHECK_MESSAGE(end.code() == exit_code::success, end.text());
                CHECK(m.device.mode() == sim::control_mode::none);
                CHECK(
                    activate::result_text(*end.report)
                        .starts_with("Deactivation succeeded: the device is no longer activated"));
            },
            in_admin_control);
}

TEST_CASE("deactivation fails with the published codes") {
    on_machine(profile_of(true), [](machine &m) -> awaitable<void> {
        const auto end = co_await m.run(local_goal::deactivation);
        CHECK(end.code() == exit_code::unable_to_deactivate); // 109
    });
    on_machine(
        profile_of(true),
        [](machine &m) -> awaitable<void> {
            m.options.password = core::secret();
            const auto none = co_await m.run(local_goal::deactivation);
            CHECK(none.code() == exit_code::missing_or_incorrect_password);
            m.options.password = core::secret("Wr0ng!pass");
            const auto wrong = co_await m.run(local_goal::deactivation);
            CHECK(wrong.code() == exit_code::amt_authentication_failed);
            m.options.password = core::secret(password);
            m.device.inject().order(sim::fault(sim::fault_kind::return_value)
                                        .on_call("AMT_SetupAndConfigurationService.Unprovision")
                                        .with(1));
            const auto refused = co_await m.run(local_goal::deactivation);
            CHECK(refused.code() == exit_code::deactivation_failed); // 110
            CHECK(m.device.mode() == sim::control_mode::admin);
        },
        in_admin_control);
    on_machine(
        profile_of(true),
        [](machine &m) -> awaitable<void> {
            m.request.partial = true;
            const auto end = co_await m.run(local_goal::deactivation);
            CHECK(end.code() == exit_code::invalid_parameter_combination);
            CHECK(m.device.mode() == sim::control_mode::client);
        },
        in_client_control);
}

TEST_CASE("a configuration under way is stopped, and where there is none that is an error") {
    on_machine(
        profile_of(true),
        [](machine &m) -> awaitable<void> {
            const auto end = co_await m.run(local_goal::stop_configuration);
            CHECK_MESSAGE(end.code() == exit_code::success, end.text());
            CHECK(m.device.state().provisioning == sim::provisioning_state::pre);
            const auto again = co_await m.run(local_goal::stop_configuration);
            CHECK(static_cast<int>(again.code()) > 1000); // AMT's status
        },
        [](sim::device_state &s) { s.provisioning = sim::provisioning_state::in; });
}

TEST_CASE("without AMT's ports a local activation ends with the cause") {
    auto p = profile_of(true);
    on_machine(p, [](machine &m) -> awaitable<void> {
        m.options.transport = activate::transport_choice::lms;
        m.device.inject().order(sim::fault(sim::fault_kind::lms_refused).for_ever());
        const auto end = co_await m.run(local_goal::client_control);
        CHECK(end.code() == exit_code::lms_connection_failed);
    });
}

TEST_CASE("each step of a local activation has its published exit code") {
    const auto code_of = [](wsman::setup_step step, error_code cause) {
        wsman::setup_failure why;
        why.step = step;
        why.code = cause;
        return static_cast<int>(
            activate::explain(wsman::setup_error(why, control_mode::none)).code);
    };
    using wsman::setup_errc;
    using wsman::setup_step;
    const error_code refused = setup_errc::method_refused;
    CHECK(code_of(setup_step::read_mode, refused) == 134);
    CHECK(code_of(setup_step::read_general_settings, refused) == 129);
    CHECK(code_of(setup_step::read_setup_service, refused) == 130);
    CHECK(code_of(setup_step::read_nonce, setup_errc::reply_incomplete) == 132);
    CHECK(code_of(setup_step::add_certificate, refused) == 131);
    CHECK(code_of(setup_step::sign, setup_errc::signing_failed) == 133);
    CHECK(code_of(setup_step::set_up, refused) == 102);
    CHECK(code_of(setup_step::set_up, setup_errc::not_in_effect) == 102);
    CHECK(code_of(setup_step::set_up, wsman::errc::reply_lost) == 102);
    CHECK(code_of(setup_step::commit, wsman::errc::fault) == 102);
    CHECK(code_of(setup_step::start_configuration, heci::errc::device_reset) == 102);
    CHECK(code_of(setup_step::set_mebx_password, refused) == 118);
    CHECK(code_of(setup_step::unprovision, refused) == 110);
    CHECK(code_of(setup_step::set_up, wsman::errc::unauthorized) == 100);
    CHECK(code_of(setup_step::read_certificate, setup_errc::pfx_no_certificate) == 124);
    CHECK(code_of(setup_step::read_certificate, setup_errc::pfx_no_key) == 125);
    CHECK(code_of(setup_step::check_trust, setup_errc::suffix_mismatch) == 123);
    CHECK(code_of(setup_step::check_trust, setup_errc::root_inactive) == 128);
}

TEST_CASE("the JSON of a local success has the published keys") {
    activate::local_report r;
    r.goal = local_goal::client_control;
    r.done.after = control_mode::client;
    activate::settings options;
    options.friendly_name = "lab \"7\"";
    CHECK(
        activate::result_json(r, options) ==
        "{\"status\":\"success\",\"mode\":\"client control mode\",\"message\":\"the device is now "
        "in client control mode\",\"friendly_name\":\"lab \\\"7\\\"\"}\n");
}
