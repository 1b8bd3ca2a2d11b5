// SPDX-License-Identifier: Apache-2.0
// What one activation costs our program: rounds (messages of the server that went to AMT) and own
// CPU, over LME and over LMS, in plain and through TLS tunnels. The real client runs on one thread,
// the simulated device and the small provisioning server on another, over real sockets; only the
// client's thread is counted. Argument: number of runs of each (default 7).
#include "bench_main.hpp"

#include <costrand/activate/demo.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/transports/heci_socket.hpp>
#include <costrand/transports/lms_tcp.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace costrand;

namespace {

constexpr const char *profile_name = "profile";

struct kind {
    const char *title, *device, *recorded;
    bool tls_tunnel = false;
};
constexpr kind kinds[] = {
    {"plain, client control (amt16)", "amt16", "ccm"},
    {"tunnel behind a port switch, admin control (amt18)", "amt18", "acm-tls", true},
    {"TLS enforced, a session for each call, admin control (amt19)", "amt19-tls-enforced",
     "acm-tls"},
};

struct cost {
    std::size_t rounds = 0;
    double cpu_ms = 0, wall_ms = 0;
};

// Where the peers can be reached, once they can.
struct addresses {
    std::string server_url, heci_path;
    std::uint16_t lms_port = 0, lms_tls_port = 0;
};

struct end_signal {
    core::notifier bell;
    bool rung = false;
};

// The waits of the server and of the device, which are not ours, are nothing; but for those that a
// restart of AMT's ports takes place in.
sim::rps_timings no_waits() {
    sim::rps_timings out;
    out.after_activation = out.between_tls_settings = out.port_switch_delay =
        core::duration::zero();
    out.before_tunnel = out.before_repeat = std::chrono::milliseconds(500);
    return out;
}

awaitable<void> peers(const kind &what, bool lms, std::promise<addresses> &ready, end_signal &end) {
    activate::demo_options how;
    how.device = what.device;
    how.recorded = what.recorded;
    how.lms = lms;
    how.profile = profile_name;
    how.timings = no_waits();
    how.alter_device = [](sim::profile &p) { p = sim::without_delays(p); };
    activate::demo_world world(co_await net::this_coro::executor, how, core::log());
    ready.set_value({world.server_url(), world.heci_path(),
                     world.lms_port(transports::lms_plain_port),
                     world.lms_port(transports::lms_tls_port)});
    while (!end.rung)
        co_await end.bell.wait();
    co_await world.stop();
}

awaitable<void> client(const kind &what, bool lms, addresses where, activate::console &says,
                       cost &result) {
    const auto executor = co_await net::this_coro::executor;
    activate::settings options;
    options.action = activate::what_to_do::activate;
    options.profile = profile_name;
    options.server = activate::parse_server_url(where.server_url);
    options.tls_tunnel = what.tls_tunnel;
    options.transport = lms ? activate::transport_choice::lms : activate::transport_choice::lme;
    auto env = activate::host_environment(executor, options, says);
    const auto device = heci::open_socket_device(where.heci_path);
    env.device = device.get();
    env.ask_password = nullptr;
    env.dial_lms = [&where](std::uint16_t port) {
        const bool tls = port == transports::lms_tls_port;
        return transports::dial_lms(tls ? where.lms_tls_port : where.lms_port,
                                    transports::lms_options());
    };
    // The pause behind a new key is AMT's.
    env.limits.post_keygen_pause = core::duration::zero();
    const auto cpu = bench::thread_cpu_ns(), wall = bench::wall_ns();
    const auto report = co_await activate::activate_device(env, options);
    result.cpu_ms = static_cast<double>(bench::thread_cpu_ns() - cpu) / 1e6;
    result.wall_ms = static_cast<double>(bench::wall_ns() - wall) / 1e6;
    result.rounds = report.rounds;
    if (!activate::succeeded(report))
        throw std::runtime_error(activate::result_text(report));
}

cost activate_once(const kind &what, bool lms) {
    net::io_context far(1);
    const auto far_strand = core::make_session_strand(far);
    end_signal end;
    std::promise<addresses> ready;
    auto where = ready.get_future();
    core::spawn(far_strand, peers(what, lms, ready, end), core::rethrow);
    std::thread other([&far] { far.run(); });

    cost result;
    std::exception_ptr failed;
    {
        activate::console_options silent;
        silent.out = silent.err = [](std::string_view) {};
        silent.threshold = core::log_level::off;
        silent.wall_clock = [] { return std::chrono::system_clock::now(); };
        activate::console says(silent);
        net::io_context near(1);
        core::spawn(core::make_session_strand(near), client(what, lms, where.get(), says, result),
                    [&failed](std::exception_ptr e) { failed = e; });
        near.run();
    }
    net::post(far_strand, [&end] {
        end.rung = true;
        end.bell.notify_all();
    });
    other.join();
    if (failed)
        std::rethrow_exception(failed);
    return result;
}

double measure(const kind &what, bool lms, int runs) {
    std::vector<double> cpu, wall;
    std::size_t rounds = 0;
    for (int i = 0; i < runs; ++i) {
        const auto one = activate_once(what, lms);
        rounds = one.rounds;
        cpu.push_back(one.cpu_ms);
        wall.push_back(one.wall_ms);
    }
    const auto c = bench::spread_of(cpu), w = bench::spread_of(wall);
    const double a_round = c.median * 1000 / static_cast<double>(rounds);
    std::printf("  over %s: %zu rounds, own CPU %.2f ms [%.2f-%.2f], %.0f us a round; wall %.0f ms "
                "[%.0f-%.0f]\n",
                lms ? "LMS" : "LME", rounds, c.median, c.least, c.most, a_round, w.median, w.least,
                w.most);
    return a_round;
}

} // namespace

int main(int argc, char **argv) {
    const int runs = argc > 1 ? std::max(5, std::atoi(argv[1])) : 7;
    bench::print_head("activation: the client's own CPU in one activation");
    std::printf("  runs:     %d, median [least-most]; ws without TLS; the server's waits are 0\n",
                runs);
    for (const kind &what : kinds) {
        std::printf("  %s\n", what.title);
        const double lme = measure(what, false, runs), lms = measure(what, true, runs);
        std::printf("  a round over LME is %.2f of one over LMS\n", lme / lms);
    }
}
