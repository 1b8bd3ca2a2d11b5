// SPDX-License-Identifier: Apache-2.0
// collection_core: ccaches, their order and what is in them.
#include <costrand/ccapi/collection_core.hpp>

#include <new>
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
    const auto place = caches_.emplace(c.id, std::move(fresh)).first;
    try {
        by_name_.emplace(c.name, &c);
        c.position = order_.append(&c);
    } catch (const std::bad_alloc &) {
        by_name_.erase(c.name);
        caches_.erase(place);
        throw;
    }
    bytes_ += c.size();
    changed(t);
    return c.id;
}

collection_core::result<uuid> collection_core::initialize(cache_core &c, std::string_view principal,
                                                          turn &t) {
    if (!fits(c.size(), c.name.size() + principal.size()))
        return make_error_code(errc::no_memory);
    std::string of(principal);
    bytes_ -= c.size();
    c.principal = std::move(of);
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
    std::string of(principal);
    bytes_ = bytes_ - c->principal.size() + of.size();
    c->principal = std::move(of);
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

} // namespace costrand::ccapi
