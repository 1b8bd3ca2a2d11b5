// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_hotham.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_connect.hpp>

namespace costrand::heci {
namespace {

awaitable<std::vector<std::byte>> exchange(core::message_stream &link, core::const_bytes request) {
    co_await link.send(net::buffer(request.data(), request.size()));
    std::vector<std::byte> buffer(link.max_message_size());
    const auto size = co_await link.receive(net::buffer(buffer));
    const auto content = decode_hotham(request, core::const_bytes(buffer).first(size));
    if (!content)
        throw system_error(content.error());
    co_return std::vector<std::byte>(content->begin(), content->end());
}

awaitable<std::vector<std::byte>> ask(core::message_stream &link, core::const_bytes request,
                                      const timeouts &limits) {
    auto got =
        co_await core::as_result(core::with_deadline(limits.amthi_reply, exchange(link, request)));
    if (!got && got.error() == core::errc::timed_out)
        throw system_error(errc::reply_timed_out);
    if (!got)
        throw system_error(got.error());
    co_return std::move(*got);
}

} // namespace

awaitable<flash_log> read_flash_log(device &dev, const timeouts &limits, core::log log) {
    const auto link = co_await connect_with_retry(dev, client::hotham, limits, std::move(log));
    const auto told = co_await ask(*link, flash_log_size_request, limits);
    core::byte_reader r(told);
    flash_log out;
    out.size = r.le<std::uint32_t>();
    if (r.failed())
        throw system_error(errc::bad_reply);
    out.bytes = co_await ask(*link, flash_log_request, limits);
    co_return out;
}

} // namespace costrand::heci
