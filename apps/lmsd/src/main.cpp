// SPDX-License-Identifier: Apache-2.0
// costrand-lmsd: a local management service. The composition root: options, log, device, signals,
// exit status.
#include "options.hpp"

#include <costrand/activate/console.hpp>
#include <costrand/activate/daemon.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/lmsd/passed_sockets.hpp>
#include <costrand/lmsd/run.hpp>
#include <costrand/transports/heci_open.hpp>

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

activate::console_options console_for(const lmsd::settings &options) {
    activate::console_options out;
    out.out = &tell_stdout;
    out.err = &tell_stderr;
    out.wall_clock = &std::chrono::system_clock::now;
    out.threshold = options.log_level;
    out.json = options.json;
    return out;
}

// Until a signal comes, which is success, or the run ends by itself.
int serve(const lmsd::settings &options, activate::console &says) {
    const auto device = heci::open_device(options.device);
    lmsd::world with{*device, lmsd::take_passed_sockets(), lmsd::relay_options(),
                     &lmsd::tell_ready};
    activate::serve_until_signal([&] { return lmsd::run(std::move(with), says.log()); }, says);
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    activate::protect_process();
    lmsd::settings options;
    try {
        options = lmsd::read_settings(std::vector<std::string>(argv + 1, argv + argc),
                                      [](const char *name) { return std::getenv(name); });
    } catch (const activate::error &e) {
        tell_stderr("costrand-lmsd: " + e.why().text + "\n");
        return wrong_use;
    }
    if (options.action == lmsd::what_to_do::help) {
        tell_stdout(lmsd::help_text());
        return 0;
    }
    if (options.action == lmsd::what_to_do::version) {
        tell_stdout("costrand-lmsd " COSTRAND_VERSION "\n");
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
