// SPDX-License-Identifier: Apache-2.0
#include "call.hpp"

namespace costrand::krb5cc {
namespace {

cc_int32 release(cc_string_t s) noexcept {
    return guarded([&] {
        if (!s)
            return errc::bad_param;
        delete static_cast<string *>(s);
        return errc::no_error;
    });
}

} // namespace

const cc_string_f string_functions = {release};

} // namespace costrand::krb5cc
