// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapi/collection_core.hpp>

#include <utility>

namespace costrand::ccapi {

collection_counts collection_core::counts() const {
    collection_counts out;
    out.caches = caches_.size();
    out.bytes = bytes_;
    out.iterators = cache_iterators_.size() + credentials_iterators_.size();
    out.locks_held = lock_.held();
    out.locks_waiting = lock_.waiting_count();
    out.change_waiters = change_.waiting_count();
    for (const auto &[id, c] : caches_) {
        out.credentials += c->credentials.count();
        out.change_waiters += c->change.waiting_count();
        if (c->lock) {
            out.locks_held += c->lock->held();
            out.locks_waiting += c->lock->waiting_count();
        }
    }
    return out;
}

// --- ccaches

collection_core::result<uuid> collection_core::create(std::string_view name, std::uint32_t version,
                                                      std::string_view principal, turn &t) {
    if (version != credentials_v5)
        return make_error_code(errc::bad_credentials_version);
    const auto found = by_name_.find(name);
    if (found != by_name_.end())
        return initialize(*found->second, principal, t);
    return add(std::string(name), principal, t);
}

collection_core::result<uuid> collection_core::create_new(std::uint32_t version,
                                                          std::string_view principal, turn &t) {
    if (version != credentials_v5)
        return make_error_code(errc::bad_credentials_version);
    if (order_.empty())
        return add(std::string(initial_default_name), principal, t);
    return add(reserve_name(), principal, t);
}

std::string collection_core::reserve_name() {
    std::string name;
    do
        name = std::to_string(next_number_++);
    while (by_name_.contains(name));
    return name;
}

collection_core::result<uuid> collection_core::add(std::string name, std::string_view principal,
                                                   turn &t) {
    if (caches_.size() >= limits_.caches || !fits(0, name.size() + principal.size()))
        return make_error_code(errc::no_memory);
    const bool is_first = order_.empty();
    auto fresh = std::make_unique<cache_core>(random_uuid(random_), std::move(name),
                                              std::string(principal), t.now);
    cache_core &c = *fresh;
    c.generation = ++generations_;
    if (is_first)
        c.last_default = t.now;
    c.position = order_.append(&c);
    by_name_.emplace(c.name, &c);
    bytes_ += c.size();
    caches_.emplace(c.id, std::move(fresh));
    changed(t);
    return c.id;
}

collection_core::result<uuid> collection_core::initialize(cache_core &c, std::string_view principal,
                                                          turn &t) {
    if (!fits(c.size(), c.name.size() + principal.size()))
        return make_error_code(errc::no_memory);
    bytes_ -= c.size();
    c.principal = principal;
    c.principal_type = 0;
    c.credentials = credential_list();
    c.generation = ++generations_;
    c.kdc_offset.reset();
    bytes_ += c.size();
    c.change.bump(t);
    changed(t);
    return c.id;
}

errc collection_core::destroy(const uuid &id, turn &t) {
    auto *c = find_mutable(id);
    if (!c)
        return errc::invalid_ccache;
    const bool was_default = c == order_.first();
    c->change.bump(t);
    erase(*c, t);
    if (was_default && !order_.empty())
        become_default(*order_.first(), t);
    changed(t);
    return errc::no_error;
}

void collection_core::erase(cache_core &c, turn &t) {
    if (c.lock)
        for (const client_id owner : c.lock->owners())
            clients_[owner].locked.erase(c.id);
    if (c.lock)
        c.lock->end(errc::invalid_ccache, t);
    bytes_ -= c.size();
    order_.remove(c.position);
    by_name_.erase(c.name);
    caches_.erase(uuid(c.id)); // a copy: the argument must outlive the element
}

void collection_core::become_default(cache_core &c, turn &t) {
    c.last_default = t.now;
    c.change.bump(t);
}

errc collection_core::set_default(const uuid &id, turn &t) {
    auto *c = find_mutable(id);
    if (!c)
        return errc::invalid_ccache;
    auto *before = order_.first();
    if (c == before)
        return errc::no_error;
    c->position = order_.to_front(c->position, [this](const auto &visit) {
        for (auto &[iterator, state] : cache_iterators_)
            visit(state.cursor);
    });
    before->change.bump(t);
    become_default(*c, t);
    changed(t);
    return errc::no_error;
}

errc collection_core::set_principal(const uuid &id, std::string_view principal, turn &t) {
    auto *c = find_mutable(id);
    if (!c)
        return errc::invalid_ccache;
    if (!fits(c->principal.size(), principal.size()))
        return errc::no_memory;
    bytes_ = bytes_ - c->principal.size() + principal.size();
    c->principal = principal;
    c->principal_type = 0;
    c->kdc_offset.reset();
    c->change.bump(t);
    changed(t);
    return errc::no_error;
}

void collection_core::set_principal_type(const uuid &id, std::uint32_t type) {
    if (auto *c = find_mutable(id))
        c->principal_type = type;
}

errc collection_core::store(const uuid &id, const_bytes bytes, name_types types, turn &t) {
    auto *c = find_mutable(id);
    if (!c)
        return errc::invalid_ccache;
    if (c->credentials.count() >= limits_.credentials_per_cache || !fits(0, bytes.size()))
        return errc::no_memory;
    c->credentials.store(random_uuid(random_), bytes, types);
    bytes_ += bytes.size();
    c->change.bump(t);
    changed(t);
    return errc::no_error;
}

errc collection_core::remove(const uuid &id, const uuid &credential, turn &t) {
    auto *c = find_mutable(id);
    if (!c)
        return errc::invalid_ccache;
    const auto before = c->credentials.size();
    if (!c->credentials.remove(credential))
        return errc::invalid_credentials;
    bytes_ -= before - c->credentials.size();
    c->change.bump(t);
    changed(t);
    return errc::no_error;
}

errc collection_core::move(const uuid &source, const uuid &destination, turn &t) {
    auto *from = find_mutable(source);
    auto *to = find_mutable(destination);
    if (!from || !to)
        return errc::invalid_ccache;
    if (from == to)
        return errc::no_error;
    const bool was_default = from == order_.first();
    bytes_ -= from->size() + to->size();
    to->principal = std::exchange(from->principal, std::string());
    to->principal_type = from->principal_type;
    to->credentials = std::exchange(from->credentials, credential_list());
    to->generation = ++generations_;
    to->kdc_offset = from->kdc_offset;
    bytes_ += from->size() + to->size();
    from->change.bump(t);
    erase(*from, t);
    // Of the destination one change only, or who waits for it would be told of half of it.
    auto *first = order_.first();
    if (was_default && first == to)
        to->last_default = t.now;
    else if (was_default)
        become_default(*first, t);
    to->change.bump(t);
    changed(t);
    return errc::no_error;
}

errc collection_core::set_kdc_offset(const uuid &id, std::optional<cc_time> offset, turn &t) {
    auto *c = find_mutable(id);
    if (!c)
        return errc::invalid_ccache;
    c->kdc_offset = offset;
    c->change.bump(t);
    changed(t);
    return errc::no_error;
}

// --- iterators

template <typename Iterator>
collection_core::result<uuid>
collection_core::add_iterator(client_id owner, by_uuid<Iterator> &table, Iterator fresh) {
    auto &owned = clients_[owner].iterators;
    if (owned.size() >= limits_.iterators_per_client)
        return make_error_code(errc::no_memory);
    const uuid id = random_uuid(random_);
    owned.insert(id);
    table.emplace(id, std::move(fresh));
    return id;
}

template <typename Iterator>
bool collection_core::release_iterator(by_uuid<Iterator> &table, const uuid &iterator) {
    const auto found = table.find(iterator);
    if (found == table.end())
        return false;
    clients_[found->second.owner].iterators.erase(iterator);
    table.erase(found);
    return true;
}

collection_core::result<uuid> collection_core::new_cache_iterator(client_id owner) {
    return add_iterator(owner, cache_iterators_, cache_iterator{owner, order_.begin()});
}

collection_core::result<uuid> collection_core::next_cache(const uuid &iterator) {
    const auto found = cache_iterators_.find(iterator);
    if (found == cache_iterators_.end())
        return make_error_code(errc::invalid_ccache_iterator);
    const auto *c = order_.next(found->second.cursor);
    if (!c)
        return make_error_code(errc::iterator_end);
    return c->id;
}

collection_core::result<uuid> collection_core::clone_cache_iterator(client_id owner,
                                                                    const uuid &iterator) {
    const auto found = cache_iterators_.find(iterator);
    if (found == cache_iterators_.end())
        return make_error_code(errc::invalid_ccache_iterator);
    return add_iterator(owner, cache_iterators_, cache_iterator{owner, found->second.cursor});
}

errc collection_core::release_cache_iterator(const uuid &iterator) {
    return release_iterator(cache_iterators_, iterator) ? errc::no_error
                                                        : errc::invalid_ccache_iterator;
}

// An iterator whose list is gone is found out, and forgotten, at its next use.
collection_core::credentials_iterator *collection_core::find_live(const uuid &iterator) {
    const auto found = credentials_iterators_.find(iterator);
    if (found == credentials_iterators_.end())
        return nullptr;
    const auto *c = find_mutable(found->second.cache);
    if (c && c->generation == found->second.generation)
        return &found->second;
    release_iterator(credentials_iterators_, iterator);
    return nullptr;
}

collection_core::result<uuid> collection_core::new_credentials_iterator(client_id owner,
                                                                        const uuid &cache) {
    const auto *c = find_mutable(cache);
    if (!c)
        return make_error_code(errc::invalid_ccache);
    return add_iterator(owner, credentials_iterators_,
                        credentials_iterator{owner, cache, c->generation, 0});
}

collection_core::result<const credential_list::item *>
collection_core::next_credential(const uuid &iterator) {
    auto *i = find_live(iterator);
    if (!i)
        return make_error_code(errc::invalid_credentials_iterator);
    const auto *item = find(i->cache)->credentials.next(i->cursor);
    if (!item)
        return make_error_code(errc::iterator_end);
    return item;
}

collection_core::result<uuid> collection_core::clone_credentials_iterator(client_id owner,
                                                                          const uuid &iterator) {
    const auto *i = find_live(iterator);
    if (!i)
        return make_error_code(errc::invalid_credentials_iterator);
    auto copy = *i;
    copy.owner = owner;
    return add_iterator(owner, credentials_iterators_, copy);
}

errc collection_core::release_credentials_iterator(const uuid &iterator) {
    if (!find_live(iterator))
        return errc::invalid_credentials_iterator;
    release_iterator(credentials_iterators_, iterator);
    return errc::no_error;
}

// --- what may wait

bool collection_core::may_wait_more(client_id owner) const {
    const auto found = clients_.find(owner);
    return found == clients_.end() || found->second.waits.size() < limits_.waits_per_client;
}

std::optional<errc> collection_core::request_lock(lock_core &lock, const uuid &object,
                                                  client_id owner, std::uint32_t type,
                                                  bool may_wait, ticket who, turn &t) {
    if (may_wait && !may_wait_more(owner))
        return errc::no_memory;
    const auto answer = lock.request(owner, type, may_wait, who, t);
    if (!answer) {
        waits_.emplace(who, waiting_place{owner, object, true});
        clients_[owner].waits.insert(who);
    }
    if (lock.knows(owner))
        clients_[owner].locked.insert(object);
    settle(t);
    return answer;
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
    change.wait(who);
    waits_.emplace(who, waiting_place{owner, object, false});
    clients_[owner].waits.insert(who);
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
        waits_.erase(found);
        clients_[place.owner].waits.erase(w.who);
        if (const auto *lock = place.is_lock ? lock_of(place.object) : nullptr)
            forget_lock(place.owner, place.object, *lock);
    }
}

bool collection_core::cancel(ticket who, turn &t) {
    const auto found = waits_.find(who);
    if (found == waits_.end())
        return false;
    const waiting_place place = found->second;
    waits_.erase(found);
    clients_[place.owner].waits.erase(who);
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
