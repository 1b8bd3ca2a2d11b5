// SPDX-License-Identifier: Apache-2.0
// The durations of WS-Management, each with its source and reason. The drivers of http.hpp apply
// none of them: whoever makes the exchange wraps it in one core::with_deadline.
#pragma once

#include <chrono>

namespace costrand::wsman {

struct timeouts {
    // One request with its whole reply. The known clients of AMT wait 60 s on a plain connection,
    // the same as the OperationTimeout PT60S that every request carries: a shorter wait would give
    // up while the firmware may still work.
    std::chrono::nanoseconds exchange = std::chrono::seconds(60);
};

} // namespace costrand::wsman
