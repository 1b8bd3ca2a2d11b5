// SPDX-License-Identifier: Apache-2.0
// A wireless profile on its way to AMT, with what 802.1x adds to it. Private to wsman.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/wsman/classes/ieee8021x.hpp>
#include <costrand/wsman/configure.hpp>

#include <optional>

namespace costrand::wsman {

struct wireless_8021x {
    wireless_8021x() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    cim::ieee8021x_settings settings;
    std::optional<endpoint_reference> client, root; // certificates that AMT has
};

// As the public add_wireless() of either kind.
[[nodiscard]] awaitable<void> write_wireless(client &amt, wireless_profile profile,
                                             std::optional<wireless_8021x> more);

} // namespace costrand::wsman
