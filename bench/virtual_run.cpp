// SPDX-License-Identifier: Apache-2.0
#include "virtual_run.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/sim/rps.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace costrand::bench {

namespace {

constexpr std::uint64_t seed = 1;
constexpr std::size_t largest_message = 20u << 20;

// "12 s", "750 ms", "15s": nothing for anything else.
std::optional<core::duration> read_duration(std::string_view text) {
    unsigned number = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (bad != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (text.starts_with(' '))
        text.remove_prefix(1);
    if (text.starts_with("ms"))
        return std::chrono::milliseconds(number);
    if (text.starts_with("s"))
        return std::chrono::seconds(number);
    return std::nullopt;
}

// The client's pauses: what their lines begin with, or hold; behind that stands how long they last,
// or they are a limit's.
struct pause_line {
    std::string_view text, why;
    std::chrono::nanoseconds rps::timeouts::*limit = nullptr;
};
constexpr pause_line client_pauses[] = {
    {"Port switch: waiting ", "port switch delay"},
    {"AMT makes a key: a pause of ", "pause behind GenerateKeyPair"},
    {"replaying APF handshake and retrying in ", "before a lost link is opened again"},
    {"; next attempt in ", "until the MEI client is asked for again"},
    {"AMT takes no connection now (", "until AMT's port is asked again", &rps::timeouts::redial},
};

// Made within the coroutine of the run, and ended with it.
class world {
  public:
    world(net::any_io_executor executor, const core::virtual_time &time, const virtual_order &what)
        : what_(what),
          time_(time),
          executor_(executor),
          server_(sim::recorded_rps_options(), crypto_, *random_, peer_log("server")),
          device_(executor, machine(), *random_, peer_log("AMT"), crypto_),
          heci_(device_.heci()),
          sessions_(executor) {}

    awaitable<virtual_run> play() {
        co_await activate();
        out_.elapsed = time_.elapsed();
        sessions_.cancel();
        (void)co_await core::as_result(sessions_.join()); // as the client saw them
        out_.mode = device_.mode();
        out_.tls = has_tls();
        out_.server_waits = server_.counters().own_waits;
        out_.calls = server_.calls().size();
        out_.tls_sessions = server_.counters().tunnels;
        std::ranges::stable_sort(out_.waits, {}, &named_wait::at);
        device_.stop();
        co_await device_.run();
        co_return std::move(out_);
    }

  private:
    // A device that knows the server's root and domain.
    sim::profile machine() {
        auto p = sim::built_in_profile(what_.device);
        p.lms = what_.lms;
        p.dns_suffix = "corp.example";
        sim::trusted_root root;
        root.hash = sim::sha256_hex(server_.provisioning_root());
        p.roots.push_back(std::move(root));
        return p;
    }
    [[nodiscard]] bool has_tls() const {
        const auto &state = device_.state();
        const auto *given = state.objects.find_name("AMT_TLSCredentialContext");
        return state.tls && state.tls->enabled && given && !given->instances.empty();
    }

    // Several connections that wait for one restart of AMT are one wait.
    void note(std::string who, std::string_view why, core::duration lasts) {
        named_wait begun{std::move(who), std::string(why), time_.elapsed(), lasts};
        if (std::ranges::find(out_.waits, begun) == out_.waits.end())
            out_.waits.push_back(std::move(begun));
    }
    // "waits 12 s: behind the activation"
    core::log peer_log(std::string who) {
        return {core::log_level::debug,
                [this, who](core::log_level, std::string_view component, std::string_view line) {
                    constexpr std::string_view begin = "waits ";
                    if (!component.starts_with("sim.") || !line.starts_with(begin))
                        return;
                    const auto why = line.find(": ");
                    if (const auto lasts = read_duration(line.substr(begin.size())))
                        note(who, line.substr(why + 2), *lasts);
                }};
    }
    core::log client_log() {
        return {core::log_level::debug,
                [this](core::log_level, std::string_view, std::string_view line) {
                    for (const auto &pause : client_pauses) {
                        const auto at = line.find(pause.text);
                        if (at == line.npos)
                            continue;
                        const auto lasts = pause.limit
                                               ? std::optional(limits_.*pause.limit)
                                               : read_duration(line.substr(at + pause.text.size()));
                        if (lasts)
                            note("client", pause.why, *lasts);
                    }
                }};
    }

    activate::environment environment() {
        activate::environment env;
        env.executor = executor_;
        env.device = heci_.get();
        env.dial_lms = [this](std::uint16_t port) { return device_.dial_lms(port); };
        env.connect_server = [this] { return connect(); };
        env.hostname = [] { return std::string("lab-host"); };
        env.dns_suffix = [] { return no_suffix(); };
        env.log = client_log();
        env.limits = limits_;
        return env;
    }
    static awaitable<std::string> no_suffix() { co_return std::string(); }
    awaitable<std::unique_ptr<core::message_stream>> connect() {
        sim::memory_options link;
        link.max_message_size = largest_message;
        link.capacity = 3 * largest_message;
        link.latency = what_.latency;
        auto [near, far] = sim::memory_message_pair(executor_, link, link);
        sessions_.spawn(serve(std::move(far)));
        co_return std::move(near);
    }
    awaitable<void> serve(std::unique_ptr<core::message_stream> client) {
        co_await server_.serve(*client);
    }

    awaitable<void> activate() {
        activate::settings options;
        options.action = activate::what_to_do::activate;
        options.server.text = "ws://rps.example/activate";
        options.profile = what_.profile;
        options.tls_tunnel = what_.tls_tunnel;
        options.transport =
            what_.lms ? activate::transport_choice::lms : activate::transport_choice::lme;
        const auto env = environment();
        try {
            const auto report = co_await activate::activate_device(env, options);
            if (!activate::succeeded(report))
                out_.failure = activate::why_not(report).text;
        } catch (const activate::error &e) {
            out_.failure = e.why().text;
        }
    }

    const virtual_order &what_;
    const core::virtual_time &time_;
    virtual_run out_;
    const rps::timeouts limits_;
    sim::crypto crypto_ = sim::bare_crypto();
    std::unique_ptr<core::random_source> random_ = core::seeded_random(seed);
    net::any_io_executor executor_;
    sim::rps_server server_;
    sim::firmware device_;
    std::unique_ptr<heci::device> heci_;
    core::task_group sessions_;
};

awaitable<void> play(net::any_io_executor executor, const core::virtual_time &time,
                     const virtual_order &what, std::optional<virtual_run> &out) {
    world one(executor, time, what);
    out = co_await one.play();
}

struct account {
    core::duration covered{}, twice{};
};

// Of waits that are sorted by their beginnings: what they cover within the run, and what an earlier
// one had covered already.
account settle(const virtual_run &run) {
    account out;
    core::duration until{};
    for (const auto &w : run.waits) {
        const auto end = std::min(w.at + w.lasts, run.elapsed);
        const auto begin = std::min(w.at, run.elapsed);
        const auto fresh = std::max(begin, until);
        out.twice += std::min(end, std::max(until, begin)) - begin;
        out.covered += std::max(end, fresh) - fresh;
        until = std::max(until, end);
    }
    return out;
}

} // namespace

core::duration virtual_run::own_share() const {
    return elapsed - settle(*this).covered;
}

core::duration virtual_run::claimed_twice() const {
    return settle(*this).twice;
}

core::duration virtual_run::total(const std::string &who, const std::string &why) const {
    core::duration sum{};
    for (const auto &w : waits)
        if (w.who == who && w.why == why)
            sum += w.lasts;
    return sum;
}

virtual_run activate_in_virtual_time(const virtual_order &what) {
    std::optional<virtual_run> out;
    net::io_context context(1);
    core::virtual_time time(context);
    const net::any_io_executor strand = core::make_session_strand(context);
    core::spawn(strand, play(strand, time, what, out), core::rethrow);
    time.run();
    if (!out)
        throw std::runtime_error("the run hangs: nobody waits for a time, and it has not ended");
    return std::move(*out);
}

} // namespace costrand::bench
