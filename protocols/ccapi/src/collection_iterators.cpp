// SPDX-License-Identifier: Apache-2.0
// collection_core: cursors over ccaches and credentials, and to whom they belong.
#include <costrand/ccapi/collection_core.hpp>

#include <utility>

namespace costrand::ccapi {

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

} // namespace costrand::ccapi
