// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/profile_run.hpp>

#include "profile_settings.hpp"

#include <costrand/activate/amt_client.hpp>
#include <costrand/activate/execute.hpp>
#include <costrand/activate/local.hpp>
#include <costrand/activate/setting_words.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/classes/general.hpp>
#include <costrand/wsman/errc.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace costrand::activate {

namespace {

using wsman::control_mode;

constexpr std::string_view component = "profile";
constexpr int most_questions = 3; // for AMT's password, as in the reference client

// Where the cause has no code of its own.
exit_code code_of(profile_step step) {
    switch (step) {
    case profile_step::password:
        return exit_code::change_amt_password_failed;
    case profile_step::activation:
        return exit_code::activation_failed;
    case profile_step::mebx:
        return exit_code::set_mebx_password_failed;
    case profile_step::features:
        return exit_code::amt_features_configuration_failed;
    case profile_step::wired:
        return exit_code::wired_configuration_failed;
    case profile_step::wifi_sync:
    case profile_step::wireless:
        return exit_code::wifi_configuration_failed;
    case profile_step::tls:
        return exit_code::tls_configuration_failed;
    case profile_step::cira:
        return exit_code::cira_configuration_failed;
    case profile_step::proxies:
        return exit_code::network_configuration_failed;
    }
    return exit_code::unable_to_configure;
}

// Only what a restarting port stack does. What AMT has answered stays its answer.
bool passes(const error_code &code) {
    using wsman::errc;
    return code != errc::method_refused && code != errc::fault &&
           code != errc::certificate_failed && code != errc::xml_unwritable &&
           code != errc::digest_failed;
}
bool passes(const failure &why) {
    return why.code == exit_code::amt_connection_failed ||
           why.code == exit_code::amt_authentication_failed ||
           why.code == exit_code::lms_connection_failed || why.code == exit_code::amt_not_ready;
}

bool is_cancelled(const std::exception_ptr &thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const system_error &e) {
        return e.code() == core::cond::cancelled;
    } catch (...) {
        return false;
    }
}

struct attempt {
    std::optional<step_end> end;
    std::optional<failure> failed;
    bool passes = false;
};

class profile_run {
  public:
    profile_run(const environment &env, const settings &options, profile_request what,
                core::random_source &random, profile_report &out)
        : env_(env),
          options_(options),
          what_(std::move(what)),
          out_(out),
          login_(options),
          settings_(env, what_, random, [this] { return connected(); }) {}

    awaitable<void> whole() {
        std::exception_ptr failed;
        try {
            co_await steps();
        } catch (...) {
            failed = std::current_exception();
        }
        // The link is closed in good order whatever happened.
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        co_await close();
        if (failed && is_cancelled(failed))
            std::rethrow_exception(failed);
        co_await net::this_coro::reset_cancellation_state(net::enable_terminal_cancellation());
        if (!failed)
            co_return;
        const bool known = co_await look_at_mode();
        throw error(told(failure_of(failed), known));
    }

  private:
    using step_function = std::function<awaitable<step_end>()>;

    awaitable<void> steps() {
        refuse_what_nobody_made();
        env_.step("reading the device's state over " + env_.device->name());
        co_await read_state();
        plan();
        if (out_.mode != control_mode::none)
            co_await carry_out(profile_step::password, [this] { return take_over_password(); });
        co_await carry_out(profile_step::activation, [this] { return enter_mode(); });
        if (out_.activated) {
            env_.step("waiting for AMT's ports", true);
            co_await core::sleep_for(what_.settling.wait);
        }
        co_await carry_out(profile_step::mebx,
                           [this] { return settings_.set_mebx(out_.mode, mebx_is_set_); });
        co_await carry_out(profile_step::features,
                           [this] { return settings_.set_features(out_.mode); });
        co_await carry_out(profile_step::wired, [this] { return settings_.set_wired(); });
        co_await carry_out(profile_step::wifi_sync, [this] { return settings_.set_wifi_sync(); });
        co_await carry_out(profile_step::wireless, [this] { return settings_.set_wireless(); });
        co_await carry_out(profile_step::tls, [this] { return settings_.set_tls(); });
        co_await carry_out(profile_step::cira, [this] { return settings_.set_cira(); });
        co_await carry_out(profile_step::proxies, [this] { return settings_.set_proxies(); });
    }

    // A device whose password nobody knows can be set up by nobody.
    void refuse_what_nobody_made() const {
        const auto &p = what_.wanted;
        std::string keys;
        const auto add = [&keys](bool wanted, std::string_view key) {
            if (wanted)
                keys += (keys.empty() ? "" : ", ") + std::string(key);
        };
        add(p.random_admin_password, "amtSpecific.generateRandomPassword");
        add(p.random_mebx_password, "amtSpecific.generateRandomMEBXPassword");
        add(p.random_mps_password, "amtSpecific.cira.generateRandomPassword");
        if (!keys.empty())
            throw error(exit_code::invalid_parameter_combination,
                        keys + ": a password that is made here would be known to nobody but the "
                               "device, and lost; write passwords into the profile, or take it "
                               "from a console, which keeps them");
    }

    void plan() {
        const auto &p = what_.wanted;
        const auto add = [this](bool wanted, profile_step step) {
            if (wanted)
                out_.missing.push_back(step);
        };
        add(out_.mode != control_mode::none && !p.admin_password.empty(), profile_step::password);
        add(p.mode != control_mode::none, profile_step::activation);
        add(!p.mebx_password.empty(), profile_step::mebx);
        add(true, profile_step::features);
        add(p.wired || p.wired_8021x, profile_step::wired);
        add(p.wifi_with_system || p.wifi_with_uefi, profile_step::wifi_sync);
        add(!p.wireless.empty(), profile_step::wireless);
        add(p.tls.has_value(), profile_step::tls);
        add(p.cira.has_value(), profile_step::cira);
        add(!p.proxies.empty(), profile_step::proxies);
    }

    awaitable<void> carry_out(profile_step step, step_function op) {
        out_.under_way = step;
        std::erase(out_.missing, step);
        env_.step(to_string(step));
        for (int number = 1;; ++number) {
            auto made = co_await attempt_once(step, op);
            if (made.end) {
                record(step, std::move(*made.end));
                co_return;
            }
            if (!out_.activated || !made.passes || number >= what_.settling.attempts)
                throw error(std::move(*made.failed));
            env_.log.warn(component, to_string(step), ", attempt ", number, " of ",
                          what_.settling.attempts,
                          ", while AMT may be settling behind its activation: ", made.failed->text);
            co_await close();
            co_await core::sleep_for(what_.settling.wait);
        }
    }

    awaitable<attempt> attempt_once(profile_step step, const step_function &op) {
        attempt out;
        try {
            out.end = co_await op();
        } catch (const error &e) {
            out.failed = e.why();
            out.passes = passes(e.why());
        } catch (const system_error &e) {
            if (e.code() == core::cond::cancelled)
                throw;
            out.failed = explain_setting(e, to_string(step), code_of(step));
            out.passes = passes(e.code());
        }
        co_return out;
    }

    void record(profile_step step, step_end end) {
        out_.under_way.reset();
        if (!end.done)
            env_.log.info(component, to_string(step), " skipped: ", end.text);
        profile_report::entry entry;
        entry.step = step;
        entry.done = end.done;
        entry.text = std::move(end.text);
        out_.steps.push_back(std::move(entry));
    }

    // The password of admin.

    awaitable<step_end> take_over_password() {
        if (what_.wanted.admin_password.empty()) {
            co_await need_password();
            co_return step_end(false, "the profile has none: it stays as it is");
        }
        login_.password = what_.wanted.admin_password;
        const bool in_force = co_await lets_in();
        if (in_force)
            co_return step_end(true, "it is the profile's");
        if (!options_.password.empty()) {
            const bool changed = co_await rotate(options_.password);
            if (changed)
                co_return step_end(true, "it is the profile's now");
        }
        for (int asked = 0; env_.ask_password && asked < most_questions; ++asked) {
            env_.log.warn(component, "the device has another AMT password than the profile's: the "
                                     "one that it has is needed, and is changed then");
            auto old = co_await env_.ask_password();
            const bool changed = co_await rotate(std::move(old));
            if (changed)
                co_return step_end(true, "it is the profile's now");
        }
        if (options_.password.empty() && !env_.ask_password)
            throw error(exit_code::missing_or_incorrect_password,
                        "the device is activated with another AMT password than the profile's: "
                        "set AMT_PASSWORD, or give --password, to the one that it has, and it is "
                        "changed to the profile's");
        throw error(exit_code::amt_authentication_failed,
                    "the device takes neither the AMT password of the profile nor the one that "
                    "was given (AMT_PASSWORD, --password, or typed in)");
    }

    awaitable<bool> lets_in() {
        auto *amt = co_await connected();
        auto look = wsman::get_instance<wsman::amt::general_settings>(amt->get());
        const auto seen = co_await core::as_result(std::move(look));
        if (!seen && seen.error() != wsman::errc::unauthorized)
            throw system_error(seen.error());
        co_return seen.has_value();
    }

    awaitable<bool> rotate(core::secret old) {
        auto *amt = co_await connected();
        amt->get().set_user("admin", std::move(old));
        auto change = wsman::set_admin_password(amt->get(), what_.wanted.admin_password);
        const auto changed = co_await core::as_result(std::move(change));
        if (!changed && changed.error() != wsman::errc::unauthorized)
            throw system_error(changed.error());
        co_return changed.has_value();
    }

    // Of a device that is not activated: the one that it gets. Else the one that it has.
    awaitable<void> need_password() {
        login_.password =
            what_.wanted.admin_password.empty() ? options_.password : what_.wanted.admin_password;
        if (login_.password.empty() && env_.ask_password)
            login_.password = co_await env_.ask_password();
        if (login_.password.empty())
            throw error(exit_code::missing_or_incorrect_password,
                        "the profile has no AMT password (amtSpecific.adminPassword): set "
                        "AMT_PASSWORD or give --password");
    }

    // The control mode.

    awaitable<step_end> enter_mode() {
        const auto wanted = what_.wanted.mode;
        if (out_.mode == control_mode::none && wanted == control_mode::none)
            throw error(exit_code::missing_or_invalid_configuration,
                        "the device is not activated, and the profile does not say to which "
                        "control mode (amtSpecific.controlMode)");
        const bool upgrade = out_.mode == control_mode::client && wanted == control_mode::admin;
        if (out_.mode != control_mode::none && !upgrade)
            co_return step_end(false, words_of_mode());
        local_request asked;
        asked.goal =
            wanted == control_mode::admin ? local_goal::admin_control : local_goal::client_control;
        if (wanted == control_mode::admin)
            take_certificate(asked);
        if (!upgrade)
            co_await need_password();
        co_await close(); // the host interface has few places
        asked.now = what_.now();
        asked.skip_amt_cert_check = what_.skip_amt_cert_check;
        const auto made = co_await run_locally(env_, login_, std::move(asked));
        out_.mode = made.done.after;
        out_.path = made.path;
        out_.activated = true;
        mebx_is_set_ = !upgrade && made.over_tls && wanted == control_mode::admin;
        co_return step_end(true, "the device is now in " + to_string(made.done.after));
    }

    void take_certificate(local_request &to) const {
        const auto &p = what_.wanted;
        if (p.certificate.empty())
            throw error(exit_code::incorrect_command_line_parameters,
                        "admin control mode needs a provisioning certificate, and the profile has "
                        "none (amtSpecific.provisioningCert): set PROVISIONING_CERT or give "
                        "--provisioningCert");
        to.certificate = p.certificate;
        to.certificate_password = p.certificate_password;
        to.mebx_password = p.mebx_password;
    }

    [[nodiscard]] std::string words_of_mode() const {
        auto out = "the device is in " + to_string(out_.mode) + " already";
        if (out_.mode == control_mode::admin && what_.wanted.mode == control_mode::client)
            out += ", and stays there though the profile has client control mode";
        return out;
    }

    awaitable<void> read_state() {
        heci::amthi amt(*env_.device, env_.heci_limits, env_.log);
        auto mode = co_await core::as_result(amt.read_control_mode());
        if (!mode)
            refuse_state(mode.error(), "reading the control mode");
        auto uuid = co_await core::as_result(amt.read_uuid());
        if (!uuid)
            refuse_state(uuid.error(), "reading the UUID");
        out_.mode = static_cast<control_mode>(*mode);
        out_.uuid = uuid->text();
        if (out_.mode == control_mode::none && !what_.wanted.wireless.empty())
            co_await refuse_without_wireless(amt);
        amt.close();
    }

    // Found out behind the activation, it would leave a device that is half set up.
    awaitable<void> refuse_without_wireless(heci::amthi &amt) {
        const auto port =
            co_await core::as_result(amt.read_lan_settings(heci::lan_interface::wireless));
        if (!port && port.error() == core::cond::cancelled)
            throw system_error(port.error());
        if (port && !port->present()) // an error tells nothing: the step will find out
            throw error(exit_code::wifi_configuration_failed,
                        settings_.without_wireless() + "; the device is not activated");
    }

    [[noreturn]] void refuse_state(error_code why, std::string_view what) const {
        if (why == core::cond::cancelled)
            throw system_error(why);
        throw error(explain(why, env_.device->name(), what));
    }

    // False: nobody knows. An activation that failed may have been one all the same.
    awaitable<bool> look_at_mode() {
        heci::amthi amt(*env_.device, env_.heci_limits, env_.log);
        const auto mode = co_await core::as_result(amt.read_control_mode());
        if (!mode && mode.error() == core::cond::cancelled)
            throw system_error(mode.error());
        if (mode)
            out_.mode = static_cast<control_mode>(*mode);
        co_return mode.has_value();
    }

    [[nodiscard]] failure told(failure why, bool mode_is_known) const {
        std::string text = "profile " + printable(what_.source, 300);
        if (!out_.under_way)
            return {why.code, text + ": " + why.text};
        text += ", " + std::string(to_string(*out_.under_way)) + ": " + why.text + "; " +
                progress_text(out_);
        if (!mode_is_known)
            text += "; its control mode cannot be read now";
        else if (why.text.find("; the device is ") == why.text.npos)
            text += "; the device is " + std::string(out_.mode == control_mode::none ? "" : "in ") +
                    to_string(out_.mode);
        return {why.code, std::move(text)};
    }

    // Connections to AMT as admin, with login_.password.

    awaitable<amt_client *> connected() {
        if (amt_)
            co_return &*amt_;
        amt_.emplace(env_, login_, what_.skip_amt_cert_check);
        std::exception_ptr failed;
        try {
            co_await amt_->open();
            out_.path = amt_->path();
        } catch (...) {
            failed = std::current_exception();
        }
        if (failed) {
            if (!is_cancelled(failed))
                co_await close();
            std::rethrow_exception(failed);
        }
        co_return &*amt_;
    }

    awaitable<void> close() {
        if (!amt_)
            co_return;
        co_await amt_->close();
        amt_.reset();
    }

    const environment &env_;
    const settings &options_;
    profile_request what_;
    profile_report &out_;
    settings login_; // options_ with the password of admin
    profile_settings settings_;
    std::optional<amt_client> amt_;
    bool mebx_is_set_ = false;
};

} // namespace

awaitable<void> run_profile(const environment &env, const settings &options, profile_request what,
                            core::random_source &random, profile_report &out) {
    profile_run one(env, options, std::move(what), random, out);
    co_await one.whole();
}

} // namespace costrand::activate
