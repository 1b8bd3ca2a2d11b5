// SPDX-License-Identifier: Apache-2.0
// costrand-ccapid: the composition root: options, places, clock, random source.
#include <costrand/activate/daemon.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/ccapid/options.hpp>
#include <costrand/ccapid/run.hpp>
#include <costrand/ccapid/run_system.hpp>
#include <costrand/ccapid/status_command.hpp>
#include <costrand/core/random.hpp>
#include <costrand/transports/passed_sockets.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <unistd.h>

using namespace costrand;

namespace {

constexpr const char *program = "costrand-ccapid";

// For as many clients as a server takes, and what it needs besides.
constexpr std::size_t descriptors = 16'384;

// Where a client that started this program waits; docs/ccapi.md.
constexpr int starters_pipe = 3;

core::result<transports::pipe_place> place_for(const ccapid::settings &options) {
    using transports::pipe_scope;
    if (options.system)
        return transports::pipe_place_at(options.kcm_socket);
    return transports::own_pipe_place(options.per_session ? pipe_scope::login_session
                                                          : pipe_scope::user);
}

// A client too many is told so as long as there is a descriptor for it.
std::size_t clients_with(std::size_t files) {
    constexpr std::size_t others = 64; // sockets that listen, what is open for a moment: our choice
    return files - std::min(others, files / 2);
}

ccapi::server_options options_with(std::size_t files) {
    ccapi::server_options out;
    out.clients = std::min(out.clients, clients_with(files));
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    out.start_time = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count());
    // Asked for each request: cheaper than the clock above.
    out.clock = [] { return static_cast<ccapi::cc_time>(std::time(nullptr)); };
    return out;
}

ccapid::world world_for(const ccapid::settings &options, core::random_source &random,
                        std::size_t files) {
    ccapid::world out;
    out.place = place_for(options).value();
    if (!options.kcm_socket.empty())
        out.kcm = transports::pipe_place_at(options.kcm_socket).value();
    out.sockets = transports::take_passed_sockets();
    out.ready = &transports::tell_ready;
    if (options.auto_started) {
        out.lock_is_held = true;
        out.ready = [] { ::close(starters_pipe); };
    }
    out.idle_exit = options.idle_exit;
    out.random = &random;
    out.server = options_with(files);
    return out;
}

ccapid::system_world system_world_for(const ccapid::settings &options, core::random_source &random,
                                      std::size_t files) {
    ccapid::system_world out;
    out.kcm = place_for(options).value();
    out.sockets = transports::take_passed_sockets();
    out.ready = &transports::tell_ready;
    out.idle_exit = options.idle_exit;
    out.random = &random;
    out.server = options_with(files);
    return out;
}

awaitable<void> serve(const ccapid::settings &options, core::random_source &random,
                      const core::log &log) {
    const auto files = activate::allow_descriptors(descriptors);
    if (!activate::lock_memory())
        log.warn("ccapid", "what is kept may be swapped to disk: locked memory is limited "
                           "(RLIMIT_MEMLOCK); without a limit (LimitMEMLOCK=infinity) or with "
                           "CAP_IPC_LOCK it is not");
    if (options.system)
        return ccapid::run_system(system_world_for(options, random, files), log);
    return ccapid::run(world_for(options, random, files), log);
}

} // namespace

int main(int argc, char **argv) {
    activate::protect_process();
    ccapid::settings options;
    try {
        options = ccapid::read_settings(std::vector<std::string>(argv + 1, argv + argc),
                                        [](const char *name) { return std::getenv(name); });
    } catch (const activate::error &e) {
        return activate::refuse_use(program, e);
    }
    if (options.status && options.action == activate::daemon_action::serve)
        return ccapid::tell_status(place_for(options), options.system, options.json);
    const auto random = core::system_random();
    activate::daemon what{program, COSTRAND_VERSION, ccapid::help_text(), {}};
    what.service = [&](const core::log &log) { return serve(options, *random, log); };
    return activate::run_daemon(options, what);
}
