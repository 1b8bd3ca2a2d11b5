// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include "flaky_heci.hpp"
#include "flaky_stream.hpp"
#include "promises.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/rps.hpp>

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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::simulation {

namespace {

using namespace std::chrono_literals;

// What no line may hold: the passwords of the recorded profiles and of the device's account.
constexpr std::array<std::string_view, 3> passwords = {"P@ssw0rdAmt1", "P@ssw0rdMebx1",
                                                       "P@ssw0rdMps1"};

// Of the recorded profiles.
constexpr std::string_view domain = "corp.example";

class world {
  public:
    world(const scenario &s, const trace_sink &trace, verdict &out)
        : scenario_(s),
          trace_(trace),
          out_(out),
          time_(context_),
          executor_(net::make_strand(context_)),
          random_(core::seeded_random(s.seed)),
          server_(sim::recorded_rps_options(), crypto(), *random_, log("server")),
          device_(executor_, device_profile(), *random_, log("device"), crypto()),
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
        else if (!context_.stopped())
            violate("a coroutine is left behind the run");
    }

  private:
    [[nodiscard]] sim::crypto crypto() {
        if (!crypto_.keys)
            crypto_ = scenario_.openssl ? sim::pooled_crypto() : sim::bare_crypto();
        return crypto_;
    }
    // It trusts the server's provisioning certificate, and is in its domain.
    [[nodiscard]] sim::profile device_profile() {
        auto p = sim::built_in_profile(scenario_.order.device);
        p.lms = scenario_.lms;
        p.dns_suffix = domain;
        sim::trusted_root root;
        root.name = "the simulation's server";
        root.hash = sim::sha256_hex(server_.provisioning_root());
        p.roots.push_back(std::move(root));
        return p;
    }

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

    // What acted since the last line acted in the phase of now.
    void note_hits() {
        if (!faulty_)
            return;
        using call = heci_failure::call;
        std::size_t i = 0;
        const auto count = [&](const std::string &name, std::size_t times) {
            if (i == acted_.size())
                acted_.push_back(0);
            if (std::exchange(acted_[i++], times) != times)
                out_.hits.emplace_back(name, phase_);
        };
        for (std::size_t n = 0; n < scenario_.device_faults.size(); ++n)
            count(scenario_.device_faults[n].name, device_.inject().acted(n));
        for (std::size_t n = 0; n < scenario_.server_faults.size(); ++n)
            count(scenario_.server_faults[n].name, server_.acted(n));
        count("heci-connect", heci_.failed(call::connect));
        count("heci-send", heci_.failed(call::send));
        count("heci-receive", heci_.failed(call::receive));
        count("websocket-drop", websocket_->failed);
        count("lms-drop", lms_->failed);
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
    awaitable<std::string> dns_suffix() { co_return std::string(domain); }

    awaitable<std::unique_ptr<core::byte_stream>> dial_lms(std::uint16_t port) {
        auto stream = co_await device_.dial_lms(port);
        if (!faulty_)
            co_return stream;
        co_return std::make_unique<flaky_bytes>(std::move(stream), lms_);
    }
    awaitable<std::unique_ptr<core::message_stream>> connect() {
        auto pair = sim::memory_message_pair(executor_, scenario_.websocket, scenario_.websocket);
        tasks_.spawn(serve(std::move(pair.second)));
        if (!faulty_)
            co_return std::move(pair.first);
        co_return std::make_unique<flaky_messages>(std::move(pair.first), websocket_);
    }
    awaitable<void> serve(std::unique_ptr<core::message_stream> client) {
        co_await server_.serve(*client);
    }

    awaitable<end_of_run> activate(heci::device &through, std::string profile) {
        activate::settings options;
        options.action = activate::what_to_do::activate;
        options.server.text = "ws://rps.example/activate";
        options.profile = std::move(profile);
        options.tls_tunnel = scenario_.order.tls_tunnel;
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
        co_return end;
    }

    awaitable<void> whole(net::cancellation_signal &signal) {
        if (scenario_.order.before)
            co_await calm_run("before the faulty one", scenario_.order.before);
        let_faults_act();
        line("simulation", describe(scenario_));
        co_await faulty_run(signal);
        stop_faults();
        co_await core::sleep_for(5min); // the firmware's restart, if there is one, is over
        if (out_.violations.empty())
            co_await calm_run("behind the faulty one", scenario_.order.profile);
        tasks_.cancel();
        (void)co_await core::as_result(tasks_.join());
        device_.stop();
        co_await device_.run();
    }
    void let_faults_act() {
        faulty_ = true;
        for (const auto &f : scenario_.device_faults)
            device_.inject().order(f.order);
        for (const auto &f : scenario_.server_faults)
            server_.order(f.order);
        heci_.fail(scenario_.heci);
        websocket_->conditions = scenario_.websocket_conditions;
        lms_->conditions = scenario_.lms_conditions;
    }
    void stop_faults() {
        faulty_ = false;
        device_.inject().clear();
        server_.clear_orders();
        heci_.fail({});
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
        out_.outcome = outcome_of(end);
        if (end.failure || end.report)
            line("simulation", end.success() ? "success" : "failure: " + end.why().text);
        co_await core::sleep_for(1s); // the other ends learn of the closing
        look(check_left_over(scenario_, device_), "the faulty run");
        const std::size_t messages = server_.counters().messages_sent - sent;
        look(check_duration(out_.elapsed, messages), "the faulty run");
        look(check_report(scenario_, end, device_, was_set_up), "the faulty run");
    }
    awaitable<void> run_into(end_of_run &end) {
        end = co_await activate(heci_, scenario_.order.profile);
    }
    awaitable<void> emit(net::cancellation_signal &signal, core::duration when) {
        co_await core::sleep_for(when);
        line("simulation", "signal");
        out_.hits.emplace_back("signal", phase_);
        signal.emit(net::cancellation_type::terminal);
    }
    void look(const std::vector<std::string> &broken, const std::string &of) {
        for (const auto &what : broken)
            violate(of + ": " + what);
    }

    // A run without faults, which must succeed.
    awaitable<void> calm_run(std::string when, std::string profile) {
        line("simulation", "a run without faults, " + when);
        repair_passwords();
        const auto end = co_await activate(*plain_heci_, std::move(profile));
        co_await core::sleep_for(1s);
        look(check_left_over(scenario_, device_), "a run without faults, " + when);
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
    bool faulty_ = false; // the faults of the scenario act, and are counted
    bool ended_ = false;
    std::vector<std::size_t> acted_; // of each fault, in the order of note_hits
    std::shared_ptr<stream_plan> websocket_ = std::make_shared<stream_plan>();
    std::shared_ptr<stream_plan> lms_ = std::make_shared<stream_plan>();

    net::io_context context_{1};
    core::virtual_time time_;
    net::any_io_executor executor_;
    std::unique_ptr<core::random_source> random_;
    sim::rps_server server_;
    sim::firmware device_;
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
