// SPDX-License-Identifier: Apache-2.0
// The two ends of one HECI link of the simulated device, as decorators of a message_stream: the
// firmware's end carries out the faults ordered for messages, the host's end tells what happens in
// the words of a mei driver. Private to sim.
#pragma once

#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/sim/faults.hpp>
#include <costrand/sim/lme.hpp>
#include <costrand/transports/heci_device.hpp>

#include <cstddef>
#include <memory>

namespace costrand::sim {

// One link, known to both ends and to the device.
struct link_entry {
    explicit link_entry(heci::client_id id) : client(id) {}

    heci::client_id client;
    bool in_memory = false;   // the host's end is ours: it counts its sends itself
    bool host_closed = false; // the program closed its end; the firmware may not have noticed yet
    bool reset = false;       // ENODEV from here on
    core::message_stream *firmware_end = nullptr;
    lme_link *lme = nullptr; // of a link to LME, while it is served

    // The link is dead for both sides. What was under way is lost in memory; over a socket the
    // program may still read it.
    void break_down() noexcept {
        reset = true;
        if (firmware_end)
            firmware_end->close();
    }
};

using link_ptr = std::shared_ptr<link_entry>;

// The faults outlive the coroutines that use the stream. At level trace the log gets each message
// that crosses the link, decoded, secrets masked.
[[nodiscard]] std::unique_ptr<core::message_stream>
firmware_end(std::unique_ptr<core::message_stream> below, link_ptr link, faults &orders,
             core::log log);
[[nodiscard]] std::unique_ptr<core::message_stream>
host_end(std::unique_ptr<core::message_stream> below, link_ptr link, faults &orders);

} // namespace costrand::sim
