// SPDX-License-Identifier: Apache-2.0
// costrand-lmsd: a local management service. The composition root: options, device, sockets.
#include "options.hpp"

#include <costrand/activate/daemon.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/lmsd/run.hpp>
#include <costrand/transports/heci_open.hpp>
#include <costrand/transports/passed_sockets.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;

namespace {

constexpr const char *program = "costrand-lmsd";

} // namespace

int main(int argc, char **argv) {
    activate::protect_process();
    lmsd::settings options;
    try {
        options = lmsd::read_settings(std::vector<std::string>(argv + 1, argv + argc),
                                      [](const char *name) { return std::getenv(name); });
    } catch (const activate::error &e) {
        return activate::refuse_use(program, e);
    }
    std::unique_ptr<heci::device> device;
    activate::daemon what{program, COSTRAND_VERSION, lmsd::help_text(), {}};
    what.service = [&](core::log log) {
        device = heci::open_device(options.device);
        lmsd::world with{*device, transports::take_passed_sockets(), lmsd::relay_options(),
                         &transports::tell_ready};
        return lmsd::run(std::move(with), log);
    };
    return activate::run_daemon(options, what);
}
