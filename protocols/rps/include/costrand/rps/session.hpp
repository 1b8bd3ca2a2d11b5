// SPDX-License-Identifier: Apache-2.0
// session: one activation, deactivation or maintenance run against a provisioning server, from the
// first message to success, error or failure. The driver of session_core: it reads the websocket,
// also while AMT works, and lets an executor carry the requests.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/rps/executor.hpp>
#include <costrand/rps/outcome.hpp>
#include <costrand/rps/session_core.hpp>
#include <costrand/rps/session_event.hpp>
#include <costrand/rps/timeouts.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::rps {

// What happens now, for a line that a person follows. The views are valid during the call.
struct progress {
    enum class step {
        request_sent, // the first message of the run is out
        relaying,     // `call` goes to AMT
        answered,     // AMT's reply went to the server
        no_answer,    // AMT did not answer; the server will ask again
        server_label, // `label`: the server's own words (progress messages)
        tunnelling,   // the server begins TLS session `round` with AMT, through us
        switching,    // the server had the port switched: `label` says to which
    };
    step what = step::request_sent;
    std::size_t round = 0; // requests to AMT, from 1
    std::string_view call; // "AMT_GeneralSettings Get"; may be empty
    std::string_view label;
};
using progress_sink = std::function<void(const progress &)>;

struct session_options {
    session_request request;
    timeouts limits;
    progress_sink on_progress; // may be empty; called on the strand, does not throw
};

// A run that ended without a terminal message. The code is an rps::errc; what() holds its text and
// where in the run it happened.
class session_error : public system_error {
  public:
    session_error(error_code code, error_code cause, std::string detail)
        : system_error(code, detail),
          cause_(cause),
          detail_(std::move(detail)) {}

    // The transport's error behind errc::amt_*; otherwise none.
    [[nodiscard]] const error_code &cause() const noexcept { return cause_; }
    // "after round 3 (AMT_GeneralSettings Get); End of file"
    [[nodiscard]] const std::string &detail() const noexcept { return detail_; }

  private:
    error_code cause_;
    std::string detail_;
};

class tunnel;

class session {
  public:
    // `server` and `amt` outlive the session; the server's stream is connected and fresh. All on
    // the strand of `server`.
    session(core::message_stream &server, executor &amt, session_options options, core::log log);
    ~session();

    // The whole run; called once. Completes with the server's terminal message, `success` or
    // `error`: read outcome::error. Closes `server` in every case; no child is left behind.
    // Errors: session_error with the rps::errc of its second group (connection_closed,
    // server_silent, ...) or of an exchange (amt_connect_failed, response_too_large, ...).
    // Cancellation: ends the run at once, closes the channel to AMT and the server's stream, and
    // comes out as operation_aborted.
    // Own limits: timeouts::server_silence while the server owes the next message,
    // timeouts::plain_reply while AMT does, timeouts::tunnel_reply where AMT does through the
    // tunnel. A server that goes on asking has no limit.
    [[nodiscard]] awaitable<outcome> run();

    [[nodiscard]] std::size_t rounds() const noexcept { return core_.rounds(); }

  private:
    struct failure {
        error_code error, cause;
        std::string detail;
    };

    awaitable<void> converse();
    awaitable<void> read_server();
    awaitable<void> relay(action::relay order);
    awaitable<void> switch_port(action::switch_port order);
    awaitable<session_event> next_event();
    session_actions feed(session_event &e);

    awaitable<void> perform(session_actions actions);
    awaitable<void> send(action::send order);
    awaitable<void> start_relay(action::relay order);
    awaitable<void> start_switch(action::switch_port order);
    awaitable<session_actions> start_tunnel(action::tunnel order);
    awaitable<void> stop_relay();

    void log_message(std::string_view text) const;
    void log_no_reply(const session_event &e) const;
    void log_tunnel_end(const session_event &e) const;
    void end(outcome result);
    void tell(progress what) const;

    core::message_stream &server_;
    executor &amt_;
    timeouts limits_;
    progress_sink on_progress_;
    core::log log_;
    session_core core_;

    session_events events_;
    std::optional<core::task_group> relaying_; // a request, or the port switch
    std::unique_ptr<tunnel> tunnel_;
    std::string call_;             // of the relay under way
    std::size_t tls_sessions_ = 0; // that the server began
    error_code cause_;             // of the last failed exchange
    std::optional<outcome> outcome_;
    std::optional<failure> failure_;
};

} // namespace costrand::rps
