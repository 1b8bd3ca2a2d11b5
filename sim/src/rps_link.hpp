// SPDX-License-Identifier: Apache-2.0
// rps_link: the server's end of one client's websocket: frames in and out, and the faults that were
// ordered for them. Knows no sequence. Private to sim/src/rps*.
#pragma once

#include <costrand/core/mailbox.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/rps/messages.hpp>

#include "rps_shared.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

// Owned by a shared_ptr: the TLS layer's frames can outlive a session when a context is destroyed,
// and close their tunnel then.
class rps_link : public std::enable_shared_from_this<rps_link> {
  public:
    // Both outlive the link's coroutines.
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
    // In plain mode. Sends a `wsman` and waits for what answers it, at most so long. What came in
    // before is dropped, as the real server does with answers nobody waits for.
    [[nodiscard]] awaitable<reply> exchange(core::const_bytes request, core::duration limit);

    // Tunnels (rps-session section 8). open_tunnel: a new one begins, the client's next bytes are
    // its; what is left of the one before is forgotten. It gives the tunnel's number. close_tunnel:
    // what comes is nobody's.
    [[nodiscard]] unsigned open_tunnel();
    void close_tunnel(unsigned number) noexcept;
    // Sends bytes as one `tls_data`.
    [[nodiscard]] awaitable<void> send_tls(core::const_bytes data);
    // The bytes of the client's next `tls_data`. Errors: connection_reset when the client says that
    // AMT is gone; errc::closed when that tunnel was closed or another opened. Cancel-safe.
    [[nodiscard]] awaitable<std::vector<std::byte>> receive_tls(unsigned number);
    // When the client said so, as long as no new tunnel was begun.
    [[nodiscard]] std::optional<core::time_point> reset_at() const noexcept { return reset_at_; }

    // Sends a `port_switch` and waits for its ack, at most so long. False: none came.
    [[nodiscard]] awaitable<bool> switch_port(std::uint16_t port, std::chrono::seconds delay,
                                              core::duration limit);

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
    awaitable<void> send_before(const rps_fault &fault);
    awaitable<void> send_behind(const rps_fault &fault);
    awaitable<void> stay_silent();
    awaitable<void> send_whole(const rps::frame &message);
    awaitable<void> send_in_two(rps::frame message, std::size_t cut);
    awaitable<void> send_tls_beside(core::const_bytes data);
    void note_hello(const rps::frame &message);
    awaitable<reply> next_answer();
    awaitable<void> next_ack();
    void take(rps::frame message);
    void take_tls(const rps::frame &message);
    std::optional<reply> read_answer(const rps::frame &in);
    std::vector<rps_fault> faults_now(std::string_view of);
    core::const_bytes hello() const noexcept;

    [[noreturn]] void refuse(std::string text);

    core::message_stream &client_;
    rps_shared &shared_;
    std::string uuid_, offence_;
    std::size_t sent_ = 0;
    std::map<std::string, std::size_t, std::less<>> sent_of_; // by method
    std::size_t heartbeats_owed_ = 0;
    std::set<std::size_t> engaged_; // faults that acted in this session, by position
    core::mailbox<rps::frame> inbox_;

    enum class tunnel { never, open, closed };
    tunnel tunnel_ = tunnel::never;
    unsigned tunnel_number_ = 0;
    bool silent_ = false;     // by a fault: for good
    bool read_ended_ = false; // the client is gone, or the session is over
    core::notifier read_end_;
    std::deque<std::vector<std::byte>> tls_in_;
    std::size_t tls_in_bytes_ = 0;
    std::optional<core::time_point> reset_at_;
    core::notifier tls_news_;
    std::vector<std::byte> last_hello_; // for the faults that repeat it
};

} // namespace costrand::sim
