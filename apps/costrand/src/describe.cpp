// SPDX-License-Identifier: Apache-2.0
// The facts of a device in the words of the published command line (rpc-cli.md 4.2 and 4.3).
#include <costrand/commands/report.hpp>

#include <costrand/activate/amt_queries.hpp>
#include <costrand/rps/messages.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace costrand::commands {

namespace {

using form = report_row::form;

template <std::size_t size>
std::string word(const std::array<std::string_view, size> &words, std::uint32_t value) {
    return value < size ? std::string(words[value]) : "unknown (" + std::to_string(value) + ")";
}

std::string mode_word(heci::control_mode mode) {
    return word<3>({"not activated", "client control mode", "admin control mode"},
                   static_cast<std::uint32_t>(mode));
}
std::string provisioning_word(heci::provisioning_state state) {
    return word<3>({"pre-provisioning", "in provisioning", "post-provisioning"},
                   static_cast<std::uint32_t>(state));
}

std::string dotted(const std::array<std::uint8_t, 4> &address) {
    std::string out;
    for (const auto octet : address)
        out += (out.empty() ? "" : ".") + std::to_string(octet);
    return out;
}

std::string mac_text(const std::array<std::byte, 6> &mac) {
    std::string out;
    for (const std::byte b : mac)
        out += (out.empty() ? "" : ":") + activate::hex_text({&b, 1});
    return out;
}

std::string_view flag_of(info_item what) {
    constexpr std::array<std::string_view, info_items> flags = {
        "-r", "-b",         "-s",         "-u", "--upid", "-m",
        "-p", "-d",         "--hostname", "-l", "-a",     "--operationalState",
        "-c", "--userCert", "--proxy"};
    return flags[static_cast<std::size_t>(what)];
}

// Texts come from the firmware and the system: printable, valid UTF-8.
class rows {
  public:
    explicit rows(info_item flag) : flag_(flag_of(flag)) {}

    rows &of(info_item flag) {
        flag_ = flag_of(flag);
        return *this;
    }
    rows &add(std::string_view key, std::string_view label, std::string_view value,
              form as = form::text, bool even_empty = false) {
        out_.push_back({key, std::string(label), flag_, rps::printable(value), as, even_empty});
        return *this;
    }
    rows &add(std::string_view key, std::string_view label,
              const std::optional<std::string> &value) {
        return value ? add(key, label, std::string_view(*value)) : *this;
    }
    rows &flag(std::string_view key, std::string_view label, bool value) {
        return add(key, label, value ? "true" : "false", form::boolean);
    }
    [[nodiscard]] std::vector<report_row> take() { return std::move(out_); }

  private:
    std::string_view flag_;
    std::vector<report_row> out_;
};

report_section device_section(const device_info &info) {
    rows out(info_item::version);
    out.add("amt", "Version", info.version);
    out.of(info_item::build).add("buildNumber", "Build Number", info.build);
    out.of(info_item::sku).add("sku", "SKU", info.sku).add("features", "Features", info.features);
    out.of(info_item::uuid).add("uuid", "UUID", info.uuid);
    if (info.mode)
        out.of(info_item::mode)
            .add("controlMode", "Control Mode", std::string_view(mode_word(*info.mode)));
    if (info.provisioning)
        out.of(info_item::provisioning_state)
            .add("provisioningState", "Provisioning State",
                 std::string_view(provisioning_word(*info.provisioning)));
    if (info.operational)
        out.of(info_item::operational_state)
            .add("operationalState", "AMT Operational State (BIOS)",
                 std::string_view(*info.operational ? "enabled" : "disabled"));
    out.of(info_item::dns)
        .add("dnsSuffix", "DNS Suffix", info.dns_suffix)
        .add("dnsSuffixOS", "DNS Suffix (OS)", info.dns_suffix_os);
    out.of(info_item::hostname).add("hostnameOS", "Hostname (OS)", info.hostname_os);
    if (!info.heci_usable)
        out.flag("heciAvailable", "", false);
    return {"AMT Device Information",
            "Device",
            "",
            report_section::shape::top,
            {{"", out.take(), "", ""}}};
}

report_section remote_section(const heci::remote_access_status &status) {
    rows out(info_item::remote_access);
    out.add("networkStatus", "Network",
            std::string_view(
                word<3>({"direct (LAN)", "vpn", "outside enterprise (CIRA)"}, status.network)));
    out.add("remoteStatus", "Remote Status",
            std::string_view(word<3>({"not connected", "connecting", "connected"}, status.remote)));
    out.add("remoteTrigger", "Trigger",
            std::string_view(
                word<4>({"user initiated", "alert", "periodic", "provisioning"}, status.trigger)));
    out.add("mpsHostname", "MPS Hostname", std::string_view(status.server), form::text, true);
    return {"Remote Access",
            "Remote Access",
            "ras",
            report_section::shape::object,
            {{"", out.take(), "", ""}}};
}

report_section adapter_section(std::string_view title, std::string_view key,
                               const lan_adapter &adapter) {
    const auto &amt = adapter.amt;
    rows out(info_item::lan);
    out.flag("isEnable", "", amt.enabled)
        .flag("dhcpEnabled", "DHCP Enabled", amt.dhcp_enabled)
        .add("dhcpMode", "DHCP Mode",
             std::string_view(amt.dhcp_mode == 1   ? "active"
                              : amt.dhcp_mode == 2 ? "passive"
                                                   : ""))
        .add("linkStatus", "Link Status", std::string_view(amt.link_up ? "up" : "down"))
        .add("ipAddress", "AMT IP Address", std::string_view(dotted(amt.address)))
        .add("osIpAddress", "OS IP Address", std::string_view(adapter.os_address))
        .add("macAddress", "MAC Address", std::string_view(mac_text(amt.mac)));
    return {std::string(title),
            std::string(title),
            key,
            report_section::shape::object,
            {{"", out.take(), "", ""}}};
}

report_section platform_section(const heci::platform_id &id) {
    using type = heci::platform_id::oem_type;
    const bool printable = id.type == type::printable;
    const auto text = core::as_text(id.oem);
    rows out(info_item::platform_id);
    out.add("oemPlatformIdType", "OEM Platform ID Type",
            std::string_view(
                word<3>({"not set", "binary", "printable"}, static_cast<std::uint32_t>(id.type))));
    if (id.type != type::not_set)
        out.add("oemId", "OEM ID",
                std::string_view(printable ? std::string(text.substr(0, text.find('\0')))
                                           : activate::hex_text(id.oem)));
    out.add("csmeId", "CSME ID", std::string_view(activate::hex_text(id.csme)));
    return {
        "Intel UPID", "UPID", "upid", report_section::shape::object, {{"", out.take(), "", ""}}};
}

// Keys of one JSON object: a name that is there already gets a number.
std::string unique_name(const std::string &name, const std::vector<report_entry> &others) {
    const auto taken = [&](const std::string &candidate) {
        return std::any_of(others.begin(), others.end(),
                           [&](const report_entry &e) { return e.name == candidate; });
    };
    std::string out = name;
    for (int n = 2; taken(out); ++n)
        out = name + " (" + std::to_string(n) + ")";
    return out;
}

report_section hash_section(const std::vector<heci::certificate_hash> &hashes) {
    report_section out{"Certificate Hashes",
                       "Certificate Hash",
                       "certificateHashes",
                       report_section::shape::map,
                       {}};
    for (const auto &entry : hashes) {
        const std::string algorithm =
            word<6>({"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-224", "SHA-512"}, entry.algorithm);
        const std::string hash = activate::hex_text(entry.hash);
        rows members(info_item::hashes);
        members.add("Hash", "Hash", std::string_view(hash))
            .add("Name", "Name", std::string_view(entry.name))
            .add("Algorithm", "Algorithm", std::string_view(algorithm))
            .flag("IsActive", "Active", entry.is_active)
            .flag("IsDefault", "Default", entry.is_default);
        const std::string name = rps::printable(entry.name.empty() ? "unnamed" : entry.name);
        out.entries.push_back({unique_name(name, out.entries), members.take(),
                               algorithm + (entry.is_active ? ", active" : ", not active") +
                                   (entry.is_default ? ", default" : ""),
                               hash});
    }
    return out;
}

// A certificate's handle, for a key; AMT's names are long and the same for all.
report_section
certificate_section(const std::vector<wsman::amt::public_key_certificate> &certificates) {
    report_section out{"Public Key Certificates",
                       "Public Key Certificate",
                       "userCerts",
                       report_section::shape::map,
                       {}};
    for (const auto &one : certificates) {
        rows members(info_item::user_certificates);
        members.add("subject", "Subject", one.subject).add("issuer", "Issuer", one.issuer);
        const bool root = one.trusted_root_certificate.value_or(false);
        const bool fixed = one.read_only_certificate.value_or(false);
        members.flag("trustedRootCertificate", "Trusted Root", root)
            .flag("readOnlyCertificate", "Read Only", fixed);
        const auto name = rps::printable(one.instance_id.value_or("unnamed"));
        const auto subject = rps::printable(one.subject.value_or(""));
        out.entries.push_back(
            {unique_name(name, out.entries), members.take(),
             subject + (root ? ", trusted root" : "") + (fixed ? ", read only" : ""),
             "issued by " + rps::printable(one.issuer.value_or(""))});
    }
    return out;
}

report_section proxy_section(const std::vector<wsman::ips::http_proxy_access_point> &proxies) {
    report_section out{"HTTP Proxy Configuration",
                       "HTTP Proxy",
                       "proxyAccessPoints",
                       report_section::shape::list,
                       {}};
    for (const auto &one : proxies) {
        rows members(info_item::proxies);
        members.add("address", "Address", one.access_info);
        if (one.port)
            members.add("port", "Port", std::string_view(std::to_string(*one.port)), form::number);
        members.add("networkDnsSuffix", "Network DNS Suffix", one.network_dns_suffix);
        if (one.info_format) {
            std::string known(wsman::text(*one.info_format));
            if (known.empty())
                known = "unknown (" + std::to_string(static_cast<std::uint32_t>(*one.info_format)) +
                        ")";
            members.add("infoFormat", "Address Format", std::string_view(known));
        }
        const auto name = rps::printable(one.access_info.value_or("unnamed"));
        out.entries.push_back({name, members.take(), "", ""});
    }
    return out;
}

} // namespace

report describe(const device_info &info) {
    report out;
    out.push_back(device_section(info));
    if (info.remote_access)
        out.push_back(remote_section(*info.remote_access));
    if (info.wired)
        out.push_back(adapter_section("Wired Adapter", "wiredAdapter", *info.wired));
    if (info.wireless)
        out.push_back(adapter_section("Wireless Adapter", "wirelessAdapter", *info.wireless));
    if (info.platform_id)
        out.push_back(platform_section(*info.platform_id));
    if (info.hashes)
        out.push_back(hash_section(*info.hashes));
    if (info.user_certificates)
        out.push_back(certificate_section(*info.user_certificates));
    if (info.proxies)
        out.push_back(proxy_section(*info.proxies));
    return out;
}

} // namespace costrand::commands
