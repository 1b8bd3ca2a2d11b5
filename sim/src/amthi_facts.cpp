// SPDX-License-Identifier: Apache-2.0
// AMT host commands that tell what the device is: versions, identity, features, trusted roots.
#include "amthi_commands.hpp"
#include "encoding.hpp"
#include "properties.hpp"

#include <costrand/transports/amthi_messages.hpp>

#include <string>
#include <utility>

namespace costrand::sim {

amthi_outcome tell_code_versions(const amthi_call &call) {
    const auto &device = call.device();
    heci::version_table table;
    table.bios = device.bios_version;
    const std::pair<const char *, std::string> entries[] = {
        {"Flash", device.amt_version},
        {"Netstack", device.amt_version},
        {"AMTApps", device.amt_version},
        {"AMT", device.amt_version},
        {"Sku", device.sku},
        {"VendorID", "8086"},
        {"Build Number", device.build_number},
        {"Recovery Version", device.amt_version},
        {"Recovery Build Num", device.build_number},
        {"Legacy Mode", "False"},
    };
    for (const auto &[key, value] : entries)
        table.entries.push_back({key, value});
    return heci::encode(table);
}

amthi_outcome tell_uuid(const amthi_call &call) {
    return heci::encode(heci::device_uuid{wire_uuid(call.device().uuid)});
}

// 17 numbers (heci.md 9.14).
amthi_outcome tell_security_parameters(const amthi_call &call) {
    const auto &state = call.state();
    const auto &device = call.device();
    const auto redirection = enabled_redirection(state.objects);
    const bool tls =
        device.tls_enforced || property(state.objects, "AMT_TLSSettingData", "Enabled") == "true";
    const bool network =
        property(state.objects, "AMT_GeneralSettings", "NetworkInterfaceEnabled") == "true";
    const std::uint32_t numbers[] = {
        device.amthi.provisioning_mode == 1,
        tls,
        device.amthi.hardware_crypto,
        static_cast<std::uint32_t>(state.provisioning),
        network,
        redirection.sol,
        redirection.ider,
        device.amthi.firmware_update,
        device.wired.link_up,
        redirection.kvm,
    };
    std::vector<std::byte> data;
    core::byte_writer to(data);
    for (const auto value : numbers)
        to.le(value);
    to.zeros(7 * sizeof(std::uint32_t)); // reserved
    return data;
}

amthi_outcome tell_hash_handles(const amthi_call &call) {
    std::vector<std::uint32_t> handles;
    for (std::size_t i = 0; i < call.device().roots.size(); ++i)
        handles.push_back(static_cast<std::uint32_t>(i));
    return heci::encode_handles(handles);
}

amthi_outcome tell_hash_entry(const amthi_call &call) {
    const auto handle = *heci::decode_number(call.data);
    if (handle >= call.device().roots.size())
        return heci::status::not_found;
    const auto &root = call.device().roots[handle];
    heci::certificate_hash entry;
    entry.is_default = root.is_default;
    entry.is_active = root.active;
    entry.algorithm = static_cast<std::uint8_t>(root.hash_algorithm);
    entry.hash = from_hex(root.hash).value_or(std::vector<std::byte>());
    entry.name = root.name;
    return heci::encode(entry);
}

amthi_outcome tell_ehbc_state(const amthi_call &call) {
    return heci::encode_number(call.device().amthi.ehbc ? 1 : 0);
}

} // namespace costrand::sim
