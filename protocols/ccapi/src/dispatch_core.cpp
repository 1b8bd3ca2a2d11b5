// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapi/dispatch_core.hpp>

#include <costrand/ccapi/codec.hpp>

namespace costrand::ccapi {
namespace {

errc errc_of(const boost::system::error_code &e) {
    return static_cast<errc>(e.value());
}

} // namespace

struct dispatch_core::call {
    const request &what;
    uuid target; // nil: no object of this server
    client_id from;
    ticket who;
    turn &t;
    std::string_view server;

    [[nodiscard]] wiped_bytes answer(const reply &r) const { return encode_reply(what.what, r); }
    [[nodiscard]] wiped_bytes error(errc e) const {
        reply r;
        r.error = e;
        return answer(r);
    }
    [[nodiscard]] wiped_bytes id(const core::result<uuid> &object) const {
        if (!object)
            return error(errc_of(object.error()));
        const uuid_text text = to_text(*object);
        reply r;
        r.id = {server, {text.data(), text.size()}};
        return answer(r);
    }
    [[nodiscard]] wiped_bytes time(cc_time when) const {
        reply r;
        r.time = when;
        return answer(r);
    }
    [[nodiscard]] wiped_bytes text(std::string_view words) const {
        reply r;
        r.text = words;
        return answer(r);
    }
    // Of a request that may wait.
    [[nodiscard]] std::optional<wiped_bytes> late(const std::optional<errc> &e) const {
        if (!e)
            return std::nullopt;
        return error(*e);
    }
    [[nodiscard]] std::optional<wiped_bytes>
    late(const std::optional<core::result<cc_time>> &changed) const {
        if (!changed)
            return std::nullopt;
        return *changed ? time(**changed) : error(errc_of(changed->error()));
    }
    [[nodiscard]] bool blocks() const noexcept {
        return what.mode != static_cast<std::uint32_t>(lock_mode::noblock);
    }
};

wiped_bytes dispatch_core::reply_to(const wake &w) {
    reply r;
    r.error = w.result;
    r.time = w.time.value_or(0);
    return encode_reply(w.time ? message_id::context_wait_for_change : message_id::context_lock, r);
}

uuid dispatch_core::object_of(const identifier_view &id) const noexcept {
    if (id.server != server() && id.server != needs_sync)
        return {};
    return parse_uuid(id.object).value_or(uuid());
}

std::optional<wiped_bytes> dispatch_core::handle(client_id from, ticket who, const_bytes payload,
                                                 turn &t) {
    const auto decoded = decode_request(payload);
    if (!decoded)
        return encode_error(errc_of(decoded.error()));
    const auto number = static_cast<std::uint32_t>(decoded->what);
    const auto &asked = decoded->target.server;
    if (asked != server() && asked != needs_sync)
        return encode_error(stale_error(number));
    const call c{*decoded, object_of(decoded->target), from, who, t, server()};
    if (decoded->what <= message_id::context_unlock)
        return on_context(c);
    if (decoded->what <= message_id::ccache_clear_kdc_time_offset)
        return on_ccache(c);
    return on_iterator(c);
}

// The object of a context's request is not looked at: there is one collection.
std::optional<wiped_bytes> dispatch_core::on_context(const call &c) {
    const request &r = c.what;
    switch (r.what) {
    case message_id::context_sync:
        return c.id(collection_.id());
    case message_id::context_get_change_time:
        return c.time(collection_.change_time());
    case message_id::context_wait_for_change:
        return c.late(collection_.wait_for_change(c.from, r.time, c.who));
    case message_id::context_get_default_ccache_name:
        return c.text(collection_.default_name());
    case message_id::context_open_ccache:
        return c.id(collection_.open(r.name));
    case message_id::context_open_default_ccache:
        return c.id(collection_.open_default());
    case message_id::context_create_ccache:
        return c.id(collection_.create(r.name, r.version, r.principal, c.t));
    case message_id::context_create_default_ccache:
        return c.id(collection_.create_default(r.version, r.principal, c.t));
    case message_id::context_create_new_ccache:
        return c.id(collection_.create_new(r.version, r.principal, c.t));
    case message_id::context_new_ccache_iterator:
        return c.id(collection_.new_cache_iterator(c.from));
    case message_id::context_lock:
        return c.late(collection_.lock_collection(c.from, r.lock, c.blocks(), c.who, c.t));
    case message_id::context_unlock:
        return c.error(collection_.unlock_collection(c.from, c.t));
    default:
        return c.error(errc::no_error); // context_release
    }
}

std::optional<wiped_bytes> dispatch_core::on_ccache(const call &c) {
    const request &r = c.what;
    if (!collection_.find(c.target))
        return c.error(errc::invalid_ccache);
    switch (r.what) {
    case message_id::ccache_destroy:
        return c.error(collection_.destroy(c.target, c.t));
    case message_id::ccache_set_default:
        return c.error(collection_.set_default(c.target, c.t));
    case message_id::ccache_store_credentials: {
        const errc valid = check_credential(r.credential);
        return c.error(valid == errc::no_error ? collection_.store(c.target, r.credential, c.t)
                                               : valid);
    }
    case message_id::ccache_remove_credentials:
        return c.error(collection_.remove(c.target, object_of(r.other), c.t));
    case message_id::ccache_new_credentials_iterator:
        return c.id(collection_.new_credentials_iterator(c.from, c.target));
    case message_id::ccache_move:
        return c.error(collection_.move(object_of(r.other), c.target, c.t));
    case message_id::ccache_lock:
        return c.late(collection_.lock_cache(c.target, c.from, r.lock, c.blocks(), c.who, c.t));
    case message_id::ccache_unlock:
        return c.error(collection_.unlock_cache(c.target, c.from, c.t));
    case message_id::ccache_wait_for_change:
        return c.late(collection_.wait_for_cache_change(c.target, c.from, r.time, c.who));
    default:
        return on_ccache_value(c);
    }
}

// What one ccache is, and the setting of it.
wiped_bytes dispatch_core::on_ccache_value(const call &c) {
    const request &r = c.what;
    const cache_core &cache = *collection_.find(c.target);
    const auto *row = find_row(static_cast<std::uint32_t>(r.what));
    if (row->request[0] == field::version && r.version != credentials_v5)
        return c.error(errc::bad_credentials_version);
    switch (r.what) {
    case message_id::ccache_get_credentials_version: {
        reply out;
        out.number = credentials_v5;
        return c.answer(out);
    }
    case message_id::ccache_get_name:
        return c.text(cache.name);
    case message_id::ccache_get_principal:
        return c.text(cache.principal);
    case message_id::ccache_set_principal:
        return c.error(collection_.set_principal(c.target, r.principal, c.t));
    case message_id::ccache_get_last_default_time:
        return cache.last_default ? c.time(*cache.last_default) : c.error(errc::never_default);
    case message_id::ccache_get_change_time:
        return c.time(cache.change.time());
    case message_id::ccache_get_kdc_time_offset:
        return cache.kdc_offset ? c.time(*cache.kdc_offset) : c.error(errc::time_offset_not_set);
    case message_id::ccache_set_kdc_time_offset:
        return c.error(collection_.set_kdc_offset(c.target, r.time, c.t));
    default: // ccache_clear_kdc_time_offset
        return c.error(collection_.set_kdc_offset(c.target, std::nullopt, c.t));
    }
}

wiped_bytes dispatch_core::on_iterator(const call &c) {
    switch (c.what.what) {
    case message_id::ccache_iterator_release:
        return c.error(collection_.release_cache_iterator(c.target));
    case message_id::ccache_iterator_next:
        return c.id(collection_.next_cache(c.target));
    case message_id::ccache_iterator_clone:
        return c.id(collection_.clone_cache_iterator(c.from, c.target));
    case message_id::credentials_iterator_release:
        return c.error(collection_.release_credentials_iterator(c.target));
    case message_id::credentials_iterator_clone:
        return c.id(collection_.clone_credentials_iterator(c.from, c.target));
    default:
        return on_next_credential(c);
    }
}

wiped_bytes dispatch_core::on_next_credential(const call &c) {
    const auto item = collection_.next_credential(c.target);
    if (!item)
        return c.error(errc_of(item.error()));
    const uuid_text text = to_text((*item)->id);
    reply r;
    r.id = {c.server, {text.data(), text.size()}};
    r.credential = (*item)->bytes;
    return c.answer(r);
}

} // namespace costrand::ccapi
