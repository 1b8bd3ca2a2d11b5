// SPDX-License-Identifier: Apache-2.0
// collection_core: all that a credential cache server knows: the ccaches of one user, their
// credentials, locks, iterators and change times, and what each client owns (docs/spec/ccapi.md 3
// to 6 and 9). Typed calls; the messages are dispatch_core's. It never waits and reads no clock.
#pragma once

#include <costrand/ccapi/cache_core.hpp>
#include <costrand/ccapi/change_core.hpp>
#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/identifier.hpp>
#include <costrand/ccapi/lock_core.hpp>
#include <costrand/ccapi/order_core.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/ccapi/wakes.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace costrand::ccapi {

// Beyond any of these: errc::no_memory, and nothing was changed.
struct collection_limits {
    std::size_t caches = 10'000;
    std::size_t credentials_per_cache = 10'000;
    std::size_t bytes = std::size_t{256} * 1024 * 1024; // names, principals, encoded credentials
    std::size_t iterators_per_client = 10'000;
    std::size_t waits_per_client = 1'000; // requests without an answer yet
};

struct collection_counts {
    std::size_t caches = 0, credentials = 0, bytes = 0, iterators = 0;
    std::size_t locks_held = 0, locks_waiting = 0, change_waiters = 0;
};

// Calls that change something take a turn: the time, and who is to be answered because of it. A
// ccache that is gone is invalid_ccache everywhere. Names and principals are any text.
class collection_core {
  public:
    template <typename T>
    using result = core::result<T>;

    // The random source makes identifiers, and outlives the core.
    collection_core(core::random_source &random, collection_limits limits, cc_time now)
        : random_(random),
          limits_(limits),
          id_(random_uuid(random)),
          change_(now) {}
    collection_core(const collection_core &) = delete;
    collection_core &operator=(const collection_core &) = delete;

    [[nodiscard]] const uuid &id() const noexcept { return id_; }
    [[nodiscard]] cc_time change_time() const noexcept { return change_.time(); }
    // Looks at every ccache: not for each request.
    [[nodiscard]] collection_counts counts() const;
    [[nodiscard]] bool empty() const noexcept { return order_.empty(); }

    // --- the collection

    // Valid until the default changes.
    [[nodiscard]] std::string_view default_name() const noexcept {
        const auto *c = order_.first();
        return c ? std::string_view(c->name) : initial_default_name;
    }
    // Error ccache_not_found.
    [[nodiscard]] result<uuid> open(std::string_view name) const {
        const auto found = by_name_.find(name);
        if (found == by_name_.end())
            return make_error_code(errc::ccache_not_found);
        return found->second->id;
    }
    [[nodiscard]] result<uuid> open_default() const {
        const auto *c = order_.first();
        if (!c)
            return make_error_code(errc::ccache_not_found);
        return c->id;
    }

    // A new ccache at the end of the list; or, if that name is in use, that one re-initialised: no
    // credentials, the new principal, no KDC offset, and its credentials iterators die. Errors:
    // bad_credentials_version (and nothing was touched), no_memory.
    [[nodiscard]] result<uuid> create(std::string_view name, std::uint32_t version,
                                      std::string_view principal, turn &t);
    // The default re-initialised, or the first ccache.
    [[nodiscard]] result<uuid> create_default(std::uint32_t version, std::string_view principal,
                                              turn &t) {
        return create(default_name(), version, principal, t);
    }
    // A new ccache, under the next number that is not in use; the first one is called otherwise.
    [[nodiscard]] result<uuid> create_new(std::uint32_t version, std::string_view principal,
                                          turn &t);

    // The next number that names no ccache, and will be given to nobody else.
    [[nodiscard]] std::string reserve_name();

    // The ccaches in list order, for one who looks at all of them at once: nothing may change
    // meanwhile. Null at the end.
    [[nodiscard]] list_cursor begin() const { return order_.begin(); }
    [[nodiscard]] const cache_core *next(list_cursor &c) const { return order_.next(c); }

    // --- one ccache. The pointer is valid until the next call that changes something.

    [[nodiscard]] const cache_core *find(const uuid &id) const {
        const auto found = caches_.find(id);
        return found == caches_.end() ? nullptr : found->second.get();
    }

    // Its credentials, iterators and locks go with it; who waits for it is answered.
    [[nodiscard]] errc destroy(const uuid &id, turn &t);
    [[nodiscard]] errc set_default(const uuid &id, turn &t);
    [[nodiscard]] errc set_principal(const uuid &id, std::string_view principal, turn &t);
    // Of the principal that the ccache has now: forgotten when it is set again.
    void set_principal_type(const uuid &id, std::uint32_t type);
    // bytes: an encoded credential, as check_credential accepts it.
    [[nodiscard]] errc store(const uuid &id, const_bytes bytes, turn &t) {
        return store(id, bytes, {}, t);
    }
    [[nodiscard]] errc store(const uuid &id, const_bytes bytes, name_types types, turn &t);
    // Error invalid_credentials.
    [[nodiscard]] errc remove(const uuid &id, const uuid &credential, turn &t);
    // The destination takes over principal, credentials and KDC offset; the source is destroyed.
    [[nodiscard]] errc move(const uuid &source, const uuid &destination, turn &t);
    // Nothing: no offset any more.
    [[nodiscard]] errc set_kdc_offset(const uuid &id, std::optional<cc_time> offset, turn &t);

    // --- iterators. They belong to the client that made them, and may be used by others.

    [[nodiscard]] result<uuid> new_cache_iterator(client_id owner);
    // Errors: iterator_end (a later call may find more), invalid_ccache_iterator.
    [[nodiscard]] result<uuid> next_cache(const uuid &iterator);
    [[nodiscard]] result<uuid> clone_cache_iterator(client_id owner, const uuid &iterator);
    [[nodiscard]] errc release_cache_iterator(const uuid &iterator);

    [[nodiscard]] result<uuid> new_credentials_iterator(client_id owner, const uuid &cache);
    // Valid until the next call. Errors: iterator_end, invalid_credentials_iterator (also when its
    // list is gone: the ccache destroyed, re-initialised or moved into).
    [[nodiscard]] result<const credential_list::item *> next_credential(const uuid &iterator);
    [[nodiscard]] result<uuid> clone_credentials_iterator(client_id owner, const uuid &iterator);
    [[nodiscard]] errc release_credentials_iterator(const uuid &iterator);

    // --- what may wait. Nothing returned: the answer will be a wake of `who`, of this or a later
    // turn. Error no_memory: the client has too many that wait.

    [[nodiscard]] std::optional<errc> lock_collection(client_id owner, std::uint32_t type,
                                                      bool may_wait, ticket who, turn &t) {
        return request_lock(lock_, uuid(), owner, type, may_wait, who, t);
    }
    [[nodiscard]] errc unlock_collection(client_id owner, turn &t) {
        return release_lock(lock_, uuid(), owner, t);
    }
    [[nodiscard]] std::optional<errc> lock_cache(const uuid &id, client_id owner,
                                                 std::uint32_t type, bool may_wait, ticket who,
                                                 turn &t);
    [[nodiscard]] errc unlock_cache(const uuid &id, client_id owner, turn &t);

    // The change time as soon as it is later than `last`.
    [[nodiscard]] std::optional<result<cc_time>> wait_for_change(client_id owner, cc_time last,
                                                                 ticket who) {
        return wait(change_, uuid(), owner, last, who);
    }
    [[nodiscard]] std::optional<result<cc_time>>
    wait_for_cache_change(const uuid &id, client_id owner, cc_time last, ticket who);

    // A request that waits is forgotten, without a wake of its own. False: it does not wait.
    bool cancel(ticket who, turn &t);

    // A client's locks, iterators and waiting requests go, without an answer to it. Its ccaches
    // stay. Takes time in proportion to what it owned.
    void drop_client(client_id owner, turn &t);

  private:
    struct cache_iterator {
        client_id owner;
        list_cursor cursor;
    };
    struct credentials_iterator {
        client_id owner;
        uuid cache;
        std::uint64_t generation, cursor;
    };
    // Where a waiting request stands. The nil uuid is the collection.
    struct waiting_place {
        client_id owner;
        uuid object;
        bool is_lock;
    };
    struct client_state {
        std::unordered_set<ticket> waits;
        std::unordered_set<uuid, uuid_hash> locked; // where it holds or waits for a lock
        std::unordered_set<uuid, uuid_hash> iterators;
    };
    template <typename T>
    using by_uuid = std::unordered_map<uuid, T, uuid_hash>;

    [[nodiscard]] cache_core *find_mutable(const uuid &id) {
        const auto found = caches_.find(id);
        return found == caches_.end() ? nullptr : found->second.get();
    }
    result<uuid> add(std::string name, std::string_view principal, turn &t);
    result<uuid> initialize(cache_core &c, std::string_view principal, turn &t);
    void erase(cache_core &c, turn &t);
    void become_default(cache_core &c, turn &t);
    [[nodiscard]] bool fits(std::size_t gone, std::size_t added) const noexcept {
        return added <= limits_.bytes && bytes_ - gone <= limits_.bytes - added;
    }
    // The end of every change of the collection.
    void changed(turn &t) {
        change_.bump(t);
        settle(t);
    }

    template <typename Iterator>
    result<uuid> add_iterator(client_id owner, by_uuid<Iterator> &table, Iterator fresh);
    template <typename Iterator>
    bool release_iterator(by_uuid<Iterator> &table, const uuid &iterator);
    credentials_iterator *find_live(const uuid &iterator);

    std::optional<errc> request_lock(lock_core &lock, const uuid &object, client_id owner,
                                     std::uint32_t type, bool may_wait, ticket who, turn &t);
    errc release_lock(lock_core &lock, const uuid &object, client_id owner, turn &t);
    std::optional<result<cc_time>> wait(change_core &change, const uuid &object, client_id owner,
                                        cc_time last, ticket who);
    [[nodiscard]] bool may_wait_more(client_id owner) const;
    [[nodiscard]] lock_core *lock_of(const uuid &object);
    [[nodiscard]] change_core *change_of(const uuid &object);
    void note_wait(ticket who, const waiting_place &place);
    void forget_wait(ticket who, client_id owner);
    void forget_lock(client_id owner, const uuid &object, const lock_core &lock);
    void settle(const turn &t);

    core::random_source &random_;
    collection_limits limits_;
    uuid id_;
    change_core change_;
    lock_core lock_{lock_core::of_context};
    std::uint64_t next_number_ = 0;
    std::uint64_t generations_ = 0;
    std::size_t bytes_ = 0;
    by_uuid<std::unique_ptr<cache_core>> caches_;
    std::unordered_map<std::string_view, cache_core *> by_name_; // keys: the ccaches' own names
    order_core<cache_core> order_;
    by_uuid<cache_iterator> cache_iterators_;
    by_uuid<credentials_iterator> credentials_iterators_;
    std::unordered_map<ticket, waiting_place> waits_;
    std::unordered_map<client_id, client_state> clients_; // those that own something
};

} // namespace costrand::ccapi
