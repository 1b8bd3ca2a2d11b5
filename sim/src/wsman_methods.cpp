// SPDX-License-Identifier: Apache-2.0
#include "wsman_methods.hpp"

#include "words.hpp"
#include "wsman_faults.hpp"
#include "wsman_tls.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace costrand::sim {

const named_method *find_method(std::string_view name, const object_store &objects) {
    const auto is_here = [&](std::string_view needed) {
        return needed.empty() || objects.find_name(needed) != nullptr;
    };
    for (const auto part :
         {&access_methods, &alarm_methods, &clock_methods, &consent_methods, &key_methods,
          &log_methods, &network_methods, &power_methods, &provisioning_methods,
          &remote_access_methods, &setup_methods, &state_change_methods, &wifi_methods}) {
        const auto table = part();
        if (const auto found = std::ranges::find(table, name, &named_method::name);
            found != table.end())
            return std::ranges::all_of(found->needs, is_here) ? &*found : nullptr;
    }
    return nullptr;
}

std::optional<wsman::fault> refuse_input(const named_method &wanted,
                                         const wsman::xml_element &input) {
    bool complete = true, fits = true;
    std::size_t taken = 0;
    for_each_word(wanted.parameters, [&](std::string_view name) {
        const bool optional = name.ends_with('?'), array = name.ends_with('*');
        name.remove_suffix(optional || array ? 1 : 0);
        const auto given = input.children_named(name).size();
        taken += given;
        complete = complete && (given > 0 || optional || array);
        fits = fits && (given <= 1 || array);
    });
    if (!complete)
        return missing_values();
    if (!fits || taken != input.children.size())
        return schema_error();
    return std::nullopt;
}

method_outcome returns(std::uint32_t value, std::vector<out_parameter> out) {
    out.push_back({"ReturnValue", std::to_string(value)});
    return out;
}

std::optional<std::uint32_t> number(const wsman::xml_element &input, std::string_view name) {
    const auto text = input.value(name);
    std::uint32_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

void after_put(device_state &state, wsman::xml_element &instance, const wsman::xml_element &body) {
    if (instance.name == "AMT_BootSettingData" && instance.child("OptionsCleared"))
        set_property(instance, "OptionsCleared", "false"); // until the next boot: assumed
    if (instance.name == "AMT_TLSCredentialContext")
        write_tls_context(state, instance, body);
    if (instance.name == "IPS_IEEE8021xSettings" && instance.value("Enabled") != "2")
        forget_8021x_certificates(state); // assumed
    // Recorded: the reply to Put on AMT_RedirectionService tells the state as requested, too.
    if (instance.name == "AMT_RedirectionService")
        set_property(instance, "RequestedState", std::string(instance.value("EnabledState")));
}

} // namespace costrand::sim
