// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/local.hpp>

#include "amt_way.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_watchdog.hpp>
#include <costrand/transports/tls.hpp>
#include <costrand/wsman/admin_setup.hpp>
#include <costrand/wsman/on_die_chain.hpp>
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

constexpr std::string_view component = "local";

using wsman::control_mode;

// The file holds a private key, and may have no password.
struct wipe_at_end {
    std::vector<std::byte> &bytes;
    ~wipe_at_end() { core::wipe(bytes.data(), bytes.size()); }
};

wsman::provisioning_certificate read_certificate(const local_request &what) {
    std::string text(what.certificate.reveal());
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    const core::secret joined(std::move(text));
    auto pfx = rps::decode_payload(joined.reveal());
    if (!pfx || pfx->empty())
        throw error(exit_code::certificate_not_base64,
                    "--provisioningCert is no base64 text of a PFX file");
    const wipe_at_end wiping{*pfx};
    return wsman::read_pfx(*pfx, what.certificate_password);
}

class run {
  public:
    run(const environment &env, const settings &options, local_request what)
        : env_(env),
          what_(std::move(what)),
          password_(options.password),
          amt_(*env.device, env.heci_limits, env.log),
          way_(env, options),
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
        co_await way_.close();
        if (failed)
            std::rethrow_exception(failed);
        co_return std::move(*report);
    }

  private:
    awaitable<local_report> steps() {
        local_report out;
        out.goal = what_.goal;
        env_.step("reading the device's state over " + env_.device->name());
        mode_ = co_await need(read_mode(), "control mode");
        const auto uuid = co_await need(amt_.read_uuid(), "UUID");
        out.uuid = uuid.text();
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
            co_await need(amt_.stop_configuration(), "answer to Stop configuration");
            out.done.before = out.done.after = mode_;
            break;
        }
        if (reached_)
            out.path = way_.path();
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
        asked.tls_enforced = way_.port() == transports::lms_tls_port;
        env_.step("activating to client control mode");
        co_return co_await wsman::activate_client(client(), std::move(asked), means_);
    }

    awaitable<wsman::setup_result> enter_admin_control() {
        auto certificate = read_certificate(what_);
        if (mode_ == control_mode::none) {
            co_await need_password("the new AMT password is needed: set AMT_PASSWORD or give "
                                   "--password");
            wsman::check_password(password_);
        }
        wsman::tls_admin_activation asked(std::move(certificate), password_);
        asked.now = what_.now;
        asked.trust.dns_suffix = co_await need(amt_.read_dns_suffix(), "DNS suffix");
        asked.trust.hashes = co_await read_hashes();
        wsman::check_provisioning_certificate(asked.certificate, asked.trust, asked.now);
        if (mode_ != control_mode::admin)
            co_await reach_amt();
        env_.step("activating to admin control mode");
        if (way_.port() == transports::lms_tls_port && mode_ == control_mode::none) {
            asked.mebx_password = what_.mebx_password;
            asked.start = [this](wsman::leaf_hash ours) { return start(std::move(ours)); };
            shown_chain_ = wsman::chain_pem(asked.certificate);
            shown_key_ = asked.certificate.key;
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
        expected_.algorithm = theirs.algorithm;
        expected_.hash = std::move(theirs.hash);
    }

    awaitable<wsman::setup_result> leave() {
        wsman::deactivation asked;
        asked.partial = what_.partial;
        if (mode_ == control_mode::admin) {
            co_await need_password("the device is in admin control mode: its AMT password is "
                                   "needed, set AMT_PASSWORD or give --password");
            co_await reach_amt();
            asked.password = password_;
        }
        env_.step("deactivating");
        co_return co_await wsman::deactivate(client(), std::move(asked), means_);
    }

    // Of a device that answers these commands in every state: any failure ends the run.
    template <typename T>
    awaitable<T> need(awaitable<T> op, const char *what) {
        auto got = co_await core::as_result(std::move(op));
        if (!got && got.error() == core::cond::cancelled)
            throw system_error(got.error());
        if (!got)
            throw error(
                explain(got.error(), env_.device->name(), std::string("reading the ") + what));
        if constexpr (!std::is_void_v<T>)
            co_return std::move(*got);
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
        const auto told = co_await heci::query_enablement(*env_.device, env_.heci_limits, env_.log);
        if (told && told->known && !told->enabled)
            env_.log.warn(component, "AMT is switched off on this machine: it may not answer");
        const bool tls = told && told->tls_enforced;
        co_await way_.find(tls, mode_ != control_mode::none || !told);
        reached_ = true;
    }

    awaitable<void> log_in_as_host() {
        auto account = co_await need(amt_.read_local_account(), "local system account");
        client().set_user(std::move(account.user), std::move(account.password));
    }

    wsman::client &client() {
        if (!client_)
            client_.emplace([this] { return dial(); }, wsman::client_options(), *random_, env_.log);
        return *client_;
    }

    awaitable<std::unique_ptr<core::byte_stream>> dial() {
        auto below = co_await way_.dialer()(way_.port());
        if (way_.port() != transports::lms_tls_port)
            co_return below;
        transports::tls_client_options how;
        how.certificate_chain_pem = shown_chain_;
        how.private_key_pem = shown_key_;
        how.trust.check = transports::tls_trust::kind::judged;
        how.trust.judge = [this](const auto &chain) { return believes(chain); };
        co_return co_await transports::tls_connect(std::move(below), std::move(how));
    }

    // A device that was set up before shows a certificate that it made itself: there is nothing to
    // compare it with.
    bool believes(const std::vector<std::vector<std::byte>> &chain) {
        if (what_.skip_amt_cert_check || mode_ != control_mode::none)
            return true;
        if (!chain.empty() && wsman::has_hash(chain.front(), expected_))
            return true;
        tls_fault_ = wsman::fault_of_on_die_chain(chain, {});
        return tls_fault_.empty();
    }

    failure with_cause(failure why) const {
        if (!tls_fault_.empty())
            why.text +=
                "; " + printable(tls_fault_, 300) + "; --skip-amt-cert-check takes it all the same";
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
    amt_way way_;
    std::unique_ptr<core::random_source> random_;
    wsman::setup_means means_;
    std::optional<wsman::client> client_;
    // Over TLS, once a configuration is begun.
    std::string shown_chain_;
    core::secret shown_key_;
    wsman::leaf_hash expected_;
    control_mode mode_{};  // before
    bool reached_ = false; // AMT's ports are used
    std::string tls_fault_;
};

} // namespace

awaitable<local_report> run_locally(const environment &env, const settings &options,
                                    local_request what) {
    run one(env, options, std::move(what));
    co_return co_await one.whole();
}

} // namespace costrand::activate
