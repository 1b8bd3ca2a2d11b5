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
#include <costrand/rps/tls_records.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

    // Whole records of AMT, in order, of the tunnel's connection `id`; not of an earlier one.
    session_actions on_tunnel_data(std::uint64_t id, core::const_bytes data, time_point now) {
        if (!is_tunnel(id) || data.empty())
            return {};
        if (is_hello_retry_request(data))
            finder_.expect_second_hello(true);
        owed_since_.reset();
        unanswered_ = {};
        servers_turn_again(now);
        session_actions out;
        while (!data.empty()) {
            const auto part = data.first(std::min(data.size(), largest_tunnel_part));
            out.push_back(tunnel_message(method::tls_data, part));
            data = data.subspan(part.size());
        }
        return out;
    }

    // AMT's side of the connection ended, in good order when `why` is nothing. With an answer owed
    // the server is told, once; it then waits 15 s and begins anew. Behind an answer it is not:
    // AMT closes after each reply, and the next tls_data finds a fresh connection.
    session_actions on_tunnel_closed(std::uint64_t id, boost::system::error_code why,
                                     time_point now) {
        if (!is_tunnel(id))
            return {};
        tunnel_open_ = false;
        finder_.expect_second_hello(false);
        if (!owed_since_)
            return {};
        owed_since_.reset();
        finder_.reset();
        awaits_hello_ = true;
        servers_turn_again(now);
        session_actions out;
        out.push_back(tunnel_message(method::connection_reset,
                                     core::as_bytes(why ? "lms_error" : "connection_closed")));
        return out;
    }

    // The tunnel's connection cannot be made, and waiting does not help.
    session_actions on_tunnel_failed(std::uint64_t id, boost::system::error_code why,
                                     std::string_view detail) {
        if (!is_tunnel(id))
            return {};
        return failure(why, std::string(detail));
    }

    // AMT is aimed at its new port. What came for the tunnel meanwhile follows the acknowledgement.
    session_actions on_switched(std::uint64_t id, time_point now) {
        if (!is_relaying(id))
            return {};
        servers_turn(now);
        session_actions out;
        out.push_back(tunnel_message(method::port_switch_ack, core::as_bytes("ok")));
        const auto held = std::exchange(held_tls_, {});
        for (auto &action : through_tunnel(held, now))
            out.push_back(std::move(action));
        return out;
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
        session_actions out = drop_all();
        state_ = state::broken;
        since_ = now;
        return out;
    }

    // Whether this relay is the one under way: what comes of an earlier one is of no interest.
    [[nodiscard]] bool is_relaying(std::uint64_t id) const noexcept {
        return (state_ == state::relaying || state_ == state::switching) && id == relay_id_;
    }
    [[nodiscard]] bool is_tunnel(std::uint64_t id) const noexcept {
        return tunnel_open_ && id == tunnel_id_ && state_ != state::ended &&
               state_ != state::broken;
    }

    // Whether AMT has not answered the last of what the server sent through the tunnel.
    [[nodiscard]] bool answer_owed() const noexcept { return owed_since_.has_value(); }

    // When to call on_wake; nothing while a relay or a port switch is under way.
    [[nodiscard]] std::optional<time_point> wake_at() const noexcept {
        switch (state_) {
        case state::servers_turn:
            if (owed_since_)
                return *owed_since_ + limits_.tunnel_reply;
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
        if (state_ == state::servers_turn && owed_since_)
            return failure(errc::amt_no_reply, "nothing came through the tunnel for " +
                                                   seconds_text(limits_.tunnel_reply));
        return failure(errc::server_silent,
                       "no message for " + seconds_text(limits_.server_silence));
    }

    // How many requests were carried to AMT so far, repeated ones counted; in tunnel mode, where
    // they are not seen, how many messages of the server.
    [[nodiscard]] std::size_t rounds() const noexcept { return rounds_; }

    // Where the run is, for a person: "after round 3 (AMT_GeneralSettings Get)".
    [[nodiscard]] std::string where() const {
        if (rounds_ == 0)
            return "before the server's first request to AMT";
        if (state_ == state::switching)
            return "while the port was switched, after round " + std::to_string(rounds_);
        const bool working = state_ == state::relaying || owed_since_;
        return std::string(working ? "while AMT worked on" : "after") + " round " +
               std::to_string(rounds_) + (call_.empty() ? "" : " (" + call_ + ")");
    }

  private:
    // base64 and envelope of one tls_data stay below max_client_message.
    static constexpr std::size_t largest_tunnel_part = 72 * 1024;

    enum class state { not_started, servers_turn, relaying, switching, broken, ended };

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
        if (m == method::port_switch)
            return switch_port(f);
        if (m == method::tls_data)
            return tls_data(f, now);
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

        session_actions out = drop_all();
        call_ = call_name(core::as_text(*request));
        ++rounds_;
        state_ = state::relaying;
        out.emplace_back(action::relay{++relay_id_, std::move(*request), call_, rounds_});
        return out;
    }

    session_actions tls_data(const frame &f, time_point now) {
        if (!f.payload || f.payload->empty())
            return failure(errc::empty_payload, {});
        auto bytes = decode_payload(f.payload->reveal());
        if (!bytes)
            return failure(bytes.error(), {});
        if (state_ != state::switching)
            return through_tunnel(*bytes, now);
        if (held_tls_.size() + bytes->size() > max_server_message)
            return failure(errc::message_too_large, "tls_data before the port was switched");
        held_tls_.insert(held_tls_.end(), bytes->begin(), bytes->end());
        return {};
    }

    session_actions through_tunnel(core::const_bytes bytes, time_point now) {
        session_actions out;
        for (auto &piece : finder_.take(bytes)) {
            const bool for_nobody =
                !piece.opens_session && (awaits_hello_ || (piece.farewell && !tunnel_open_));
            if (for_nobody)
                continue; // of a session that is over
            if (state_ == state::relaying)
                out.emplace_back(action::drop_relay{});
            if (state_ != state::servers_turn)
                servers_turn(now);
            if (piece.opens_session || !tunnel_open_) {
                ++tunnel_id_;
                tunnel_open_ = true;
                call_ = "TLS session " + std::to_string(tunnel_id_);
            }
            awaits_hello_ = false;
            ++rounds_;
            if (piece.farewell)
                owed_since_.reset(); // the server waits no longer
            else if (!owed_since_)
                owed_since_ = now;
            out.emplace_back(
                action::tunnel{tunnel_id_, std::move(piece.bytes), piece.opens_session, rounds_});
        }
        return out;
    }

    session_actions switch_port(const frame &f) {
        const std::string_view text = f.payload ? f.payload->reveal() : std::string_view();
        const auto order = parse_port_switch(text);
        if (!order)
            return failure(order.error(), "it said: " + printable(text, 80));
        session_actions out = drop_all();
        finder_.reset();
        state_ = state::switching;
        out.emplace_back(action::switch_port{++relay_id_, *order});
        return out;
    }

    [[nodiscard]] action::send tunnel_message(std::string_view what,
                                              core::const_bytes payload) const {
        frame f = make_client_frame(what, request_.app_version);
        f.payload = encode_payload(payload);
        return action::send{format(f), what};
    }

    static std::string seconds_text(std::chrono::nanoseconds limit) {
        const auto whole = std::chrono::duration_cast<std::chrono::seconds>(limit);
        return std::to_string(whole.count()) + " s";
    }

    session_actions terminal(bool success, std::string_view text) {
        if (owed_since_)
            unanswered_ = errc::amt_no_reply;
        session_actions out = drop_all();
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
        session_actions out = drop_all();
        state_ = state::ended;
        out.emplace_back(action::fail{error, std::move(told)});
        return out;
    }

    // Whatever is open to AMT.
    session_actions drop_all() {
        session_actions out;
        if (state_ == state::relaying || state_ == state::switching)
            out.emplace_back(action::drop_relay{});
        if (tunnel_open_)
            out.emplace_back(action::drop_tunnel{});
        tunnel_open_ = false;
        owed_since_.reset();
        return out;
    }

    void servers_turn(time_point now) {
        state_ = state::servers_turn;
        since_ = now;
    }
    // Not out of a relay or a port switch, whose own end gives the turn.
    void servers_turn_again(time_point now) {
        if (state_ == state::servers_turn)
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
    session_finder finder_;
    std::uint64_t tunnel_id_ = 0;          // of the last connection
    bool tunnel_open_ = false;             // it has not ended
    bool awaits_hello_ = false;            // the server was told of a reset: the rest is of before
    std::optional<time_point> owed_since_; // the first tls_data that AMT has not answered
    std::vector<std::byte> held_tls_;      // came while the port is switched
    boost::system::error_code send_failure_;
};

} // namespace costrand::rps
