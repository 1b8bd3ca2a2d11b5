// SPDX-License-Identifier: Apache-2.0
// The HECI device of Linux: the mei driver's character devices. Needs root.
#pragma once

#include <costrand/transports/heci_device.hpp>

#include <memory>
#include <string>
#include <vector>

namespace costrand::heci {

struct mei_options {
    // This node and no other; empty: look for it.
    std::string path;
    // Where to look, in this order. With a discrete GPU there are nodes that do not carry AMT.
    std::vector<std::string> nodes = {"/dev/mei0", "/dev/mei1", "/dev/mei2", "/dev/mei3",
                                      "/dev/mei"};
    // Holds <node>/kind: "mei" is the management engine; other kinds are passed over, a node
    // without the file (older kernels) is tried.
    std::string sysfs = "/sys/class/mei";
};

// A device handle; opens nothing yet. Each connect() is one attempt: it opens the first node that
// knows the client and connects it, off the strand (the driver may block for about 15 s). name() is
// the node of the last attempt. Errors of connect: heci::errc; no_driver when there is no node,
// no_device when none of them is a management engine. On systems without the driver: not_supported.
[[nodiscard]] std::unique_ptr<device> open_mei(mei_options options = {});

} // namespace costrand::heci
