// SPDX-License-Identifier: Apache-2.0
// A device is set up by a profile of a console, which knows the passwords first.
#include <costrand/activate/with_console.hpp>

#include <costrand/activate/amt_queries.hpp>
#include <costrand/activate/execute.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/management_console.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/rps/payload.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_watchdog.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::activate {

namespace {

using wsman::control_mode;

constexpr std::string_view component = "console";

class console_activation {
  public:
    console_activation(const environment &env, const settings &options, console_order what,
                       core::random_source &random, profile_report &out)
        : env_(env),
          options_(options),
          what_(std::move(what)),
          random_(random),
          out_(out),
          console_(console_of(env, options)) {}

    awaitable<void> whole() {
        env_.step("reading the device's state over " + env_.device->name());
        co_await read_device();
        env_.step("asking the console");
        co_await console_.log_in();
        auto wanted = co_await read_profile();
        co_await settle_passwords(wanted);
        describe(wanted);
        env_.step("registering the device at the console");
        co_await console_.register_device(record_);

        std::optional<failure> failed;
        profile_request request;
        request.wanted = wanted;
        request.source = what_.source;
        request.skip_amt_cert_check = what_.skip_amt_cert_check;
        request.now = what_.now;
        request.settling = what_.settling;
        try {
            co_await run_profile(env_, options_, std::move(request), random_, out_);
        } catch (const error &e) {
            failed = e.why();
        }
        const auto trouble = co_await bring_up_to_date(wanted, failed.has_value());
        if (failed) {
            failed->text += "; the console has the device's record" + trouble;
            throw error(std::move(*failed));
        }
        if (!trouble.empty())
            throw error(exit_code::generic_failure,
                        "the device is set up, but its record at the console is not" + trouble);
    }

  private:
    awaitable<void> read_device() {
        heci::amthi amt(*env_.device, env_.heci_limits, env_.log);
        const auto versions =
            co_await needed(env_, read_versions_patiently(amt, env_.heci_limits), "versions");
        record_.amt_version = versions.find("AMT");
        record_.build = versions.find("Build Number");
        record_.sku = versions.find("Sku");
        record_.features = rps::feature_text(record_.amt_version, record_.sku);
        record_.uuid = options_.uuid;
        if (record_.uuid.empty()) {
            const auto uuid = co_await needed(env_, amt.read_uuid(), "UUID");
            if (!uuid.usable())
                throw error(exit_code::invalid_uuid,
                            "the device's UUID is " + uuid.text() +
                                ", which its maker never set: give one with --uuid");
            record_.uuid = uuid.text();
        }
        const auto mode = co_await needed(env_, amt.read_control_mode(), "control mode");
        mode_ = static_cast<control_mode>(mode);
        co_await read_address(amt);
        amt.close();
        const auto enabled =
            co_await heci::query_enablement(*env_.device, env_.heci_limits, env_.log);
        takes_tls_only_ = enabled && enabled->tls_enforced;
    }

    // Where the console is to reach AMT: best by the address of AMT's own adapter.
    awaitable<void> read_address(heci::amthi &amt) {
        record_.hostname = options_.hostname;
        if (!record_.hostname.empty())
            co_return;
        auto lan = co_await core::as_result(amt.read_lan_settings(heci::lan_interface::wired));
        if (!lan && lan.error() == core::cond::cancelled)
            throw system_error(lan.error());
        if (lan && lan->present() && env_.interface_of)
            record_.hostname = env_.interface_of(lan->mac).address;
        if (record_.hostname.empty())
            record_.hostname = env_.hostname();
    }

    awaitable<profile> read_profile() {
        profile out;
        if (what_.given) {
            out = *what_.given;
        } else {
            what_.source = options_.management->text;
            const auto text = co_await console_.fetch_profile();
            std::vector<notice> notices;
            out = parse_profile(text.reveal(), what_.source, what_.key, notices);
            for (const auto &[level, line] : notices)
                env_.log.write(level, component, line);
        }
        if (what_.amend)
            what_.amend(out);
        co_return out;
    }

    awaitable<void> settle_passwords(profile &wanted) {
        if (mode_ != control_mode::none)
            keep_passwords(wanted);
        make_random_passwords(wanted, random_);
        if (mode_ != control_mode::none || !wanted.admin_password.empty())
            co_return;
        wanted.admin_password = options_.password;
        if (wanted.admin_password.empty() && env_.ask_password)
            wanted.admin_password = co_await env_.ask_password();
        if (wanted.admin_password.empty())
            throw error(exit_code::missing_or_incorrect_password,
                        "the profile has no AMT password: set AMT_PASSWORD or give --password");
    }

    // Those of a device that is activated already are in the console's record, and nowhere else.
    void keep_passwords(profile &wanted) {
        if (std::exchange(wanted.random_admin_password, false)) {
            env_.log.info(component, "the device is activated already: it keeps its AMT password");
            wanted.admin_password = core::secret();
        }
        if (std::exchange(wanted.random_mebx_password, false)) {
            env_.log.info(component, "the device is activated already: it keeps the password of "
                                     "AMT's menu");
            wanted.mebx_password = core::secret();
        }
    }

    void describe(const profile &wanted) {
        record_.friendly_name = options_.friendly_name;
        if (record_.friendly_name.empty())
            record_.friendly_name = env_.hostname();
        record_.tags = wanted.tags;
        if (mode_ != control_mode::none)
            return; // the rest is told when it is so
        record_.amt_password = wanted.admin_password;
        if (wanted.mode == control_mode::admin)
            record_.mebx_password = wanted.mebx_password;
        tell_presence_server(wanted);
        record_.tls = takes_tls_only_;
        if (wanted.tls)
            tell_tls(wanted);
    }
    void tell_presence_server(const profile &wanted) {
        if (!wanted.cira)
            return;
        record_.mps_user = wanted.cira->user;
        record_.mps_password = wanted.cira->password;
    }
    void tell_tls(const profile &wanted) { record_.tls = *wanted.tls != wsman::tls_mode::off; }

    // What the run has made of the record: " ..." when that cannot be told the console.
    awaitable<std::string> bring_up_to_date(const profile &wanted, bool failed) {
        if (mode_ == control_mode::none && failed && out_.under_way == profile_step::cira &&
            !record_.mps_password.empty())
            return attempt(console_.clear_mps_password(record_.uuid),
                           ", with a presence server's password that it does not use");
        if (mode_ == control_mode::none)
            return nothing_to_tell();
        for (const auto &entry : out_.steps)
            if (entry.done)
                note_done(entry.step, wanted);
        return attempt(console_.register_device(record_), ", as it was before this run");
    }
    void note_done(profile_step step, const profile &wanted) {
        if (step == profile_step::password)
            record_.amt_password = wanted.admin_password;
        if (step == profile_step::mebx)
            record_.mebx_password = wanted.mebx_password;
        if (step == profile_step::cira)
            tell_presence_server(wanted);
        if (step == profile_step::tls)
            tell_tls(wanted);
    }
    static awaitable<std::string> nothing_to_tell() { co_return std::string(); }

    awaitable<std::string> attempt(awaitable<void> op, std::string_view otherwise) {
        std::string trouble;
        try {
            co_await std::move(op);
        } catch (const error &e) {
            trouble = std::string(otherwise) + " (" + e.why().text + ")";
        }
        co_return trouble;
    }

    const environment &env_;
    const settings &options_;
    console_order what_;
    core::random_source &random_;
    profile_report &out_;
    management_console console_;
    console_device record_;
    control_mode mode_{}; // before
    bool takes_tls_only_ = false;
};

} // namespace

awaitable<void> activate_with_console(const environment &env, const settings &options,
                                      console_order what, core::random_source &random,
                                      profile_report &out) {
    console_activation one(env, options, std::move(what), random, out);
    co_await one.whole();
}

} // namespace costrand::activate
