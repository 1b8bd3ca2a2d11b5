// SPDX-License-Identifier: Apache-2.0
// tunnel: the server's TLS bytes to AMT and AMT's back, on one connection at a time. Two pumps that
// are alive together; nobody waits for silence to learn that a round is over. Owned by session;
// which bytes begin a connection is decided by session_core.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/mailbox.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/rps/executor.hpp>
#include <costrand/rps/session_actions.hpp>
#include <costrand/rps/session_event.hpp>
#include <costrand/rps/tls_records.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace costrand::rps {

class tunnel {
  public:
    // `amt` and `events` outlive the tunnel, which lives on the strand of `executor`.
    tunnel(net::any_io_executor executor, rps::executor &amt, session_events &events,
           core::log log);

    // Hands the bytes to the pump of their connection; with a new id the connection so far is
    // closed first, and a fresh one is dialled behind this call. Does not wait for AMT to take
    // them. What happens is told as events tunnel_data, tunnel_closed, tunnel_failed. Error: an
    // amt_error, errc::amt_no_reply, when AMT takes nothing and the server goes on sending.
    [[nodiscard]] awaitable<void> carry(action::tunnel order);

    // Closes the connection; reports nothing. Its channel is released when this completes.
    [[nodiscard]] awaitable<void> close();

  private:
    struct connection {
        explicit connection(net::any_io_executor executor, std::uint64_t number);
        std::uint64_t id;
        std::unique_ptr<core::byte_stream> amt; // set once dialled; outlives both pumps
        core::mailbox<std::vector<std::byte>> to_amt;
        core::task_group pumps;
    };

    awaitable<void> run(connection &on);
    awaitable<void> write_to_amt(connection &on);
    awaitable<error_code> read_from_amt(connection &on);
    awaitable<bool> read_more(core::byte_stream &amt, record_gatherer &gathered,
                              core::duration limit, error_code &end);
    awaitable<void> tell(connection &on, session_event::kind what, session_event e);

    net::any_io_executor executor_;
    rps::executor &amt_;
    session_events &events_;
    core::log log_;
    std::unique_ptr<connection> now_;
};

} // namespace costrand::rps
