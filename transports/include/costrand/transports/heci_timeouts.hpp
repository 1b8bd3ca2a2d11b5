// SPDX-License-Identifier: Apache-2.0
// The time limits of the HECI device and its commands. Sections are those of the project's
// description of the device interface (heci.md).
#pragma once

#include <chrono>

namespace costrand::heci {

struct timeouts {
    // Another program holds the client (EBUSY). Section 6 point 1: 250 ms doubling to 4 s, about
    // 20 s of waiting in all.
    std::chrono::milliseconds busy_first_wait{250};
    std::chrono::milliseconds busy_longest_wait{4000};
    std::chrono::milliseconds busy_total{20000};

    // The device is resetting (ENODEV when it is opened). Section 6 point 1.
    std::chrono::milliseconds not_ready_wait{500};
    std::chrono::milliseconds not_ready_total{10000};

    // One attempt to connect. Section 6 point 5; the driver gives up after about 15 s.
    std::chrono::milliseconds connect_attempt{20000};

    // Command to reply. Section 6 point 5: 3 s, as one client has it, is known to be short.
    std::chrono::milliseconds amthi_reply{10000};

    // Before the versions are asked for once more: firmware that has just started may not know them
    // yet. The reference client's wait.
    std::chrono::milliseconds versions_again{15000};

    // Watchdog client: an answer that is missing only means "unknown" (section 10.1), so it is not
    // waited for as long.
    std::chrono::milliseconds watchdog_reply{3000};
};

} // namespace costrand::heci
