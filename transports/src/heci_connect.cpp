// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_connect.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <algorithm>
#include <optional>

namespace costrand::heci {
namespace {

// How long to wait before the next attempt, for each of the two errors that pass with time.
class patience {
  public:
    explicit patience(const timeouts &limits)
        : limits_(limits),
          next_busy_(limits.busy_first_wait) {}

    // Nothing when the error is final, or when more waiting would pass the limit.
    std::optional<core::duration> after(error_code why) {
        if (why == errc::busy) {
            const auto wait = next_busy_;
            next_busy_ = std::min<core::duration>(2 * wait, limits_.busy_longest_wait);
            return spend(busy_, wait, limits_.busy_total);
        }
        if (why == errc::not_ready)
            return spend(not_ready_, limits_.not_ready_wait, limits_.not_ready_total);
        return std::nullopt;
    }

  private:
    static std::optional<core::duration> spend(core::duration &spent, core::duration wait,
                                               core::duration total) {
        if (spent + wait > total)
            return std::nullopt;
        spent += wait;
        return wait;
    }

    const timeouts &limits_;
    core::duration next_busy_;
    core::duration busy_{}, not_ready_{};
};

} // namespace

awaitable<std::unique_ptr<core::message_stream>>
connect_with_retry(device &dev, client_id client, const timeouts &limits, core::log log) {
    patience waits(limits);
    for (;;) {
        auto link = co_await core::as_result(
            core::with_deadline(limits.connect_attempt, dev.connect(client)));
        if (link)
            co_return std::move(*link);
        // The driver may wait as long as it likes; to the caller it is the same silence.
        const error_code why = link.error() == core::errc::timed_out
                                   ? make_error_code(errc::connect_timed_out)
                                   : link.error();
        const auto wait = waits.after(why);
        if (!wait)
            throw system_error(why, dev.name());
        log.debug("heci", dev.name(), ": ", why, "; next attempt in ", *wait);
        co_await core::sleep_for(*wait);
    }
}

} // namespace costrand::heci
