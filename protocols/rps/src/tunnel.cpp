// SPDX-License-Identifier: Apache-2.0
#include "tunnel.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream_ops.hpp>

#include <boost/asio/buffer.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace costrand::rps {

namespace {

constexpr std::string_view component = "rps";

// Messages of the server that AMT has not taken yet. RPS sends two in a row at most (rps-session
// 15.4b); more than this is a flood.
constexpr std::size_t waiting_messages = 256;

// What goes to the server in one message although more is there to be read.
constexpr std::size_t gather_limit = 64 * 1024;

} // namespace

tunnel::connection::connection(net::any_io_executor executor, std::uint64_t number)
    : id(number),
      to_amt(waiting_messages),
      pumps(executor) {}

tunnel::tunnel(net::any_io_executor executor, rps::executor &amt, session_events &events,
               core::log log)
    : executor_(executor),
      amt_(amt),
      events_(events),
      log_(std::move(log)) {}

awaitable<void> tunnel::carry(action::tunnel order) {
    if (!now_ || now_->id != order.id) {
        if (now_ && order.opens_session)
            log_.debug(component, "TLS ClientHello detected, closing existing connection for new "
                                  "handshake");
        co_await close();
        now_ = std::make_unique<connection>(executor_, order.id);
        now_->pumps.spawn(run(*now_));
    }
    log_.debug(component, "TLS tunnel: passing through ", order.bytes.size(), " bytes to ",
               amt_.path() == amt_path::lme ? "LME" : "LMS");
    if (now_->to_amt.closed() || now_->to_amt.try_send(std::move(order.bytes)))
        co_return;
    throw amt_error(errc::amt_no_reply, {},
                    core::concat(waiting_messages, " messages wait for AMT to take them"));
}

awaitable<void> tunnel::close() {
    if (!now_)
        co_return;
    now_->pumps.cancel();
    // A pump tells its failures as events.
    (void)co_await core::as_result(now_->pumps.join());
    now_.reset();
}

// One connection, from the dial to AMT's close.
awaitable<void> tunnel::run(connection &on) {
    if (amt_.path() == amt_path::lme)
        log_.debug(component, "LME tunnel: opening persistent APF channel for TLS session");
    session_event failed;
    try {
        on.amt = co_await amt_.connect();
    } catch (const amt_error &e) {
        failed.error = e.code();
        failed.cause = e.cause();
        failed.detail = e.detail();
    }
    if (!on.amt) {
        co_await tell(on, session_event::kind::tunnel_failed, std::move(failed));
        co_return;
    }
    on.pumps.spawn(write_to_amt(on));
    session_event end;
    end.error = co_await read_from_amt(on);
    on.to_amt.close(); // ends the other pump
    on.amt->close();
    co_await tell(on, session_event::kind::tunnel_closed, std::move(end));
}

// Ends with the connection: why, the reading pump sees as well.
awaitable<void> tunnel::write_to_amt(connection &on) {
    for (;;) {
        auto next = co_await core::as_result(on.to_amt.receive());
        if (!next)
            co_return;
        auto written = co_await core::as_result(core::write_all(*on.amt, net::buffer(*next)));
        core::wipe(next->data(), next->size());
        if (!written)
            co_return;
    }
}

// A message to the server is whole records: all that can be read now, so that a flight of the
// handshake, or a reply and the close behind it, travel as one. Gives why the connection ended;
// nothing: in good order.
awaitable<error_code> tunnel::read_from_amt(connection &on) {
    record_gatherer gathered;
    error_code end;
    while (!end) {
        if (gathered.whole() < gather_limit) {
            const bool some = gathered.whole() > 0;
            const auto limit = some ? core::duration::zero() : core::duration::max();
            const bool more = co_await read_more(*on.amt, gathered, limit, end);
            if (more)
                continue;
        }
        session_event data;
        data.bytes = end ? gathered.take_all() : gathered.take_whole();
        if (!data.bytes.empty())
            co_await tell(on, session_event::kind::tunnel_data, std::move(data));
    }
    if (end == core::end_of_stream)
        co_return error_code();
    co_return end;
}

// False when nothing came within the limit, or the connection ended, which sets `end`.
awaitable<bool> tunnel::read_more(core::byte_stream &amt, record_gatherer &gathered,
                                  core::duration limit, error_code &end) {
    std::array<std::byte, 16 * 1024> buffer;
    auto got =
        co_await core::as_result(core::with_deadline(limit, amt.read_some(net::buffer(buffer))));
    if (got) {
        gathered.add(core::const_bytes(buffer).first(*got));
        co_return true;
    }
    if (got.error() == core::errc::timed_out && limit == core::duration::zero())
        co_return false;
    if (got.error() == core::cond::cancelled)
        throw system_error(got.error());
    end = got.error();
    co_return false;
}

awaitable<void> tunnel::tell(connection &on, session_event::kind what, session_event e) {
    e.what = what;
    e.id = on.id;
    co_await events_.send(std::move(e));
}

} // namespace costrand::rps
