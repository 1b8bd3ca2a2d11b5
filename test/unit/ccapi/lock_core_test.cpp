// SPDX-License-Identifier: Apache-2.0
// docs/spec/ccapi.md 4, rule by rule.
#include <costrand/ccapi/lock_core.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace costrand::ccapi;

namespace {

constexpr client_id ann = 1, bob = 2, cid = 3, dan = 4;
constexpr bool may_wait = true, at_once = false;

// The lock of a ccache, and the wakes of its turns.
struct bench {
    lock_core lock{lock_core::of_ccache};
    ticket last = 0;

    template <typename Call>
    auto in_turn(const Call &call) {
        turn t(1000);
        const auto answer = call(t);
        woken = t.woken;
        return answer;
    }

    // Nothing: it waits, as ticket `last`.
    std::optional<errc> ask(client_id who, lock_type what, bool wait = may_wait) {
        return in_turn([&](turn &t) {
            return lock.request(who, static_cast<std::uint32_t>(what), wait, ++last, t);
        });
    }
    errc unlock(client_id who) {
        return in_turn([&](turn &t) { return lock.release(who, t); });
    }
    std::vector<wake> woken; // of the last turn
};

std::vector<wake> granted(std::initializer_list<ticket> tickets) {
    std::vector<wake> out;
    for (const ticket who : tickets)
        out.push_back({who, errc::no_error, std::nullopt});
    return out;
}

} // namespace

TEST_CASE("the table of requests and states, where nothing has to wait") {
    bench b;
    CHECK(b.ask(ann, lock_type::upgrade) == errc::bad_lock_type);
    CHECK(b.ask(ann, lock_type::downgrade) == errc::bad_lock_type);
    CHECK(b.unlock(ann) == errc::ccache_unlocked);

    CHECK(b.ask(ann, lock_type::read) == errc::no_error);
    CHECK(b.ask(ann, lock_type::read) == errc::bad_lock_type);
    CHECK(b.ask(ann, lock_type::write) == errc::bad_lock_type);
    CHECK(b.ask(ann, lock_type::downgrade) == errc::bad_lock_type);
    CHECK(b.ask(ann, lock_type::upgrade) == errc::no_error);

    CHECK(b.ask(ann, lock_type::read) == errc::bad_lock_type);
    CHECK(b.ask(ann, lock_type::write) == errc::bad_lock_type);
    CHECK(b.ask(ann, lock_type::upgrade) == errc::bad_lock_type);
    CHECK(b.ask(ann, lock_type::downgrade) == errc::no_error);
    CHECK(b.unlock(ann) == errc::no_error);
    CHECK(b.lock.unused());

    CHECK(b.ask(ann, static_cast<lock_type>(4)) == errc::bad_lock_type);
    CHECK(b.ask(ann, lock_type::write) == errc::no_error);
    CHECK(b.ask(ann, static_cast<lock_type>(0xffffffff)) == errc::bad_lock_type);
}

TEST_CASE("what cannot be granted is refused without the word to wait, and leaves no trace") {
    bench b;
    CHECK(b.ask(ann, lock_type::write) == errc::no_error);
    CHECK(b.ask(bob, lock_type::read, at_once) == errc::ccache_locked);
    CHECK(b.ask(bob, lock_type::write, at_once) == errc::ccache_locked);
    CHECK(b.lock.waiting_count() == 0);
    lock_core of_collection(lock_core::of_context);
    turn t(1);
    CHECK(of_collection.request(ann, 1, at_once, 1, t) == errc::no_error);
    CHECK(of_collection.request(bob, 1, at_once, 2, t) == errc::context_locked);
    CHECK(of_collection.release(bob, t) == errc::context_unlocked);
}

TEST_CASE("readers share, a writer waits for all of them, and is told when the last one goes") {
    bench b;
    CHECK(b.ask(ann, lock_type::read) == errc::no_error);
    CHECK(b.ask(bob, lock_type::read) == errc::no_error);
    CHECK(b.ask(cid, lock_type::write) == std::nullopt);
    CHECK(b.unlock(ann) == errc::no_error);
    CHECK(b.woken.empty());
    CHECK(b.unlock(bob) == errc::no_error);
    CHECK(b.woken == granted({3}));
}

TEST_CASE("bug 6, writer starvation: a read behind a writer that waits, waits too") {
    bench b;
    CHECK(b.ask(ann, lock_type::read) == errc::no_error);
    CHECK(b.ask(bob, lock_type::write) == std::nullopt);
    CHECK(b.ask(cid, lock_type::read) == std::nullopt);
    CHECK(b.ask(dan, lock_type::read, at_once) == errc::ccache_locked);
    CHECK(b.unlock(ann) == errc::no_error);
    CHECK(b.woken == granted({2}));
    CHECK(b.unlock(bob) == errc::no_error);
    CHECK(b.woken == granted({3}));
}

TEST_CASE("bug 6, no order: first come, first served, and reads side by side together") {
    bench b;
    CHECK(b.ask(ann, lock_type::write) == errc::no_error);
    CHECK(b.ask(bob, lock_type::read) == std::nullopt);
    CHECK(b.ask(cid, lock_type::read) == std::nullopt);
    CHECK(b.ask(dan, lock_type::write) == std::nullopt);
    CHECK(b.ask(5, lock_type::read) == std::nullopt);
    CHECK(b.unlock(ann) == errc::no_error);
    CHECK(b.woken == granted({2, 3}));
    CHECK(b.unlock(cid) == errc::no_error);
    CHECK(b.woken.empty());
    CHECK(b.unlock(bob) == errc::no_error);
    CHECK(b.woken == granted({4}));
    CHECK(b.unlock(dan) == errc::no_error);
    CHECK(b.woken == granted({5}));
}

TEST_CASE("bug 6, upgrade-upgrade deadlock: the second one is refused, although it would wait") {
    bench b;
    CHECK(b.ask(ann, lock_type::read) == errc::no_error);
    CHECK(b.ask(bob, lock_type::read) == errc::no_error);
    CHECK(b.ask(ann, lock_type::upgrade) == std::nullopt);
    CHECK(b.ask(bob, lock_type::upgrade) == errc::ccache_locked);
    CHECK(b.unlock(bob) == errc::no_error);
    CHECK(b.woken == granted({3}));
    CHECK(b.ask(bob, lock_type::read, at_once) == errc::ccache_locked); // it is a writer now
}

TEST_CASE("an upgrade goes ahead of those that wait: its owner holds what they wait for") {
    bench b;
    CHECK(b.ask(ann, lock_type::read) == errc::no_error);
    CHECK(b.ask(bob, lock_type::write) == std::nullopt);
    CHECK(b.ask(ann, lock_type::upgrade) == errc::no_error);
    CHECK(b.ask(ann, lock_type::downgrade) == errc::no_error);
    CHECK(b.woken.empty()); // the writer is the next one still
    CHECK(b.unlock(ann) == errc::no_error);
    CHECK(b.woken == granted({2}));
}

TEST_CASE("a downgrade lets readers in that wait at the head") {
    bench b;
    CHECK(b.ask(ann, lock_type::write) == errc::no_error);
    CHECK(b.ask(bob, lock_type::read) == std::nullopt);
    CHECK(b.ask(cid, lock_type::write) == std::nullopt);
    CHECK(b.ask(ann, lock_type::downgrade) == errc::no_error);
    CHECK(b.woken == granted({2}));
}

TEST_CASE("a second request of an owner replaces the one that waits, which is told so") {
    bench b;
    CHECK(b.ask(ann, lock_type::write) == errc::no_error);
    CHECK(b.ask(bob, lock_type::read) == std::nullopt);
    CHECK(b.ask(bob, lock_type::write) == std::nullopt);
    CHECK(b.woken == std::vector<wake>{{2, errc::invalid_lock, std::nullopt}});
    CHECK(b.unlock(ann) == errc::no_error);
    CHECK(b.woken == granted({3}));
}

TEST_CASE("an unlock does not cancel what its owner waits for") {
    bench b;
    CHECK(b.ask(ann, lock_type::write) == errc::no_error);
    CHECK(b.ask(bob, lock_type::write) == std::nullopt);
    CHECK(b.unlock(bob) == errc::ccache_unlocked);
    CHECK(b.lock.waiting_count() == 1);
}

TEST_CASE("bug 7: an upgrade whose read lock has gone does not end the pass for the others") {
    bench b;
    CHECK(b.ask(ann, lock_type::read) == errc::no_error);
    CHECK(b.ask(bob, lock_type::read) == errc::no_error);
    CHECK(b.ask(ann, lock_type::upgrade) == std::nullopt);
    CHECK(b.ask(cid, lock_type::read) == std::nullopt);
    CHECK(b.unlock(ann) == errc::no_error);
    CHECK(b.woken == std::vector<wake>{{3, errc::bad_lock_type, std::nullopt},
                                       {4, errc::no_error, std::nullopt}});
}

TEST_CASE("a dead owner releases what it holds and waits for, without an answer to it") {
    bench b;
    CHECK(b.ask(ann, lock_type::write) == errc::no_error);
    CHECK(b.ask(bob, lock_type::write) == std::nullopt);
    CHECK(b.ask(cid, lock_type::read) == std::nullopt);
    turn t(1000);
    b.lock.drop(bob, t);
    CHECK(t.woken.empty());
    b.lock.drop(ann, t);
    CHECK(t.woken == granted({3}));
    CHECK(b.lock.held() == 1);
}

TEST_CASE("a cancelled request lets those behind it through") {
    bench b;
    CHECK(b.ask(ann, lock_type::read) == errc::no_error);
    CHECK(b.ask(bob, lock_type::write) == std::nullopt);
    CHECK(b.ask(cid, lock_type::read) == std::nullopt);
    turn t(1000);
    b.lock.cancel(bob, t);
    CHECK(t.woken == granted({3}));
}

TEST_CASE("a destroyed object answers all that wait, and what was held vanishes") {
    bench b;
    CHECK(b.ask(ann, lock_type::read) == errc::no_error);
    CHECK(b.ask(bob, lock_type::read) == errc::no_error);
    CHECK(b.ask(ann, lock_type::upgrade) == std::nullopt);
    CHECK(b.ask(cid, lock_type::write) == std::nullopt);
    turn t(1000);
    b.lock.end(errc::invalid_ccache, t);
    CHECK(t.woken == std::vector<wake>{{3, errc::invalid_ccache, std::nullopt},
                                       {4, errc::invalid_ccache, std::nullopt}});
    CHECK(b.lock.unused());
}
