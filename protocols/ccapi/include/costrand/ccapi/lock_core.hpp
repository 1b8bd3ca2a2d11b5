// SPDX-License-Identifier: Apache-2.0
// lock_core: one advisory lock, of the collection or of a ccache, docs/spec/ccapi.md 4. It decides
// who holds it, who waits and whom to wake; it does not know what it locks.
#pragma once

#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/ccapi/wakes.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace costrand::ccapi {

// First come, first served: a request that cannot be granted waits behind all that wait, and
// nobody overtakes them; reads next to each other are granted together. Only an upgrade goes ahead:
// its owner holds the read lock that the others wait for. One upgrade can wait at a time, or two
// would wait for each other for ever. A request for which there is no memory changes nothing but
// what it replaces; all else needs none, if t.woken has room for those that wait.
class lock_core {
  public:
    // The answers that differ between the collection's lock and a ccache's.
    struct codes {
        errc busy, not_held;
    };
    static constexpr codes of_context{errc::context_locked, errc::context_unlocked};
    static constexpr codes of_ccache{errc::ccache_locked, errc::ccache_unlocked};

    explicit lock_core(codes answers) : answers_(answers) {}

    // Nothing: the request waits, and its answer will be a wake of `who`. A request of the owner
    // that still waits is replaced and answered with invalid_lock first. type: a lock_type, or any
    // other number.
    [[nodiscard]] std::optional<errc> request(client_id owner, std::uint32_t type, bool may_wait,
                                              ticket who, turn &t) {
        replace(owner, t);
        const auto known = parties_.find(owner);
        const hold held = known == parties_.end() ? hold::nothing : known->second.held;
        const bool holds = held != hold::nothing;
        switch (static_cast<lock_type>(type)) {
        case lock_type::read:
            if (holds)
                return errc::bad_lock_type;
            if (!written_ && !anyone_waits())
                return grant(owner, hold::read);
            break;
        case lock_type::write:
            if (holds)
                return errc::bad_lock_type;
            if (held_ == 0 && !anyone_waits())
                return grant(owner, hold::write);
            break;
        case lock_type::upgrade:
            if (!holds || held == hold::write)
                return errc::bad_lock_type;
            if (held_ == 1)
                return grant(owner, hold::write);
            if (upgrade_ || !may_wait)
                return answers_.busy;
            upgrade_ = waiting{owner, lock_type::upgrade, who};
            return std::nullopt;
        case lock_type::downgrade:
            if (!holds || held == hold::read)
                return errc::bad_lock_type;
            grant(owner, hold::read);
            pass(t);
            return errc::no_error;
        default:
            return errc::bad_lock_type;
        }
        if (!may_wait)
            return answers_.busy;
        std::list<waiting> last{{owner, static_cast<lock_type>(type), who}};
        parties_[owner].queued = last.begin();
        queue_.splice(queue_.end(), last);
        return std::nullopt;
    }

    // Drops what the owner holds. A request of the owner that waits goes on waiting; but an upgrade
    // of a read lock that is gone is answered with bad_lock_type.
    [[nodiscard]] errc release(client_id owner, turn &t) {
        if (!remove_hold(owner))
            return answers_.not_held;
        pass(t);
        return errc::no_error;
    }

    // The owner's waiting request is forgotten without an answer.
    void cancel(client_id owner, turn &t) {
        if (remove_waiting(owner))
            pass(t);
    }

    // The owner is dead: all that it holds and waits for goes, without an answer.
    void drop(client_id owner, turn &t) {
        remove_waiting(owner);
        remove_hold(owner);
        pass(t);
    }

    // The object is gone: all that wait are answered with `why`, and what was held vanishes.
    void end(errc why, turn &t) {
        if (upgrade_)
            t.woken.push_back({upgrade_->who, why, std::nullopt});
        for (const auto &w : queue_)
            t.woken.push_back({w.who, why, std::nullopt});
        upgrade_.reset();
        queue_.clear();
        parties_.clear();
        held_ = 0;
        written_ = false;
    }

    // Whether the owner holds or waits.
    [[nodiscard]] bool knows(client_id owner) const { return parties_.contains(owner); }
    // Everybody of whom knows() is true.
    [[nodiscard]] std::vector<client_id> owners() const {
        std::vector<client_id> out;
        for (const auto &[owner, what] : parties_)
            out.push_back(owner);
        return out;
    }
    [[nodiscard]] std::size_t held() const noexcept { return held_; }
    [[nodiscard]] std::size_t waiting_count() const noexcept {
        return queue_.size() + (upgrade_ ? 1 : 0);
    }
    [[nodiscard]] bool unused() const noexcept { return parties_.empty(); }

  private:
    enum class hold : std::uint8_t { nothing, read, write };
    struct waiting {
        client_id owner;
        lock_type type;
        ticket who;
    };
    // Who holds has nothing in the queue.
    struct party {
        hold held = hold::nothing;
        std::list<waiting>::iterator queued;
    };

    [[nodiscard]] bool anyone_waits() const noexcept { return upgrade_ || !queue_.empty(); }

    errc grant(client_id owner, hold what) {
        party &p = parties_[owner];
        held_ += p.held == hold::nothing;
        p.held = what;
        written_ = what == hold::write; // no read is granted beside a write
        return errc::no_error;
    }

    bool remove_hold(client_id owner) {
        const auto place = parties_.find(owner);
        if (place == parties_.end() || place->second.held == hold::nothing)
            return false;
        written_ = false; // a writer is alone, and beside a reader there is none
        --held_;
        parties_.erase(place);
        return true;
    }

    // The owner's request that waits, taken out. 0: there was none.
    ticket remove_waiting(client_id owner) {
        if (upgrade_ && upgrade_->owner == owner) {
            const ticket who = upgrade_->who;
            upgrade_.reset();
            return who;
        }
        const auto place = parties_.find(owner);
        if (place == parties_.end() || place->second.held != hold::nothing)
            return 0;
        const ticket who = place->second.queued->who;
        queue_.erase(place->second.queued);
        parties_.erase(place);
        return who;
    }

    void replace(client_id owner, turn &t) {
        const ticket earlier = remove_waiting(owner);
        if (!earlier)
            return;
        t.woken.push_back({earlier, errc::invalid_lock, std::nullopt});
        pass(t);
    }

    // Grants, in order, all that can be granted.
    void pass(turn &t) {
        if (upgrade_) {
            const waiting w = *upgrade_;
            const bool holds = parties_.contains(w.owner); // or it has dropped the read lock
            if (holds && held_ > 1)
                return;
            upgrade_.reset();
            t.woken.push_back(
                {w.who, holds ? grant(w.owner, hold::write) : errc::bad_lock_type, std::nullopt});
        }
        while (!queue_.empty()) {
            const waiting w = queue_.front();
            const bool fits = w.type == lock_type::read ? !written_ : held_ == 0;
            if (!fits)
                return;
            queue_.pop_front();
            grant(w.owner, w.type == lock_type::read ? hold::read : hold::write);
            t.woken.push_back({w.who, errc::no_error, std::nullopt});
        }
    }

    codes answers_;
    // All that hold or wait: to be granted needs no memory.
    std::unordered_map<client_id, party> parties_;
    std::size_t held_ = 0; // by many readers, or one writer
    bool written_ = false; // the one holder is a writer
    std::optional<waiting> upgrade_;
    std::list<waiting> queue_; // reads and writes; their owners hold nothing
};

} // namespace costrand::ccapi
