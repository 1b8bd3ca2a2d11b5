// SPDX-License-Identifier: Apache-2.0
// AMT_WiFiPortConfigurationService: wireless profiles, which CIM_WiFiEndpointSettings then lists.
// Limits: wsman.md 13; pass phrases are taken and never told. Which value refuses what is assumed,
// see docs/simulated-firmware.md.
#include "properties.hpp"
#include "wsman_faults.hpp"
#include "wsman_instances.hpp"
#include "wsman_methods.hpp"
#include "wsman_tls.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::xml_element;

// wsman.md 9.2.
enum : std::uint32_t {
    wifi_not_supported = 1,
    wifi_failed = 2,
    wifi_invalid_parameter = 3,
    wifi_invalid_reference = 4,
};

constexpr std::string_view profiles_class = "CIM_WiFiEndpointSettings";
constexpr std::string_view eap_class = "CIM_IEEE8021xSettings";
constexpr std::size_t most_profiles = 16; // assumed
constexpr std::size_t longest_ssid = 32, shortest_phrase = 8, longest_phrase = 63;

bool is_one_of(std::optional<std::uint32_t> value, std::initializer_list<std::uint32_t> list) {
    return value && std::ranges::find(list, *value) != list.end();
}
bool uses_phrase(std::uint32_t authentication) {
    return authentication == 4 || authentication == 6 || authentication == 32768; // WPA, WPA2, SAE
}
bool uses_8021x(std::uint32_t authentication) {
    return authentication == 5 || authentication == 7;
}

bool is_phrase_good(const xml_element &profile) {
    const auto phrase = profile.value("PSKPassPhrase");
    if (phrase.empty())
        return profile.child("PSKValue") != nullptr;
    return phrase.size() >= shortest_phrase && phrase.size() <= longest_phrase;
}

bool is_profile_good(const xml_element &profile) {
    const auto authentication = number(profile, "AuthenticationMethod");
    const auto ssid = profile.value("SSID");
    return !profile.value("ElementName").empty() && !profile.value("InstanceID").empty() &&
           is_one_of(authentication, {2, 3, 4, 5, 6, 7, 32768, 32769}) &&
           is_one_of(number(profile, "EncryptionMethod"), {2, 3, 4, 5}) && !ssid.empty() &&
           ssid.size() <= longest_ssid && number(profile, "Priority").value_or(0) > 0 &&
           (!uses_phrase(*authentication) || is_phrase_good(profile));
}

// The one endpoint's name is known of what servers send; the recorded instance tells none.
bool is_endpoint(const device_state &state, const xml_element &reference) {
    const auto to = wsman::read_reference(reference);
    const auto *known = state.objects.find_name("CIM_WiFiEndpoint");
    return to && known && to->resource_uri == known->resource_uri && to->selectors.size() == 1 &&
           to->selectors[0].value == "WiFi Endpoint 0";
}

// A credential that is named must be here, the device's own with its key.
bool are_credentials_here(const method_call &call) {
    constexpr auto names = std::to_array<std::string_view>({"ClientCredential", "CACredential"});
    return std::ranges::all_of(names, [&](std::string_view name) {
        const auto *reference = call.input.child(name);
        if (!reference)
            return true;
        const auto *certificate =
            referred(call.state.objects, reference, "AMT_PublicKeyCertificate");
        return certificate && (name != names.front() || has_private_key(call.state, *certificate));
    });
}

std::optional<std::uint32_t> refuse_profile(const method_call &call, const xml_element &profile) {
    if (!is_profile_good(profile))
        return wifi_invalid_parameter;
    const auto *more = call.input.child("IEEE8021xSettingsInput");
    if (uses_8021x(*number(profile, "AuthenticationMethod")) != (more != nullptr))
        return wifi_invalid_parameter;
    if (more && (more->value("InstanceID").empty() || !number(*more, "AuthenticationProtocol")))
        return wifi_invalid_parameter;
    if (!are_credentials_here(call))
        return wifi_invalid_reference;
    return std::nullopt;
}

// What is listed of a profile; `made` is an instance with its class.
xml_element listed(xml_element made, const xml_element &profile) {
    set_property(made, "BSSType", "3"); // infrastructure, as recorded
    for (const auto *name : {"AuthenticationMethod", "BSSType", "ElementName", "EncryptionMethod",
                             "InstanceID", "Priority", "SSID"})
        if (profile.child(name))
            set_property(made, name, profile.value(name));
    return made;
}

void list_8021x(device_state &state, const xml_element &settings) {
    auto &all = edit_class(state, eap_class);
    auto made = instance_of(all);
    for (const auto *name :
         {"AuthenticationProtocol", "Domain", "ElementName", "InstanceID", "RoamingIdentity",
          "ServerCertificateName", "ServerCertificateNameComparison", "Username"})
        if (settings.child(name))
            set_property(made, name, settings.value(name));
    all.instances.push_back(std::move(made));
}

// Another profile with the same name or the same priority.
bool collides(const object_class &all, const xml_element &profile, const xml_element *itself) {
    return std::ranges::any_of(all.instances, [&](const auto &other) {
        return &other != itself && (other.value("InstanceID") == profile.value("InstanceID") ||
                                    other.value("Priority") == profile.value("Priority"));
    });
}

bool has_wireless_port(const device_state &state) {
    return first_instance(state.objects, "CIM_WiFiEndpoint") != nullptr;
}

method_outcome add_wifi_settings(method_call &call) {
    if (!has_wireless_port(call.state))
        return returns(wifi_not_supported);
    if (!is_endpoint(call.state, *call.input.child("WiFiEndpoint")))
        return returns(wifi_invalid_reference);
    const auto &profile = *call.input.child("WiFiEndpointSettingsInput");
    if (const auto why = refuse_profile(call, profile))
        return returns(*why);
    auto &all = edit_class(call.state, profiles_class);
    if (all.instances.size() >= most_profiles || collides(all, profile, nullptr))
        return returns(wifi_failed);
    all.instances.push_back(listed(instance_of(all), profile));
    if (const auto *more = call.input.child("IEEE8021xSettingsInput"))
        list_8021x(call.state, *more);
    return returns(success);
}

method_outcome update_wifi_settings(method_call &call) {
    const auto *old =
        referred(call.state.objects, call.input.child("WiFiEndpointSettings"), profiles_class);
    if (!old)
        return returns(wifi_invalid_reference);
    const auto &profile = *call.input.child("WiFiEndpointSettingsInput");
    if (const auto why = refuse_profile(call, profile))
        return returns(*why);
    if (collides(*call.state.objects.find_name(profiles_class), profile, old))
        return returns(wifi_failed);
    const auto name = std::string(old->value("InstanceID"));
    auto &all = edit_class(call.state, profiles_class);
    const auto at = std::ranges::find_if(
        all.instances, [&](const auto &one) { return one.value("InstanceID") == name; });
    after_delete(call.state, *at);
    *at = listed(instance_of(all), profile);
    if (const auto *more = call.input.child("IEEE8021xSettingsInput"))
        list_8021x(call.state, *more);
    return returns(success);
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_WiFiPortConfigurationService.AddWiFiSettings",
     &add_wifi_settings,
     "WiFiEndpoint WiFiEndpointSettingsInput IEEE8021xSettingsInput? ClientCredential? "
     "CACredential?",
     {profiles_class, eap_class}},
    {"AMT_WiFiPortConfigurationService.UpdateWiFiSettings",
     &update_wifi_settings,
     "WiFiEndpointSettings WiFiEndpointSettingsInput IEEE8021xSettingsInput? ClientCredential? "
     "CACredential?",
     {profiles_class, eap_class}},
});

} // namespace

std::span<const named_method> wifi_methods() noexcept {
    return methods;
}

// The settings for 802.1x of a profile have its name behind another beginning (wsman.md 11.5).
void after_wifi_delete(device_state &state, const xml_element &gone) {
    const auto name = "Intel(r) AMT: 8021X Settings " + std::string(gone.value("ElementName"));
    if (state.objects.find_name(eap_class))
        std::erase_if(edit_class(state, eap_class).instances,
                      [&](const auto &one) { return one.value("InstanceID") == name; });
}

} // namespace costrand::sim
