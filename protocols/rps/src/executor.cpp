// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/executor.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream_ops.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace costrand::rps {

namespace {

constexpr std::string_view component = "rps";

// How the reference knows the request behind which the MEI client may vanish (rps-session 13).
constexpr std::string_view keygen_action = "AMT_PublicKeyManagementService/GenerateKeyPair";

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

bool passes_for(const std::function<bool(error_code)> &judge, error_code why) {
    return judge && judge(why);
}

long long whole_seconds(core::duration d) {
    return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

} // namespace

executor::executor(amt_dialer dial, reply_reader read_reply, executor_options options,
                   core::log log)
    : dial_(std::move(dial)),
      read_reply_(std::move(read_reply)),
      options_(std::move(options)),
      log_(std::move(log)) {}

awaitable<std::vector<std::byte>> executor::exchange(std::vector<std::byte> request) {
    const wipe_on_exit wiper{request};
    const auto limit = options_.limits.plain_reply;
    try {
        co_return co_await core::with_deadline(limit, exchange_unbounded(request));
    } catch (const system_error &e) {
        // What the parts throw is an amt_error by now: this is the deadline's.
        if (e.code() != core::errc::timed_out)
            throw;
        if (dial_failure_)
            throw amt_error(errc::amt_connect_failed, dial_failure_,
                            core::concat(dial_detail_, "; tried for ", limit));
        throw amt_error(errc::amt_no_reply, e.code(), core::concat("within ", limit));
    }
}

awaitable<std::unique_ptr<core::byte_stream>> executor::connect() {
    std::function<bool(error_code)> passes = [this](error_code why) {
        return passes_for(options_.device_returns, why) || passes_for(options_.port_returns, why);
    };
    co_return co_await dial_while(std::move(passes));
}

awaitable<std::unique_ptr<core::byte_stream>>
executor::dial_while(std::function<bool(error_code)> passes) {
    co_await pause_after_keygen();
    for (;;) {
        auto dialled = co_await core::as_result(dial());
        if (dialled)
            co_return std::move(*dialled);
        if (dialled.error() == core::cond::cancelled)
            throw system_error(dialled.error());
        if (!passes_for(passes, dial_failure_))
            throw amt_error(errc::amt_connect_failed, dial_failure_, dial_detail_);
        log_.debug(component, "AMT takes no connection now (", dial_failure_, "); retrying");
        co_await core::sleep_for(options_.limits.redial);
    }
}

awaitable<std::unique_ptr<core::byte_stream>> executor::dial() {
    try {
        auto stream = co_await dial_(options_.port);
        dial_failure_ = {};
        co_return stream;
    } catch (const system_error &e) {
        if (e.code() != core::cond::cancelled) {
            dial_failure_ = e.code();
            dial_detail_ = e.what();
        }
        throw;
    }
}

awaitable<std::vector<std::byte>> executor::exchange_unbounded(std::vector<std::byte> &request) {
    if (options_.path == amt_path::lme)
        log_.debug(component, "LME: Opening new APF channel for this request");
    auto stream = co_await dial_while(options_.device_returns);
    auto written = co_await core::as_result(core::write_all(*stream, net::buffer(request)));
    if (!written)
        throw_broken(written.error(), "while the request was written");
    auto reply = co_await core::as_result(read_reply_(*stream));
    if (!reply)
        throw_broken(reply.error(), "before its reply was whole");
    const bool vanishes = core::as_text(request).find(keygen_action) != std::string_view::npos;
    if (vanishes && options_.path == amt_path::lme)
        quiet_until_ = core::now(stream->get_executor()) + options_.limits.post_keygen_pause;
    stream->close();
    co_return std::move(*reply);
}

awaitable<void> executor::pause_after_keygen() const {
    const auto strand = co_await net::this_coro::executor;
    const auto now = core::now(strand);
    if (quiet_until_ <= now)
        co_return;
    log_.debug(component, "AMT makes a key: a pause of ",
               std::chrono::duration_cast<std::chrono::milliseconds>(quiet_until_ - now).count(),
               " ms before the next channel");
    co_await core::sleep_for(quiet_until_ - now);
}

awaitable<void> executor::switch_port(port_switch_order order) {
    log_.info(component, "Received port_switch from RPS");
    const auto &limits = options_.limits;
    if (options_.path == amt_path::lms)
        log_.info(component, "Port switch: closing LMS connection");
    const auto longest =
        std::chrono::duration_cast<std::chrono::seconds>(limits.port_switch_max_delay);
    auto delay = std::max(order.delay, std::chrono::seconds(0));
    if (delay > longest) {
        log_.warn(component, "Port switch: server-requested delay ", delay.count(),
                  "s exceeds max ", longest.count(), "s; clamping");
        delay = longest;
    }
    if (limits.port_switch_extra_delay > core::duration::zero())
        log_.info(component, "Port switch: adding ", whole_seconds(limits.port_switch_extra_delay),
                  "s extra delay (RPC_PORT_SWITCH_EXTRA_DELAY)");
    const core::duration whole = delay + limits.port_switch_extra_delay;
    log_.info(component, "Port switch: waiting ", whole_seconds(whole), "s for AMT TLS restart");
    co_await core::sleep_for(whole);
    if (options_.path == amt_path::lms) {
        co_await try_port(order.port);
        log_.info(component, "Port switch: successfully switched to port ", order.port);
    } else {
        log_.info(component, "Port switch: LME retargeted to port ", order.port);
    }
    options_.port = order.port;
}

// The LMS takes connections for AMT's ports: whether this one is there shows before the server is
// told. The connection is closed again.
awaitable<void> executor::try_port(std::uint16_t port) {
    const auto &limits = options_.limits;
    const auto strand = co_await net::this_coro::executor;
    const auto give_up = core::now(strand) + limits.port_switch_patience;
    for (int attempt = 1;; ++attempt) {
        auto dialled =
            co_await core::as_result(core::with_deadline(limits.port_switch_dial, dial_(port)));
        if (dialled)
            co_return;
        const error_code why = dialled.error();
        if (why == core::cond::cancelled)
            throw system_error(why);
        log_.warn(component, "Port switch: LMS connect attempt ", attempt, " failed: ", why);
        if (core::now(strand) + limits.port_switch_redial > give_up) {
            log_.error(component, "Port switch failed: ", why);
            throw amt_error(errc::port_switch_failed, why,
                            core::concat("port ", port, ", ", attempt, " attempts"));
        }
        co_await core::sleep_for(limits.port_switch_redial);
    }
}

} // namespace costrand::rps
