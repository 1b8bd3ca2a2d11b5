// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/random.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace costrand::core {
namespace {

class openssl_random : public random_source {
  public:
    void fill(std::span<std::byte> out) override {
        if (RAND_bytes(reinterpret_cast<unsigned char *>(out.data()),
                       static_cast<int>(out.size())) != 1) {
            std::fputs("no random numbers from the operating system\n", stderr);
            std::abort();
        }
    }
};

class mersenne_random : public random_source {
  public:
    explicit mersenne_random(std::uint64_t seed) : engine_(seed) {}
    void fill(std::span<std::byte> out) override {
        std::generate(out.begin(), out.end(),
                      [this] { return static_cast<std::byte>(engine_() >> 56); });
    }

  private:
    std::mt19937_64 engine_;
};

} // namespace

std::unique_ptr<random_source> system_random() {
    return std::make_unique<openssl_random>();
}

std::unique_ptr<random_source> seeded_random(std::uint64_t seed) {
    return std::make_unique<mersenne_random>(seed);
}

} // namespace costrand::core
