// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/session.hpp>

#include "tunnel.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/time.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace costrand::rps {

namespace {

constexpr std::string_view component = "rps";

// The server sends one message at a time; a terminal one may come behind it.
constexpr std::size_t waiting_events = 4;

} // namespace

session::session(core::message_stream &server, executor &amt, session_options options,
                 core::log log)
    : server_(server),
      amt_(amt),
      limits_(options.limits),
      on_progress_(std::move(options.on_progress)),
      log_(std::move(log)),
      core_(std::move(options.request), options.limits),
      events_(waiting_events),
      tunnel_(std::make_unique<tunnel>(server.get_executor(), amt, events_, log_)) {}

session::~session() = default;

awaitable<outcome> session::run() {
    core::assert_on(server_.get_executor());
    core::task_group reader(server_.get_executor());
    reader.spawn(read_server());
    auto conversation = co_await core::as_result(converse());

    // From here on nothing can be cancelled: the children are joined whatever happened.
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await stop_relay();
    co_await tunnel_->close();
    reader.cancel();
    server_.close();
    // The reader tells what it saw as an event; it has no other failure.
    (void)co_await core::as_result(reader.join());
    log_.info(component, "closed RPS connection");

    if (failure_)
        throw session_error(failure_->error, failure_->cause, failure_->detail);
    if (!conversation)
        throw system_error(conversation.error());
    co_return std::move(*outcome_);
}

awaitable<void> session::converse() {
    log_.debug(component, "sending activation request to RPS");
    co_await perform(core_.start(core::now(server_.get_executor())));
    while (!outcome_ && !failure_) {
        log_.debug(component, "listening to RPS...");
        session_event e = co_await next_event();
        co_await perform(feed(e));
    }
}

// Always reading, also while AMT works: success, error and close do not wait.
awaitable<void> session::read_server() {
    const std::size_t size = std::min(server_.max_message_size(), max_server_message);
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(size);
    for (;;) {
        auto got = co_await core::as_result(server_.receive(net::buffer(buffer.get(), size)));
        if (!got && got.error() == core::cond::cancelled)
            co_return;
        session_event e;
        if (got) {
            e.what = session_event::kind::message;
            e.message = core::secret(core::as_text({buffer.get(), *got}));
            core::wipe(buffer.get(), *got);
        } else {
            e.what = session_event::kind::closed;
            if (got.error() == core::errc::message_too_large)
                e.error = errc::message_too_large;
            else if (got.error() != core::end_of_stream)
                e.error = got.error();
        }
        co_await events_.send(std::move(e));
        if (!got)
            co_return;
    }
}

awaitable<void> session::relay(action::relay order) {
    session_event e;
    e.id = order.id;
    try {
        e.bytes = co_await amt_.exchange(std::move(order.request));
        e.what = session_event::kind::reply;
    } catch (const amt_error &failed) {
        e.what = session_event::kind::no_reply;
        e.error = failed.code();
        e.cause = failed.cause();
        e.detail = failed.detail();
    }
    co_await events_.send(std::move(e));
}

awaitable<void> session::switch_port(action::switch_port order) {
    session_event e;
    e.id = order.id;
    try {
        co_await amt_.switch_port(order.order);
        e.what = session_event::kind::switched;
    } catch (const amt_error &failed) {
        e.what = session_event::kind::no_reply;
        e.error = failed.code();
        e.cause = failed.cause();
        e.detail = failed.detail();
    }
    co_await events_.send(std::move(e));
}

// The next thing that happens, a passed time limit included.
awaitable<session_event> session::next_event() {
    const auto wake = core_.wake_at();
    if (!wake)
        co_return co_await events_.receive();
    const auto left = *wake - core::now(server_.get_executor());
    auto arrived = co_await core::as_result(core::with_deadline(left, events_.receive()));
    if (arrived)
        co_return std::move(*arrived);
    if (arrived.error() != core::errc::timed_out)
        throw system_error(arrived.error());
    co_return session_event();
}

session_actions session::feed(session_event &e) {
    const auto now = core::now(server_.get_executor());
    cause_ = {};
    switch (e.what) {
    case session_event::kind::wake:
        cause_ = amt_.dial_failure();
        return core_.on_wake(now);
    case session_event::kind::message:
        log_message(e.message.reveal());
        return core_.on_message(e.message.reveal(), now);
    case session_event::kind::closed:
        if (e.error)
            log_.error(component, "error: ", e.error);
        return core_.on_closed(e.error);
    case session_event::kind::reply:
        return core_.on_reply(e.id, e.bytes, now);
    case session_event::kind::no_reply:
        if (!core_.is_relaying(e.id))
            return {}; // it was replaced while this event waited
        log_no_reply(e);
        cause_ = e.cause;
        return core_.on_no_reply(e.id, e.error, e.detail, now);
    case session_event::kind::switched:
        return core_.on_switched(e.id, now);
    case session_event::kind::tunnel_data:
        return core_.on_tunnel_data(e.id, e.bytes, now);
    case session_event::kind::tunnel_closed:
        log_tunnel_end(e);
        return core_.on_tunnel_closed(e.id, e.error, now);
    case session_event::kind::tunnel_failed:
        cause_ = e.cause;
        return core_.on_tunnel_failed(e.id, e.error, e.detail);
    }
    return {};
}

awaitable<void> session::perform(session_actions actions) {
    // By index: a failed send appends what the core makes of it.
    for (std::size_t i = 0; i < actions.size(); ++i) {
        if (auto *message = std::get_if<action::send>(&actions[i])) {
            auto sent = co_await core::as_result(send(std::move(*message)));
            if (sent)
                continue;
            const auto now = core::now(server_.get_executor());
            for (auto &more : core_.on_send_failed(sent.error(), now))
                actions.push_back(std::move(more));
        } else if (auto *request = std::get_if<action::relay>(&actions[i])) {
            co_await start_relay(std::move(*request));
        } else if (auto *data = std::get_if<action::tunnel>(&actions[i])) {
            auto then = co_await start_tunnel(std::move(*data));
            for (auto &more : then)
                actions.push_back(std::move(more));
        } else if (const auto *order = std::get_if<action::switch_port>(&actions[i])) {
            co_await start_switch(*order);
        } else if (std::holds_alternative<action::drop_relay>(actions[i])) {
            co_await stop_relay();
        } else if (std::holds_alternative<action::drop_tunnel>(actions[i])) {
            co_await tunnel_->close();
        } else if (const auto *label = std::get_if<action::show>(&actions[i])) {
            tell({progress::step::server_label, core_.rounds(), call_, label->label});
        } else if (auto *done = std::get_if<action::finish>(&actions[i])) {
            end(std::move(done->result));
        } else if (auto *failed = std::get_if<action::fail>(&actions[i])) {
            failure_ = failure{failed->error, cause_, std::move(failed->detail)};
        }
    }
}

// Bounded: a server that does not read is as silent as one that does not write.
awaitable<void> session::send(action::send order) {
    const auto bytes = core::as_bytes(order.text.reveal());
    if (order.what == method::port_switch_ack)
        log_.debug(component, "Port switch: sent port_switch_ack to RPS");
    if (order.what == method::response)
        log_.debug(component, "Received response from LME/LMS, forwarding to RPS");
    log_.debug(component, "sending message to RPS: ", order.what, ", ", bytes.size(), " bytes");
    co_await core::with_deadline(limits_.server_silence,
                                 server_.send(net::buffer(bytes.data(), bytes.size())));
    if (order.what == method::response) {
        log_.debug(component, "Response sent to RPS, waiting for next RPS message");
        tell({progress::step::answered, core_.rounds(), call_, {}});
    }
    if (order.opens_run)
        tell({progress::step::request_sent, 0, {}, {}});
}

awaitable<void> session::start_relay(action::relay order) {
    co_await stop_relay();
    log_.debug(component, "RPS sent activation data, processing...");
    log_.debug(component, "round ", order.round, ": ", order.call, ", ", order.request.size(),
               " bytes");
    call_ = order.call;
    tell({progress::step::relaying, order.round, call_, {}});
    relaying_.emplace(server_.get_executor());
    relaying_->spawn(relay(std::move(order)));
}

awaitable<void> session::start_switch(action::switch_port order) {
    co_await stop_relay();
    const std::string port = std::to_string(order.order.port);
    tell({progress::step::switching, core_.rounds(), {}, port});
    relaying_.emplace(server_.get_executor());
    relaying_->spawn(switch_port(std::move(order)));
}

// Gives what the core makes of it when AMT takes nothing any more.
awaitable<session_actions> session::start_tunnel(action::tunnel order) {
    log_.debug(component, "RPS sent activation data, processing...");
    const auto id = order.id;
    if (order.opens_session) {
        tell({progress::step::tunnelling, ++tls_sessions_, {}, {}});
        call_.clear();
    }
    error_code failed;
    std::string detail;
    try {
        co_await tunnel_->carry(std::move(order));
    } catch (const amt_error &e) {
        failed = e.code();
        detail = e.detail();
    }
    session_actions out;
    if (failed)
        out = core_.on_tunnel_failed(id, failed, detail);
    co_return out;
}

// The channel to AMT is closed when this completes.
awaitable<void> session::stop_relay() {
    if (!relaying_)
        co_return;
    relaying_->cancel();
    co_await relaying_->join();
    relaying_.reset();
}

void session::log_message(std::string_view text) const {
    log_.debug(component, "received message from RPS");
    if (!log_.enabled(core::log_level::debug))
        return;
    const auto parsed = parse_frame(text);
    if (!parsed)
        return; // the core fails on it and says so
    log_.debug(component, "  <- Method: ", printable(parsed->method, 60),
               ", Status: ", printable(parsed->status, 60));
    if (!log_.enabled(core::log_level::trace))
        return;
    log_.trace(component, "  <- Raw message ", format_for_log(*parsed));
    // Requests hold passwords and digests: only their size is told.
    const auto payload = parsed->payload ? decode_payload(parsed->payload->reveal())
                                         : core::result<std::vector<std::byte>>();
    if (payload && !payload->empty())
        log_.trace(component, "PAYLOAD:<", payload->size(), " bytes>");
}

void session::log_no_reply(const session_event &e) const {
    if (e.error == errc::amt_no_reply) {
        const char *path = amt_.path() == amt_path::lme ? "LME" : "LMS";
        log_.error(component, "Timeout waiting for ", path, " response - AMT not responding");
        log_.trace(component, "No LMS data before read timeout for this round-trip; continuing "
                              "without failing activation");
        tell({progress::step::no_answer, core_.rounds(), call_, {}});
    } else {
        log_.error(component, "LMS error: ", e.detail);
        if (e.error == errc::amt_reply_incomplete)
            tell({progress::step::no_answer, core_.rounds(), call_, {}});
    }
}

void session::log_tunnel_end(const session_event &e) const {
    if (!core_.is_tunnel(e.id))
        return; // the server has begun another
    const bool lme = amt_.path() == amt_path::lme;
    if (e.error)
        log_.error(component, "LMS error: ", e.error);
    if (!core_.answer_owed())
        log_.debug(component,
                   lme ? "LME tunnel: APF channel closed after payload; reopening channel "
                         "on next TLS round"
                       : "LMS closed the connection after its answer");
    else if (lme)
        log_.debug(component, "LME tunnel: APF channel closed with no payload; asking RPS to "
                              "re-handshake");
    else
        log_.warn(component, "Empty response from LMS - sending connection_reset");
}

void session::end(outcome result) {
    if (result.success) {
        if (!result.is_json)
            log_.error(component, "the server's last message is not JSON");
        log_.info(component, "Status: ", result.status);
        log_.info(component, "Network: ", result.network);
        log_.info(component, "CIRA: ", result.cira_connection);
        log_.info(component, "TLS: ", result.tls_configuration);
        log_.info(component, "RPS sent terminal message (success/error), ending activation flow");
    } else {
        log_.error(component, result.status);
    }
    outcome_ = std::move(result);
}

void session::tell(progress what) const {
    if (on_progress_)
        on_progress_(what);
}

} // namespace costrand::rps
