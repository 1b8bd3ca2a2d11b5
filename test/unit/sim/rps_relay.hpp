// SPDX-License-Identifier: Apache-2.0
// A client that knows no more than it must: carries what the small provisioning server says to a
// device's ports and back, plain and through a tunnel. In memory and in virtual time.
#pragma once

#include "rps_client.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

// A connection to that port of the device; throws when it is refused.
using port_dialer = std::function<awaitable<std::unique_ptr<core::byte_stream>>(std::uint16_t)>;

// A run as its client saw it.
struct relayed_run {
    rps::frame last;
    // ClientHellos and port switches, each with the number of calls that were made before it.
    std::vector<std::pair<std::size_t, std::string>> beside;
    std::size_t resets = 0; // connection_reset sent
};

// Plays a whole run, from the first message to the last word. A port switch waits as long as it is
// asked to; `acknowledges` false: and says nothing then.
awaitable<relayed_run> relay(net::any_io_executor executor, rps_rig &rig, port_dialer dial,
                             std::string first, bool acknowledges);

} // namespace costrand::test
