// SPDX-License-Identifier: Apache-2.0
#include <costrand/trace/device.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/trace/observer.hpp>
#include <costrand/trace/observers.hpp>

#include <string_view>
#include <utility>

namespace costrand::trace {

namespace {

constexpr std::string_view lms = "LMS connection";

std::string name_of(const heci::client_id &client) {
    if (client == heci::client::lme)
        return "LME";
    if (client == heci::client::amthi)
        return "AMTHI";
    if (client == heci::client::watchdog)
        return "watchdog";
    return "HECI client";
}

// Of a connection: that it is asked for, or there, some time later.
void tell(recorder &to, layer on, party whom, std::string what, std::string detail,
          std::optional<std::int64_t> since) {
    event e;
    e.is = kind::link;
    e.from = since ? whom : party::client;
    e.to = since ? party::client : whom;
    e.on = on;
    e.what = std::move(what);
    e.detail = std::move(detail);
    if (since)
        e.took = static_cast<std::uint64_t>(to.now() - *since);
    to.record(std::move(e));
}

awaitable<std::unique_ptr<core::byte_stream>> dial_lms(lms_dialer dial, std::uint16_t port,
                                                       recorder &to) {
    const std::string where = "port " + std::to_string(port);
    const auto begun = to.now();
    const bool first = to.connections == 0;
    to.attempts(lms, layer::lms);
    tell(to, layer::lms, party::amt, "connect", where, {});
    auto stream = co_await core::as_result(dial(port));
    if (stream) {
        const auto number = ++to.connections;
        tell(to, layer::lms, party::amt, "connected", where, begun);
        co_return observe(std::move(*stream), observe_lms(to, number));
    }
    const error_code why = stream.error();
    // That there is no LMS is no fault: most machines have none.
    if (first && why != core::cond::cancelled)
        tell(to, layer::lms, party::amt, "not connected", where + ": " + why.message(), begun);
    else if (why != core::cond::cancelled)
        to.failed(lms, layer::lms, why.message());
    throw system_error(why);
}

awaitable<std::unique_ptr<core::message_stream>> connect_server(server_dialer dial, recorder &to) {
    const auto begun = to.now();
    tell(to, layer::rps, party::rps, "connect", {}, {});
    auto stream = co_await dial();
    tell(to, layer::rps, party::rps, "connected", {}, begun);
    co_return observe(std::move(stream), observe_server(to));
}

} // namespace

awaitable<std::unique_ptr<core::message_stream>> observed_device::connect(heci::client_id client) {
    const std::string name = name_of(client);
    const auto begun = to_.now();
    to_.attempts(name, layer::heci);
    tell(to_, layer::heci, party::amt, "connect", name, {});
    auto stream = co_await core::as_result(below_.connect(client));
    if (!stream) {
        if (stream.error() != core::cond::cancelled)
            to_.failed(name, layer::heci, stream.error().message());
        throw system_error(stream.error());
    }
    tell(to_, layer::heci, party::amt, "connected", name, begun);
    auto who = client == heci::client::lme     ? observe_apf(to_)
               : client == heci::client::amthi ? observe_amthi(to_)
                                               : observe_heci(to_, name);
    co_return observe(std::move(*stream), std::move(who));
}

lms_dialer observed(lms_dialer dial, recorder &to) {
    return [dial = std::move(dial), to = &to](std::uint16_t port) {
        return dial_lms(dial, port, *to);
    };
}

server_dialer observed(server_dialer dial, recorder &to) {
    return [dial = std::move(dial), to = &to] { return connect_server(dial, *to); };
}

} // namespace costrand::trace
