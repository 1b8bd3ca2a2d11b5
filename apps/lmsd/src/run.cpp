// SPDX-License-Identifier: Apache-2.0
#include <costrand/lmsd/run.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/lmsd/device_link.hpp>
#include <costrand/lmsd/service.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace costrand::lmsd {
namespace {

constexpr std::string_view component = "lmsd";

bool is_final(error_code why) {
    return why == heci::errc::no_driver || why == heci::errc::no_permission ||
           why == heci::errc::no_device || why == heci::errc::not_supported;
}

awaitable<void> try_device(relay &through, core::log log) {
    const auto tried = co_await core::as_result(through.ready());
    if (tried)
        co_return;
    if (tried.error() == core::cond::cancelled)
        throw system_error(tried.error());
    if (is_final(tried.error())) // its cause is told: device_link
        throw std::runtime_error("there is no device to serve");
    log.warn(component, "the firmware is not reached now: ", tried.error(),
             "; it is tried again when a client comes");
}

} // namespace

awaitable<void> run(world with, core::log log) {
    const auto executor = co_await net::this_coro::executor;
    relay through(executor, device_link(with.device, with.options.times, log), with.options, log);
    service clients(executor, through, log);
    if (with.sockets.empty())
        clients.listen_here();
    else
        clients.take_over(with.sockets);
    if (with.ready)
        with.ready();
    core::task_group parts(executor);
    parts.spawn(through.run());
    parts.spawn(clients.run());
    parts.spawn(try_device(through, log));
    co_await parts.join();
}

} // namespace costrand::lmsd
