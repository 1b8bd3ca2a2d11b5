// SPDX-License-Identifier: Apache-2.0
// docs/spec/ccapi.md 3, 5 and 9: ccaches, defaults, moves, change times, limits.
#include "collection_bench.hpp"

#include <costrand/core/error.hpp>

#include <doctest/doctest.h>

using namespace costrand;
using namespace costrand::ccapi;
using bench = costrand::test::collection_bench;

TEST_CASE("an empty collection has a default name, and no default") {
    bench b;
    CHECK(b.core.default_name() == "Initial default ccache");
    CHECK(b.core.open_default().error() == errc::ccache_not_found);
    CHECK(b.core.open("tmp").error() == errc::ccache_not_found);
    CHECK(b.core.empty());
}

TEST_CASE("names of new ccaches: the initial one, then numbers that nobody uses") {
    bench b;
    CHECK(b.name_of(b.create_new()) == "Initial default ccache");
    b.create("1");
    CHECK(b.name_of(b.create_new()) == "0");
    const auto two = b.create_new();
    CHECK(b.name_of(two) == "2");
    CHECK(b.destroy(two) == errc::no_error);
    CHECK(b.name_of(b.create_new()) == "3"); // never used again
}

TEST_CASE("new ccaches go to the end, the first of the list is the default, any name will do") {
    bench b;
    const auto first = b.create("a");
    b.create("");
    CHECK(b.core.open("").has_value());
    CHECK(b.core.default_name() == "a");
    CHECK(b.core.open_default().value() == first);
    CHECK(b.core.find(first)->last_default == b.now);
    CHECK(!b.core.find(b.core.open("").value())->last_default);
}

TEST_CASE("a name in use is re-initialised: same identity and place, no credentials, no offset") {
    bench b;
    const auto id = b.create("a");
    b.create("b");
    CHECK(b.store(id, "x") == errc::no_error);
    CHECK(b.in_turn([&](turn &t) { return b.core.set_kdc_offset(id, 5, t); }) == errc::no_error);
    const auto walk = b.core.new_credentials_iterator(1, id).value();
    CHECK(b.create("a", "bob@A.ORG") == id);
    CHECK(b.core.find(id)->principal == "bob@A.ORG");
    CHECK(b.core.find(id)->credentials.count() == 0);
    CHECK(!b.core.find(id)->kdc_offset);
    CHECK(b.names() == "a b");
    CHECK(b.core.next_credential(walk).error() == errc::invalid_credentials_iterator);
}

TEST_CASE("bug 5, re-create with a bad version: nothing is touched") {
    bench b;
    const auto id = b.create("a");
    CHECK(b.store(id, "x") == errc::no_error);
    for (const std::uint32_t version : {0u, 1u, 3u, 0xffffffffu}) {
        const auto refused =
            b.in_turn([&](turn &t) { return b.core.create("a", version, "bob@A.ORG", t); });
        CHECK(refused.error() == errc::bad_credentials_version);
    }
    CHECK(b.core.find(id)->principal == "alice@A.ORG");
    CHECK(b.core.find(id)->credentials.count() == 1);
    CHECK(b.store(id, "y") == errc::no_error);
}

TEST_CASE("bug 22: when the default is destroyed the next one becomes it, and is marked so") {
    bench b;
    const auto a = b.create("a"), next = b.create("b");
    b.create("c");
    const auto before = b.core.find(next)->change.time();
    b.now += 100;
    CHECK(b.destroy(a) == errc::no_error);
    CHECK(b.core.default_name() == "b");
    CHECK(b.core.find(next)->last_default == b.now);
    CHECK(b.core.find(next)->change.time() > before);
}

TEST_CASE("set_default moves to the front, and to the front only what is not there") {
    bench b;
    const auto a = b.create("a"), c = b.create("b");
    CHECK(b.set_default(c) == errc::no_error);
    CHECK(b.names() == "b a");
    const auto time = b.core.change_time();
    CHECK(b.set_default(c) == errc::no_error);
    CHECK(b.core.change_time() == time);
    CHECK(b.core.find(a)->last_default.has_value()); // stays readable
}

TEST_CASE("handles of a ccache that is gone are answered with 205 on every call") {
    bench b;
    const auto id = b.create("a"), other = b.create("b");
    CHECK(b.destroy(id) == errc::no_error);
    CHECK(b.destroy(id) == errc::invalid_ccache);
    CHECK(b.store(id, "x") == errc::invalid_ccache);
    CHECK(b.remove(id, uuid()) == errc::invalid_ccache);
    CHECK(b.set_default(id) == errc::invalid_ccache);
    CHECK(b.move(id, other) == errc::invalid_ccache);
    CHECK(b.move(other, id) == errc::invalid_ccache);
    CHECK(b.core.new_credentials_iterator(1, id).error() == errc::invalid_ccache);
    const auto lock = b.in_turn([&](turn &t) { return b.core.lock_cache(id, 1, 0, true, 1, t); });
    CHECK(lock == errc::invalid_ccache);
    CHECK(b.core.open("a").error() == errc::ccache_not_found);
}

TEST_CASE("removing the same credential twice gives 207, and equal ones are two") {
    bench b;
    const auto id = b.create("a");
    CHECK(b.store(id, "x") == errc::no_error);
    CHECK(b.store(id, "x") == errc::no_error);
    const auto walk = b.core.new_credentials_iterator(1, id).value();
    const auto first = b.core.next_credential(walk).value()->id;
    CHECK(b.remove(id, first) == errc::no_error);
    CHECK(b.remove(id, first) == errc::invalid_credentials);
    CHECK(b.core.find(id)->credentials.count() == 1);
}

TEST_CASE("a move takes principal, credentials and offset over; place, name and identity stay") {
    bench b;
    const auto from = b.create("from", "bob@A.ORG"), to = b.create("to");
    CHECK(b.store(from, "x") == errc::no_error);
    CHECK(b.store(from, "y") == errc::no_error);
    CHECK(b.store(to, "old") == errc::no_error);
    CHECK(b.in_turn([&](turn &t) { return b.core.set_kdc_offset(from, 0, t); }) == errc::no_error);
    const auto dead = b.core.new_credentials_iterator(1, to).value();
    CHECK(b.move(from, to) == errc::no_error);
    CHECK(b.names() == "to");
    CHECK(b.core.find(to)->principal == "bob@A.ORG");
    CHECK(b.core.find(to)->kdc_offset == 0);
    CHECK(b.credentials(b.core.new_credentials_iterator(1, to).value()) == "x y");
    CHECK(b.core.next_credential(dead).error() == errc::invalid_credentials_iterator);
    CHECK(b.move(from, to) == errc::invalid_ccache);
}

TEST_CASE("bug 4, move: lock, waiters and last default time stay with the destination") {
    bench b;
    b.create("default");
    const auto from = b.create("from"), to = b.create("to");
    CHECK(b.set_default(to) == errc::no_error);
    const auto was_default = b.core.find(to)->last_default;
    const auto lock = [&](client_id who, const uuid &id) {
        return b.in_turn([&](turn &t) { return b.core.lock_cache(id, who, 1, true, ++b.last, t); });
    };
    CHECK(lock(1, to) == errc::no_error);
    CHECK(lock(2, to) == std::nullopt);
    CHECK(lock(3, from) == errc::no_error);
    CHECK(lock(4, from) == std::nullopt);
    CHECK(b.move(from, to) == errc::no_error);
    CHECK(b.woken == std::vector<wake>{{4, errc::invalid_ccache, std::nullopt}});
    CHECK(b.core.find(to)->last_default == was_default);
    CHECK(b.in_turn([&](turn &t) { return b.core.unlock_cache(to, 1, t); }) == errc::no_error);
    CHECK(b.woken == std::vector<wake>{{2, errc::no_error, std::nullopt}});
}

TEST_CASE("bug 4, self-move: nothing is done") {
    bench b;
    const auto id = b.create("a");
    CHECK(b.store(id, "x") == errc::no_error);
    const auto time = b.core.change_time();
    CHECK(b.move(id, id) == errc::no_error);
    CHECK(b.core.find(id)->credentials.count() == 1);
    CHECK(b.core.change_time() == time);
}

TEST_CASE(
    "change times rise with every change, within one second too, and catch up with the clock") {
    bench b;
    const auto id = b.create("a");
    auto collection = b.core.change_time(), cache = b.core.find(id)->change.time();
    const auto rose = [&] {
        const bool both =
            b.core.change_time() > collection && b.core.find(id)->change.time() > cache;
        collection = b.core.change_time(), cache = b.core.find(id)->change.time();
        return both;
    };
    CHECK(b.store(id, "x") == errc::no_error);
    CHECK(rose());
    const auto set = [&](auto call) { CHECK(b.in_turn(call) == errc::no_error); };
    set([&](turn &t) { return b.core.set_principal(id, "bob@A.ORG", t); });
    CHECK(rose());
    set([&](turn &t) { return b.core.set_kdc_offset(id, 1, t); });
    CHECK(rose());
    set([&](turn &t) { return b.core.set_kdc_offset(id, std::nullopt, t); });
    CHECK(rose());
    b.create("a");
    CHECK(rose());
    set([&](turn &t) { return b.core.lock_collection(1, 1, true, 1, t).value(); });
    CHECK(b.core.change_time() == collection); // no change
    b.now += 1'000'000;
    CHECK(b.store(id, "y") == errc::no_error);
    CHECK(b.core.change_time() == b.now);
    b.now -= 2'000'000; // a clock that is set back
    CHECK(b.store(id, "z") == errc::no_error);
    CHECK(b.core.change_time() == b.now + 2'000'001);
}

TEST_CASE("bug 1, change notification: everybody who waits is answered") {
    bench b;
    const auto id = b.create("a");
    const auto known = b.core.change_time(), of_cache = b.core.find(id)->change.time();
    CHECK(b.core.wait_for_change(1, 0, 1).value().value() == known); // at once
    for (const ticket who : {2, 3, 4})
        CHECK(!b.core.wait_for_change(who, known, who));
    for (const ticket who : {5, 6})
        CHECK(!b.core.wait_for_cache_change(id, who, of_cache, who));
    CHECK(b.store(id, "x") == errc::no_error);
    REQUIRE(b.woken.size() == 5);
    for (const auto &w : b.woken) {
        CHECK(w.result == errc::no_error);
        CHECK(w.time == (w.who >= 5 ? b.core.find(id)->change.time() : b.core.change_time()));
    }
    CHECK(b.core.counts().change_waiters == 0);
}

TEST_CASE("who waits for a ccache that is destroyed is answered with its final time") {
    bench b;
    const auto id = b.create("a");
    const auto time = b.core.find(id)->change.time();
    CHECK(!b.core.wait_for_cache_change(id, 1, time, 7));
    CHECK(b.destroy(id) == errc::no_error);
    REQUIRE(b.woken.size() == 1);
    CHECK(b.woken[0].who == 7);
    CHECK(b.woken[0].result == errc::no_error);
    CHECK(b.woken[0].time.value() > time);
    CHECK(b.core.wait_for_cache_change(id, 1, time, 8).value().error() == errc::invalid_ccache);
}

TEST_CASE("a client that goes leaves its ccaches, and takes locks, waits and iterators along") {
    bench b;
    const auto id = b.create("a");
    const auto lock = [&](client_id who) {
        return b.in_turn([&](turn &t) { return b.core.lock_cache(id, who, 1, true, ++b.last, t); });
    };
    CHECK(lock(1) == errc::no_error);
    CHECK(lock(2) == std::nullopt);
    CHECK(lock(3) == std::nullopt);
    CHECK(!b.core.wait_for_change(2, b.core.change_time(), ++b.last));
    const auto walk = b.core.new_cache_iterator(2).value();
    const auto drop = [&](client_id who) {
        b.in_turn([&](turn &t) { return b.core.drop_client(who, t), 0; });
    };
    drop(2);
    CHECK(b.woken.empty());
    CHECK(b.core.next_cache(walk).error() == errc::invalid_ccache_iterator);
    drop(1);
    CHECK(b.woken == std::vector<wake>{{3, errc::no_error, std::nullopt}});
    drop(3);
    const auto left = b.core.counts();
    CHECK(left.caches == 1);
    CHECK(left.locks_held + left.locks_waiting + left.change_waiters + left.iterators == 0);
}

TEST_CASE("a cancelled wait is forgotten, and lets those behind it through") {
    bench b;
    const auto lock = [&](client_id who, std::uint32_t type) {
        return b.in_turn(
            [&](turn &t) { return b.core.lock_collection(who, type, true, ++b.last, t); });
    };
    CHECK(lock(1, 0) == errc::no_error);
    CHECK(lock(2, 1) == std::nullopt);
    CHECK(lock(3, 0) == std::nullopt);
    CHECK(b.in_turn([&](turn &t) { return b.core.cancel(2, t); }));
    CHECK(b.woken == std::vector<wake>{{3, errc::no_error, std::nullopt}});
    CHECK_FALSE(b.in_turn([&](turn &t) { return b.core.cancel(2, t); }));
    CHECK_FALSE(b.in_turn([&](turn &t) { return b.core.cancel(99, t); }));
}

TEST_CASE("beyond a limit the answer is 203, and nothing was changed") {
    collection_limits few;
    few.caches = 2;
    few.credentials_per_cache = 2;
    few.bytes = 64;
    few.iterators_per_client = 1;
    few.waits_per_client = 1;
    bench b(few);
    const auto a = b.create("a", "p");
    b.create("b", "p");
    const auto third =
        b.in_turn([&](turn &t) { return b.core.create("c", credentials_v5, "p", t); });
    CHECK(third.error() == errc::no_memory);
    CHECK(b.store(a, std::string(60, 'x')) == errc::no_error); // 64 bytes with names and principals
    CHECK(b.store(a, "y") == errc::no_memory);
    const auto longer = b.in_turn([&](turn &t) { return b.core.set_principal(a, "pp", t); });
    CHECK(longer == errc::no_memory);
    CHECK(b.core.find(a)->principal == "p");
    CHECK(b.core.counts().bytes == 64);

    CHECK(b.core.new_cache_iterator(1).has_value());
    CHECK(b.core.new_cache_iterator(1).error() == errc::no_memory);
    CHECK(b.core.new_cache_iterator(2).has_value());
    CHECK(!b.core.wait_for_change(1, b.core.change_time(), 1));
    CHECK(b.core.wait_for_change(1, b.core.change_time(), 2).value().error() == errc::no_memory);
}
