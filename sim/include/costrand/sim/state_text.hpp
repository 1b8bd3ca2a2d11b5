// SPDX-License-Identifier: Apache-2.0
// What a device keeps without power, as text: JSON with one member a line. It holds the device's
// secrets; whoever writes it to a file keeps the file to the owner.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/sim/device_state.hpp>
#include <costrand/sim/profile.hpp>

#include <cstdint>
#include <string_view>

namespace costrand::sim {

// `utc_at_zero`: UTC in seconds since 1970 when the source of time says zero.
[[nodiscard]] core::secret write_state(const device_state &state, const profile &p,
                                       std::int64_t utc_at_zero);

// The state that write_state wrote for a device of that profile; `fresh` is that device as from the
// factory. The device's clock went on meanwhile. Throws std::runtime_error with file, line and
// cause: a text that is not complete, of another version or another profile, or with a member that
// is not known or has a value that cannot be.
[[nodiscard]] device_state read_state(std::string_view file, std::string_view text,
                                      const device_state &fresh, const profile &p,
                                      std::int64_t utc_at_zero);

} // namespace costrand::sim
