// SPDX-License-Identifier: Apache-2.0
// cache_core.hpp: one ccache with its credentials, as collection_core keeps it. Plain state: the
// rules between caches are collection_core's.
#pragma once

#include <costrand/ccapi/change_core.hpp>
#include <costrand/ccapi/identifier.hpp>
#include <costrand/ccapi/lock_core.hpp>
#include <costrand/ccapi/types.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace costrand::ccapi {

// How the names of a credential came about, for clients that ask (KCM); the CCAPI's text does not
// say it. 0: not known.
struct name_types {
    std::uint32_t client = 0, server = 0;
};

// Credentials in the order in which they were stored, each an encoded `cred`. A cursor over them is
// a number: what comes behind it was not returned yet, whatever was removed meanwhile.
class credential_list {
  public:
    struct item {
        uuid id;
        wiped_bytes bytes;
        name_types types;
    };

    // Appends; no search for an equal one. Without memory for it nothing is changed.
    void store(const uuid &id, const_bytes bytes, name_types types) {
        const auto place = items_.emplace(last_ + 1, item{id, to_wiped(bytes), types}).first;
        try {
            numbers_.emplace(id, place->first);
        } catch (const std::bad_alloc &) {
            items_.erase(place);
            throw;
        }
        ++last_;
        size_ += bytes.size();
    }

    [[nodiscard]] bool remove(const uuid &id) {
        const auto found = numbers_.find(id);
        if (found == numbers_.end())
            return false;
        const auto place = items_.find(found->second);
        size_ -= place->second.bytes.size();
        items_.erase(place);
        numbers_.erase(found);
        return true;
    }

    // The first one behind the cursor, which moves on to it. Null at the end: one stored later will
    // still be found. Valid until the list changes.
    [[nodiscard]] const item *next(std::uint64_t &cursor) const {
        const auto place = items_.upper_bound(cursor);
        if (place == items_.end())
            return nullptr;
        cursor = place->first;
        return &place->second;
    }

    [[nodiscard]] const item *find(const uuid &id) const {
        const auto found = numbers_.find(id);
        return found == numbers_.end() ? nullptr : &items_.find(found->second)->second;
    }

    [[nodiscard]] std::size_t count() const noexcept { return items_.size(); }
    // Of all encoded credentials together, in bytes.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

  private:
    std::map<std::uint64_t, item> items_;
    std::unordered_map<uuid, std::uint64_t, uuid_hash> numbers_;
    std::uint64_t last_ = 0;
    std::size_t size_ = 0;
};

struct cache_core {
    cache_core(const uuid &named, std::string called, std::string of, cc_time now)
        : id(named),
          name(std::move(called)),
          principal(std::move(of)),
          change(now) {}

    const uuid id;
    const std::string name;
    std::string principal;
    std::uint32_t principal_type = 0; // of its name, as in name_types
    change_core change;
    std::optional<cc_time> last_default; // none: it never became the default
    std::optional<cc_time> kdc_offset;
    std::int64_t position = 0; // in the collection's order
    credential_list credentials;
    std::uint64_t generation = 0;    // of the list: a cursor of another generation is dead
    std::unique_ptr<lock_core> lock; // made at the first lock request

    // What counts against collection_limits::bytes.
    [[nodiscard]] std::size_t size() const noexcept {
        return name.size() + principal.size() + credentials.size();
    }
};

} // namespace costrand::ccapi
