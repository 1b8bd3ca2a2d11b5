// SPDX-License-Identifier: Apache-2.0
// change_clock: the change time of the collection as a process sees it. It never goes down, not
// over a restart of the server either (docs/spec/ccapi.md 5.1).
#pragma once

#include "open_pipes.hpp"

#include <costrand/ccapi/types.hpp>

#include <algorithm>
#include <ctime>
#include <mutex>

namespace costrand::krb5cc {

class change_clock {
  public:
    static change_clock &of_process();

    // What the server says; the result is what the caller is told.
    ccapi::cc_time heard(ccapi::cc_time time) {
        const std::lock_guard held(open_pipes::of_process().mutex());
        running_ = true;
        value_ = std::max(value_, time);
        return value_ + offset_;
    }
    // A context that knew a server finds another one.
    void another_server() {
        const std::lock_guard held(open_pipes::of_process().mutex());
        ++offset_;
    }
    // No server runs. Its going is a change, once.
    ccapi::cc_time without_server(std::time_t now) {
        const std::lock_guard held(open_pipes::of_process().mutex());
        if (running_)
            value_ = std::max(value_ + offset_, static_cast<ccapi::cc_time>(now));
        else
            value_ += offset_;
        offset_ = 0;
        running_ = false;
        return value_;
    }

  private:
    ccapi::cc_time value_ = 0, offset_ = 0;
    bool running_ = false; // the last time that anybody asked
};

} // namespace costrand::krb5cc
