// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_upid.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>

#include <string_view>
#include <vector>

namespace costrand::heci {
namespace {

constexpr std::string_view component = "upid";

awaitable<std::optional<platform_id>> exchange(core::message_stream &link) {
    co_await link.send(net::buffer(platform_id_request));
    std::vector<std::byte> buffer(link.max_message_size());
    const auto size = co_await link.receive(net::buffer(buffer));
    const auto decoded = decode_platform_id(core::const_bytes(buffer).first(size));
    if (!decoded)
        throw system_error(decoded.error());
    co_return *decoded;
}

awaitable<std::optional<platform_id>> attempt(device &dev, const timeouts &limits) {
    const auto link =
        co_await core::with_deadline(limits.connect_attempt, dev.connect(client::upid));
    co_return co_await core::with_deadline(limits.amthi_reply, exchange(*link));
}

} // namespace

awaitable<std::optional<platform_id>> query_platform_id(device &dev, const timeouts &limits,
                                                        core::log log) {
    auto answer = co_await core::as_result(attempt(dev, limits));
    if (answer) {
        if (!*answer)
            log.debug(component, dev.name(), ": has no UPID, or it is switched off");
        co_return *answer;
    }
    if (answer.error() == core::cond::cancelled)
        throw system_error(answer.error());
    log.debug(component, dev.name(), ": ", answer.error(), "; the UPID stays unknown");
    co_return std::nullopt;
}

} // namespace costrand::heci
