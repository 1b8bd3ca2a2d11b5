// SPDX-License-Identifier: Apache-2.0
// The HECI device by the name that a user gave it. For programs.
#pragma once

#include <costrand/transports/heci_device.hpp>
#include <costrand/transports/heci_mei.hpp>
#include <costrand/transports/heci_socket.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::heci {

// A device node, "unix:PATH" for one behind a socket, or this machine's own when the name is empty.
// Opens nothing yet.
[[nodiscard]] inline std::unique_ptr<device> open_device(const std::string &name) {
    constexpr std::string_view socket_prefix = "unix:";
    if (name.starts_with(socket_prefix))
        return open_socket_device(name.substr(socket_prefix.size()));
    mei_options where;
    where.path = name;
    return open_mei(std::move(where));
}

} // namespace costrand::heci
