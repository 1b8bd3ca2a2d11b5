// SPDX-License-Identifier: Apache-2.0
// client: one pipe of a CCAPI client, that is of one of its threads. It connects when it must,
// says one request at a time and reads the answer. Where the server is to be found, and how one is
// started, is the dialer's business.
#pragma once

#include <costrand/ccapi/frame.hpp>
#include <costrand/ccapi/messages.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace costrand::ccapi {

// A fresh connection to the user's server. launch: one is to be started where none runs.
using client_dialer = std::function<awaitable<std::unique_ptr<core::message_stream>>(bool launch)>;

// A number that only the user's own server can have raised (ccs_authenticate, 11.6).
class challenge {
  public:
    virtual ~challenge() = default;
    // Of the file that it is in.
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual bool is_met_by(std::uint32_t answer) const = 0;
};

struct client_options {
    client_options() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    client_dialer dial;
    // For each new connection, before CONNECT; a server that does not meet it is insecure. Empty,
    // or null: it is trusted as the dialer does.
    std::function<std::unique_ptr<ccapi::challenge>()> challenge;
    std::uint64_t tsp = 0; // sent with every request, and not looked at
    // For an answer, and for the greeting of a new connection; locks and waits for changes have no
    // limit. docs/spec/ccapi.md 11.7.
    core::duration patience = std::chrono::seconds(30);
};

// An answer; its views point into its bytes. The server's own error is in it.
struct answer {
    answer() = default; // no aggregate, as above

    wiped_bytes bytes;
    ccapi::reply reply;
};

// All members are called on one strand; one call at a time.
class client {
  public:
    // The random source is asked once, for the client's UUID.
    client(core::random_source &random, client_options options);
    client(const client &) = delete;
    client &operator=(const client &) = delete;

    // Says the request and gives the answer; connects first where there is no connection. When the
    // connection proves lost and the server took nothing of the request, or the request has no
    // effect, it is said once more on a new one (11.3). What `what` points to is kept until then.
    // Errors: bad_param, the request cannot be said; server_unavailable, it was lost or took too
    // long; server_insecure; bad_internal_message; those of the dialer. After any of them the
    // client goes on, with a new connection. Cancelled: the connection is closed.
    [[nodiscard]] awaitable<answer> call(request what);

    // As far as is known without asking.
    [[nodiscard]] bool connected() const noexcept { return stream_ != nullptr; }
    // Not within a call. Its locks, waits and iterators go with the connection.
    void close() noexcept;

  private:
    awaitable<void> connect(bool launch);
    awaitable<void> authenticate();
    awaitable<void> greet();
    awaitable<answer> exchange(message_id what, const_bytes payload);
    awaitable<answer> attempt(const message_row &row, const_bytes payload);
    awaitable<frame_view> receive();
    [[nodiscard]] frame_header header(frame_type type) const noexcept;

    client_options options_;
    uuid id_;
    std::unique_ptr<core::message_stream> stream_;
    std::uint64_t sst_ = 0; // of the connection's server
    std::uint32_t sequence_ = 0;
    bool untouched_ = true; // the server has taken nothing of the request
    // As large as a message may be, and not filled: it costs the pages that were touched.
    std::unique_ptr<std::byte[]> buffer_;
};

} // namespace costrand::ccapi
