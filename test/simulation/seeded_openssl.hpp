// SPDX-License-Identifier: Apache-2.0
// Random bytes of OpenSSL from a seed: without them even the lengths of messages differ between two
// runs. For simulations only.
#pragma once

#include <cstdint>

namespace costrand::simulation {

// From now on, for the whole process.
void seed_openssl(std::uint64_t seed);

} // namespace costrand::simulation
