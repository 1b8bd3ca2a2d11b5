// SPDX-License-Identifier: Apache-2.0
// session_core: the sans-io half of one run against a provisioning server. Frames, replies and the
// time go in, actions come out. It decides what the server may say now, whose turn it is, and when
// its silence is too long. Never waits, never reads a clock, never logs.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/error.hpp>
#include <costrand/rps/call_name.hpp>
#include <costrand/rps/errc.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/outcome.hpp>
#include <costrand/rps/session_actions.hpp>
#include <costrand/rps/timeouts.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::rps {

class [[nodiscard]] session_core {
  public:
    session_core(session_request request, timeouts limits)
        : request_(std::move(request)),
          limits_(limits) {}

    // Sends the first message. Called once.
    session_actions start(time_point now) {
        frame first = make_client_frame(request_.what.text.reveal(), request_.app_version);
        first.payload = encode_payload(core::as_bytes(request_.facts.reveal()));
        first.tenant_id = request_.tenant_id;
        request_.facts = core::secret();
        auto text = format(first);
        if (text.reveal().size() > max_client_message)
            return failure(errc::response_too_large, "the first message");
        servers_turn(now);
        session_actions out;
        out.emplace_back(action::send{std::move(text), first_word(request_.what.kind), true});
        return out;
    }

    // One whole text or binary message of the server.
    session_actions on_message(std::string_view text, time_point now) {
        if (state_ == state::ended)
            return {};
        auto parsed = parse_frame(text);
        if (!parsed)
            return failure(parsed.error(), "it begins: " + printable(text, 60));
        return on_frame(*parsed, now);
    }

    // AMT's whole reply, untouched. Not for an earlier relay than the last: that is ignored.
    session_actions on_reply(std::uint64_t id, core::const_bytes reply, time_point now) {
        if (!is_relaying(id))
            return {};
        if (reply.empty()) // an empty response is never sent, the server would choke on it
            return on_no_reply(id, errc::amt_reply_incomplete, {}, now);
        frame response = make_client_frame(method::response, request_.app_version);
        response.payload = encode_payload(reply);
        auto text = format(response);
        if (text.reveal().size() > max_client_message)
            return failure(errc::response_too_large,
                           std::to_string(reply.size()) + " bytes to " + call_);
        unanswered_ = {};
        servers_turn(now);
        session_actions out;
        out.emplace_back(action::send{std::move(text), method::response});
        return out;
    }

    // The relay failed. Without a connection the run ends; without a reply nothing is sent, and the
    // server repeats its request after its own limit.
    session_actions on_no_reply(std::uint64_t id, boost::system::error_code why,
                                std::string_view detail, time_point now) {
        if (!is_relaying(id))
            return {};
        if (why != errc::amt_no_reply && why != errc::amt_reply_incomplete)
            return failure(why, std::string(detail));
        unanswered_ = why;
        servers_turn(now);
        return {};
    }

    // The websocket ended, or a message of the server was above the limit.
    // `why` is nothing when it ended in good order.
    session_actions on_closed(boost::system::error_code why) {
        if (state_ == state::ended)
            return {};
        if (why == errc::message_too_large)
            return failure(why, {});
        if (!why)
            why = send_failure_;
        return failure(errc::connection_closed, why ? why.message() : std::string());
    }

    // A message of ours did not go out. What the server said before is still read, for a moment.
    session_actions on_send_failed(boost::system::error_code why, time_point now) {
        if (state_ == state::ended)
            return {};
        send_failure_ = why;
        session_actions out = drop_relay();
        state_ = state::broken;
        since_ = now;
        return out;
    }

    // Whether this relay is the one under way: what comes of an earlier one is of no interest.
    [[nodiscard]] bool is_relaying(std::uint64_t id) const noexcept {
        return state_ == state::relaying && id == relay_id_;
    }

    // When to call on_wake; nothing while it is AMT's turn.
    [[nodiscard]] std::optional<time_point> wake_at() const noexcept {
        switch (state_) {
        case state::servers_turn:
            return since_ + limits_.server_silence;
        case state::broken:
            return since_ + limits_.last_words;
        default:
            return std::nullopt;
        }
    }
    session_actions on_wake(time_point now) {
        const auto due = wake_at();
        if (!due || now < *due)
            return {};
        const bool waited_for_server =
            state_ == state::servers_turn || send_failure_ == core::errc::timed_out;
        if (!waited_for_server)
            return failure(errc::connection_closed, send_failure_.message());
        const auto limit = std::chrono::duration_cast<std::chrono::seconds>(limits_.server_silence);
        return failure(errc::server_silent,
                       "no message for " + std::to_string(limit.count()) + " s");
    }

    // How many requests were carried to AMT so far, repeated ones counted.
    [[nodiscard]] std::size_t rounds() const noexcept { return rounds_; }

    // Where the run is, for a person: "after round 3 (AMT_GeneralSettings Get)".
    [[nodiscard]] std::string where() const {
        if (rounds_ == 0)
            return "before the server's first request to AMT";
        const bool working = state_ == state::relaying;
        return std::string(working ? "while AMT worked on" : "after") + " round " +
               std::to_string(rounds_) + (call_.empty() ? "" : " (" + call_ + ")");
    }

  private:
    enum class state { not_started, servers_turn, relaying, broken, ended };

    session_actions on_frame(const frame &f, time_point now) {
        const std::string_view m = f.method;
        if (m == method::success || m == method::error)
            return terminal(m == method::success, f.message);
        if (!same_major(f.protocol_version))
            return failure(errc::protocol_version,
                           "the server's is " + printable(f.protocol_version, 20));
        if (state_ == state::servers_turn)
            since_ = now; // a word, whatever it says
        if (state_ == state::broken)
            return {}; // nothing can be answered any more
        if (m == method::heartbeat_request)
            return heartbeat(f);
        if (m == method::progress)
            return {action::show{printable(f.message, 200)}};
        if (m == method::tls_data || m == method::port_switch)
            return failure(errc::tunnel_not_supported, "its message was " + f.method);
        return relay(f);
    }

    session_actions heartbeat(const frame &request) {
        session_actions out;
        out.emplace_back(
            action::send{format(make_heartbeat_response(request)), method::heartbeat_response});
        return out;
    }

    // A wsman while another is under way: the server has given up waiting, so we do as well.
    // The reference carries every other method to AMT too. Of those only what is an HTTP request is
    // taken for one here.
    session_actions relay(const frame &f) {
        const bool is_wsman = f.method == method::wsman;
        const auto unknown = [&] {
            return failure(errc::unknown_method,
                           "its method is \"" + printable(f.method, 60) + "\"");
        };
        if (!f.payload || f.payload->empty())
            return is_wsman ? failure(errc::empty_payload, {}) : unknown();
        auto request = decode_payload(f.payload->reveal());
        if (!request)
            return is_wsman ? failure(request.error(), {}) : unknown();
        if (!is_wsman && !core::as_text(*request).starts_with("POST "))
            return unknown();

        session_actions out = drop_relay();
        call_ = call_name(core::as_text(*request));
        ++rounds_;
        state_ = state::relaying;
        out.emplace_back(action::relay{++relay_id_, std::move(*request), call_, rounds_});
        return out;
    }

    session_actions terminal(bool success, std::string_view text) {
        session_actions out = drop_relay();
        outcome result = read_outcome(success, text, request_.what.kind);
        // An error without a cause after calls that AMT left unanswered: that is the cause.
        const bool vague = result.error == errc::server_error ||
                           result.error == errc::activation_failed ||
                           result.error == errc::deactivation_failed;
        if (!success && vague && unanswered_)
            result.error = unanswered_;
        state_ = state::ended;
        out.emplace_back(action::finish{std::move(result)});
        return out;
    }

    session_actions failure(boost::system::error_code error, std::string detail) {
        std::string told = where();
        if (!detail.empty())
            told += "; " + detail;
        session_actions out = drop_relay();
        state_ = state::ended;
        out.emplace_back(action::fail{error, std::move(told)});
        return out;
    }

    session_actions drop_relay() {
        session_actions out;
        if (state_ == state::relaying)
            out.emplace_back(action::drop_relay{});
        return out;
    }

    void servers_turn(time_point now) {
        state_ = state::servers_turn;
        since_ = now;
    }

    static bool same_major(std::string_view version) noexcept {
        const auto major = [](std::string_view v) { return v.substr(0, v.find('.')); };
        return version.empty() || major(version) == major(spoken_version);
    }
    static std::string_view first_word(task kind) noexcept {
        switch (kind) {
        case task::activate:
            return "activate";
        case task::deactivate:
            return "deactivate";
        case task::maintenance:
            return "maintenance";
        }
        return {};
    }

    session_request request_;
    timeouts limits_;
    state state_ = state::not_started;
    time_point since_{}; // start of the server's turn, or of its last words
    std::uint64_t relay_id_ = 0;
    std::size_t rounds_ = 0;
    boost::system::error_code unanswered_; // why the last call had no answer, if it had none
    std::string call_;                     // of the last round
    boost::system::error_code send_failure_;
};

} // namespace costrand::rps
