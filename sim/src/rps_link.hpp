// SPDX-License-Identifier: Apache-2.0
// rps_link: the server's end of one client's websocket: frames in and out, and the faults that were
// ordered for them. Knows no sequence. Private to sim/src/rps*.
#pragma once

#include <costrand/core/mailbox.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/rps/messages.hpp>

#include "rps_shared.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

class rps_link {
  public:
    // Both outlive the link.
    rps_link(core::message_stream &client, rps_shared &shared);

    // The read loop, a child of the session. Never completes: it fails with the stream's error when
    // the client is gone, with errc::message_too_large when it sent what the real server answers by
    // closing, and with errc::malformed when it sent what is answered by an `error`: offence().
    [[nodiscard]] awaitable<void> read();

    // The first message.
    [[nodiscard]] awaitable<rps::frame> first();

    enum class answer { response, reset, none };
    struct reply {
        answer what = answer::none;
        std::string http; // of a response, decoded; empty when it cannot be decoded
    };
    // Sends a `wsman` and waits for what answers it, at most so long. What came in before is
    // dropped, as the real server does with answers nobody waits for.
    [[nodiscard]] awaitable<reply> exchange(core::const_bytes request, core::duration limit);

    // A label for the client's user.
    [[nodiscard]] awaitable<void> send_progress(std::string label);
    // The last word. `method` is success or error.
    [[nodiscard]] awaitable<void> send_last(std::string_view method, std::string message);

    // What the client did wrong, as the text of an `error`; empty when nothing.
    [[nodiscard]] const std::string &offence() const noexcept { return offence_; }

    void set_device(std::string uuid) { uuid_ = std::move(uuid); }

  private:
    awaitable<void> send(rps::frame message);
    awaitable<void> send_text(std::string_view text);
    awaitable<bool> replaced_by(const rps_fault &fault, rps::frame &message);
    awaitable<void> send_beside(const rps_fault &fault);
    awaitable<reply> next_answer();
    std::optional<reply> read_answer(const rps::frame &in);
    std::vector<rps_fault> faults_now();

    [[noreturn]] void refuse(std::string text);

    core::message_stream &client_;
    rps_shared &shared_;
    std::string uuid_, offence_;
    std::size_t sent_ = 0;
    std::size_t heartbeats_owed_ = 0;
    std::set<std::size_t> engaged_; // faults that acted in this session, by position
    core::mailbox<rps::frame> inbox_;
};

} // namespace costrand::sim
