// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/wiring.hpp>

#include "amt_way.hpp"
#include "device_facts.hpp"
#include "server_failure.hpp"

#include <costrand/apf/errc.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/rps/command.hpp>
#include <costrand/rps/session.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_errc.hpp>
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
    "; note: what the server asked of AMT in their last TLS session is not seen from here: it may "
    "be activated a moment from now. Look at its control mode before the next attempt";
constexpr std::string_view deactivated =
    "; note: the device itself is no longer activated. The server may still have it in its list";
constexpr std::string_view still_leaving =
    "; note: AMT may have the request to deactivate without having answered it: look at its "
    "control mode before the next attempt";
constexpr std::string_view perhaps_new_password =
    "; note: AMT may have taken the new password: try both before the next attempt";
constexpr std::string_view perhaps_servers_password =
    "; note: AMT may have taken the new password, which the server made and keeps";
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
          way_(env, options) {}

    awaitable<report> whole() {
        auto outcome = co_await settled(steps());
        // Nothing below can be cancelled: the link is closed in good order whatever happened.
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        co_await way_.close();
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
        env_.step("reading the device's facts over " + env_.device->name());
        auto device = co_await read_device(env_, options_);
        auto &facts = device.facts;
        // A device whose TLS was configured before may take nothing else, without the watchdog's
        // saying so; and one that enforces TLS whose watchdog cannot be asked.
        co_await way_.find(facts.tls_enforced, facts.control_mode != 0 || !device.watchdog_asked);
        facts.lms_installed = way_.lms_takes_connections();
        facts.tls_enforced = way_.port() == transports::lms_tls_port;

        rps::session_options about;
        about.request.what = command_with(facts.password);
        about.request.facts = rps::format_facts(facts);
        about.request.app_version = COSTRAND_VERSION;
        about.request.tenant_id = options_.tenant;
        facts.password = core::secret();
        auto server = co_await connect();
        co_return co_await converse(std::move(about), *server, std::move(facts));
    }

    rps::command command_with(const core::secret &password) const {
        auto made = command_of(options_.asked, options_.profile, password);
        if (!made)
            throw error(exit_code::missing_or_incorrect_password,
                        "the AMT password: " + made.error().message());
        return std::move(*made);
    }

    awaitable<std::unique_ptr<core::message_stream>> connect() {
        const std::string where = server_and_way(options_);
        env_.step("connecting to " + where, true);
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

    awaitable<report> converse(rps::session_options about, core::message_stream &server,
                               rps::device_facts facts) {
        rps::executor_options how;
        how.path = way_.path();
        how.port = way_.port();
        how.device_returns = &device_returns;
        how.port_returns = &port_returns;
        how.limits = env_.limits;
        rps::executor amt(way_.dialer(), &read_reply, how, env_.log);
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
            why->text += co_await note_on_device(facts.control_mode, false);
            throw error(std::move(*why));
        }
        if (!succeeded(out))
            out.device_note = co_await note_on_device(facts.control_mode, true);
        out.asked = options_.asked;
        out.asked.new_password = core::secret();
        out.device = std::move(facts);
        out.path = way_.path();
        out.rounds = session.rounds();
        co_return out;
    }

    // Of a run that failed: what the device did all the same. Nothing when it did nothing.
    // `server_told`: it ended with the server's last word.
    awaitable<std::string> note_on_device(int mode_before, bool server_told) {
        const bool activates = options_.asked.kind == rps::task::activate;
        if (options_.asked.kind == rps::task::maintenance)
            co_return note_on_password(server_told);
        if (!change_asked_ || activates != (mode_before == 0))
            co_return "";
        co_return co_await ask_device(activates);
    }

    std::string note_on_password(bool server_told) const {
        if (options_.asked.what != maintenance::change_password || !change_asked_ ||
            (server_told && may_become_.empty()))
            return "";
        return std::string(options_.asked.new_password.empty() ? perhaps_servers_password
                                                               : perhaps_new_password);
    }

    awaitable<std::string> ask_device(bool activates) {
        heci::amthi amt(*env_.device, env_.heci_limits, env_.log);
        auto mode = co_await core::as_result(
            core::with_deadline(env_.heci_limits.amthi_reply, amt.read_control_mode()));
        if (!mode && mode.error() == core::cond::cancelled)
            throw system_error(mode.error());
        if (!mode)
            co_return mode_unknown(mode.error());
        if (!activates)
            co_return std::string(*mode == heci::control_mode::none ? deactivated : may_become_);
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
        text += way_.path() == rps::amt_path::lme ? "; AMT was reached over LME"
                                                  : "; AMT was reached through the LMS";
        return {mapping.code, std::move(text)};
    }

    // What of the server's calls brings about the change that was asked for, and what to say of it
    // while its answer is out.
    [[nodiscard]] std::string_view change() const noexcept {
        switch (options_.asked.kind) {
        case rps::task::activate:
            return "IPS_HostBasedSetupService ";
        case rps::task::deactivate:
            return "AMT_SetupAndConfigurationService Unprovision";
        case rps::task::maintenance:
            break;
        }
        return "AMT_AuthorizationService SetAdminAclEntryEx";
    }
    [[nodiscard]] std::string_view under_way() const noexcept {
        return options_.asked.kind == rps::task::activate ? still_working : still_leaving;
    }

    void show(const rps::progress &now) {
        if (now.call.starts_with(change())) {
            change_asked_ = true;
            may_become_ = now.what == rps::progress::step::answered ? "" : under_way();
        }
        const std::string round = "AMT request " + std::to_string(now.round);
        const std::string call = now.call.empty() ? "" : ": " + std::string(now.call);
        switch (now.what) {
        case rps::progress::step::request_sent:
            return env_.step(asked_for() + " asked for; waiting for the server");
        case rps::progress::step::relaying:
            return env_.step(round + call);
        case rps::progress::step::answered:
            return env_.step("waiting for the server, behind " + round + call, true);
        case rps::progress::step::no_answer:
            return env_.step(round + call + ": no answer; the server will ask again");
        case rps::progress::step::tunnelling:
            change_asked_ = true;
            may_become_ = options_.asked.kind == rps::task::activate ? unseen : still_leaving;
            return env_.step("TLS session " + std::to_string(now.round) +
                             " between the server and AMT");
        case rps::progress::step::switching:
            return env_.step("AMT restarts its ports; going on with port " +
                             std::string(now.label));
        case rps::progress::step::server_label:
            return env_.step("the server says: " + std::string(now.label));
        }
    }

    [[nodiscard]] std::string asked_for() const {
        switch (options_.asked.kind) {
        case rps::task::activate:
            return "activation";
        case rps::task::deactivate:
            return "deactivation";
        case rps::task::maintenance:
            break;
        }
        return std::string(to_string(options_.asked.what));
    }

    const environment &env_;
    const settings &options_;
    amt_way way_;
    bool change_asked_ = false;
    std::string_view may_become_; // a note on a device that says it has not changed
};

} // namespace

awaitable<report> activate_device(const environment &env, const settings &options) {
    run one(env, options);
    co_return co_await one.whole();
}

} // namespace costrand::activate
