// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/local.hpp>

#include "amt_reach.hpp"

#include <costrand/activate/amt_queries.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/wsman/admin_setup.hpp>
#include <costrand/wsman/setup.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace costrand::activate {

namespace {

using wsman::control_mode;

// The file holds a private key, and may have no password.
struct wipe_at_end {
    std::vector<std::byte> &bytes;
    ~wipe_at_end() { core::wipe(bytes.data(), bytes.size()); }
};

class run {
  public:
    run(const environment &env, const settings &options, local_request what)
        : env_(env),
          what_(std::move(what)),
          password_(options.password),
          amt_(*env.device, env.heci_limits, env.log),
          reach_(env, options, what_.skip_amt_cert_check),
          random_(core::system_random()) {
        means_.log = env.log;
        means_.read_mode = [this] { return read_mode(); };
        means_.read_provisioning_state = [this] { return read_state(); };
        means_.unprovision_by_host = [this] { return amt_.unprovision(); };
        means_.stop_configuration = [this] { return amt_.stop_configuration(); };
    }

    awaitable<local_report> whole() {
        std::optional<local_report> report;
        std::exception_ptr failed;
        try {
            report = co_await steps();
        } catch (const wsman::setup_error &e) {
            failed = std::make_exception_ptr(error(with_cause(explain(e))));
        } catch (...) {
            failed = std::current_exception();
        }
        // Nothing below can be cancelled: the link is closed in good order whatever happened.
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        client_.reset();
        amt_.close();
        co_await reach_.close();
        if (failed)
            std::rethrow_exception(failed);
        co_return std::move(*report);
    }

  private:
    awaitable<local_report> steps() {
        local_report out;
        out.goal = what_.goal;
        env_.step("reading the device's state over " + env_.device->name());
        mode_ = co_await needed(env_, read_mode(), "control mode");
        const auto uuid = co_await needed(env_, amt_.read_uuid(), "UUID");
        out.uuid = uuid_ = uuid.text();
        switch (what_.goal) {
        case local_goal::client_control:
            out.done = co_await enter_client_control();
            break;
        case local_goal::admin_control:
            out.done = co_await enter_admin_control();
            break;
        case local_goal::deactivation:
            out.done = co_await leave();
            break;
        case local_goal::stop_configuration:
            co_await needed(env_, amt_.stop_configuration(), "answer to Stop configuration");
            out.done.before = out.done.after = mode_;
            break;
        }
        if (reached_) {
            out.path = reach_.way().path();
            out.over_tls = reach_.is_tls();
        }
        co_return out;
    }

    awaitable<wsman::setup_result> enter_client_control() {
        if (mode_ == control_mode::none) {
            co_await need_password("the new AMT password is needed: set AMT_PASSWORD or give "
                                   "--password");
            wsman::check_password(password_);
            co_await reach_amt();
            co_await log_in_as_host();
        }
        wsman::activation asked(password_);
        asked.tls_enforced = reach_.is_tls();
        env_.step("activating to client control mode");
        co_return co_await wsman::activate_client(client(), std::move(asked), means_);
    }

    awaitable<wsman::setup_result> enter_admin_control() {
        auto certificate =
            read_certificate(what_.certificate, what_.certificate_password, "--provisioningCert");
        if (mode_ == control_mode::none) {
            co_await need_password("the new AMT password is needed: set AMT_PASSWORD or give "
                                   "--password");
            wsman::check_password(password_);
        }
        wsman::tls_admin_activation asked(std::move(certificate), password_);
        asked.now = what_.now;
        asked.trust.dns_suffix = co_await needed(env_, amt_.read_dns_suffix(), "DNS suffix");
        asked.trust.hashes = co_await read_hashes();
        wsman::check_provisioning_certificate(asked.certificate, asked.trust, asked.now);
        if (mode_ != control_mode::admin)
            co_await reach_amt();
        env_.step("activating to admin control mode");
        if (reach_.is_tls() && mode_ == control_mode::none) {
            asked.mebx_password = what_.mebx_password;
            asked.start = [this](wsman::leaf_hash ours) { return start(std::move(ours)); };
            reach_.show(wsman::chain_pem(asked.certificate), asked.certificate.key);
            co_return co_await wsman::activate_admin_over_tls(client(), std::move(asked), means_);
        }
        if (mode_ != control_mode::admin)
            co_await log_in_as_host();
        co_return co_await wsman::activate_admin(client(), std::move(asked), *random_, means_);
    }

    // AMT tells which certificate it will show.
    awaitable<void> start(wsman::leaf_hash ours) {
        heci::shown_certificate told;
        told.algorithm = ours.algorithm;
        told.hash = std::move(ours.hash);
        auto theirs = co_await amt_.start_host_based_configuration(std::move(told));
        wsman::leaf_hash expected;
        expected.algorithm = theirs.algorithm;
        expected.hash = std::move(theirs.hash);
        reach_.expect(std::move(expected));
    }

    awaitable<wsman::setup_result> leave() {
        wsman::deactivation asked;
        asked.partial = what_.partial;
        if (mode_ != control_mode::none && what_.before_change)
            co_await what_.before_change(uuid_);
        if (mode_ == control_mode::admin) {
            co_await need_password("the device is in admin control mode: its AMT password is "
                                   "needed, set AMT_PASSWORD or give --password");
            co_await reach_amt();
            asked.password = password_;
        }
        env_.step("deactivating");
        co_return co_await wsman::deactivate(client(), std::move(asked), means_);
    }

    awaitable<void> need_password(const char *why) {
        if (password_.empty() && env_.ask_password)
            password_ = co_await env_.ask_password();
        if (password_.empty())
            throw error(exit_code::missing_or_incorrect_password, why);
    }

    awaitable<std::vector<wsman::trusted_hash>> read_hashes() {
        auto entries = co_await core::as_result(amt_.read_hashes());
        if (!entries && entries.error() == core::cond::cancelled)
            throw system_error(entries.error());
        if (!entries)
            throw error(exit_code::cannot_read_amt_hashes,
                        "AMT's list of trusted root certificates cannot be read: " +
                            entries.error().message());
        std::vector<wsman::trusted_hash> out;
        for (auto &entry : *entries) {
            wsman::trusted_hash one;
            one.algorithm = entry.algorithm;
            one.active = entry.is_active;
            one.hash = std::move(entry.hash);
            out.push_back(std::move(one));
        }
        co_return out;
    }

    awaitable<void> reach_amt() {
        co_await reach_.find(mode_ != control_mode::none);
        reached_ = true;
    }

    awaitable<void> log_in_as_host() {
        auto account = co_await needed(env_, amt_.read_local_account(), "local system account");
        client().set_user(std::move(account.user), std::move(account.password));
    }

    wsman::client &client() {
        if (!client_)
            client_.emplace([this] { return reach_.dial(); }, wsman::client_options(), *random_,
                            env_.log);
        return *client_;
    }

    failure with_cause(failure why) const {
        if (!reach_.tls_fault().empty())
            why.text += "; " + printable(reach_.tls_fault(), 300) +
                        "; --skip-amt-cert-check takes it all the same";
        return why;
    }

    awaitable<control_mode> read_mode() {
        const auto mode = co_await amt_.read_control_mode();
        co_return static_cast<control_mode>(mode);
    }
    awaitable<wsman::provisioning_state> read_state() {
        const auto state = co_await amt_.read_provisioning_state();
        co_return static_cast<wsman::provisioning_state>(state);
    }

    const environment &env_;
    local_request what_;
    core::secret password_;
    heci::amthi amt_;
    amt_reach reach_;
    std::unique_ptr<core::random_source> random_;
    wsman::setup_means means_;
    std::optional<wsman::client> client_;
    control_mode mode_{}; // before
    std::string uuid_;
    bool reached_ = false; // AMT's ports are used
};

} // namespace

wsman::provisioning_certificate
read_certificate(const core::secret &pfx, const core::secret &password, std::string_view name) {
    std::string text(pfx.reveal());
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    const core::secret joined(std::move(text));
    auto bytes = rps::decode_payload(joined.reveal());
    if (!bytes || bytes->empty())
        throw error(exit_code::certificate_not_base64,
                    std::string(name) + " is no base64 text of a PFX file");
    const wipe_at_end wiping{*bytes};
    return wsman::read_pfx(*bytes, password);
}

awaitable<local_report> run_locally(const environment &env, const settings &options,
                                    local_request what) {
    run one(env, options, std::move(what));
    co_return co_await one.whole();
}

} // namespace costrand::activate
