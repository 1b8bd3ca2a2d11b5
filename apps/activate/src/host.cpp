// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/host.hpp>

#include <costrand/activate/process.hpp>
#include <costrand/activate/tracing.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/time.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/transports/heci_open.hpp>
#include <costrand/transports/http.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/transports/websocket.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <sys/utsname.h>
#include <unistd.h>

namespace costrand::activate {

namespace {

transports::websocket_options connection_to_server(const settings &options) {
    transports::websocket_options how;
    how.max_message_size = rps::max_server_message;
    if (options.skip_cert_check)
        how.trust.check = transports::tls_trust::kind::anyone;
    if (options.proxy)
        how.proxy = options.proxy->where;
    return how;
}

transports::http_options exchange_with_console(const settings &options, core::duration limit) {
    transports::http_options how;
    how.body_limit = profile_limit;
    how.limit = limit;
    if (options.skip_cert_check)
        how.trust.check = transports::tls_trust::kind::anyone;
    if (options.proxy)
        how.proxy = options.proxy->where;
    return how;
}

// The suffix is not needed for client control mode: a resolver that hangs holds nobody up for
// longer than the reference client's limit.
constexpr auto suffix_limit = std::chrono::seconds(10);

awaitable<std::string> look_up_dns_suffix() {
    const auto suffix = std::make_shared<std::string>(); // the look-up may outlast this coroutine
    std::function<void()> look_up = [suffix] { *suffix = os_dns_suffix(); };
    auto found = co_await core::as_result(
        core::with_deadline(suffix_limit, core::run_blocking(std::move(look_up))));
    if (found)
        co_return *suffix;
    if (found.error() == core::cond::cancelled)
        throw system_error(found.error());
    co_return "";
}

awaitable<core::secret> ask_password(console *says) {
    says->end_progress();
    co_return co_await ask_without_echo("AMT password: ");
}

} // namespace

std::unique_ptr<heci::device> open_device(const settings &options) {
    return heci::open_device(options.device);
}

environment host_environment(net::any_io_executor executor, const settings &options,
                             console &says) {
    environment env;
    env.executor = executor;
    env.log = says.log();
    env.limits = options.limits;
    env.hostname = &os_hostname;
    env.dns_suffix = &look_up_dns_suffix;
    env.interface_of = &os_interface_of;
    env.connect_server = [&options, log = env.log] {
        return transports::websocket_connect(options.server.where, connection_to_server(options),
                                             log);
    };
    env.ask_console = [&options, log = env.log](transports::http_url url,
                                                transports::http_request request,
                                                core::duration limit) {
        return transports::http_exchange(std::move(url), std::move(request),
                                         exchange_with_console(options, limit), log);
    };
    env.dial_lms = [](std::uint16_t port) {
        return transports::dial_lms(port, transports::lms_options());
    };
    if (::isatty(STDIN_FILENO) == 1)
        env.ask_password = [says = &says] { return ask_password(says); };
    const auto start = core::now(executor);
    env.on_step = [&says, executor, start](std::string_view what, bool quiet) {
        says.step(core::now(executor) - start, what, quiet);
    };
    return env;
}

void conclude(const report &r, const settings &options, console &says) {
    if (!succeeded(r))
        throw error(why_not(r));
    says.result(options.json ? result_json(r, options) : result_text(r));
}

awaitable<void> activate_here(net::any_io_executor executor, const settings &options, console &says,
                              trace::recorder *seen_by) {
    auto env = host_environment(executor, options, says);
    if (options.skip_cert_check && options.server.where.secure)
        env.log.warn("activate", "the server's certificate is not verified");
    const auto device = open_device(options);
    env.device = device.get();
    const observed_environment seen(std::move(env), seen_by);
    const report r = co_await activate_device(seen.get(), options);
    conclude(r, options, says);
}

build_facts about_this_build() {
    utsname system{};
    ::uname(&system);
    return {COSTRAND_VERSION, rps::spoken_version, __VERSION__,
            std::string(system.sysname) + "/" + system.machine};
}

std::string version_text(std::string_view program) {
    const auto build = about_this_build();
    return std::string(program) + ' ' + std::string(build.version) + " (RPS protocol " +
           std::string(build.protocol) + ")\n";
}

std::string version_json(std::string_view program) {
    const auto build = about_this_build();
    return "{\"app\":" + json_string(program) + ",\"version\":" + json_string(build.version) +
           ",\"protocol\":" + json_string(build.protocol) +
           ",\"compiler\":" + json_string(build.compiler) +
           ",\"platform\":" + json_string(build.platform) + "}\n";
}

} // namespace costrand::activate
