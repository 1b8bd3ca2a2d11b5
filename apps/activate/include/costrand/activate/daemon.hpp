// SPDX-License-Identifier: Apache-2.0
// daemon: runs a service to its end on this thread. Unlike execute() it has no progress and no exit
// status to find: a signal is what ends a service in good order.
#pragma once

#include <costrand/activate/console.hpp>
#include <costrand/core/awaitable.hpp>

#include <functional>

namespace costrand::activate {

// Until SIGINT or SIGTERM comes, upon which the service is cancelled and waited for, or until it
// ends by itself. A second signal has its default effect. `service` is called once, and runs on a
// strand. Throws what the service threw, unless a signal came before. `says` outlives the call.
void serve_until_signal(const std::function<awaitable<void>()> &service, console &says);

} // namespace costrand::activate
