// SPDX-License-Identifier: Apache-2.0
#include <costrand/lmsd/device_link.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_lme.hpp>
#include <costrand/transports/holders.hpp>

#include <boost/asio/this_coro.hpp>

#include <string_view>
#include <utility>

namespace costrand::lmsd {
namespace {

constexpr std::string_view component = "lmsd";

// Firmware that restarts its LME client shows any of these for a moment.
bool passes(error_code why) {
    return why == heci::errc::busy || why == heci::errc::not_ready ||
           why == heci::errc::no_client || why == heci::errc::connect_refused ||
           why == heci::errc::connect_timed_out;
}

// One attempt a time: this file does the waiting, and says what for.
heci::timeouts one_attempt() {
    heci::timeouts limits;
    limits.busy_total = limits.not_ready_total = std::chrono::milliseconds(0);
    return limits;
}

awaitable<std::unique_ptr<core::message_stream>> dial(heci::device &device, timeouts times,
                                                      core::log log) {
    const auto executor = co_await net::this_coro::executor;
    const auto limits = one_attempt();
    const auto until = core::now(executor) + times.device;
    error_code told;
    for (;;) {
        auto link = co_await core::as_result(heci::open_lme(device, limits, log));
        if (link) {
            log.info(component, "connected to the firmware through ", device.name());
            co_return std::move(*link);
        }
        const error_code why = link.error();
        if (why == core::cond::cancelled)
            throw system_error(why);
        const bool final = !passes(why) || core::now(executor) + times.device_again > until;
        if (final || why != told)
            log.write(final ? core::log_level::error : core::log_level::warn, component,
                      explain(why, device), final ? "" : "; waiting for it");
        if (final)
            throw system_error(why);
        told = why;
        co_await core::sleep_for(times.device_again);
    }
}

} // namespace

apf::link_dialer device_link(heci::device &device, const timeouts &times, core::log log) {
    return [&device, times, log = std::move(log)] { return dial(device, times, log); };
}

std::string explain(const error_code &why, const heci::device &device) {
    std::string text = core::concat(device.name(), ": ", why);
    if (why != heci::errc::busy || device.name().starts_with("unix:"))
        return text;
    const auto others = transports::to_string(transports::holders_of_file(device.name()));
    return text + (others.empty() ? ", which is not seen from here" : ": " + others);
}

} // namespace costrand::lmsd
