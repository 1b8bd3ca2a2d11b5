// SPDX-License-Identifier: Apache-2.0
// change_core: the change time of the collection or of a ccache, and who waits for it to change,
// docs/spec/ccapi.md 5.
#pragma once

#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/ccapi/wakes.hpp>

#include <cstddef>
#include <limits>
#include <set>

namespace costrand::ccapi {

class change_core {
  public:
    explicit change_core(cc_time now) : time_(now) {}

    [[nodiscard]] cc_time time() const noexcept { return time_; }

    // A change: the time rises, by 1 at least (it may run ahead of the clock, and stands still only
    // at the end of 32 bits, in 2106), and everybody who waits is answered.
    void bump(turn &t) {
        if (t.now > time_)
            time_ = t.now;
        else if (time_ != std::numeric_limits<cc_time>::max())
            ++time_;
        for (const ticket who : waiters_)
            t.woken.push_back({who, errc::no_error, time_});
        waiters_.clear();
    }

    // The answer to `who` will be a wake, at the next change.
    void wait(ticket who) { waiters_.insert(who); }
    void cancel(ticket who) { waiters_.erase(who); }

    [[nodiscard]] std::size_t waiting_count() const noexcept { return waiters_.size(); }

  private:
    cc_time time_;
    std::set<ticket> waiters_; // in the order of arrival: tickets rise
};

} // namespace costrand::ccapi
