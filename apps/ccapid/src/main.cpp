// SPDX-License-Identifier: Apache-2.0
// costrand-ccapid: the composition root: options, log, places, signals, exit status.
#include <costrand/activate/console.hpp>
#include <costrand/activate/daemon.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/ccapid/options.hpp>
#include <costrand/ccapid/run.hpp>
#include <costrand/core/random.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace costrand;

namespace {

constexpr int failed = 1, wrong_use = 2;

void tell_stdout(std::string_view text) {
    activate::write_text(STDOUT_FILENO, text);
}
void tell_stderr(std::string_view text) {
    activate::write_text(STDERR_FILENO, text);
}

activate::console_options console_for(const ccapid::settings &options) {
    activate::console_options out;
    out.out = &tell_stdout;
    out.err = &tell_stderr;
    out.wall_clock = &std::chrono::system_clock::now;
    out.threshold = options.log_level;
    out.json = options.json;
    return out;
}

template <typename Unit>
auto since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Unit>(now).count();
}

ccapid::world world_for(const ccapid::settings &options, core::random_source &random) {
    using transports::pipe_scope;
    ccapid::world out;
    out.place = transports::own_pipe_place(options.per_session ? pipe_scope::login_session
                                                               : pipe_scope::user)
                    .value();
    if (!options.kcm_socket.empty())
        out.kcm = transports::pipe_place_at(options.kcm_socket).value();
    out.random = &random;
    out.server.start_time = static_cast<std::uint64_t>(since_1970<std::chrono::microseconds>());
    out.server.clock = [] {
        return static_cast<ccapi::cc_time>(since_1970<std::chrono::seconds>());
    };
    return out;
}

int serve(const ccapid::settings &options, activate::console &says) {
    const auto random = core::system_random();
    activate::serve_until_signal(
        [&] { return ccapid::run(world_for(options, *random), says.log()); }, says);
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    activate::protect_process();
    ccapid::settings options;
    try {
        options = ccapid::read_settings(std::vector<std::string>(argv + 1, argv + argc),
                                        [](const char *name) { return std::getenv(name); });
    } catch (const activate::error &e) {
        tell_stderr("costrand-ccapid: " + e.why().text + "\n");
        return wrong_use;
    }
    if (options.action == ccapid::what_to_do::help) {
        tell_stdout(ccapid::help_text());
        return 0;
    }
    if (options.action == ccapid::what_to_do::version) {
        tell_stdout("costrand-ccapid " COSTRAND_VERSION "\n");
        return 0;
    }
    activate::console says(console_for(options));
    try {
        return serve(options, says);
    } catch (const std::exception &e) {
        says.log_line(core::log_level::error, e.what());
        return failed;
    }
}
