// SPDX-License-Identifier: Apache-2.0
// The table of contexts, and cc_initialize. A context talks to nobody until its first call, and
// goes on with the next server when its own was restarted.
#include "call.hpp"
#include "change_clock.hpp"

#include <ctime>
#include <optional>

namespace costrand::krb5cc {
namespace {

constexpr char vendor[] = "costrand";

cc_int32 release(cc_context_t c) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        delete &of(c);
        return errc::no_error;
    });
}

// Nothing: no server runs.
std::optional<errc> learn_collection(context &c) {
    const auto a = ask_if_running(request_of(message_id::context_sync));
    if (!a)
        return std::nullopt;
    if (a->reply.error == errc::no_error)
        c.collection = kept(a->reply.id);
    return a->reply.error;
}

bool is_fresh(const context &c) {
    return c.collection == ccapi::identifier();
}

// The server that the context knew runs no more, another one does.
void forget_collection(context &c) {
    c.collection = {};
    change_clock::of_process().another_server();
}

cc_int32 get_change_time(cc_context_t c, cc_time_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        auto &self = of(c);
        for (;;) {
            if (is_fresh(self)) {
                const auto known = learn_collection(self);
                if (!known) {
                    *out = change_clock::of_process().without_server(std::time(nullptr));
                    return errc::no_error;
                }
                if (*known != errc::no_error)
                    return *known;
            }
            const auto a =
                ask_if_running(request_of(message_id::context_get_change_time, self.collection));
            if (!a) {
                *out = change_clock::of_process().without_server(std::time(nullptr));
                return errc::no_error;
            }
            if (a->reply.error == errc::no_error)
                *out = change_clock::of_process().heard(a->reply.time);
            if (a->reply.error != errc::invalid_context)
                return a->reply.error;
            forget_collection(self);
        }
    });
}

cc_int32 get_default_ccache_name(cc_context_t c, cc_string_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        const auto a = ask_if_running(request_of(message_id::context_get_default_ccache_name));
        if (a && a->reply.error != errc::no_error)
            return a->reply.error;
        *out = new string(a ? a->reply.text : ccapi::initial_default_name);
        return errc::no_error;
    });
}

// A handle on what the request opens or creates.
errc ask_for_ccache(const ccapi::request &what, cc_ccache_t *out) {
    const auto a = ask_if_running(what);
    if (!a)
        return errc::ccache_not_found;
    if (a->reply.error == errc::no_error)
        *out = new ccache(kept(a->reply.id));
    return a->reply.error;
}

cc_int32 open_ccache(cc_context_t c, const char *name, cc_ccache_t *out) noexcept {
    return guarded([&] {
        if (!c || !name || !out)
            return errc::bad_param;
        auto what = request_of(message_id::context_open_ccache);
        what.name = name;
        return ask_for_ccache(what, out);
    });
}

cc_int32 open_default_ccache(cc_context_t c, cc_ccache_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        return ask_for_ccache(request_of(message_id::context_open_default_ccache), out);
    });
}

cc_int32 create_ccache(cc_context_t c, const char *name, cc_uint32 version, const char *principal,
                       cc_ccache_t *out) noexcept {
    return guarded([&] {
        if (!c || !name || !principal || !out)
            return errc::bad_param;
        auto what = request_of(message_id::context_create_ccache);
        what.name = name;
        what.version = version;
        what.principal = principal;
        return ask_for_ccache(what, out);
    });
}

cc_int32 create_unnamed(message_id which, cc_context_t c, cc_uint32 version, const char *principal,
                        cc_ccache_t *out) noexcept {
    return guarded([&] {
        if (!c || !principal || !out)
            return errc::bad_param;
        auto what = request_of(which);
        what.version = version;
        what.principal = principal;
        return ask_for_ccache(what, out);
    });
}

cc_int32 create_default_ccache(cc_context_t c, cc_uint32 version, const char *principal,
                               cc_ccache_t *out) noexcept {
    return create_unnamed(message_id::context_create_default_ccache, c, version, principal, out);
}

cc_int32 create_new_ccache(cc_context_t c, cc_uint32 version, const char *principal,
                           cc_ccache_t *out) noexcept {
    return create_unnamed(message_id::context_create_new_ccache, c, version, principal, out);
}

cc_int32 new_ccache_iterator(cc_context_t c, cc_ccache_iterator_t *out) noexcept {
    return guarded([&] {
        if (!c || !out)
            return errc::bad_param;
        const auto a = ask_if_running(request_of(message_id::context_new_ccache_iterator));
        if (!a)
            *out = new ccache_iterator(std::nullopt);
        else if (a->reply.error == errc::no_error)
            *out = new ccache_iterator(kept(a->reply.id));
        return a ? a->reply.error : errc::no_error;
    });
}

cc_int32 lock(cc_context_t c, cc_uint32 type, cc_uint32 mode) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        auto what = request_of(message_id::context_lock);
        what.lock = type;
        what.mode = mode;
        return ask_for_nothing(what);
    });
}

cc_int32 unlock(cc_context_t c) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        return ask_for_nothing(request_of(message_id::context_unlock));
    });
}

// A process has one server, and a server one collection.
cc_int32 compare(cc_context_t c, cc_context_t other, cc_uint32 *equal) noexcept {
    return guarded([&] {
        if (!c || !other || !equal)
            return errc::bad_param;
        *equal = 1;
        return errc::no_error;
    });
}

cc_int32 wait_for_change(cc_context_t c) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        auto &self = of(c);
        for (;;) {
            if (is_fresh(self)) {
                auto known = learn_collection(self);
                if (!known) {
                    // Starts a server, and is answered at once, as every first wait.
                    const auto started =
                        ask_for_nothing(request_of(message_id::context_wait_for_change));
                    if (started != errc::no_error)
                        return started;
                    continue;
                }
                if (*known != errc::no_error)
                    return *known;
                self.seen = 0;
            }
            auto what = request_of(message_id::context_wait_for_change, self.collection);
            what.time = self.seen;
            const auto error = ask_for(what, [&](auto &reply) { self.seen = reply.time; });
            if (error != errc::invalid_context)
                return error;
            forget_collection(self);
        }
    });
}

} // namespace

const cc_context_f context_functions = {
    release,
    get_change_time,
    get_default_ccache_name,
    open_ccache,
    open_default_ccache,
    create_ccache,
    create_default_ccache,
    create_new_ccache,
    new_ccache_iterator,
    lock,
    unlock,
    compare,
    wait_for_change,
};

} // namespace costrand::krb5cc

cc_int32 cc_initialize(cc_context_t *out, cc_int32 version, cc_int32 *supported_version,
                       char const **out_vendor) {
    using namespace costrand;
    return krb5cc::guarded([&] {
        if (!out)
            return ccapi::errc::bad_param;
        if (version < ccapi::lowest_api_version || version > ccapi::highest_api_version)
            return ccapi::errc::bad_api_version;
        *out = new krb5cc::context;
        if (supported_version)
            *supported_version = ccapi::highest_api_version;
        if (out_vendor)
            *out_vendor = krb5cc::vendor;
        return ccapi::errc::no_error;
    });
}
