// SPDX-License-Identifier: Apache-2.0
// What a collection costs in memory when it is large. The time: bench/collection_scale.cpp.
#include "collection_bench.hpp"
#include "examples.hpp"
#include "freed_memory.hpp"

#include <costrand/ccapi/codec.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;

namespace {

constexpr std::size_t kib = 1024;

} // namespace

TEST_CASE("1,000 credentials of 1 KiB are kept in less than 1.7 MiB") {
    collection_bench b;
    credential c = example_credential();
    c.ticket.bytes.assign(kib, std::byte{0x61});
    const auto bytes = encode_credential(c).value();
    const auto id = b.create("one");
    const auto before = memory_in_use();
    for (int i = 0; i < 1000; ++i)
        REQUIRE(b.store(id, core::as_text(bytes)) == errc::no_error);
    const auto kept = memory_in_use() - before;
    (void)b.destroy(id);
    const bool all_is_given_back = memory_in_use() < before;
    CHECK(kept > 1000 * bytes.size()); // they were there, and counted
    CHECK(kept < 17 * kib * kib / 10);
    CHECK(all_is_given_back);
}
