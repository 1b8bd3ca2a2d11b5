// SPDX-License-Identifier: Apache-2.0
// collection_core: locks, waits for a change, and what goes with a client.
#include <costrand/ccapi/collection_core.hpp>

#include <new>
#include <utility>

namespace costrand::ccapi {

bool collection_core::may_wait_more(client_id owner) const {
    const auto found = clients_.find(owner);
    return found == clients_.end() || found->second.waits.size() < limits_.waits_per_client;
}

std::optional<errc> collection_core::request_lock(lock_core &lock, const uuid &object,
                                                  client_id owner, std::uint32_t type,
                                                  bool may_wait, ticket who, turn &t) {
    if (may_wait && !may_wait_more(owner))
        return errc::no_memory;
    // Noted before, as nobody may hold or wait who would not be found at its client's end.
    std::optional<errc> answer = errc::no_memory;
    try {
        clients_[owner].locked.insert(object);
        if (may_wait)
            note_wait(who, {owner, object, true});
        answer = lock.request(owner, type, may_wait, who, t);
    } catch (const std::bad_alloc &) { // no_memory is the answer
    }
    if (answer)
        forget_wait(who, owner);
    forget_lock(owner, object, lock);
    settle(t);
    return answer;
}

void collection_core::note_wait(ticket who, const waiting_place &place) {
    clients_[place.owner].waits.insert(who);
    waits_.emplace(who, place);
}

void collection_core::forget_wait(ticket who, client_id owner) {
    waits_.erase(who);
    const auto state = clients_.find(owner);
    if (state != clients_.end())
        state->second.waits.erase(who);
}

errc collection_core::release_lock(lock_core &lock, const uuid &object, client_id owner, turn &t) {
    const errc answer = lock.release(owner, t);
    forget_lock(owner, object, lock);
    settle(t);
    return answer;
}

std::optional<errc> collection_core::lock_cache(const uuid &id, client_id owner, std::uint32_t type,
                                                bool may_wait, ticket who, turn &t) {
    auto *c = find_mutable(id);
    if (!c)
        return errc::invalid_ccache;
    if (!c->lock)
        c->lock = std::make_unique<lock_core>(lock_core::of_ccache);
    return request_lock(*c->lock, id, owner, type, may_wait, who, t);
}

errc collection_core::unlock_cache(const uuid &id, client_id owner, turn &t) {
    auto *c = find_mutable(id);
    if (!c)
        return errc::invalid_ccache;
    if (!c->lock)
        return errc::ccache_unlocked;
    return release_lock(*c->lock, id, owner, t);
}

std::optional<collection_core::result<cc_time>> collection_core::wait(change_core &change,
                                                                      const uuid &object,
                                                                      client_id owner, cc_time last,
                                                                      ticket who) {
    if (last < change.time())
        return result<cc_time>(change.time());
    if (!may_wait_more(owner))
        return result<cc_time>(make_error_code(errc::no_memory));
    try {
        note_wait(who, {owner, object, false});
        change.wait(who);
    } catch (const std::bad_alloc &) {
        forget_wait(who, owner);
        return result<cc_time>(make_error_code(errc::no_memory));
    }
    return std::nullopt;
}

std::optional<collection_core::result<cc_time>>
collection_core::wait_for_cache_change(const uuid &id, client_id owner, cc_time last, ticket who) {
    auto *c = find_mutable(id);
    if (!c)
        return result<cc_time>(make_error_code(errc::invalid_ccache));
    return wait(c->change, id, owner, last, who);
}

lock_core *collection_core::lock_of(const uuid &object) {
    if (object.is_nil())
        return &lock_;
    auto *c = find_mutable(object);
    return c ? c->lock.get() : nullptr;
}

change_core *collection_core::change_of(const uuid &object) {
    if (object.is_nil())
        return &change_;
    auto *c = find_mutable(object);
    return c ? &c->change : nullptr;
}

void collection_core::forget_lock(client_id owner, const uuid &object, const lock_core &lock) {
    const auto state = clients_.find(owner);
    if (state != clients_.end() && !lock.knows(owner))
        state->second.locked.erase(object);
}

// Those who were woken wait no more.
void collection_core::settle(const turn &t) {
    for (const wake &w : t.woken) {
        const auto found = waits_.find(w.who);
        if (found == waits_.end())
            continue;
        const waiting_place place = found->second;
        forget_wait(w.who, place.owner);
        if (const auto *lock = place.is_lock ? lock_of(place.object) : nullptr)
            forget_lock(place.owner, place.object, *lock);
    }
}

bool collection_core::cancel(ticket who, turn &t) {
    const auto found = waits_.find(who);
    if (found == waits_.end())
        return false;
    const waiting_place place = found->second;
    forget_wait(who, place.owner);
    if (place.is_lock) {
        auto *lock = lock_of(place.object);
        lock->cancel(place.owner, t);
        forget_lock(place.owner, place.object, *lock);
        settle(t);
    } else {
        change_of(place.object)->cancel(who);
    }
    return true;
}

void collection_core::drop_client(client_id owner, turn &t) {
    const auto found = clients_.find(owner);
    if (found == clients_.end())
        return;
    const client_state gone = std::move(found->second);
    clients_.erase(found);
    for (const ticket who : gone.waits) {
        const auto place = waits_.extract(who).mapped();
        if (!place.is_lock)
            change_of(place.object)->cancel(who);
    }
    for (const uuid &iterator : gone.iterators) {
        cache_iterators_.erase(iterator);
        credentials_iterators_.erase(iterator);
    }
    // Each drop takes what the client waits for too, so none of that can be granted by the next.
    for (const uuid &object : gone.locked)
        lock_of(object)->drop(owner, t);
    settle(t);
}

} // namespace costrand::ccapi
