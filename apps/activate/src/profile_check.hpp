// SPDX-License-Identifier: Apache-2.0
// From the keys of a profile to what a device is asked for: the values checked, each against its
// rule and against each other. Private to the reader of profiles.
#pragma once

#include "profile_keys.hpp"

#include <costrand/activate/profile.hpp>

namespace costrand::activate {

// Throws what parse_profile() throws for values.
[[nodiscard]] profile profile_of(const profile_section &root);

// The part of it that is about networks: ports, 802.1x, wireless profiles, proxies.
void read_network(const profile_section &network, profile &out);

} // namespace costrand::activate
