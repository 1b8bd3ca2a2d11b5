// SPDX-License-Identifier: Apache-2.0
// AMT_AuthorizationService and AMT_KerberosSettingData: who may log in. The first two entries of
// the access control list are the firmware's own, as in recorded replies; which value refuses what,
// and how many entries there may be, is assumed, see docs/simulated-firmware.md.
#include "encoding.hpp"
#include "wsman_faults.hpp"
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::xml_element;

// wsman.md 9.1.
enum : std::uint32_t { invalid_index = 35, invalid_handle = 2053, invalid_realm = 2055 };
// RealmValues and AccessPermission of wsman.md 12.
enum : std::uint32_t { user_notification = 16, general_info = 13, local_system = 24 };
enum : std::uint32_t { local_only = 0, most_permission = 2 };

constexpr std::size_t most_entries = 15, longest_name = 16;
constexpr std::uint32_t first_free_handle = 3;

// DigestPassword: base64 of the 16 bytes of MD5(user:realm:password).
std::optional<core::secret> read_digest(const xml_element &input) {
    const auto digest = from_base64(input.value("DigestPassword"));
    if (!digest || digest->size() != 16)
        return std::nullopt;
    return core::secret(hex(*digest));
}

method_outcome set_admin_acl_entry(method_call &call) {
    if (call.input.value("Username") != call.state.admin_user)
        return returns(invalid_name); // renaming is not simulated
    auto digest = read_digest(call.input);
    if (!digest)
        return returns(invalid_password);
    call.state.admin_ha1 = std::move(*digest);
    return returns(success);
}

method_outcome get_admin_acl_entry(method_call &call) {
    return returns(success, {{"Username", call.state.admin_user}});
}

// Whether nobody has given the administrator a password yet.
method_outcome get_admin_status(method_call &call) {
    return returns(success, {{"IsDefault", call.state.admin_ha1.empty() ? "true" : "false"}});
}

// The firmware's own entries, then what was added.
std::vector<acl_entry> all_entries(const device_state &state) {
    std::vector<acl_entry> all(2);
    all[0].handle = 1;
    all[0].user = "$$uns";
    all[0].realms = {user_notification};
    all[1].handle = 2;
    all[1].user = state.local_user;
    all[1].realms = {general_info, local_system};
    all[0].permission = all[1].permission = local_only;
    all.insert(all.end(), state.acl.begin(), state.acl.end());
    return all;
}

std::optional<acl_entry> entry_of(const method_call &call) {
    const auto all = all_entries(call.state);
    const auto found =
        std::ranges::find(all, number(call.input, "Handle").value_or(0), &acl_entry::handle);
    return found == all.end() ? std::nullopt : std::optional(*found);
}

// One that may be changed: nullptr, and the value that says why not.
acl_entry *changeable(method_call &call, std::uint32_t &why) {
    const auto handle = number(call.input, "Handle").value_or(0);
    const auto found = std::ranges::find(call.state.acl, handle, &acl_entry::handle);
    if (found != call.state.acl.end())
        return &*found;
    const bool own = handle > 0 && handle < first_free_handle;
    why = own ? std::uint32_t{not_permitted} : invalid_handle;
    return nullptr;
}

method_outcome list_entries(method_call &call) {
    const auto all = all_entries(call.state);
    const auto start = number(call.input, "StartIndex");
    if (!start || *start == 0 || *start > all.size())
        return returns(invalid_index);
    std::vector<out_parameter> out;
    out.push_back({"TotalCount", std::to_string(all.size())});
    out.push_back({"HandlesCount", std::to_string(all.size() - (*start - 1))});
    for (std::size_t i = *start - 1; i < all.size(); ++i)
        out.push_back({"Handles", std::to_string(all[i].handle)});
    return returns(success, std::move(out));
}

method_outcome get_entry(method_call &call) {
    const auto entry = entry_of(call);
    if (!entry)
        return returns(invalid_handle);
    std::vector<out_parameter> out;
    if (entry->kerberos_sid.empty())
        out.push_back({"DigestUsername", entry->user});
    else
        out.push_back({"KerberosUserSid", entry->kerberos_sid});
    out.push_back({"AccessPermission", std::to_string(entry->permission)});
    for (const auto realm : entry->realms)
        out.push_back({"Realms", std::to_string(realm)});
    return returns(success, std::move(out));
}

method_outcome get_enabled(method_call &call) {
    const auto entry = entry_of(call);
    if (!entry)
        return returns(invalid_handle);
    return returns(success, {{"Enabled", entry->enabled ? "true" : "false"}});
}

method_outcome set_enabled(method_call &call) {
    const auto wanted = call.input.value("Enabled");
    if (wanted != "true" && wanted != "false")
        return invalid_argument();
    std::uint32_t why = success;
    auto *entry = changeable(call, why);
    if (!entry)
        return returns(why);
    entry->enabled = wanted == "true";
    return returns(success);
}

method_outcome remove_entry(method_call &call) {
    std::uint32_t why = success;
    const auto *entry = changeable(call, why);
    if (!entry)
        return returns(why);
    call.state.acl.erase(call.state.acl.begin() + (entry - call.state.acl.data()));
    return returns(success);
}

bool is_name(const device_state &state, std::string_view name) {
    return !name.empty() && name.size() <= longest_name && !name.starts_with('$') &&
           name != state.admin_user && std::ranges::all_of(name, [](char c) {
               return c > ' ' && c < 127 && c != ':' && c != '"';
           });
}

// Recorded replies call them Realms, wsman.md 12 RealmValue. Empty: one is none that there is.
std::vector<std::uint32_t> read_realms(const xml_element &input) {
    std::vector<std::uint32_t> realms;
    for (const auto *name : {"Realms", "RealmValue"})
        for (const auto *one : input.children_named(name)) {
            xml_element holder;
            holder.children.push_back(*one);
            const auto realm = number(holder, name).value_or(0);
            if (realm < 2 || realm > local_system || realm == 22 || realm == 23) // reserved
                return {};
            realms.push_back(realm);
        }
    std::ranges::sort(realms);
    realms.erase(std::unique(realms.begin(), realms.end()), realms.end());
    return realms;
}

// What the input says, into `to`; the answer when it is not good.
std::optional<method_outcome> refuse_entry(const method_call &call, acl_entry &to) {
    const auto &input = call.input;
    to.user = input.value("DigestUsername");
    to.kerberos_sid = input.value("KerberosUserSid");
    if (to.kerberos_sid.empty() ? !is_name(call.state, to.user) : !to.user.empty())
        return returns(invalid_name);
    to.ha1 = core::secret();
    if (to.kerberos_sid.empty()) {
        auto digest = read_digest(input);
        if (!digest)
            return returns(invalid_password);
        to.ha1 = std::move(*digest);
    }
    const auto permission = number(input, "AccessPermission");
    if (!permission || *permission > most_permission)
        return invalid_argument();
    to.permission = *permission;
    to.realms = read_realms(input);
    if (to.realms.empty())
        return returns(invalid_realm);
    if (std::ranges::any_of(call.state.acl, [&](const acl_entry &other) {
            return other.handle != to.handle && other.user == to.user &&
                   other.kerberos_sid == to.kerberos_sid;
        }))
        return returns(duplicate);
    return std::nullopt;
}

method_outcome add_entry(method_call &call) {
    acl_entry made;
    if (auto refused = refuse_entry(call, made))
        return std::move(*refused);
    auto &list = call.state.acl;
    if (list.size() >= most_entries)
        return returns(limit_reached);
    made.handle = first_free_handle;
    auto at = list.begin();
    for (; at != list.end() && at->handle == made.handle; ++at)
        ++made.handle;
    const auto handle = std::to_string(made.handle);
    list.insert(at, std::move(made));
    return returns(success, {{"Handle", handle}});
}

method_outcome update_entry(method_call &call) {
    std::uint32_t why = success;
    auto *entry = changeable(call, why);
    if (!entry)
        return returns(why);
    auto changed = *entry;
    if (auto refused = refuse_entry(call, changed))
        return std::move(*refused);
    *entry = std::move(changed);
    return returns(success);
}

method_outcome get_credential_cache(method_call &call) {
    return returns(success, {{"Enabled", call.state.kerberos_cache ? "true" : "false"}});
}

method_outcome set_credential_cache(method_call &call) {
    constexpr std::uint32_t unsupported_parameter = 3; // wsman.md 12
    const auto wanted = call.input.value("Enabled");
    if (wanted != "true" && wanted != "false")
        return returns(unsupported_parameter);
    call.state.kerberos_cache = wanted == "true";
    return returns(success);
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_AuthorizationService.AddUserAclEntryEx", &add_entry,
     "Handle? DigestUsername? DigestPassword? AccessPermission Realms* RealmValue* "
     "KerberosUserSid?"},
    {"AMT_AuthorizationService.EnumerateUserAclEntries", &list_entries, "StartIndex"},
    {"AMT_AuthorizationService.GetAclEnabledState", &get_enabled, "Handle"},
    {"AMT_AuthorizationService.GetAdminAclEntry", &get_admin_acl_entry},
    {"AMT_AuthorizationService.GetAdminAclEntryStatus", &get_admin_status},
    {"AMT_AuthorizationService.GetAdminNetAclEntryStatus", &get_admin_status},
    {"AMT_AuthorizationService.GetUserAclEntryEx", &get_entry, "Handle"},
    {"AMT_AuthorizationService.RemoveUserAclEntry", &remove_entry, "Handle"},
    {"AMT_AuthorizationService.SetAclEnabledState", &set_enabled, "Handle Enabled"},
    {"AMT_AuthorizationService.SetAdminAclEntryEx", &set_admin_acl_entry,
     "Username DigestPassword"},
    {"AMT_AuthorizationService.UpdateUserAclEntry", &update_entry,
     "Handle DigestUsername? DigestPassword? AccessPermission Realms* RealmValue* "
     "KerberosUserSid?"},
    {"AMT_KerberosSettingData.GetCredentialCacheState", &get_credential_cache},
    {"AMT_KerberosSettingData.SetCredentialCacheState", &set_credential_cache, "Enabled"},
});

} // namespace

std::span<const named_method> access_methods() noexcept {
    return methods;
}

} // namespace costrand::sim
