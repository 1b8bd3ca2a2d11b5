// SPDX-License-Identifier: Apache-2.0
// http_client: requests to one web server of AMT, one after the other: connections kept where the
// server keeps them, Digest, a new nonce or a new connection where one is needed. It knows nothing
// of SOAP (client.hpp) nor of what its connections run over (the dialer's business).
#pragma once

#include <costrand/core/async_mutex.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/dialer.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/time.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/http_framing.hpp>
#include <costrand/wsman/http_message.hpp>
#include <costrand/wsman/timeouts.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace costrand::core {
class random_source;
}

namespace costrand::wsman {

struct http_client_options {
    http_client_options() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::string host = "127.0.0.1:16992"; // the Host field; AMT does not look at it
    std::string user = "admin";
    core::secret password; // UTF-8
    bool prefer_auth_int = false;
    bool keep_alive = true; // false: each connection carries one request and says so
    http_limits limits;     // of a reply
    timeouts times;
};

// What may be done when a connection ends after a whole request went out and before its answer was
// complete. The server may or may not have acted on it: nobody can tell.
enum class when_lost {
    repeat, // the request only reads, or has the same effect twice: send it once more
    report, // tell errc::reply_lost instead
};

// Thrown with errc::reply_lost, see when_lost::report.
class reply_lost_error : public system_error {
  public:
    explicit reply_lost_error(error_code cause)
        : system_error(make_error_code(errc::reply_lost), cause.message()),
          cause_(cause) {}
    // How the connection ended.
    [[nodiscard]] const error_code &cause() const noexcept { return cause_; }

  private:
    error_code cause_;
};

struct http_counters {
    std::size_t dials = 0;    // connections made
    std::size_t requests = 0; // sent whole: each is a round trip
    std::size_t refusals = 0; // answers 401
    std::size_t losses = 0;   // connections that ended instead of an answer
};

// All members are called on one strand. The random source outlives the client; the client outlives
// its coroutines.
class http_client {
  public:
    http_client(core::dialer dial, http_client_options options, core::random_source &random,
                core::log log);
    http_client(const http_client &) = delete;
    http_client &operator=(const http_client &) = delete;
    ~http_client();

    // POST /wsman with this body. Completes with the answer, whatever its status but 401. One round
    // trip once a nonce is known and a connection open. Calls may overlap: AMT takes one request at
    // a time, so they go in the order in which they came. The body is wiped.
    //
    // - Without a nonce the request goes out bare first: AMT never acts on that, it answers 401.
    // - A 401 with a nonce that is stale, or older than this call, is answered with the new one; at
    //   most 3 answers of 401, and only one to a nonce that was never accepted: that one means
    //   wrong credentials, and locks accounts.
    // - A connection that ends before the request is out: once more on a new one, whatever the
    //   rule, for half a request is no request.
    // - One that ends after it: as `rule` says.
    // - With when_lost::report a connection is used again only where the server has been seen to
    //   keep connections, the last answer is not older than timeouts::trusted_idle, and no end has
    //   arrived: else that request could be the one that meets the server's closing.
    //
    // Errors: the dialer's; errc::unauthorized; errc::challenge_* for a 401 that nobody here can
    // answer; errc::http_* for an answer that is not understood; reply_lost_error; the stream's
    // own, or end_of_stream, when a repeated request was lost again; cond::timed_out by
    // timeouts::dial or ::exchange. Behind cond::timed_out and errc::http_* the server may have
    // acted, behind the others it has not. Cancellation: closes the connection in use; the client
    // can be used on.
    [[nodiscard]] awaitable<http_response> post(std::string body, when_lost rule);

    // Another user from the next request on, with the nonce that is known: AMT takes `admin` so
    // right after the activation that was done as the local system account.
    void set_user(std::string user, core::secret password);

    // Closes the idle connection, if there is one: each holds one of the device's few slots.
    void disconnect() noexcept;

    [[nodiscard]] const http_counters &counters() const noexcept { return counters_; }

  private:
    struct connection;
    struct leg;
    using connection_ptr = std::unique_ptr<connection>;

    awaitable<connection_ptr> connect(bool loss_is_harmless);
    awaitable<void> run(connection &link, const std::string &body, leg &out);
    void note_loss(const connection &link);
    void keep(connection_ptr link, bool server_keeps);
    void take_challenge(const http_response &refusal, bool was_authorized, int refusals);
    std::string request_text(const std::string &body);

    core::dialer dial_;
    http_client_options options_;
    core::log log_;
    digest_client digest_;
    core::async_mutex turn_;
    connection_ptr idle_;
    http_counters counters_;
    bool nonce_accepted_ = false; // an answer other than 401 came to it
    bool reuse_works_ = false;    // the server was seen to answer twice on one connection
    int reuse_failures_ = 0;      // in a row, each of a connection that had carried one request
};

} // namespace costrand::wsman
