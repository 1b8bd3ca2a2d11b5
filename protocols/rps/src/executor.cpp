// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/executor.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream_ops.hpp>

#include <boost/asio/buffer.hpp>

#include <utility>

namespace costrand::rps {

namespace {

constexpr std::string_view component = "rps";

// Requests carry passwords and digests.
struct wipe_on_exit {
    std::vector<std::byte> &bytes;
    ~wipe_on_exit() { core::wipe(bytes.data(), bytes.size()); }
};

[[noreturn]] void throw_broken(error_code why, const char *when) {
    if (why == core::cond::cancelled)
        throw system_error(why);
    if (why == errc::response_too_large)
        throw amt_error(errc::response_too_large, why, when);
    const bool ended = why == core::end_of_stream;
    const std::string what = ended ? "AMT closed the connection" : why.message();
    throw amt_error(errc::amt_reply_incomplete, why, core::concat(what, " ", when));
}

} // namespace

executor::executor(amt_dialer dial, reply_reader read_reply, executor_options options,
                   core::log log)
    : dial_(std::move(dial)),
      read_reply_(std::move(read_reply)),
      options_(options),
      log_(std::move(log)) {}

awaitable<std::vector<std::byte>> executor::exchange(std::vector<std::byte> request) {
    const wipe_on_exit wiper{request};
    const auto limit = options_.limits.plain_reply;
    try {
        co_return co_await core::with_deadline(limit, exchange_unbounded(request));
    } catch (const system_error &e) {
        // What the parts throw is an amt_error by now: this is the deadline's.
        if (e.code() == core::errc::timed_out)
            throw amt_error(errc::amt_no_reply, e.code(), core::concat("within ", limit));
        throw;
    }
}

awaitable<std::unique_ptr<core::byte_stream>> executor::dial() {
    if (options_.path == amt_path::lme)
        log_.debug(component, "LME: Opening new APF channel for this request");
    try {
        co_return co_await dial_();
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled)
            throw;
        throw amt_error(errc::amt_connect_failed, e.code(), e.what());
    }
}

awaitable<std::vector<std::byte>> executor::exchange_unbounded(std::vector<std::byte> &request) {
    auto stream = co_await dial();
    auto written = co_await core::as_result(core::write_all(*stream, net::buffer(request)));
    if (!written)
        throw_broken(written.error(), "while the request was written");
    auto reply = co_await core::as_result(read_reply_(*stream));
    if (!reply)
        throw_broken(reply.error(), "before its reply was whole");
    stream->close();
    co_return std::move(*reply);
}

} // namespace costrand::rps
