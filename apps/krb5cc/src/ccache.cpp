// SPDX-License-Identifier: Apache-2.0
// The table of ccaches. A handle is the name of the server's object; the server says what became of
// that.
#include "call.hpp"

#include <costrand/ccapi/codec.hpp>

namespace costrand::krb5cc {
namespace {

cc_int32 release(cc_ccache_t c) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        delete &of(c);
        return errc::no_error;
    });
}

// Calls that say nothing but their name.
cc_int32 order(message_id which, cc_ccache_t c) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        return ask_for_nothing(request_of(which, of(c).id));
    });
}

cc_int32 destroy(cc_ccache_t c) noexcept {
    const auto error = order(message_id::ccache_destroy, c);
    return error == ccNoError ? release(c) : error;
}

cc_int32 set_default(cc_ccache_t c) noexcept {
    return order(message_id::ccache_set_default, c);
}

cc_int32 get_credentials_version(cc_ccache_t c, cc_uint32 *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        return ask_for(request_of(message_id::ccache_get_credentials_version, of(c).id),
                       [&](auto &reply) { *out = reply.number; });
    });
}

cc_int32 get_name(cc_ccache_t c, cc_string_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        return ask_for(request_of(message_id::ccache_get_name, of(c).id),
                       [&](auto &reply) { *out = new string(reply.text); });
    });
}

cc_int32 get_principal(cc_ccache_t c, cc_uint32 version, cc_string_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_get_principal, of(c).id);
        what.version = version;
        return ask_for(what, [&](auto &reply) { *out = new string(reply.text); });
    });
}

cc_int32 set_principal(cc_ccache_t c, cc_uint32 version, const char *principal) noexcept {
    return guarded([&] {
        if (!c || !principal)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_set_principal, of(c).id);
        what.version = version;
        what.principal = principal;
        return ask_for_nothing(what);
    });
}

cc_int32 store_credentials(cc_ccache_t c, const cc_credentials_union *from) noexcept {
    return guarded([&] {
        if (!c || !from)
            return errc::bad_param;
        if (from->version != cc_credentials_v5)
            return errc::bad_credentials_version;
        if (!from->credentials.credentials_v5)
            return errc::bad_param;
        const auto read = read_credential(*from->credentials.credentials_v5);
        const auto bytes = ccapi::encode_credential(read.value());
        auto what = request_of(message_id::ccache_store_credentials, of(c).id);
        what.credential = bytes.value();
        return ask_for_nothing(what);
    });
}

cc_int32 remove_credentials(cc_ccache_t c, cc_credentials_t which) noexcept {
    return guarded([&] {
        if (!c || !which)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_remove_credentials, of(c).id);
        what.other = of(which).id.view();
        return ask_for_nothing(what);
    });
}

cc_int32 new_credentials_iterator(cc_ccache_t c, cc_credentials_iterator_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        return ask_for(request_of(message_id::ccache_new_credentials_iterator, of(c).id),
                       [&](auto &reply) { *out = new credentials_iterator(kept(reply.id)); });
    });
}

cc_int32 move(cc_ccache_t source, cc_ccache_t destination) noexcept {
    return guarded([&] {
        if (!source || !destination)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_move, of(destination).id);
        what.other = of(source).id.view();
        return ask_for_nothing(what);
    });
}

cc_int32 lock(cc_ccache_t c, cc_uint32 type, cc_uint32 mode) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_lock, of(c).id);
        what.lock = type;
        what.mode = mode;
        return ask_for_nothing(what);
    });
}

cc_int32 unlock(cc_ccache_t c) noexcept {
    return order(message_id::ccache_unlock, c);
}

cc_int32 get_time(message_id which, cc_ccache_t c, cc_time_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        return ask_for(request_of(which, of(c).id), [&](auto &reply) { *out = reply.time; });
    });
}

cc_int32 get_last_default_time(cc_ccache_t c, cc_time_t *out) noexcept {
    return get_time(message_id::ccache_get_last_default_time, c, out);
}

cc_int32 get_change_time(cc_ccache_t c, cc_time_t *out) noexcept {
    return get_time(message_id::ccache_get_change_time, c, out);
}

cc_int32 compare(cc_ccache_t c, cc_ccache_t other, cc_uint32 *equal) noexcept {
    return guarded([&] {
        if (!c || !other || !equal)
            return errc::bad_param;
        *equal = of(c).id == of(other).id ? 1 : 0;
        return errc::no_error;
    });
}

cc_int32 get_kdc_time_offset(cc_ccache_t c, cc_uint32 version, cc_time_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_get_kdc_time_offset, of(c).id);
        what.version = version;
        return ask_for(what, [&](auto &reply) { *out = reply.time; });
    });
}

cc_int32 set_kdc_time_offset(cc_ccache_t c, cc_uint32 version, cc_time_t offset) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_set_kdc_time_offset, of(c).id);
        what.version = version;
        what.time = offset;
        return ask_for_nothing(what);
    });
}

cc_int32 clear_kdc_time_offset(cc_ccache_t c, cc_uint32 version) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_clear_kdc_time_offset, of(c).id);
        what.version = version;
        return ask_for_nothing(what);
    });
}

cc_int32 wait_for_change(cc_ccache_t c) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        auto what = request_of(message_id::ccache_wait_for_change, of(c).id);
        what.time = of(c).seen;
        return ask_for(what, [&](auto &reply) { of(c).seen = reply.time; });
    });
}

} // namespace

const cc_ccache_f ccache_functions = {
    release,
    destroy,
    set_default,
    get_credentials_version,
    get_name,
    get_principal,
    set_principal,
    store_credentials,
    remove_credentials,
    new_credentials_iterator,
    move,
    lock,
    unlock,
    get_last_default_time,
    get_change_time,
    compare,
    get_kdc_time_offset,
    set_kdc_time_offset,
    clear_kdc_time_offset,
    wait_for_change,
};

} // namespace costrand::krb5cc
