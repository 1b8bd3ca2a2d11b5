// SPDX-License-Identifier: Apache-2.0
// executor: the way to AMT. In plain mode it carries one request of the provisioning server on a
// connection (LMS) or channel (LME) of its own and brings the whole reply back; for the tunnel it
// opens the connection that both pumps share; a port switch aims it at another port. It is handed a
// dialer and knows neither LMS nor LME.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/rps/errc.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/timeouts.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace costrand::rps {

// Opens a fresh connection to this port of AMT. Errors: the transport's.
using amt_dialer = std::function<awaitable<std::unique_ptr<core::byte_stream>>(std::uint16_t port)>;

// Reads exactly one HTTP response and gives its bytes untouched. Error end_of_stream when the
// connection ends before or within it; errc::response_too_large above the reader's limit; other
// errors for what is no HTTP.
using reply_reader = std::function<awaitable<std::vector<std::byte>>(core::byte_stream &)>;

// An errc of the executor, with the error of the transport that caused it.
class amt_error : public system_error {
  public:
    amt_error(errc what, error_code cause, const std::string &detail)
        : system_error(what, detail),
          cause_(cause),
          detail_(detail) {}
    [[nodiscard]] const error_code &cause() const noexcept { return cause_; }
    [[nodiscard]] const std::string &detail() const noexcept { return detail_; }

  private:
    error_code cause_;
    std::string detail_;
};

// How AMT is reached: the name stands in log lines.
enum class amt_path { lms, lme };

struct executor_options {
    amt_path path = amt_path::lms;
    std::uint16_t port = 16992; // 16993 where the device takes TLS only
    // Which errors of the dialer pass: after those it is dialled again, timeouts::redial apart. The
    // device's are over when its firmware has restarted. The port's, of the tunnel only, are over
    // when AMT's TLS has; a plain request does not wait for them: its port does not restart. Empty:
    // none.
    std::function<bool(error_code)> device_returns, port_returns;
    timeouts limits;
};

class executor {
  public:
    executor(amt_dialer dial, reply_reader read_reply, executor_options options, core::log log);

    // Dials, writes the whole request, reads the whole reply, closes. The request is wiped.
    // Error: an amt_error with
    //   errc::amt_connect_failed    the dialer failed for good, or until the limit,
    //   errc::amt_no_reply          not finished within timeouts::plain_reply, dialling included,
    //   errc::response_too_large    the reader has a limit, and the reply is above it,
    //   errc::amt_reply_incomplete  AMT closed before the reply was whole, or it is not HTTP.
    // Cancellation: fatal to the connection only, which is closed; the next exchange has its own.
    [[nodiscard]] awaitable<std::vector<std::byte>> exchange(std::vector<std::byte> request);

    // A fresh connection to the port of now for the tunnel, dialled again as long as the reason
    // passes: the caller bounds it. Error: an amt_error, errc::amt_connect_failed. Cancel-safe.
    [[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>> connect();
    // Why the last dial that ended failed; nothing after a success.
    [[nodiscard]] const error_code &dial_failure() const noexcept { return dial_failure_; }

    // rps-session section 9: waits the server's delay (clamped, and the extra delay added), then
    // aims at the new port; over the LMS that port is tried first. Nothing else may be open then.
    // Error: an amt_error, errc::port_switch_failed, after timeouts::port_switch_patience.
    // Cancellation: ends the wait; the port stays the old one.
    [[nodiscard]] awaitable<void> switch_port(port_switch_order order);

    [[nodiscard]] amt_path path() const noexcept { return options_.path; }

  private:
    awaitable<std::unique_ptr<core::byte_stream>>
    dial_while(std::function<bool(error_code)> passes);
    awaitable<std::unique_ptr<core::byte_stream>> dial();
    awaitable<std::vector<std::byte>> exchange_unbounded(std::vector<std::byte> &request);
    awaitable<void> pause_after_keygen() const;
    awaitable<void> try_port(std::uint16_t port);

    amt_dialer dial_;
    reply_reader read_reply_;
    executor_options options_;
    core::log log_;
    error_code dial_failure_;
    std::string dial_detail_;        // of that failure
    core::time_point quiet_until_{}; // LME: no new channel before
};

} // namespace costrand::rps
