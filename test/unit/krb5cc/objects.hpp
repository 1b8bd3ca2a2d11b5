// SPDX-License-Identifier: Apache-2.0
// Objects of the C interface, as the tests in C++ hold them.
#pragma once

#include <CredentialsCache.h>

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace costrand::test {

struct release_object {
    template <typename T>
    void operator()(T *object) const {
        CHECK(object->functions->release(object) == ccNoError);
    }
};
template <typename T>
using object = std::unique_ptr<T, release_object>;
using context = object<cc_context_d>;
using ccache = object<cc_ccache_d>;
using credentials = object<cc_credentials_d>;
using ccache_iterator = object<cc_ccache_iterator_d>;
using credentials_iterator = object<cc_credentials_iterator_d>;

// What `call` fills; it must succeed.
template <typename T, typename Call>
object<T> taken(Call call) {
    T *out = nullptr;
    REQUIRE(call(&out) == ccNoError);
    return object<T>(out);
}

inline context new_context() {
    return taken<cc_context_d>(
        [](auto *out) { return cc_initialize(out, ccapi_version_7, nullptr, nullptr); });
}

inline ccache create(const context &c, const char *name, const char *principal = "alice@A.ORG") {
    return taken<cc_ccache_d>([&](auto *out) {
        return cc_context_create_ccache(c.get(), name, cc_credentials_v5, principal, out);
    });
}

inline ccache open(const context &c, const char *name) {
    return taken<cc_ccache_d>(
        [&](auto *out) { return cc_context_open_ccache(c.get(), name, out); });
}

inline ccache_iterator iterate(const context &c) {
    return taken<cc_ccache_iterator_d>(
        [&](auto *out) { return cc_context_new_ccache_iterator(c.get(), out); });
}

inline credentials_iterator iterate(const ccache &c) {
    return taken<cc_credentials_iterator_d>(
        [&](auto *out) { return cc_ccache_new_credentials_iterator(c.get(), out); });
}

inline credentials next(const credentials_iterator &i) {
    return taken<cc_credentials_d>(
        [&](auto *out) { return cc_credentials_iterator_next(i.get(), out); });
}

inline std::string default_name(const context &c) {
    const auto text = taken<cc_string_d>(
        [&](auto *out) { return cc_context_get_default_ccache_name(c.get(), out); });
    return text->data;
}

// A ticket for `server`; the key's bytes are the caller's.
struct ticket {
    explicit ticket(const char *server, const void *key = nullptr, cc_uint32 length = 0) {
        v5.client = const_cast<char *>("alice@A.ORG"); // the interface is that old
        v5.server = const_cast<char *>(server);
        v5.keyblock = {18, length, const_cast<void *>(key)};
        all.version = cc_credentials_v5;
        all.credentials.credentials_v5 = &v5;
    }
    ticket(const ticket &) = delete;
    ticket &operator=(const ticket &) = delete;

    cc_credentials_v5_t v5{};
    cc_credentials_union all{};
};

inline cc_int32 store(const ccache &c, const ticket &t) {
    return cc_ccache_store_credentials(c.get(), &t.all);
}

} // namespace costrand::test
