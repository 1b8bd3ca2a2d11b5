// SPDX-License-Identifier: Apache-2.0
// docs/spec/ccapi.md 6: an iterator gives what is there all the time exactly once.
#include "collection_bench.hpp"

#include <costrand/core/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::ccapi;
using bench = costrand::test::collection_bench;

namespace {

// Three ccaches, and an iterator that has given the first.
struct walk {
    bench b;
    uuid a = b.create("a"), c2 = b.create("b"), c3 = b.create("c");
    uuid iterator = b.core.new_cache_iterator(1).value();

    walk() { CHECK(b.name_of(b.core.next_cache(iterator).value()) == "a"); }
    std::string rest() { return b.rest(iterator); }
};

} // namespace

TEST_CASE("an iterator gives all in order, then 201, and later what was appended") {
    walk w;
    CHECK(w.rest() == "b c");
    CHECK(w.b.core.next_cache(w.iterator).error() == errc::iterator_end);
    w.b.create("d");
    CHECK(w.rest() == "d");
}

TEST_CASE("bug 2, the next item is removed: the one before does not come again") {
    walk w;
    CHECK(w.b.destroy(w.c2) == errc::no_error);
    CHECK(w.rest() == "c");
    walk all;
    CHECK(all.b.destroy(all.a) == errc::no_error);
    CHECK(all.rest() == "b c");
}

TEST_CASE("bug 2, the first item of all is removed before the iterator began") {
    bench b;
    const auto a = b.create("a");
    b.create("b");
    const auto iterator = b.core.new_cache_iterator(1).value();
    CHECK(b.destroy(a) == errc::no_error);
    CHECK(b.rest(iterator) == "b");
}

TEST_CASE("bug 2, set_default under an iterator: nothing is skipped, nothing comes twice") {
    walk later; // what was not returned yet moves to the front
    CHECK(later.b.set_default(later.c3) == errc::no_error);
    CHECK(later.rest() == "c b");
    walk earlier; // what was returned moves
    CHECK(earlier.b.set_default(earlier.c2) == errc::no_error);
    CHECK(earlier.b.set_default(earlier.a) == errc::no_error);
    CHECK(earlier.rest() == "b c");
    walk gone; // what moved goes before its turn
    CHECK(gone.b.set_default(gone.c3) == errc::no_error);
    CHECK(gone.b.destroy(gone.c3) == errc::no_error);
    CHECK(gone.rest() == "b");
}

TEST_CASE("bug 3, clone: an independent iterator at the same place") {
    walk w;
    const auto copy = w.b.core.clone_cache_iterator(2, w.iterator).value();
    CHECK(w.rest() == "b c");
    CHECK(w.b.rest(copy) == "b c");
    turn t(w.b.now);
    w.b.core.drop_client(1, t); // a clone belongs to who made it
    CHECK(w.b.core.next_cache(w.iterator).error() == errc::invalid_ccache_iterator);
    CHECK(w.b.core.next_cache(copy).error() == errc::iterator_end);
}

TEST_CASE("bug 13, an unknown ccache iterator gives 208") {
    bench b;
    CHECK(b.core.next_cache(uuid()).error() == errc::invalid_ccache_iterator);
    CHECK(b.core.clone_cache_iterator(1, uuid()).error() == errc::invalid_ccache_iterator);
    CHECK(b.core.release_cache_iterator(uuid()) == errc::invalid_ccache_iterator);
    CHECK(b.core.next_credential(uuid()).error() == errc::invalid_credentials_iterator);
    CHECK(b.core.release_credentials_iterator(uuid()) == errc::invalid_credentials_iterator);
}

TEST_CASE("credentials come in store order, and the one just given may be removed") {
    bench b;
    const auto id = b.create("a");
    for (const char *bytes : {"u", "v", "w", "x"})
        CHECK(b.store(id, bytes) == errc::no_error);
    const auto iterator = b.core.new_credentials_iterator(1, id).value();
    std::string seen;
    for (auto next = b.core.next_credential(iterator); next;
         next = b.core.next_credential(iterator)) {
        seen += core::as_text((*next)->bytes);
        const uuid credential = (*next)->id;
        CHECK(b.remove(id, credential) == errc::no_error);
    }
    CHECK(seen == "uvwx");
    CHECK(b.store(id, "y") == errc::no_error);
    const auto copy = b.core.clone_credentials_iterator(2, iterator).value();
    CHECK(b.credentials(iterator) == "y");
    CHECK(b.credentials(copy) == "y");
}

TEST_CASE("a credentials iterator dies with its ccache") {
    bench b;
    const auto id = b.create("a");
    const auto iterator = b.core.new_credentials_iterator(1, id).value();
    CHECK(b.destroy(id) == errc::no_error);
    CHECK(b.core.next_credential(iterator).error() == errc::invalid_credentials_iterator);
    CHECK(b.core.counts().iterators == 0);
}

// Against a list that is walked by hand: what was there from the first call to the last must come
// exactly once, what was not there at all never.
TEST_CASE("whatever happens under iterators, each ccache that stays comes exactly once") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        const auto random = core::seeded_random(seed);
        const auto below = [&](std::size_t n) {
            std::byte b{};
            random->fill({&b, 1});
            return std::to_integer<std::size_t>(b) % n;
        };
        bench b;
        std::vector<uuid> live;
        for (int i = 0; i < 8; ++i)
            live.push_back(b.create(std::to_string(i)));
        const auto at_start = live;
        const auto iterator = b.core.new_cache_iterator(1).value();
        std::map<std::string, int> given;
        int made = 100;
        for (int step = 0; step < 60; ++step) {
            switch (live.empty() ? 3 : below(4)) {
            case 0: {
                const auto which = live.begin() + static_cast<std::ptrdiff_t>(below(live.size()));
                CHECK(b.destroy(*which) == errc::no_error);
                live.erase(which);
                break;
            }
            case 1:
                CHECK(b.set_default(live[below(live.size())]) == errc::no_error);
                break;
            case 2:
                if (const auto next = b.core.next_cache(iterator))
                    ++given[b.name_of(*next)];
                break;
            default:
                live.push_back(b.create(std::to_string(made++)));
            }
        }
        for (auto next = b.core.next_cache(iterator); next; next = b.core.next_cache(iterator))
            ++given[b.name_of(*next)];
        for (const auto &[name, times] : given)
            CHECK_MESSAGE(times == 1, name);
        for (const auto &id : at_start) {
            const bool stayed = std::ranges::find(live, id) != live.end();
            CHECK_MESSAGE((!stayed || given.contains(b.name_of(id))), "one that stayed is missing");
        }
    }
}
