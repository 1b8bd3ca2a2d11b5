// SPDX-License-Identifier: Apache-2.0
// server: the driver of the credential cache server. It reads frames of accepted clients, feeds the
// cores and writes replies; each request that waits is a suspended coroutine with a reply of its
// own. Who may connect was decided by the transport.
#pragma once

#include <costrand/ccapi/collection_core.hpp>
#include <costrand/ccapi/dispatch_core.hpp>
#include <costrand/ccapi/frame.hpp>
#include <costrand/ccapi/kcm_face.hpp>
#include <costrand/ccapi/status.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace costrand::ccapi {

struct server_options {
    server_options() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    collection_limits limits;
    std::size_t clients = 10'000; // further ones are refused with 229, of KCM without a word
    // Replies of one client that wait to be written, in bytes; beyond that it counts as gone
    // (ccapi.md 11.4). A single reply may be larger.
    std::size_t unsent = std::size_t{4} * 1024 * 1024;
    // How long a refused client is given to take the last reply. Our choice.
    core::duration farewell = std::chrono::seconds(5);
    // This life of the server: microseconds since 1970 (11.3).
    std::uint64_t start_time = 0;
    // Seconds since 1970, for change times.
    std::function<cc_time()> clock;
    // ccs_authenticate (11.6): the answer to a challenge file's name, nothing when it is refused.
    // Empty: every one is.
    std::function<std::optional<std::uint32_t>(std::string_view name)> authenticate;
    // What a KCM client of that user is told when it asks for the status; nothing: that there is no
    // such operation. Empty: so is everyone.
    std::function<std::optional<server_status>(std::uint32_t user)> kcm_status;
};

// All members are called on one strand. One per user's collection.
class server {
  public:
    // The random source outlives the server.
    server(net::any_io_executor executor, core::random_source &random, server_options options,
           core::log log);
    server(const server &) = delete;
    server &operator=(const server &) = delete;
    ~server();

    // One client, from its first frame to its end: end of stream, error, broken frame, goodbye or a
    // second CONNECT. What it owned goes then, behind all requests that it sent before. Any number
    // at a time. `client` keeps message boundaries and takes messages of max_frame_size. Completes
    // without an error whatever the client did. Cancellation: ends the client, then reported.
    [[nodiscard]] awaitable<void> serve(std::unique_ptr<core::message_stream> client);

    // One connection that speaks KCM, of the user with that id, on the same collection. `client`
    // takes and gives whole messages, as of kcm_face. Otherwise as serve().
    [[nodiscard]] awaitable<void> serve_kcm(std::unique_ptr<core::message_stream> client,
                                            std::uint32_t user);

    // Completes when a client has said QUIT and none is left. Cancel-safe.
    [[nodiscard]] awaitable<void> wait_for_quit();

    // As a client's QUIT, once nobody was there and no ccache was kept for that long; it looks as
    // often, so the last client is up to twice as long ago. Who only asks (PING, status) is no
    // client. Cancel-safe.
    [[nodiscard]] awaitable<void> quit_when_idle(core::duration rest);

    [[nodiscard]] const collection_core &collection() const noexcept { return collection_; }
    // Looks at every ccache.
    [[nodiscard]] server_status status() const;
    // Connections now, those included that have not said CONNECT yet.
    [[nodiscard]] std::size_t clients() const noexcept { return count_; }

  private:
    struct connection;
    struct pending;

    awaitable<void> read_frames(connection &c);
    awaitable<void> write_replies(connection &c);
    awaitable<void> answer_kcm(core::message_stream &client, std::uint32_t user);
    bool answer_kcm_status(const_bytes message, std::uint32_t user, wiped_bytes &reply) const;
    awaitable<void> answer_late(connection &c, frame_header asked, std::unique_ptr<pending> wait);

    // False: the client is at its end.
    bool take(connection &c, const frame_view &frame);
    bool take_first(connection &c, const frame_view &frame);
    bool is_full();
    bool take_authenticate(connection &c, const frame_view &frame);
    void take_request(connection &c, const frame_view &frame);
    turn &next_turn();
    void give_up(connection &c, const frame_header &asked, ticket who);
    void await_wake(connection &c, const frame_header &asked, ticket who);
    void forget_reply();
    void take_cancel(connection &c, const frame_header &frame);
    void post(connection &c, const frame_header &header, const_bytes payload);
    void deliver(const turn &t);

    net::any_io_executor executor_;
    server_options options_;
    core::log log_;
    collection_core collection_;
    dispatch_core dispatch_;
    wiped_bytes reply_;                             // of KCM, from the request until it is sent
    std::unordered_map<ticket, pending *> waiting_; // each lives in its coroutine
    turn turn_{0};                                  // has room for a wake of each
    client_id last_client_ = 0;
    ticket last_ticket_ = 0;
    core::time_point began_;
    std::size_t count_ = 0;     // of connections
    std::size_t connected_ = 0; // of those that have said CONNECT, or speak KCM
    std::uint64_t served_ = 0;  // of these, all so far
    bool quit_ = false, was_full_ = false;
    core::notifier left_;
};

} // namespace costrand::ccapi
