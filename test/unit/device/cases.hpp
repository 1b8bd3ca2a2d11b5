// SPDX-License-Identifier: Apache-2.0
// What every HECI device owes its user, whatever is behind it. Each case is run over memory, over a
// unix socket, and by a program of its own over the calls of the mei driver.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/transports/heci_device.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <span>

namespace costrand::test {

struct device_case {
    const char *name;
    const char *faults; // ordered for the simulated firmware, an AMT 16; "" none
    awaitable<void> (*body)(heci::device &device);
    bool driver_only = false; // about an errno that only the driver's calls have
};

[[nodiscard]] std::span<const device_case> device_cases();

// Runs the case on a strand of its own; a case that hangs fails after 20 s. Throws std::exception
// with what does not hold.
void run_case(const device_case &which,
              const std::function<awaitable<void>(net::any_io_executor, const device_case &)> &how);

} // namespace costrand::test
