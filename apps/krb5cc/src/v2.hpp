// SPDX-License-Identifier: Apache-2.0
// What the calls of version 2 share: their codes, and objects of version 3 for the time of a call.
#pragma once

#include "objects.hpp"

#include <costrand-krb5cc/CredentialsCache2.h>

#include <cstdlib>
#include <cstring>
#include <memory>

namespace costrand::krb5cc {

// docs/spec/ccapi.md 7.
[[nodiscard]] inline cc_int32 v2_code(cc_int32 v3) noexcept {
    switch (v3) {
    case ccIteratorEnd:
        return CC_END;
    case ccErrCredentialsNotFound:
        return CC_NOTFOUND;
    case ccErrBadName:
        return CC_BADNAME;
    case ccErrBadCredentialsVersion:
        return CC_ERR_CRED_VERSION;
    case ccErrBadAPIVersion:
        return CC_BAD_API_VERSION;
    case ccErrNoMem:
        return CC_NOMEM;
    case ccErrInvalidCCache:
    case ccErrCCacheNotFound:
        return CC_NO_EXIST;
    case ccErrContextLocked:
    case ccErrContextUnlocked:
    case ccErrCCacheLocked:
    case ccErrCCacheUnlocked:
        return CC_LOCKED;
    case ccErrServerUnavailable:
    case ccErrServerInsecure:
    case ccErrServerCantBecomeUID:
    case ccErrBadInternalMessage:
    case ccErrClientNotFound:
        return CC_IO;
    case ccErrNotImplemented:
        return CC_NOT_SUPP;
    default:
        return v3 >= CC_NOERROR && v3 <= CC_ERR_CRED_VERSION ? v3 : CC_BAD_PARM;
    }
}

struct releaser {
    template <typename T>
    void operator()(T *object) const noexcept {
        object->functions->release(object);
    }
};
// An object of version 3 that this call has for itself.
template <typename T>
using own = std::unique_ptr<T, releaser>;

// `call` fills the object's pointer and returns a code of version 3.
template <typename T, typename Call>
[[nodiscard]] cc_int32 take(own<T> &into, Call call) noexcept {
    T *object = nullptr;
    const cc_int32 code = call(&object);
    into.reset(object);
    return code;
}

// A copy of the text that `call` fills, for free(). A code of version 2.
template <typename Call>
[[nodiscard]] cc_int32 copy_text(Call call, char **out) noexcept {
    own<cc_string_d> text;
    const cc_int32 code = take(text, call);
    if (code != ccNoError)
        return v2_code(code);
    char *copy = ::strdup(text->data);
    if (!copy)
        return CC_NOMEM;
    *out = copy;
    return CC_NOERROR;
}

} // namespace costrand::krb5cc
