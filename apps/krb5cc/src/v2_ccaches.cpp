// SPDX-License-Identifier: Apache-2.0
// The calls of version 2 about the collection and ccaches: each is one or a few of version 3, with
// other codes, through the object's own table.
#include "call.hpp"
#include "v2.hpp"

#include <algorithm>
#include <vector>

namespace costrand::krb5cc {
namespace {

cc_int32 free_text(apiCB *c, char **text) noexcept {
    if (!c || !text || !*text)
        return CC_BAD_PARM;
    std::free(*text);
    *text = nullptr;
    return CC_NOERROR;
}

void free_info(infoNC *info) noexcept {
    std::free(info->name);
    std::free(info->principal);
    delete info;
}

// A code of version 3. `out` is set on success.
cc_int32 describe(cc_ccache_t c, infoNC *&out) {
    own<cc_string_d> name, principal;
    cc_int32 code = take(name, [&](auto *to) { return cc_ccache_get_name(c, to); });
    if (code == ccNoError)
        code = take(principal,
                    [&](auto *to) { return cc_ccache_get_principal(c, cc_credentials_v5, to); });
    if (code != ccNoError)
        return code;
    auto info = std::make_unique<infoNC>();
    info->name = ::strdup(name->data);
    info->principal = ::strdup(principal->data);
    info->vers = CC_CRED_V5;
    out = info.release();
    if (out->name && out->principal)
        return ccNoError;
    free_info(out);
    return ccErrNoMem;
}

class info_list {
  public:
    info_list() = default;
    info_list(const info_list &) = delete;
    info_list &operator=(const info_list &) = delete;
    ~info_list() {
        for (auto *info : items_)
            free_info(info);
    }
    void add(infoNC *info) { items_.push_back(info); }
    // Null-ended, for free_all.
    infoNC **give() {
        auto *out = new infoNC *[items_.size() + 1]();
        std::copy(items_.begin(), items_.end(), out);
        items_.clear();
        return out;
    }

  private:
    std::vector<infoNC *> items_;
};

} // namespace
} // namespace costrand::krb5cc

using namespace costrand::krb5cc;

cc_int32 cc_shutdown(apiCB **c) {
    if (!c || !*c)
        return CC_BAD_PARM;
    const cc_int32 code = cc_context_release(*c);
    if (code == ccNoError)
        *c = nullptr;
    return v2_code(code);
}

cc_int32 cc_get_change_time(apiCB *c, cc_time_t *out) {
    return c && out ? v2_code(cc_context_get_change_time(c, out)) : CC_BAD_PARM;
}

cc_int32 cc_get_NC_info(apiCB *c, infoNC ***out) {
    if (!c || !out)
        return CC_BAD_PARM;
    return v2_code(guarded([&] {
        own<cc_ccache_iterator_d> iterator;
        cc_int32 code =
            take(iterator, [&](auto *to) { return cc_context_new_ccache_iterator(c, to); });
        info_list list;
        while (code == ccNoError) {
            own<cc_ccache_d> next;
            code =
                take(next, [&](auto *to) { return cc_ccache_iterator_next(iterator.get(), to); });
            if (code != ccNoError)
                break;
            infoNC *info = nullptr;
            code = describe(next.get(), info);
            if (code == ccNoError)
                list.add(info);
            else if (code == ccErrInvalidCCache)
                code = ccNoError; // destroyed meanwhile: it is not in the list
        }
        if (code != ccIteratorEnd)
            return static_cast<errc>(code);
        *out = list.give();
        return errc::no_error;
    }));
}

cc_int32 cc_open(apiCB *c, const char *name, cc_int32 version, cc_uint32, ccache_p **out) {
    if (!c || !name || !out)
        return CC_BAD_PARM;
    if (version != CC_CRED_V5)
        return CC_ERR_CRED_VERSION;
    return v2_code(cc_context_open_ccache(c, name, out));
}

cc_int32 cc_create(apiCB *c, const char *name, const char *principal, cc_int32 version, cc_uint32,
                   ccache_p **out) {
    if (!c || !name || !principal || !out)
        return CC_BAD_PARM;
    if (version != CC_CRED_V5)
        return CC_ERR_CRED_VERSION;
    return v2_code(cc_context_create_ccache(c, name, cc_credentials_v5, principal, out));
}

cc_int32 cc_close(apiCB *c, ccache_p **cache) {
    if (!c || !cache || !*cache)
        return CC_BAD_PARM;
    const cc_int32 code = cc_ccache_release(*cache);
    if (code == ccNoError)
        *cache = nullptr;
    return v2_code(code);
}

cc_int32 cc_destroy(apiCB *c, ccache_p **cache) {
    if (!c || !cache || !*cache)
        return CC_BAD_PARM;
    const cc_int32 code = cc_ccache_destroy(*cache);
    if (code == ccNoError)
        *cache = nullptr;
    return v2_code(code);
}

cc_int32 cc_get_name(apiCB *c, ccache_p *cache, char **out) {
    if (!c || !cache || !out)
        return CC_BAD_PARM;
    return copy_text([&](auto *to) { return cc_ccache_get_name(cache, to); }, out);
}

cc_int32 cc_get_principal(apiCB *c, ccache_p *cache, char **out) {
    if (!c || !cache || !out)
        return CC_BAD_PARM;
    return copy_text(
        [&](auto *to) { return cc_ccache_get_principal(cache, cc_credentials_v5, to); }, out);
}

cc_int32 cc_set_principal(apiCB *c, ccache_p *cache, cc_int32 version, char *principal) {
    if (!c || !cache || !principal)
        return CC_BAD_PARM;
    if (version != CC_CRED_V5)
        return CC_ERR_CRED_VERSION;
    return v2_code(cc_ccache_set_principal(cache, cc_credentials_v5, principal));
}

cc_int32 cc_get_cred_version(apiCB *c, ccache_p *cache, cc_int32 *out) {
    if (!c || !cache || !out)
        return CC_BAD_PARM;
    cc_uint32 version = 0;
    const cc_int32 code = cc_ccache_get_credentials_version(cache, &version);
    if (code == ccNoError)
        *out = CC_CRED_V5;
    return v2_code(code);
}

cc_int32 cc_free_principal(apiCB *c, char **principal) {
    return free_text(c, principal);
}

cc_int32 cc_free_name(apiCB *c, char **name) {
    return free_text(c, name);
}

cc_int32 cc_free_NC_info(apiCB *c, infoNC ***info) {
    if (!c || !info || !*info)
        return CC_BAD_PARM;
    for (auto **next = *info; *next; ++next)
        free_info(*next);
    delete[] * info;
    *info = nullptr;
    return CC_NOERROR;
}

cc_int32 cc_lock_request(apiCB *c, const ccache_p *cache, const cc_int32 type) {
    if (!c || !cache)
        return CC_BAD_PARM;
    auto *handle = const_cast<ccache_p *>(cache); // as above
    const cc_uint32 mode = (type & CC_LOCK_NOBLOCK) != 0 ? cc_lock_noblock : cc_lock_block;
    switch (type & ~CC_LOCK_NOBLOCK) {
    case CC_LOCK_UNLOCK:
        return v2_code(cc_ccache_unlock(handle));
    case CC_LOCK_READER:
        return v2_code(cc_ccache_lock(handle, cc_lock_read, mode));
    case CC_LOCK_WRITER:
        return v2_code(cc_ccache_lock(handle, cc_lock_write, mode));
    default:
        return CC_BAD_PARM;
    }
}
