// SPDX-License-Identifier: Apache-2.0
// What a collection costs when it is large: memory, and the processor's time of each call.
#include "collection_bench.hpp"
#include "examples.hpp"
#include "freed_memory.hpp"

#include <costrand/ccapi/codec.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <string>

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;

namespace {

constexpr std::size_t kib = 1024;

// The time that this thread's own work took so far: what others do on the machine is not in it.
double own_seconds() {
    timespec now{};
    REQUIRE(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Of `call`, the least of several rounds.
double seconds_of(const std::function<void()> &call) {
    double least = 1e9;
    for (int round = 0; round < 5; ++round) {
        const double began = own_seconds();
        for (int i = 0; i < 50; ++i)
            call();
        least = std::min(least, own_seconds() - began);
    }
    return least;
}

struct named_call {
    const char *name;
    std::function<void(collection_bench &)> call;
};

const named_call calls[] = {
    {"create and destroy", [](auto &b) { (void)b.destroy(b.create("new")); }},
    {"create under a new name", [](auto &b) { (void)b.destroy(b.create_new()); }},
    {"destroy the default",
     [](auto &b) {
         const std::string name(b.core.default_name());
         (void)b.destroy(b.core.open_default().value());
         (void)b.create(name);
     }},
    {"open by name", [](auto &b) { (void)b.core.open("5").value(); }},
    {"the default's name and principal",
     [](auto &b) { (void)b.core.find(b.core.open(b.core.default_name()).value())->principal; }},
    {"set the default",
     [](auto &b) {
         (void)b.set_default(b.core.open("5").value());
         (void)b.set_default(b.core.open("6").value());
     }},
    {"move",
     [](auto &b) {
         const auto from = b.create("new");
         (void)b.move(from, b.core.open("5").value());
     }},
    {"the first of all ccaches",
     [](auto &b) {
         const auto i = b.core.new_cache_iterator(1).value();
         (void)b.core.next_cache(i).value();
         (void)b.core.release_cache_iterator(i);
     }},
    {"store and remove",
     [](auto &b) {
         const auto id = b.core.open("5").value();
         (void)b.store(id, "ticket");
         const auto i = b.core.new_credentials_iterator(1, id).value();
         (void)b.remove(id, b.core.next_credential(i).value()->id);
         (void)b.core.release_credentials_iterator(i);
     }},
    {"lock, wait and unlock",
     [](auto &b) {
         const auto id = b.core.open("5").value();
         const auto write = static_cast<std::uint32_t>(lock_type::write);
         for (const client_id owner : {1, 2})
             (void)b.in_turn(
                 [&](turn &t) { return b.core.lock_cache(id, owner, write, true, ++b.last, t); });
         for (const client_id owner : {1, 2})
             (void)b.in_turn([&](turn &t) { return b.core.unlock_cache(id, owner, t); });
     }},
    {"the end of a client",
     [](auto &b) {
         (void)b.core.new_cache_iterator(7).value();
         turn t(b.now);
         b.core.drop_client(7, t);
     }},
};

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

TEST_CASE("no call takes longer in proportion to the number of ccaches") {
    constexpr int few = 10, many = 9'000;
    collection_bench small, large;
    for (int i = 0; i < few; ++i)
        (void)small.create_new();
    for (int i = 0; i < many; ++i)
        (void)large.create_new();
    for (const auto &[name, call] : calls) {
        const double of_few = seconds_of([&] { call(small); });
        const double of_many = seconds_of([&] { call(large); });
        // A deeper tree and a colder cache cost a little more.
        CHECK_MESSAGE(of_many < 8 * of_few, std::string(name), ": ", of_few, " s, ", of_many, " s");
    }
}
