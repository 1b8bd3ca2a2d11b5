// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include "flaky_heci.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/rps.hpp>
#include <costrand/transports/lms_tcp.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>

namespace costrand::simulation {

namespace {

using namespace std::chrono_literals;

// What no line may hold: the passwords of the recorded profiles and of the device's account.
constexpr std::array<std::string_view, 3> passwords = {"P@ssw0rdAmt1", "P@ssw0rdMebx1",
                                                       "P@ssw0rdMps1"};

// How long the faulty run may last: its own limits, added up. Reading the facts, each command with
// its own limit, and then for each message of the server the longest silence of the other side.
constexpr core::duration facts_limit = 10min;
constexpr core::duration message_limit = 120s;

struct end_of_run {
    bool ended = false;
    std::optional<activate::report> report;
    std::optional<activate::failure> failure;
    bool cancelled = false;

    [[nodiscard]] bool success() const { return report && activate::succeeded(*report); }
    [[nodiscard]] activate::failure why() const {
        return failure ? *failure : activate::why_not(*report);
    }
};

class world {
  public:
    world(const scenario &s, const trace_sink &trace, verdict &out)
        : scenario_(s),
          trace_(trace),
          out_(out),
          time_(context_),
          executor_(net::make_strand(context_)),
          random_(core::seeded_random(s.seed)),
          device_(executor_, device_profile(), *random_, log("device"), crypto()),
          server_(server_options(), crypto(), *random_, log("server")),
          plain_heci_(device_.heci()),
          heci_(*plain_heci_),
          tasks_(executor_) {}

    void play() {
        net::cancellation_signal signal;
        core::spawn(executor_, whole(signal), [this](std::exception_ptr e) {
            ended_ = true;
            if (e)
                violate("an exception left the run: " + text_of(e));
        });
        time_.run();
        if (!ended_)
            violate("the run hangs: nobody waits for a time, and it has not ended");
    }

  private:
    // The context goes last: frames refer to everything above.
    struct context_end {
        net::io_context *context;
    };

    [[nodiscard]] sim::crypto crypto() {
        if (!crypto_.keys)
            crypto_ = scenario_.openssl ? sim::pooled_crypto() : sim::bare_crypto();
        return crypto_;
    }
    [[nodiscard]] sim::profile device_profile() const {
        auto p = sim::built_in_profile(scenario_.device);
        p.lms = scenario_.lms;
        return p;
    }
    [[nodiscard]] static sim::rps_options server_options() { return sim::recorded_rps_options(); }

    void line(std::string_view who, std::string_view text) {
        const auto now = time_.elapsed();
        for (const std::string_view secret : passwords)
            if (text.find(secret) != text.npos)
                violate("a password stands in a line of " + std::string(who));
        const auto mix = [this](std::string_view bytes) {
            for (const char c : bytes)
                out_.trace_hash =
                    (out_.trace_hash ^ static_cast<unsigned char>(c)) * 1099511628211ull; // FNV-1a
        };
        mix(std::to_string(now.count()));
        mix(who);
        mix(text);
        if (trace_)
            trace_(now, std::string(who) + ": " + std::string(text));
        note_hits();
    }
    core::log log(std::string who) {
        return {core::log_level::trace, [this, who](core::log_level, std::string_view,
                                                    std::string_view text) { line(who, text); }};
    }
    void violate(const std::string &what) { out_.violations.push_back(what); }

    static std::string text_of(std::exception_ptr e) {
        try {
            std::rethrow_exception(e);
        } catch (const std::exception &known) {
            return known.what();
        } catch (...) {
            return "something else";
        }
    }

    // A fault that acted since the last line acted in the phase of now. Of several the first
    // ordered is named.
    void note_hits() {
        if (!counting_)
            return;
        const std::size_t acted = device_.inject().acted() + heci_.acted();
        if (acted == seen_acted_)
            return;
        seen_acted_ = acted;
        for (const auto &name : scenario_.device_fault_names)
            out_.hits.emplace_back(name, phase_);
        if (heci_.acted() > 0)
            out_.hits.emplace_back("heci-call", phase_);
    }
    void step(std::string_view what) {
        if (what.starts_with("reading the device"))
            phase_ = "facts";
        else if (what.starts_with("looking for") || what.starts_with("opening the APF"))
            phase_ = "link";
        else if (what.starts_with("connecting to"))
            phase_ = "server";
        else if (what.starts_with("TLS session"))
            phase_ = "tunnel";
        else if (what.starts_with("AMT restarts"))
            phase_ = "switch";
        else if (what.starts_with("AMT request"))
            phase_ = what.find("IPS_HostBasedSetup") != what.npos ? "setup" : "plain";
        line("step", what);
    }

    activate::environment environment(heci::device &through) {
        activate::environment env;
        env.executor = executor_;
        env.device = &through;
        env.dial_lms = [this](std::uint16_t port) { return dial_lms(port); };
        env.connect_server = [this] { return connect(); };
        env.hostname = [] { return std::string("lab-pc-07"); };
        env.dns_suffix = [this] { return dns_suffix(); };
        env.log = log("client");
        env.on_step = [this](std::string_view what, bool) { step(what); };
        return env;
    }
    awaitable<std::string> dns_suffix() { co_return "corp.example"; }

    awaitable<std::unique_ptr<core::byte_stream>> dial_lms(std::uint16_t port) {
        auto stream = co_await core::as_result(device_.dial_lms(port));
        if (!stream && stream.error() == net::error::connection_refused)
            throw system_error(transports::lms_errc::not_running);
        if (!stream)
            throw system_error(stream.error());
        co_return std::move(*stream);
    }
    awaitable<std::unique_ptr<core::message_stream>> connect() {
        auto server_side = scenario_.websocket;
        server_side.fail_read_at = server_side.fail_write_at = 0;
        auto ours = calm_ ? server_side : scenario_.websocket;
        auto pair = sim::memory_message_pair(executor_, ours, server_side);
        tasks_.spawn(serve(std::move(pair.second)));
        co_return std::move(pair.first);
    }
    awaitable<void> serve(std::unique_ptr<core::message_stream> client) {
        co_await server_.serve(*client);
    }

    awaitable<end_of_run> activate(heci::device &through) {
        activate::settings options;
        options.action = activate::what_to_do::activate;
        options.server.text = "ws://rps.example/activate";
        options.profile = scenario_.profile;
        options.tls_tunnel = scenario_.tls_tunnel;
        options.password = core::secret("P@ssw0rdAmt1");
        const auto env = environment(through);
        end_of_run end;
        try {
            end.report = co_await activate::activate_device(env, options);
        } catch (const activate::error &e) {
            end.failure = e.why();
        } catch (const system_error &e) {
            if (e.code() != core::cond::cancelled)
                throw;
            end.cancelled = true;
        }
        end.ended = true;
        co_return end;
    }

    awaitable<void> whole(net::cancellation_signal &signal) {
        if (scenario_.again)
            co_await calm_run("before the faulty one");
        calm_ = false;
        counting_ = true;
        for (const auto &f : scenario_.device_faults)
            device_.inject().order(f);
        for (const auto &f : scenario_.server_faults)
            server_.order(f);
        heci_.fail(scenario_.heci);
        line("simulation", describe(scenario_));
        co_await faulty_run(signal);
        counting_ = false;
        calm_ = true;
        device_.inject().clear();
        heci_.fail(std::nullopt);
        co_await core::sleep_for(5min); // the firmware's restart, if there is one, is over
        if (out_.violations.empty() && server_.all_acted())
            co_await calm_run("behind the faulty one");
        tasks_.cancel();
        (void)co_await core::as_result(tasks_.join());
        device_.stop();
        co_await device_.run();
    }

    awaitable<void> faulty_run(net::cancellation_signal &signal) {
        const auto start = time_.now();
        const bool was_set_up = device_.mode() != sim::control_mode::none;
        const std::size_t sent = server_.counters().messages_sent;
        core::task_group killer(executor_);
        if (scenario_.signal_at)
            killer.spawn(emit(signal, *scenario_.signal_at));
        end_of_run end;
        auto run = run_into(end);
        co_await core::spawn(executor_, std::move(run),
                             net::bind_cancellation_slot(signal.slot(), use_awaitable));
        killer.cancel();
        (void)co_await core::as_result(killer.join());
        out_.elapsed = time_.now() - start;
        co_await core::sleep_for(1s); // the other ends learn of the closing
        check_left_over("the faulty run");
        const std::size_t messages = server_.counters().messages_sent - sent;
        if (out_.elapsed > facts_limit + message_limit * static_cast<long>(messages + 2))
            violate("the run lasted longer than its limits allow");
        check_report(end, was_set_up);
    }
    awaitable<void> run_into(end_of_run &end) { end = co_await activate(heci_); }
    awaitable<void> emit(net::cancellation_signal &signal, core::duration when) {
        co_await core::sleep_for(when);
        line("simulation", "signal");
        out_.hits.emplace_back("signal", phase_);
        signal.emit(net::cancellation_type::terminal);
    }

    void check_left_over(const std::string &after) {
        if (device_.open_channels() != 0)
            violate(std::to_string(device_.open_channels()) + " channels are left behind " + after);
        if (device_.open_links() != 0)
            violate(std::to_string(device_.open_links()) + " HECI links are left behind " + after);
        if (device_.counters().protocol_errors > protocol_errors_allowed_)
            violate("the firmware counts a protocol error of the client");
        protocol_errors_allowed_ = device_.counters().protocol_errors;
    }

    void check_report(const end_of_run &end, bool was_set_up) {
        const bool active = device_.mode() != sim::control_mode::none;
        if (end.cancelled) {
            out_.outcome = "signal";
            if (!scenario_.signal_at)
                violate("the run says that it was cancelled, and nobody did");
            return;
        }
        if (end.success()) {
            out_.outcome = "success";
            if (!active)
                violate("success is reported, and the device is not activated");
            return;
        }
        const auto why = end.why();
        out_.outcome = "code " + std::to_string(static_cast<int>(why.code));
        line("simulation", "failure: " + why.text);
        if (static_cast<int>(why.code) == 0 || why.text.empty())
            violate("a failure without a cause");
        if (scenario_.faultless())
            violate("a run without faults failed: " + why.text);
        const std::string told = why.text + (end.report ? end.report->device_note : "");
        const bool says_so = told.find("control mode") != told.npos || end.report.has_value();
        if (active && !was_set_up && !says_so && asks_device_)
            violate("the device is activated, and the failure does not say so: " + why.text);
    }

    // A run without faults, which must succeed.
    awaitable<void> calm_run(std::string when) {
        line("simulation", "a run without faults, " + when);
        repair_passwords();
        const auto end = co_await activate(*plain_heci_);
        co_await core::sleep_for(1s);
        check_left_over("a run without faults");
        if (!end.success())
            violate("a run without faults, " + when +
                    ", failed: " + (end.cancelled ? "cancelled" : end.why().text));
        if (device_.mode() == sim::control_mode::none)
            violate("after a run without faults the device is not activated");
    }
    // A Setup whose answer was lost leaves the server without the password: an administrator enters
    // it.
    void repair_passwords() {
        const auto uuid = device_.device_profile().uuid;
        if (device_.mode() != sim::control_mode::none && !server_.stored_password(uuid))
            server_.store_password(uuid, core::secret("P@ssw0rdAmt1"));
    }

    const scenario &scenario_;
    const trace_sink &trace_;
    verdict &out_;
    sim::crypto crypto_;
    std::string phase_ = "facts";
    bool calm_ = true;      // streams of the next run do not fail
    bool counting_ = false; // of the faulty run
    bool ended_ = false;
    bool asks_device_ = true;
    std::size_t seen_acted_ = 0;
    std::size_t protocol_errors_allowed_ = 0;

    net::io_context context_{1};
    core::virtual_time time_;
    net::any_io_executor executor_;
    std::unique_ptr<core::random_source> random_;
    sim::firmware device_;
    sim::rps_server server_;
    std::unique_ptr<heci::device> plain_heci_;
    flaky_heci heci_;
    core::task_group tasks_;
};

} // namespace

verdict play(const scenario &s, const trace_sink &trace) {
    verdict out;
    out.trace_hash = 1469598103934665603ull; // FNV offset
    world w(s, trace, out);
    w.play();
    return out;
}

} // namespace costrand::simulation
