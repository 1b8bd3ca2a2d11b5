// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/payload.hpp>

#include <costrand/rps/errc.hpp>

#include "json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace costrand::rps {

namespace {

void append_flag(std::string &out, std::string_view key, bool value) {
    append_json_string(out, key);
    out += value ? ":true," : ":false,";
}

void append_true(std::string &out, std::string_view key, bool value) {
    if (value)
        append_flag(out, key, true);
}

void close_object(std::string &out) {
    out.back() = '}';
}

void append_hashes(std::string &out, const std::vector<std::string> &hashes) {
    out += "\"certHashes\":";
    if (hashes.empty()) {
        out += "null,";
        return;
    }
    char separator = '[';
    for (const auto &hash : hashes) {
        out += separator;
        append_json_string(out, hash);
        separator = ',';
    }
    out += "],";
}

void append_ip(std::string &out, const ip_configuration &ip) {
    out += "\"ipConfiguration\":{";
    append_flag(out, "dhcp", ip.dhcp);
    append_flag(out, "static", ip.is_static);
    append_flag(out, "ipsync", ip.ip_sync);
    append_json_member(out, "ipAddress", ip.ip_address);
    append_json_member(out, "netmask", ip.netmask);
    append_json_member(out, "gateway", ip.gateway);
    append_json_member(out, "primaryDns", ip.primary_dns);
    append_json_member(out, "secondaryDns", ip.secondary_dns);
    close_object(out);
    out += ',';
}

} // namespace

core::secret format_facts(const device_facts &facts) {
    std::string out = "{";
    out.reserve(2048 + 80 * facts.certificate_hashes.size()); // no copies of the password behind
    append_json_member(out, "ver", facts.version);
    append_json_member(out, "build", facts.build);
    append_json_member(out, "sku", facts.sku);
    append_json_member(out, "features", facts.features);
    append_json_member(out, "uuid", facts.uuid);
    append_json_member(out, "username", facts.username);
    append_json_member(out, "password", facts.password.reveal());
    out += "\"currentMode\":" + std::to_string(facts.control_mode) + ",";
    append_json_member(out, "hostname", facts.hostname);
    append_json_member(out, "fqdn", facts.fqdn);
    append_json_member(out, "client", facts.client);
    append_hashes(out, facts.certificate_hashes);
    append_ip(out, facts.ip);
    out += "\"hostnameInfo\":{";
    append_json_member(out, "dnsSuffixOS", facts.host.dns_suffix_os);
    append_json_member(out, "hostname", facts.host.hostname);
    close_object(out);
    out += ',';
    if (!facts.friendly_name.empty())
        append_json_member(out, "friendlyName", facts.friendly_name);
    append_true(out, "tlsEnforced", facts.tls_enforced);
    append_true(out, "tlsTunnel", facts.tls_tunnel);
    append_true(out, "lmsInstalled", facts.lms_installed);
    append_true(out, "progressSupported", facts.progress_supported);
    close_object(out);
    return core::secret(std::move(out));
}

namespace {

// Reads members of one object; a value of the wrong type clears well_formed.
class member_reader {
  public:
    explicit member_reader(const boost::json::object &object) : object_(object) {}

    void read(std::string_view key, std::string &to) {
        const auto *value = find(key);
        if (!value)
            return;
        if (value->is_string())
            to = std::string_view(value->get_string());
        else if (value->is_int64())
            to = std::to_string(value->get_int64());
        else
            well_formed = false;
    }
    void read(std::string_view key, bool &to) {
        if (const auto *value = find(key); value && value->is_bool())
            to = value->get_bool();
        else if (value)
            well_formed = false;
    }
    void read(std::string_view key, int &to) {
        const auto *value = find(key);
        if (value && value->is_int64())
            to = static_cast<int>(std::clamp<std::int64_t>(value->get_int64(), -1, 255));
        else if (value)
            well_formed = false;
    }
    const boost::json::object *child(std::string_view key) {
        const auto *value = find(key);
        if (!value || value->is_object())
            return value ? &value->get_object() : nullptr;
        well_formed = false;
        return nullptr;
    }
    // The member unless it is absent or null.
    const boost::json::value *find(std::string_view key) const {
        const auto *value = object_.if_contains(key);
        return value && !value->is_null() ? value : nullptr;
    }

    bool well_formed = true;

  private:
    const boost::json::object &object_;
};

bool read_hashes(const member_reader &members, std::vector<std::string> &to) {
    const auto *value = members.find("certHashes");
    if (!value)
        return true;
    if (!value->is_array())
        return false;
    for (const auto &hash : value->get_array()) {
        if (!hash.is_string())
            return false;
        to.emplace_back(std::string_view(hash.get_string()));
    }
    return true;
}

bool read_ip(const boost::json::object &object, ip_configuration &to) {
    member_reader members(object);
    members.read("dhcp", to.dhcp);
    members.read("static", to.is_static);
    members.read("ipsync", to.ip_sync);
    members.read("ipAddress", to.ip_address);
    members.read("netmask", to.netmask);
    members.read("gateway", to.gateway);
    members.read("primaryDns", to.primary_dns);
    members.read("secondaryDns", to.secondary_dns);
    return members.well_formed;
}

bool read_host(const boost::json::object &object, hostname_info &to) {
    member_reader members(object);
    members.read("dnsSuffixOS", to.dns_suffix_os);
    members.read("hostname", to.hostname);
    return members.well_formed;
}

core::result<device_facts> read_facts(const boost::json::object &object) {
    member_reader members(object);
    device_facts facts;
    facts.client.clear();
    members.read("ver", facts.version);
    members.read("build", facts.build);
    members.read("sku", facts.sku);
    members.read("features", facts.features);
    members.read("uuid", facts.uuid);
    members.read("username", facts.username);
    std::string password;
    members.read("password", password);
    facts.password = core::secret(std::move(password));
    members.read("currentMode", facts.control_mode);
    members.read("hostname", facts.hostname);
    members.read("fqdn", facts.fqdn);
    members.read("client", facts.client);
    members.read("friendlyName", facts.friendly_name);
    members.read("tlsEnforced", facts.tls_enforced);
    members.read("tlsTunnel", facts.tls_tunnel);
    members.read("lmsInstalled", facts.lms_installed);
    members.read("progressSupported", facts.progress_supported);
    bool well_formed = read_hashes(members, facts.certificate_hashes);
    if (const auto *ip = members.child("ipConfiguration"))
        well_formed &= read_ip(*ip, facts.ip);
    if (const auto *host = members.child("hostnameInfo"))
        well_formed &= read_host(*host, facts.host);
    if (!well_formed || !members.well_formed)
        return make_error_code(errc::malformed_message);
    return facts;
}

// The number at the front of `s`, up to `end`, which must be all of it or be followed by '.'.
std::optional<std::uint32_t> number(std::string_view s) {
    std::uint32_t value = 0;
    const auto [end, failure] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (failure != std::errc() || (end != s.data() + s.size() && *end != '.'))
        return std::nullopt;
    return value;
}

// AMT up to 2.2: the SKU is a number, not a mask. Assumption for 1 and 2: the spec says "other
// combinations"; RPS only stores the text, and no such device is left.
std::string first_generation_features(std::uint32_t sku) {
    static constexpr std::array names = {"AMT + ASF + iQST", "ASF + iQST", "iQST"};
    return sku < names.size() ? names[sku] : "Unknown";
}

struct feature {
    std::uint32_t bit;
    const char *name;
    std::uint32_t before; // only in versions below this one
};

constexpr std::uint32_t always = 0xffff'ffff;
constexpr std::array second_generation = {
    feature{0x02, "iQST", always}, feature{0x04, "ASF", always}, feature{0x08, "AMT", always}};
constexpr std::array third_generation = {feature{0x02, "iQST", 7},
                                         feature{0x04, "ASF", 6},
                                         feature{0x08, "AMT Pro", always},
                                         feature{0x10, "Intel Standard Manageability", always},
                                         feature{0x20, "TPM", 6},
                                         feature{0x100, "Home IT", 6},
                                         feature{0x400, "WOX", 6},
                                         feature{0x2000, "AT-p", always},
                                         feature{0x4000, "Corporate", always},
                                         feature{0x8000, "L3 Mgt Upgrade", 8}};

template <typename Table>
std::string named_bits(const Table &table, std::uint32_t version, std::uint32_t sku) {
    std::string out;
    for (const feature &f : table) {
        if (!(sku & f.bit) || version >= f.before)
            continue;
        if (!out.empty())
            out += ' ';
        out += f.name;
    }
    return out;
}

} // namespace

core::result<device_facts> parse_facts(std::string_view text) {
    return with_json_object(text, read_facts);
}

std::string feature_text(std::string_view version, std::string_view sku) {
    const auto major = number(version);
    const auto mask = number(sku);
    if (!major || !mask)
        return {};
    const std::size_t dot = version.find('.');
    const auto minor = dot == std::string_view::npos ? 0 : number(version.substr(dot + 1));
    if (*major < 2 || (*major == 2 && minor.value_or(0) <= 2))
        return first_generation_features(*mask);
    if (*major < 5)
        return named_bits(second_generation, *major, *mask);
    return named_bits(third_generation, *major, *mask);
}

bool is_usable_uuid(std::string_view uuid) noexcept {
    constexpr std::array placeholders = {std::string_view("00000000-0000-0000-0000-000000000000"),
                                         std::string_view("ffffffff-ffff-ffff-ffff-ffffffffffff"),
                                         std::string_view("03000200-0400-0500-0006-000700080009")};
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (uuid.size() != form.size())
        return false;
    std::array<char, form.size()> lower{};
    for (std::size_t i = 0; i < form.size(); ++i) {
        const char c = uuid[i] >= 'A' && uuid[i] <= 'F' ? static_cast<char>(uuid[i] + 32) : uuid[i];
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (form[i] == '-' ? c != '-' : !hex)
            return false;
        lower[i] = c;
    }
    const std::string_view normal(lower.data(), lower.size());
    return std::find(placeholders.begin(), placeholders.end(), normal) == placeholders.end();
}

} // namespace costrand::rps
