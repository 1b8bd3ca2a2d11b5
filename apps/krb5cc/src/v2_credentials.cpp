// SPDX-License-Identifier: Apache-2.0
// The calls of version 2 about iterators and credentials, made of those of version 3.
#include "call.hpp"
#include "v2.hpp"

#include <cstddef>

namespace costrand::krb5cc {
namespace {

// The iterator as what it is; its first member is its table. Null if it is the other kind.
cc_ccache_iterator_t as_ccaches(ccache_cit *i) noexcept {
    auto *out = reinterpret_cast<cc_ccache_iterator_t>(i);
    return out->functions == &ccache_iterator_functions ? out : nullptr;
}
cc_credentials_iterator_t as_credentials(ccache_cit *i) noexcept {
    auto *out = reinterpret_cast<cc_credentials_iterator_t>(i);
    return out->functions == &credentials_iterator_functions ? out : nullptr;
}
template <typename Iterator>
ccache_cit *as_either(Iterator *i) noexcept {
    return reinterpret_cast<ccache_cit *>(i);
}

cc_int32 end(apiCB *c, ccache_cit **i) noexcept {
    if (!c || !i || !*i)
        return CC_BAD_PARM;
    const auto ccaches = as_ccaches(*i);
    const auto credentials = as_credentials(*i);
    if (!ccaches && !credentials)
        return CC_BAD_PARM;
    const cc_int32 code = ccaches ? cc_ccache_iterator_release(ccaches)
                                  : cc_credentials_iterator_release(credentials);
    *i = nullptr;
    return v2_code(code);
}

// What cc_seq_fetch_creds_next gives: the union that the caller sees, and the object whose memory
// that points to.
struct fetched : cred_union {
    own<cc_credentials_d> object;
};

// The same memory under its old name: both structures have the same members.
static_assert(sizeof(cc_credentials_v5_compat) == sizeof(cc_credentials_v5_t));
static_assert(offsetof(cc_credentials_v5_compat, authdata) ==
              offsetof(cc_credentials_v5_t, authdata));
cc_credentials_v5_t *as_v5(cc_credentials_v5_compat *from) noexcept {
    return reinterpret_cast<cc_credentials_v5_t *>(from);
}
cc_credentials_v5_compat *as_v5_compat(cc_credentials_v5_t *from) noexcept {
    return reinterpret_cast<cc_credentials_v5_compat *>(from);
}

bool same_entry(const cc_credentials_v5_t &a, const cc_credentials_v5_compat &b) noexcept {
    return std::strcmp(a.client, b.client) == 0 && std::strcmp(a.server, b.server) == 0 &&
           a.starttime == b.starttime;
}

} // namespace
} // namespace costrand::krb5cc

using namespace costrand::krb5cc;

cc_int32 cc_store(apiCB *c, ccache_p *cache, cred_union from) {
    if (!c || !cache)
        return CC_BAD_PARM;
    if (from.cred_type != CC_CRED_V5)
        return CC_ERR_CRED_VERSION;
    cc_credentials_union v3{};
    v3.version = cc_credentials_v5;
    v3.credentials.credentials_v5 = as_v5(from.cred.pV5Cred);
    return v2_code(cc_ccache_store_credentials(cache, &v3));
}

cc_int32 cc_remove_cred(apiCB *c, ccache_p *cache, cred_union which) {
    if (!c || !cache)
        return CC_BAD_PARM;
    if (which.cred_type != CC_CRED_V5)
        return CC_ERR_CRED_VERSION;
    const auto *v5 = which.cred.pV5Cred;
    if (!v5 || !v5->client || !v5->server)
        return CC_BAD_PARM;
    own<cc_credentials_iterator_d> iterator;
    cc_int32 code =
        take(iterator, [&](auto *to) { return cc_ccache_new_credentials_iterator(cache, to); });
    while (code == ccNoError) {
        own<cc_credentials_d> next;
        code =
            take(next, [&](auto *to) { return cc_credentials_iterator_next(iterator.get(), to); });
        if (code == ccNoError && same_entry(*next->data->credentials.credentials_v5, *v5))
            return v2_code(cc_ccache_remove_credentials(cache, next.get()));
    }
    return code == ccIteratorEnd ? CC_NOTFOUND : v2_code(code);
}

cc_int32 cc_seq_fetch_NCs_begin(apiCB *c, ccache_cit **out) {
    if (!c || !out)
        return CC_BAD_PARM;
    cc_ccache_iterator_t iterator = nullptr;
    const cc_int32 code = cc_context_new_ccache_iterator(c, &iterator);
    if (code == ccNoError)
        *out = as_either(iterator);
    return v2_code(code);
}

cc_int32 cc_seq_fetch_NCs_next(apiCB *c, ccache_p **out, ccache_cit *i) {
    if (!c || !out || !i)
        return CC_BAD_PARM;
    const auto iterator = as_ccaches(i);
    return iterator ? v2_code(cc_ccache_iterator_next(iterator, out)) : CC_BAD_PARM;
}

cc_int32 cc_seq_fetch_NCs_end(apiCB *c, ccache_cit **i) {
    return end(c, i);
}

cc_int32 cc_seq_fetch_creds_begin(apiCB *c, const ccache_p *cache, ccache_cit **out) {
    if (!c || !cache || !out)
        return CC_BAD_PARM;
    cc_credentials_iterator_t iterator = nullptr;
    // The table's functions change nothing of a handle here.
    auto *handle = const_cast<ccache_p *>(cache);
    const cc_int32 code = cc_ccache_new_credentials_iterator(handle, &iterator);
    if (code == ccNoError)
        *out = as_either(iterator);
    return v2_code(code);
}

cc_int32 cc_seq_fetch_creds_next(apiCB *c, cred_union **out, ccache_cit *i) {
    if (!c || !out || !i)
        return CC_BAD_PARM;
    const auto iterator = as_credentials(i);
    if (!iterator)
        return CC_BAD_PARM;
    return v2_code(guarded([&] {
        auto next = std::make_unique<fetched>(); // first: what was fetched cannot be put back
        const cc_int32 code = take(
            next->object, [&](auto *to) { return cc_credentials_iterator_next(iterator, to); });
        if (code != ccNoError)
            return static_cast<errc>(code);
        next->cred_type = CC_CRED_V5;
        next->cred.pV5Cred = as_v5_compat(next->object->data->credentials.credentials_v5);
        *out = next.release();
        return errc::no_error;
    }));
}

cc_int32 cc_seq_fetch_creds_end(apiCB *c, ccache_cit **i) {
    return end(c, i);
}

cc_int32 cc_free_creds(apiCB *c, cred_union **which) {
    if (!c || !which || !*which)
        return CC_BAD_PARM;
    delete static_cast<fetched *>(*which);
    *which = nullptr;
    return CC_NOERROR;
}
