// SPDX-License-Identifier: Apache-2.0
// user_servers: a server for each user who keeps something or is there, made at his first client
// and gone with his last one if nothing is kept. Who a client is, the kernel has said to the
// caller.
#pragma once

#include <costrand/ccapi/server.hpp>
#include <costrand/ccapi/status.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace costrand::ccapid {

// Connections of one user at a time, further ones are closed. Our choice: MIT's programs open one
// for each cache that they look at; and no user takes another one's place, nor much more memory
// than so many requests of 10 MiB.
inline constexpr std::size_t clients_of_a_user = 256;

// All members are called on one strand.
class user_servers {
  public:
    // `options` are those of each server; the number of clients is clients_of_a_user. `owner` is
    // the one user who is told the status. The random source outlives this.
    user_servers(net::any_io_executor executor, core::random_source &random,
                 ccapi::server_options options, std::uint32_t owner, core::log log);
    user_servers(const user_servers &) = delete;
    user_servers &operator=(const user_servers &) = delete;

    // One connection that speaks KCM, of that user, to its end: as ccapi::server::serve_kcm. Any
    // number at a time.
    [[nodiscard]] awaitable<void> serve(std::unique_ptr<core::message_stream> client,
                                        std::uint32_t user);

    // Completes when nobody was there and nothing was kept for that long; it looks as often. Who
    // only asks for the status counts for nobody. Cancel-safe.
    [[nodiscard]] awaitable<void> until_idle(core::duration rest) const;

    // Of all users together.
    [[nodiscard]] ccapi::server_status status() const;
    // Users who keep something or are there.
    [[nodiscard]] std::size_t users() const noexcept { return servers_.size(); }

  private:
    ccapi::server &of(std::uint32_t user);
    ccapi::server_status answer_to_owner();

    net::any_io_executor executor_;
    core::random_source &random_;
    ccapi::server_options options_;
    core::log log_;
    core::time_point began_;
    std::uint64_t visits_ = 0; // clients so far
    std::map<std::uint32_t, std::unique_ptr<ccapi::server>> servers_;
};

} // namespace costrand::ccapid
