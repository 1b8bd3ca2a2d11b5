// SPDX-License-Identifier: Apache-2.0
// kcm_face: the KCM protocol on the collection that CCAPI clients use (docs/spec/kcm.md 5). One
// request gives one reply; nothing waits, and nothing is kept for a connection. Sans-io; called by
// the driver of KCM connections.
#pragma once

#include <costrand/ccapi/collection_core.hpp>
#include <costrand/ccapi/kcm_codec.hpp>
#include <costrand/ccapi/kcm_credential.hpp>
#include <costrand/ccapi/kcm_messages.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/ccapi/wakes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace costrand::ccapi {

class kcm_face {
  public:
    // The collection of the user with that id, which outlives the face. Caches are called <id> and
    // <id>:NAME; names of other users name nothing.
    kcm_face(collection_core &collection, std::uint32_t user)
        : collection_(collection),
          user_(std::to_string(user)) {}

    // Writes the reply to a request into `reply`, in place of what it held. False: the message is
    // no request at all, there is no reply, and the connection is to be closed. Whoever waits for a
    // change that the request made is in the turn.
    [[nodiscard]] bool handle(const_bytes message, turn &t, wiped_bytes &reply) {
        const auto decoded = kcm::decode(message);
        kcm::reply_writer out(reply);
        if (decoded)
            std::visit(exchange{collection_, user_, t, out}, *decoded);
        else if (decoded.error().category() == kcm::category())
            out.fail(static_cast<kcm::status>(decoded.error().value()));
        else
            return false;
        return true;
    }

  private:
    using status = kcm::status;

    // One request: the overload of its kind writes the reply.
    class exchange {
      public:
        exchange(collection_core &collection, const std::string &user, turn &t,
                 kcm::reply_writer &out)
            : collection_(collection),
              user_(user),
              turn_(t),
              out_(out) {}

        void operator()(const kcm::noop &) {}
        void operator()(const kcm::get_name &q) {
            if (find(q.name))
                out_.name(q.name);
            else
                out_.fail(status::no_file);
        }
        void operator()(const kcm::resolve &q) { checked(find(q.name)); }
        void operator()(const kcm::set_flags &q) { checked(find(q.name)); }
        void operator()(const kcm::gen_new &) { out_.name(kcm_name(collection_.reserve_name())); }

        void operator()(const kcm::initialize &q) {
            const auto name = cache_name(q.name);
            if (!name)
                return out_.fail(status::bad_name);
            finish(initialize(*name, q.principal));
        }
        void operator()(const kcm::destroy &q) {
            if (const auto id = target(q.name))
                finish(collection_.destroy(*id, turn_));
        }
        void operator()(const kcm::store &q) {
            if (const auto id = target(q.name))
                finish(store(*id, q.credential));
        }
        void operator()(const kcm::retrieve &q);
        void operator()(const kcm::get_principal &q) {
            const auto *cache = find_to_read(q.name);
            if (!cache || cache->principal.empty())
                return out_.fail(status::no_file);
            kcm::write_principal(out_, cache->principal, cache->principal_type);
        }
        void operator()(const kcm::get_cred_uuid_list &q) {
            if (const auto *cache = checked(find_to_read(q.name)))
                for_each(*cache, [this](const auto &item) { out_.bytes(item.id.bytes); });
        }
        void operator()(const kcm::get_cred_by_uuid &q) {
            const auto *cache = checked(find_to_read(q.name));
            if (!cache)
                return;
            const auto *item = cache->credentials.find(q.id);
            if (!item)
                return out_.fail(status::end);
            write(*item);
            check_size(status::no_memory);
        }
        void operator()(const kcm::remove_cred &q);
        void operator()(const kcm::move_cache &q);
        void operator()(const kcm::get_cache_uuid_list &);
        void operator()(const kcm::get_cache_by_uuid &q) {
            if (const auto *cache = collection_.find(q.id))
                out_.name(kcm_name(cache->name));
            else
                out_.fail(status::end);
        }
        void operator()(const kcm::get_default_cache &) {
            out_.name(kcm_name(collection_.default_name()));
        }
        void operator()(const kcm::set_default_cache &q) {
            if (const auto id = target(q.name))
                finish(collection_.set_default(*id, turn_));
        }
        void operator()(const kcm::get_kdc_offset &q) {
            if (const auto *cache = checked(find_to_read(q.name)))
                out_.u32(cache->kdc_offset.value_or(0));
        }
        void operator()(const kcm::set_kdc_offset &q) {
            if (const auto id = target(q.name))
                finish(set_offset(*id, q.offset));
        }
        void operator()(const kcm::get_cred_list &q);
        void operator()(const kcm::replace &q);

      private:
        // The ccache's name that a KCM name stands for; nothing: another user's, or no such name.
        [[nodiscard]] std::optional<std::string_view> cache_name(std::string_view name) const {
            if (name == user_)
                return initial_default_name;
            if (name.size() > user_.size() && name.starts_with(user_) && name[user_.size()] == ':')
                return name.substr(user_.size() + 1);
            return std::nullopt;
        }
        [[nodiscard]] std::string kcm_name(std::string_view cache) const {
            return cache == initial_default_name ? user_ : user_ + ':' + std::string(cache);
        }

        [[nodiscard]] const cache_core *find(std::string_view name) const {
            const auto called = cache_name(name);
            if (!called)
                return nullptr;
            const auto id = collection_.open(*called);
            return id ? collection_.find(*id) : nullptr;
        }
        // Clients that do not ask for the default use the plain name for it, Heimdal 7.8 at times
        // an empty one.
        [[nodiscard]] const cache_core *find_to_read(std::string_view name) const {
            if (const auto *cache = find(name))
                return cache;
            if (name != user_ && !name.empty())
                return nullptr;
            const auto id = collection_.open_default();
            return id ? collection_.find(*id) : nullptr;
        }

        const cache_core *checked(const cache_core *cache) {
            if (!cache)
                out_.fail(status::no_file);
            return cache;
        }
        // What is to be changed. A copy: the cache may go with the change.
        std::optional<uuid> target(std::string_view name) {
            const auto *cache = checked(find(name));
            return cache ? std::optional(cache->id) : std::nullopt;
        }
        // KCM has few words: what is gone is not there, what is too much is no memory.
        void finish(errc why) {
            if (why == errc::no_error)
                return;
            out_.fail(why == errc::no_memory ? status::no_memory : status::no_file);
        }
        [[nodiscard]] static errc code_of(const core::result<uuid> &failed) {
            return static_cast<errc>(failed.error().value());
        }
        void check_size(status too_large) {
            if (out_.is_too_large())
                out_.fail(too_large);
        }

        [[nodiscard]] errc initialize(std::string_view name, const kcm::principal_view &principal) {
            const auto text = kcm::to_text(principal);
            if (text.size() > kcm::max_ccapi_size)
                return errc::no_memory;
            const auto id = collection_.create(name, credentials_v5, text, turn_);
            if (!id)
                return code_of(id);
            collection_.set_principal_type(*id, principal.type);
            return errc::no_error;
        }
        [[nodiscard]] errc store(const uuid &cache, const kcm::credential_view &c) {
            const auto bytes = kcm::to_ccapi(c);
            if (!bytes)
                return errc::no_memory;
            return collection_.store(cache, *bytes, {c.client.type, c.server.type}, turn_);
        }
        [[nodiscard]] errc set_offset(const uuid &cache, std::int32_t offset) {
            return collection_.set_kdc_offset(cache, static_cast<cc_time>(offset), turn_);
        }
        [[nodiscard]] errc fill(const uuid &cache, const kcm::replace &q);

        // Of the credential that is in the reply now.
        [[nodiscard]] bool matches(const kcm::match_view &wanted, std::uint32_t flags) const {
            const auto credential = kcm::decode_credential(out_.result());
            return credential && kcm::matches(wanted, flags, *credential);
        }
        void write(const credential_list::item &item) {
            kcm::write_credential(out_, item.bytes, item.types);
        }
        template <typename Take>
        static void for_each(const cache_core &cache, Take take) {
            std::uint64_t cursor = 0;
            while (const auto *item = cache.credentials.next(cursor))
                take(*item);
        }

        collection_core &collection_;
        const std::string &user_;
        turn &turn_;
        kcm::reply_writer &out_;
    };

    collection_core &collection_;
    std::string user_;
};

inline void kcm_face::exchange::operator()(const kcm::retrieve &q) {
    const auto *cache = checked(find_to_read(q.name));
    if (!cache)
        return;
    std::uint64_t cursor = 0;
    while (const auto *item = cache->credentials.next(cursor)) {
        out_.fail(status::ok); // without the one before
        write(*item);
        if (matches(q.wanted, q.flags))
            return check_size(status::no_memory);
    }
    out_.fail(status::end);
}

inline void kcm_face::exchange::operator()(const kcm::remove_cred &q) {
    const auto *cache = checked(find(q.name));
    if (!cache)
        return;
    const uuid id = cache->id;
    std::vector<uuid> gone;
    for_each(*cache, [this, &q, &gone](const auto &item) {
        out_.fail(status::ok);
        write(item);
        if (matches(q.wanted, q.flags))
            gone.push_back(item.id);
    });
    out_.fail(gone.empty() ? status::not_found : status::ok);
    for (const auto &credential : gone)
        finish(collection_.remove(id, credential, turn_));
}

inline void kcm_face::exchange::operator()(const kcm::move_cache &q) {
    const auto from = target(q.from);
    if (!from || q.from == q.to)
        return;
    const auto name = cache_name(q.to);
    if (!name)
        return out_.fail(status::bad_name);
    auto to = collection_.open(*name);
    if (!to)
        to = collection_.create(*name, credentials_v5, {}, turn_);
    finish(to ? collection_.move(*from, *to, turn_) : code_of(to));
}

inline void kcm_face::exchange::operator()(const kcm::get_cache_uuid_list &) {
    auto cursor = collection_.begin();
    bool has_any = false;
    while (const auto *cache = collection_.next(cursor)) {
        if (cache->principal.empty())
            continue; // not initialised, as KCM has it
        out_.bytes(cache->id.bytes);
        has_any = true;
    }
    if (!has_any)
        out_.fail(status::no_file);
}

inline void kcm_face::exchange::operator()(const kcm::get_cred_list &q) {
    const auto *cache = checked(find_to_read(q.name));
    if (!cache)
        return;
    out_.u32(static_cast<std::uint32_t>(cache->credentials.count()));
    for_each(*cache, [this](const auto &item) {
        const auto begin = out_.size();
        out_.u32(0);
        write(item);
        out_.set_u32(begin, static_cast<std::uint32_t>(out_.size() - begin - 4));
    });
    check_size(status::internal); // MIT then asks for one after the other
}

// All or nothing. A new cache is filled and kept, or goes again. What replaces an existing one is
// first a cache of its own: within this call nobody sees it.
inline void kcm_face::exchange::operator()(const kcm::replace &q) {
    const auto name = cache_name(q.name);
    if (!name)
        return out_.fail(status::bad_name);
    const auto existing = collection_.open(*name);
    const std::string fresh = existing ? collection_.reserve_name() : std::string(*name);
    auto why = initialize(fresh, q.principal);
    if (why != errc::no_error)
        return finish(why);
    const uuid id = *collection_.open(fresh);
    why = fill(id, q);
    if (why == errc::no_error && existing)
        why = collection_.move(id, *existing, turn_);
    if (why != errc::no_error)
        (void)collection_.destroy(id, turn_); // it is there: nothing can fail
    finish(why);
}

inline errc kcm_face::exchange::fill(const uuid &cache, const kcm::replace &q) {
    errc why = set_offset(cache, q.offset);
    kcm::for_each_credential(q, [this, &cache, &why](const kcm::credential_view &c) {
        if (why == errc::no_error)
            why = store(cache, c);
    });
    return why;
}

} // namespace costrand::ccapi
