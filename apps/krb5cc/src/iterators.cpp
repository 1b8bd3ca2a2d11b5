// SPDX-License-Identifier: Apache-2.0
// The tables of both iterators: names of cursors that the server keeps.
#include "call.hpp"

#include <costrand/ccapi/codec.hpp>

namespace costrand::krb5cc {
namespace {

cc_int32 release_ccaches(cc_ccache_iterator_t i) noexcept {
    return guarded([&] {
        if (!i)
            return errc::bad_param;
        if (of(i).id)
            tell(request_of(message_id::ccache_iterator_release, *of(i).id));
        delete &of(i);
        return errc::no_error;
    });
}

cc_int32 next_ccache(cc_ccache_iterator_t i, cc_ccache_t *out) noexcept {
    return guarded([&] {
        if (!i || !out)
            return errc::bad_param;
        if (!of(i).id)
            return errc::iterator_end;
        return ask_for(request_of(message_id::ccache_iterator_next, *of(i).id),
                       [&](auto &reply) { *out = new ccache(kept(reply.id)); });
    });
}

cc_int32 clone_ccaches(cc_ccache_iterator_t i, cc_ccache_iterator_t *out) noexcept {
    return guarded([&] {
        if (!i || !out)
            return errc::bad_param;
        if (!of(i).id) {
            *out = new ccache_iterator(std::nullopt);
            return errc::no_error;
        }
        return ask_for(request_of(message_id::ccache_iterator_clone, *of(i).id),
                       [&](auto &reply) { *out = new ccache_iterator(kept(reply.id)); });
    });
}

cc_int32 release_credentials(cc_credentials_iterator_t i) noexcept {
    return guarded([&] {
        if (!i)
            return errc::bad_param;
        tell(request_of(message_id::credentials_iterator_release, of(i).id));
        delete &of(i);
        return errc::no_error;
    });
}

cc_int32 next_credentials(cc_credentials_iterator_t i, cc_credentials_t *out) noexcept {
    return guarded([&] {
        if (!i || !out)
            return errc::bad_param;
        const auto a = ask(request_of(message_id::credentials_iterator_next, of(i).id));
        if (a.reply.error != errc::no_error)
            return a.reply.error;
        auto held = ccapi::decode_credential(a.reply.credential);
        if (!held)
            return errc::bad_internal_message;
        *out = new credentials(kept(a.reply.id), std::move(*held));
        return errc::no_error;
    });
}

cc_int32 clone_credentials(cc_credentials_iterator_t i, cc_credentials_iterator_t *out) noexcept {
    return guarded([&] {
        if (!i || !out)
            return errc::bad_param;
        return ask_for(request_of(message_id::credentials_iterator_clone, of(i).id),
                       [&](auto &reply) { *out = new credentials_iterator(kept(reply.id)); });
    });
}

} // namespace

const cc_ccache_iterator_f ccache_iterator_functions = {
    release_ccaches,
    next_ccache,
    clone_ccaches,
};

const cc_credentials_iterator_f credentials_iterator_functions = {
    release_credentials,
    next_credentials,
    clone_credentials,
};

} // namespace costrand::krb5cc
