// SPDX-License-Identifier: Apache-2.0
// console_server: a small management console. It takes and refuses what the real one does: log-in,
// export of encrypted profiles, records of devices; all other paths are its web page, as there.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

struct console_options {
    console_options() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::string user = "standalone"; // the real one's default
    core::secret password;
    // By name: YAML, as the real console writes it before it encrypts it.
    std::map<std::string, core::secret, std::less<>> profiles;
    core::duration token_lifetime = std::chrono::hours(24); // the real one's default
};

// What the console keeps of a device.
struct console_record {
    std::string uuid; // lower case
    std::string hostname, friendly_name, user, mps_user;
    std::vector<std::string> tags;
    core::secret password, mebx_password, mps_password; // empty: it has none
    bool tls = true, allow_self_signed = true;
    std::string info; // what was told of the device itself, a JSON object; empty: nothing yet
};

// An answer instead of the real one, to a user who is logged in.
struct console_fault {
    std::string method; // "DELETE"; of requests about devices
    int status = 500;
    std::size_t times = 1;
};

// One line for each request: "POST /api/v1/devices 201".
using console_requests = std::vector<std::string>;

// All members are called on the strand of the clients' streams.
class console_server {
  public:
    // The random source outlives the server.
    console_server(console_options options, core::random_source &random, core::log log);
    console_server(const console_server &) = delete;
    console_server &operator=(const console_server &) = delete;
    ~console_server();

    // One exchange, as the real server has it with "Connection: close". What the client does wrong
    // is no error. `client` outlives the call and is closed by it. Cancellation: ends the exchange.
    [[nodiscard]] awaitable<void> serve(core::byte_stream &client);

    void order(console_fault fault);

    // Null: it has none of that device.
    [[nodiscard]] const console_record *record(std::string_view uuid) const;
    [[nodiscard]] std::size_t records() const noexcept;
    [[nodiscard]] const console_requests &requests() const noexcept;
    // A token as the log-in gives it.
    [[nodiscard]] core::secret new_token(core::time_point now);

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace costrand::sim
