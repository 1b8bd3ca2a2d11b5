// SPDX-License-Identifier: Apache-2.0
// The way to the firmware for apf::host: it waits for a device that is busy or comes back, and says
// in the log what it waits for and who holds it. Knows neither clients nor channels.
#pragma once

#include <costrand/apf/host.hpp>
#include <costrand/core/log.hpp>
#include <costrand/lmsd/timeouts.hpp>
#include <costrand/transports/heci_device.hpp>

#include <string>

namespace costrand::lmsd {

// Opens LME of the device. What passes with time (it is busy, resetting, its LME client is away) is
// tried again for up to timeouts::device; anything else, and the last of these, comes out as
// heci::errc. The device outlives the dialer and what it dials.
[[nodiscard]] apf::link_dialer device_link(heci::device &device, const timeouts &times,
                                           core::log log);

// "/dev/mei0: another program holds the device: lms (process 812)": an error of the device with all
// that is known of its cause.
[[nodiscard]] std::string explain(const error_code &why, const heci::device &device);

} // namespace costrand::lmsd
