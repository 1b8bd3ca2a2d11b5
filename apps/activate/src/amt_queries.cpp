// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/amt_queries.hpp>

#include <costrand/core/error.hpp>
#include <costrand/core/retry.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_status.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace costrand::activate {

awaitable<heci::version_table> read_versions_patiently(heci::amthi &amt,
                                                       const heci::timeouts &limits) {
    core::retry_policy once_more;
    once_more.attempts = 2;
    once_more.first_wait = limits.versions_again;
    once_more.passing = [](error_code why) {
        return why == heci::errc::reply_timed_out ||
               (why.category() == heci::status_category() &&
                heci::passes_with_time(static_cast<heci::status>(why.value())));
    };
    auto read = [&amt] { return amt.read_versions(); };
    co_return co_await core::retry(std::move(once_more), read);
}

std::string hex_text(core::const_bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const std::byte b : bytes) {
        out += digits[std::to_integer<unsigned>(b) >> 4];
        out += digits[std::to_integer<unsigned>(b) & 0xf];
    }
    return out;
}

} // namespace costrand::activate
