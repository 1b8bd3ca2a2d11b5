// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/wiring.hpp>

#include "device_facts.hpp"
#include "server_failure.hpp"

#include <costrand/apf/errc.hpp>
#include <costrand/apf/host.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/rps/command.hpp>
#include <costrand/rps/session.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_lme.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/http.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace costrand::activate {

namespace {

constexpr std::string_view component = "activate";
// RPS takes 102400 characters of base64: session_core refuses what is longer than that. This one
// only keeps a peer from filling the memory.
constexpr std::size_t reply_limit = 1024 * 1024;

constexpr std::string_view in_client_mode =
    "; note: the device itself is in client control mode now. Deactivate it before the next "
    "attempt: this server may not know its password";
constexpr std::string_view still_working =
    "; note: AMT had the request to activate and has not answered it: it may be activated a moment "
    "from now. Look at its control mode before the next attempt";
constexpr std::string_view unseen =
    "; note: what the server asked of AMT in their last TLS session is not seen from here: AMT may "
    "be "
    "activated a moment from now. Look at its control mode before the next attempt";
constexpr std::string_view in_admin_mode =
    "; note: the device itself is in admin control mode now, with the password of this profile";

std::string mode_unknown(const error_code &why) {
    return "; note: the device may be in a control mode now, and its mode cannot be read (" +
           why.message() + "). Look at it before the next attempt";
}

// What is over when the firmware has restarted, or its MEI client is back. A reset device is not
// among them: the APF host has opened it again, several times, before it says so.
bool device_returns(error_code why) {
    return why == heci::errc::not_ready || why == heci::errc::no_client ||
           why == heci::errc::busy || why == heci::errc::connect_refused ||
           why == heci::errc::connect_timed_out;
}

// What is over when AMT has restarted its TLS, or has closed what was open before.
bool port_returns(error_code why) {
    return why == apf::errc::open_connect_failed || why == apf::errc::open_resource_shortage ||
           why == transports::lms_errc::not_running || why == transports::lms_errc::no_answer;
}

// One reply of AMT; above the limit it is told as what it means to the server.
awaitable<std::vector<std::byte>> read_reply(core::byte_stream &stream) {
    auto reply = co_await core::as_result(wsman::read_raw_response(stream, reply_limit));
    if (reply)
        co_return std::move(*reply);
    if (reply.error() == wsman::errc::http_too_large)
        throw system_error(rps::errc::response_too_large);
    throw system_error(reply.error());
}

class run {
  public:
    run(const environment &env, const settings &options)
        : env_(env),
          options_(options),
          background_(env.executor) {}

    awaitable<report> whole() {
        auto outcome = co_await settled(steps());
        // Nothing below can be cancelled: the link is closed in good order whatever happened.
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        if (host_)
            host_->stop();
        background_.cancel();
        // A lost link showed where it was used.
        (void)co_await core::as_result(background_.join());
        host_.reset();
        if (outcome.failed)
            std::rethrow_exception(outcome.failed);
        co_return std::move(*outcome.value);
    }

  private:
    struct settled_report {
        std::optional<report> value;
        std::exception_ptr failed;
    };

    static awaitable<settled_report> settled(awaitable<report> op) {
        settled_report out;
        try {
            out.value = co_await std::move(op);
        } catch (...) {
            out.failed = std::current_exception();
        }
        co_return out;
    }

    awaitable<report> steps() {
        step("reading the device's facts over " + env_.device->name());
        auto facts = co_await read_device(env_, options_);
        if (facts.tls_enforced)
            port_ = transports::lms_tls_port;
        active_ = facts.control_mode != 0;
        co_await choose_path();
        facts.lms_installed = lms_takes_connections_;
        facts.tls_enforced = port_ == transports::lms_tls_port;

        rps::session_options about;
        about.request.what = rps::make_activate(options_.profile).value();
        about.request.facts = rps::format_facts(facts);
        about.request.app_version = COSTRAND_VERSION;
        about.request.tenant_id = options_.tenant;
        facts.password = core::secret();
        auto server = co_await connect();
        co_return co_await converse(std::move(about), *server, std::move(facts));
    }

    void step(const std::string &what, bool quiet = false) const {
        if (env_.on_step)
            env_.on_step(what, quiet);
    }

    // LMS first, unless the user chose. One that takes connections and answers none is not used:
    // each of the server's requests would wait for it in vain.
    awaitable<void> choose_path() {
        path_ = rps::amt_path::lme;
        if (options_.transport != transport_choice::lme) {
            step("looking for " + lms_name(), true);
            lms_failure_ = co_await probe_lms();
            if (!lms_failure_) {
                env_.log.trace(component, "Using existing LMS");
                path_ = rps::amt_path::lms;
                co_return;
            }
            if (options_.transport == transport_choice::lms)
                throw error(explain(lms_failure_, lms_name(), {}));
            env_.log.trace(component, "LMS dial failed (", lms_failure_,
                           "); falling back to LME (in-band HECI/APF)");
        }
        co_await open_lme();
    }

    // As below; and when the plain port is closed, whether the TLS port is open: a device whose TLS
    // was configured before takes nothing else, without the watchdog's saying so.
    awaitable<error_code> probe_lms() {
        auto failure = co_await probe_port();
        if (failure != transports::lms_errc::not_running || port_ == transports::lms_tls_port)
            co_return failure;
        port_ = transports::lms_tls_port;
        const auto tls_failure = co_await probe_port();
        if (tls_failure)
            port_ = transports::lms_plain_port;
        else
            failure = {};
        co_return failure;
    }

    // What is wrong with the LMS; nothing when it can be used.
    awaitable<error_code> probe_port() {
        auto dialled = co_await core::as_result(env_.dial_lms(port_));
        lms_takes_connections_ = dialled.has_value();
        if (dialled && port_ == transports::lms_tls_port)
            co_return error_code(); // who speaks first there is the server
        if (dialled)
            co_return co_await transports::ask_lms(**dialled, transports::lms_options().limit);
        if (dialled.error() == core::cond::cancelled)
            throw system_error(dialled.error());
        co_return dialled.error();
    }

    [[nodiscard]] std::string lms_name() const {
        return "the LMS on 127.0.0.1:" + std::to_string(port_);
    }

    awaitable<void> open_lme() {
        step("opening the APF session over LME");
        apf::link_dialer dial = [env = &env_, dials = 0]() mutable {
            if (++dials > 1)
                env->log.warn(component, "mei device unavailable, reinitializing");
            return heci::open_lme(*env->device, env->heci_limits, env->log);
        };
        host_.emplace(env_.executor, std::move(dial), apf::host_options(), env_.log);
        background_.spawn(host_->run());
        auto ready = co_await core::as_result(host_->ready());
        if (!ready) {
            if (ready.error() == core::cond::cancelled)
                throw system_error(ready.error());
            throw error(explain_lme(ready.error()));
        }
        if (active_ && port_ == transports::lms_plain_port)
            co_await find_lme_port();
    }

    // A device whose TLS was configured before may take nothing else, without the watchdog's saying
    // so: its plain port refuses then.
    awaitable<void> find_lme_port() {
        auto plain = co_await core::as_result(host_->open_channel(transports::lms_plain_port));
        if (plain)
            (*plain)->close();
        else if (plain.error() == core::cond::cancelled)
            throw system_error(plain.error());
        else if (plain.error() == apf::errc::open_connect_failed)
            port_ = transports::lms_tls_port;
    }

    // A sick LMS may be what holds the device.
    failure explain_lme(error_code why) const {
        failure out = explain(why, "the LME client of " + env_.device->name(), {});
        if (lms_failure_ && lms_failure_ != transports::lms_errc::not_running)
            out.text += "; before, " + lms_name() + ": " + lms_failure_.message();
        return out;
    }

    awaitable<std::unique_ptr<core::message_stream>> connect() {
        const std::string where = server_and_way(options_);
        step("connecting to " + where, true);
        env_.log.info(component, "connecting to ", where);
        std::unique_ptr<core::message_stream> server;
        std::exception_ptr failed;
        try {
            server = co_await env_.connect_server();
        } catch (const system_error &e) {
            if (e.code() == core::cond::cancelled)
                throw;
            failed = std::current_exception();
        }
        if (failed)
            throw error(explain_server(failed, options_));
        env_.log.info(component, "connected to ", options_.server.text);
        co_return server;
    }

    rps::amt_dialer dialer() {
        if (path_ == rps::amt_path::lme)
            return [host = &*host_](std::uint16_t port) { return host->open_channel(port); };
        return env_.dial_lms;
    }

    awaitable<report> converse(rps::session_options about, core::message_stream &server,
                               rps::device_facts facts) {
        rps::executor_options how;
        how.path = path_;
        how.port = port_;
        how.device_returns = &device_returns;
        how.port_returns = &port_returns;
        how.limits = env_.limits;
        rps::executor amt(dialer(), &read_reply, how, env_.log);
        about.limits = env_.limits;
        about.limits.server_silence = options_.server_timeout;
        about.on_progress = [this](const rps::progress &now) { show(now); };
        rps::session session(server, amt, std::move(about), env_.log);

        report out;
        std::optional<failure> why;
        try {
            out.outcome = co_await session.run();
        } catch (const rps::session_error &e) {
            why = explain_session(e);
        }
        if (why) {
            why->text += co_await ask_device(facts.control_mode);
            throw error(std::move(*why));
        }
        if (!succeeded(out))
            out.device_note = co_await ask_device(facts.control_mode);
        out.device = std::move(facts);
        out.path = path_;
        out.rounds = session.rounds();
        co_return out;
    }

    // Of a run that failed: whether the device was activated all the same. Nothing when it was not.
    awaitable<std::string> ask_device(int mode_before) {
        if (!setup_asked_ || mode_before != 0)
            co_return "";
        heci::amthi amt(*env_.device, env_.heci_limits, env_.log);
        auto mode = co_await core::as_result(
            core::with_deadline(env_.heci_limits.amthi_reply, amt.read_control_mode()));
        if (!mode && mode.error() == core::cond::cancelled)
            throw system_error(mode.error());
        if (!mode)
            co_return mode_unknown(mode.error());
        if (*mode == heci::control_mode::none)
            co_return std::string(may_become_);
        co_return std::string(*mode == heci::control_mode::admin ? in_admin_mode : in_client_mode);
    }

    // The cause behind "no connection to AMT" decides what to do; its code does not change.
    failure explain_session(const rps::session_error &e) const {
        const auto mapping = map_error(e.code());
        std::string text = e.code().message() + " (" + printable(e.detail(), 400) + ")";
        if (e.cause()) {
            const auto advice = map_error(e.cause()).advice;
            if (text.find(e.cause().message()) == text.npos)
                text += ": " + e.cause().message();
            if (!advice.empty())
                text += ": " + std::string(advice);
        }
        text += path_ == rps::amt_path::lme ? "; AMT was reached over LME"
                                            : "; AMT was reached through the LMS";
        return {mapping.code, std::move(text)};
    }

    void show(const rps::progress &now) {
        if (now.call.starts_with("IPS_HostBasedSetupService ")) {
            setup_asked_ = true;
            may_become_ = now.what == rps::progress::step::relaying ? still_working : "";
        }
        const std::string round = "AMT request " + std::to_string(now.round);
        const std::string call = now.call.empty() ? "" : ": " + std::string(now.call);
        switch (now.what) {
        case rps::progress::step::request_sent:
            return step("activation asked for; waiting for the server");
        case rps::progress::step::relaying:
            return step(round + call);
        case rps::progress::step::answered:
            return step("waiting for the server, behind " + round + call, true);
        case rps::progress::step::no_answer:
            return step(round + call + ": no answer; the server will ask again");
        case rps::progress::step::tunnelling:
            setup_asked_ = true;
            may_become_ = unseen;
            return step("TLS session " + std::to_string(now.round) + " between the server and AMT");
        case rps::progress::step::switching:
            return step("AMT restarts its ports; going on with port " + std::string(now.label));
        case rps::progress::step::server_label:
            return step("the server says: " + std::string(now.label));
        }
    }

    const environment &env_;
    const settings &options_;
    core::task_group background_;
    std::optional<apf::host> host_;
    rps::amt_path path_ = rps::amt_path::lms;
    std::uint16_t port_ = transports::lms_plain_port;
    error_code lms_failure_;
    bool lms_takes_connections_ = false;
    bool active_ = false; // the device is in a control mode
    bool setup_asked_ = false;
    std::string_view may_become_; // a note on a device that says it is not activated
};

} // namespace

awaitable<report> activate_device(const environment &env, const settings &options) {
    run one(env, options);
    co_return co_await one.whole();
}

} // namespace costrand::activate
