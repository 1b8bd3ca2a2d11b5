// SPDX-License-Identifier: Apache-2.0
// The processor's time of each call of a collection with 10 and with 9,000 ccaches. A call that
// looks at all of them would take hundreds of times as long; a deeper tree and a colder cache cost
// a little.
#include "bench_main.hpp"

#include <unit/ccapi/collection_bench.hpp>

#include <cstdio>
#include <functional>
#include <string>

using namespace costrand;
using namespace costrand::ccapi;
using costrand::test::collection_bench;

namespace {

// Of `call`, the least of several rounds.
double ns_of(const std::function<void()> &call) {
    constexpr int rounds = 15, repeated = 200;
    double least = 1e18;
    for (int round = 0; round < rounds; ++round) {
        const auto began = bench::thread_cpu_ns();
        for (int i = 0; i < repeated; ++i)
            call();
        least = std::min(least, static_cast<double>(bench::thread_cpu_ns() - began) / repeated);
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

int main() {
    constexpr int few = 10, many = 9'000;
    bench::print_head("collection_scale: CPU of a call with 10 and with 9,000 ccaches");
    if (!bench::stay_on_one_core())
        std::puts("  could not stay on one core: the numbers are not comparable");
    collection_bench small, large;
    for (int i = 0; i < few; ++i)
        (void)small.create_new();
    for (int i = 0; i < many; ++i)
        (void)large.create_new();
    for (const auto &[name, call] : calls) {
        const double of_few = ns_of([&] { call(small); });
        const double of_many = ns_of([&] { call(large); });
        std::printf("  %-34s %7.0f ns, %7.0f ns, ratio %.2f\n", name, of_few, of_many,
                    of_many / of_few);
    }
}
