// SPDX-License-Identifier: Apache-2.0
// The library's objects: each has the published head, and behind it what the library knows of it.
// Objects know names of server objects only; which connection carries a call is known in link.hpp.
#pragma once

#include <costrand-krb5cc/CredentialsCache.h>

#include <costrand/ccapi/identifier.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/core/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::krb5cc {

extern const cc_context_f context_functions;
extern const cc_ccache_f ccache_functions;
extern const cc_string_f string_functions;
extern const cc_credentials_f credentials_functions;
extern const cc_ccache_iterator_f ccache_iterator_functions;
extern const cc_credentials_iterator_f credentials_iterator_functions;

struct context : cc_context_d {
    context() noexcept : cc_context_d{&context_functions} {}

    // Of the server that change times came from; fresh: of none yet.
    ccapi::identifier collection;
    ccapi::cc_time seen = 0; // the change that wait_for_change told last; 0: none
};

struct ccache : cc_ccache_d {
    explicit ccache(ccapi::identifier name) : cc_ccache_d{&ccache_functions}, id(std::move(name)) {}

    ccapi::identifier id;
    ccapi::cc_time seen = 0; // as of a context
};

struct string : cc_string_d {
    explicit string(std::string_view from) : cc_string_d{nullptr, &string_functions}, text(from) {
        data = text.c_str();
    }

    std::string text;
};

// The C structures point into what was decoded; its bytes are wiped when they go.
struct credentials : cc_credentials_d {
    // Throws std::bad_alloc.
    credentials(ccapi::identifier name, ccapi::credential from);
    credentials(const credentials &) = delete;
    credentials &operator=(const credentials &) = delete;

    ccapi::identifier id;
    ccapi::credential held;
    std::vector<cc_data> items; // of addresses, then of authdata
    std::vector<cc_data *> addresses, authdata;
    cc_credentials_v5_t v5{};
    cc_credentials_union all{};
};

struct ccache_iterator : cc_ccache_iterator_d {
    explicit ccache_iterator(std::optional<ccapi::identifier> name)
        : cc_ccache_iterator_d{&ccache_iterator_functions},
          id(std::move(name)) {}

    std::optional<ccapi::identifier> id; // none: there was no server, so it is at its end
};

struct credentials_iterator : cc_credentials_iterator_d {
    explicit credentials_iterator(ccapi::identifier name)
        : cc_credentials_iterator_d{&credentials_iterator_functions},
          id(std::move(name)) {}

    ccapi::identifier id;
};

inline context &of(cc_context_t c) noexcept {
    return *static_cast<context *>(c);
}
inline ccache &of(cc_ccache_t c) noexcept {
    return *static_cast<ccache *>(c);
}
inline credentials &of(cc_credentials_t c) noexcept {
    return *static_cast<credentials *>(c);
}
inline ccache_iterator &of(cc_ccache_iterator_t i) noexcept {
    return *static_cast<ccache_iterator *>(i);
}
inline credentials_iterator &of(cc_credentials_iterator_t i) noexcept {
    return *static_cast<credentials_iterator *>(i);
}

// As it is stored. Error bad_param: a null text, a length without data.
[[nodiscard]] core::result<ccapi::credential> read_credential(const cc_credentials_v5_t &from);

} // namespace costrand::krb5cc
