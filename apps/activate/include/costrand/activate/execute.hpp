// SPDX-License-Identifier: Apache-2.0
// execute: runs one coroutine to its end on this thread, with progress, signals and the exit status
// that comes of it.
#pragma once

#include <costrand/activate/console.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/core/awaitable.hpp>

#include <functional>
#include <optional>

namespace costrand::activate {

struct end_of_run {
    std::optional<failure> why; // none: success
    int signal = 0;             // the signal that ended it; 0: none did
};

// `body` gets the strand of the run and throws activate::error for every failure it knows. On
// SIGINT or SIGTERM it is cancelled and waited for; a second signal ends the process at once. A
// signal that the process ignores stays ignored. `says` outlives the call.
[[nodiscard]] end_of_run execute(const std::function<awaitable<void>(net::any_io_executor)> &body,
                                 console &says);

// Any exception as a failure: activate::error as it is, system_error by its code.
[[nodiscard]] failure failure_of(const std::exception_ptr &thrown);

} // namespace costrand::activate
