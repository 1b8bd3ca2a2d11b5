// SPDX-License-Identifier: Apache-2.0
// executor: carries one request of the provisioning server to AMT and brings the whole reply back.
// Plain mode: a connection (LMS) or a channel (LME) per request. It is handed a dialer and knows
// neither. The tunnel of later versions is a second kind of exchange beside this one.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/rps/errc.hpp>
#include <costrand/rps/timeouts.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace costrand::rps {

// Opens a fresh connection to AMT's management port. Errors: the transport's.
using amt_dialer = std::function<awaitable<std::unique_ptr<core::byte_stream>>()>;

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
    timeouts limits;
};

class executor {
  public:
    executor(amt_dialer dial, reply_reader read_reply, executor_options options, core::log log);

    // Dials, writes the whole request, reads the whole reply, closes. The request is wiped.
    // Error: an amt_error with
    //   errc::amt_connect_failed    the dialer failed,
    //   errc::amt_no_reply          not finished within timeouts::plain_reply, dialling included,
    //   errc::response_too_large    the reader has a limit, and the reply is above it,
    //   errc::amt_reply_incomplete  AMT closed before the reply was whole, or it is not HTTP.
    // Cancellation: fatal to the connection only, which is closed; the next exchange has its own.
    [[nodiscard]] awaitable<std::vector<std::byte>> exchange(std::vector<std::byte> request);

    [[nodiscard]] amt_path path() const noexcept { return options_.path; }

  private:
    awaitable<std::unique_ptr<core::byte_stream>> dial();
    awaitable<std::vector<std::byte>> exchange_unbounded(std::vector<std::byte> &request);

    amt_dialer dial_;
    reply_reader read_reply_;
    executor_options options_;
    core::log log_;
};

} // namespace costrand::rps
