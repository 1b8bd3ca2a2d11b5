// SPDX-License-Identifier: Apache-2.0
// The one way that reaches all of OpenSSL 3 without a provider of our own is the old RAND method.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "seeded_openssl.hpp"

#include <openssl/rand.h>

#include <random>

namespace costrand::simulation {

namespace {

std::mt19937_64 engine;

int fill(unsigned char *out, int size) {
    for (int i = 0; i < size; ++i)
        out[i] = static_cast<unsigned char>(engine());
    return 1;
}
int ready() {
    return 1;
}

RAND_METHOD method = {nullptr, &fill, nullptr, nullptr, &fill, &ready};

} // namespace

void seed_openssl(std::uint64_t seed) {
    engine.seed(seed);
    RAND_set_rand_method(&method);
}

} // namespace costrand::simulation
