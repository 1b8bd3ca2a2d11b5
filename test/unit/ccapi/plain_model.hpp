// SPDX-License-Identifier: Apache-2.0
// A credential cache server as plainly as it can be said: vectors, searched from the front. What
// collection_core is compared with.
#pragma once

#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/identifier.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/ccapi/wakes.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

using namespace costrand::ccapi;

// docs/spec/ccapi.md 4.
struct plain_lock {
    struct request {
        client_id owner;
        std::uint32_t type;
        ticket who;
    };
    errc busy, not_held;
    std::map<client_id, char> held; // 'R', 'W'
    std::deque<request> queue;      // an upgrade stands in front of all others

    plain_lock(errc when_busy, errc when_not_held) : busy(when_busy), not_held(when_not_held) {}

    // Whether the table of section 4 grants it now, those that wait not looked at.
    bool fits(const request &r) const {
        const bool written =
            std::ranges::any_of(held, [](const auto &h) { return h.second == 'W'; });
        if (r.type == 0)
            return !written;
        if (r.type == 1)
            return held.empty();
        return held.size() == 1;
    }
    void grant(const request &r) { held[r.owner] = r.type == 0 ? 'R' : 'W'; }

    void run(std::vector<wake> &woken) {
        while (!queue.empty()) {
            const request r = queue.front();
            if (r.type == 2 && !held.contains(r.owner)) {
                woken.push_back({r.who, errc::bad_lock_type, std::nullopt});
            } else if (fits(r)) {
                grant(r);
                woken.push_back({r.who, errc::no_error, std::nullopt});
            } else {
                return;
            }
            queue.pop_front();
        }
    }
    void forget(client_id owner) {
        std::erase_if(queue, [&](const request &r) { return r.owner == owner; });
    }

    std::optional<errc> ask(request r, bool may_wait, std::vector<wake> &woken) {
        for (const request &earlier : queue)
            if (earlier.owner == r.owner)
                woken.push_back({earlier.who, errc::invalid_lock, std::nullopt});
        forget(r.owner);
        run(woken);
        const auto mine = held.find(r.owner);
        const char state = mine == held.end() ? '-' : mine->second;
        const bool allowed = r.type <= 1   ? state == '-'
                             : r.type == 2 ? state == 'R'
                                           : r.type == 3 && state == 'W';
        if (!allowed)
            return errc::bad_lock_type;
        if (r.type == 3) {
            held[r.owner] = 'R';
            run(woken);
            return errc::no_error;
        }
        if (fits(r) && (queue.empty() || r.type == 2)) {
            grant(r);
            return errc::no_error;
        }
        const bool upgrade_waits = !queue.empty() && queue.front().type == 2;
        if (!may_wait || (r.type == 2 && upgrade_waits))
            return busy;
        if (r.type == 2)
            queue.push_front(r);
        else
            queue.push_back(r);
        return std::nullopt;
    }
    errc release(client_id owner, std::vector<wake> &woken) {
        if (!held.erase(owner))
            return not_held;
        run(woken);
        return errc::no_error;
    }
    void drop(client_id owner, std::vector<wake> &woken) {
        forget(owner);
        held.erase(owner);
        run(woken);
    }
};

struct plain_cache {
    uuid id;
    std::string name, principal;
    std::vector<std::string> credentials;
    std::optional<cc_time> offset;
    bool was_default = false;
    plain_lock lock{errc::ccache_locked, errc::ccache_unlocked};
    std::vector<std::pair<client_id, ticket>> waiters; // for a change
};

struct plain_collection {
    std::vector<plain_cache> list; // the first is the default
    plain_lock lock{errc::context_locked, errc::context_unlocked};
    std::vector<std::pair<client_id, ticket>> waiters;

    plain_cache *find(const uuid &id) {
        const auto at = std::ranges::find(list, id, &plain_cache::id);
        return at == list.end() ? nullptr : &*at;
    }
    plain_cache *named(const std::string &name) {
        const auto at = std::ranges::find(list, name, &plain_cache::name);
        return at == list.end() ? nullptr : &*at;
    }

    // Who waits is answered; the time is not the model's.
    static void changed(std::vector<std::pair<client_id, ticket>> &who, std::vector<wake> &woken) {
        for (const auto &[owner, number] : who)
            woken.push_back({number, errc::no_error, cc_time{}});
        who.clear();
    }
    void change(plain_cache &c, std::vector<wake> &woken) {
        changed(c.waiters, woken);
        changed(waiters, woken);
    }
    // The first of the list has become the default.
    void promote(std::vector<wake> &woken) {
        if (list.empty())
            return;
        list.front().was_default = true;
        changed(list.front().waiters, woken);
    }
    void destroy(const uuid &id, std::vector<wake> &woken) {
        const bool was_default = list.front().id == id;
        plain_cache &c = *find(id);
        change(c, woken);
        for (const auto &r : c.lock.queue)
            woken.push_back({r.who, errc::invalid_ccache, std::nullopt});
        std::erase_if(list, [&](const plain_cache &x) { return x.id == id; });
        if (was_default)
            promote(woken);
    }
    void drop(client_id owner, std::vector<wake> &woken) {
        const auto own = [&](const auto &w) { return w.first == owner; };
        std::erase_if(waiters, own);
        for (plain_cache &c : list)
            std::erase_if(c.waiters, own);
        lock.drop(owner, woken);
        for (plain_cache &c : list)
            c.lock.drop(owner, woken);
    }
};

} // namespace costrand::test
