// SPDX-License-Identifier: Apache-2.0
// AMT_AuthorizationService: who may log in.
#include "encoding.hpp"
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace costrand::sim {
namespace {

// DigestPassword: base64 of the 16 bytes of MD5(user:realm:password).
method_outcome set_admin_acl_entry(method_call &call) {
    if (call.input.value("Username") != call.state.admin_user)
        return returns(invalid_name); // renaming is not simulated
    const auto digest = from_base64(call.input.value("DigestPassword"));
    if (!digest || digest->size() != 16)
        return returns(invalid_password);
    call.state.admin_ha1 = core::secret(hex(*digest));
    return returns(success);
}

method_outcome get_admin_acl_entry(method_call &call) {
    return returns(success, {{"Username", call.state.admin_user}});
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_AuthorizationService.GetAdminAclEntry", &get_admin_acl_entry},
    {"AMT_AuthorizationService.SetAdminAclEntryEx", &set_admin_acl_entry,
     "Username DigestPassword"},
});

} // namespace

std::span<const named_method> access_methods() noexcept {
    return methods;
}

} // namespace costrand::sim
