// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_watchdog.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_connect.hpp>
#include <costrand/transports/heci_status.hpp>

#include <utility>
#include <vector>

namespace costrand::heci {
namespace {

awaitable<amt_enablement> exchange(core::message_stream &link) {
    co_await link.send(net::buffer(enablement_request));
    std::vector<std::byte> buffer(link.max_message_size());
    const auto size = co_await link.receive(net::buffer(buffer));
    const auto decoded = decode_enablement(core::const_bytes(buffer).first(size));
    if (!decoded)
        throw system_error(decoded.error());
    co_return *decoded;
}

awaitable<std::uint32_t> ask_switch(core::message_stream &link, bool on) {
    std::vector<std::byte> request(switch_request.begin(), switch_request.end());
    request.push_back(std::byte{on});
    co_await link.send(net::buffer(request));
    std::vector<std::byte> buffer(link.max_message_size());
    const auto size = co_await link.receive(net::buffer(buffer));
    co_return decode_switched(core::const_bytes(buffer).first(size)).value();
}

awaitable<amt_enablement> attempt(device &dev, const timeouts &limits) {
    const auto link =
        co_await core::with_deadline(limits.connect_attempt, dev.connect(client::watchdog));
    co_return co_await core::with_deadline(limits.watchdog_reply, exchange(*link));
}

} // namespace

awaitable<std::optional<amt_enablement>> query_enablement(device &dev, const timeouts &limits,
                                                          core::log log) {
    auto answer = co_await core::as_result(attempt(dev, limits));
    if (answer)
        co_return *answer;
    if (answer.error() == core::cond::cancelled)
        throw system_error(answer.error());
    log.debug("watchdog", dev.name(), ": ", answer.error(),
              "; whether TLS is enforced stays unknown");
    co_return std::nullopt;
}

awaitable<void> switch_amt(device &dev, const timeouts &limits, core::log log, bool on) {
    const auto link = co_await connect_with_retry(dev, client::watchdog, limits, std::move(log));
    auto asked = core::with_deadline(limits.amthi_reply, ask_switch(*link, on));
    const auto said = co_await core::as_result(std::move(asked));
    if (!said)
        throw system_error(said.error() == core::errc::timed_out
                               ? make_error_code(errc::reply_timed_out)
                               : said.error(),
                           dev.name());
    if (*said != 0)
        throw system_error(make_error_code(static_cast<status>(*said)), dev.name());
}

} // namespace costrand::heci
