// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/local.hpp>

#include <costrand/activate/console.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/shell.hpp>
#include <costrand/activate/with_console.hpp>
#include <costrand/commands/run_as_root.hpp>
#include <costrand/core/awaitable.hpp>

#include <chrono>

namespace costrand::commands {

namespace {

awaitable<void> on_this_machine(net::any_io_executor executor, const local_settings &what,
                                activate::console &says) {
    auto env = activate::host_environment(executor, what.base, says);
    if (what.base.management && what.base.skip_cert_check)
        env.log.warn("console", "the console's certificate is not verified");
    const auto device = activate::open_device(what.base);
    env.device = device.get();
    activate::local_report report;
    if (what.base.management)
        report = co_await activate::deactivate_with_console(env, what.base, what.request);
    else
        report = co_await activate::run_locally(env, what.base, what.request);
    says.result(what.base.json ? activate::result_json(report, what.base)
                               : activate::result_text(report));
}

} // namespace

int run_local(local_settings what, const std::vector<activate::notice> &notices) {
    if (what.base.management)
        activate::use_environment_proxy(what.base, &activate::environment_variable);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    what.request.now = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    return run_as_root(
        what.base, notices,
        [&](net::any_io_executor strand, activate::console &says) {
            return on_this_machine(strand, what, says);
        },
        [] {
            return std::string("AMT may have taken what was sent before: look at the control mode "
                               "before the next attempt (costrand amtinfo --mode)");
        });
}

} // namespace costrand::commands
