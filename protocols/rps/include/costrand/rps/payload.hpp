// SPDX-License-Identifier: Apache-2.0
// What the first message tells RPS about the device: gathered by the application, written here, and
// read by the small server in sim/.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace costrand::rps {

struct ip_configuration {
    bool dhcp = false, is_static = false, ip_sync = false;
    std::string ip_address, netmask, gateway, primary_dns, secondary_dns;
};

struct hostname_info {
    std::string dns_suffix_os, hostname;
};

// rps-session section 4.2. The members say where AMT keeps the fact; the wire names are in the
// .cpp.
struct device_facts {
    std::string version; // AMT, e.g. 18.0.10
    std::string build;
    std::string sku;       // decimal bit mask
    std::string features;  // feature_text(version, sku)
    std::string uuid;      // 36 characters, lower case
    std::string username;  // local system account, also when `password` is the admin's
    core::secret password; // of that account; the AMT password when control_mode is not 0
    int control_mode = 0;  // 0 not activated, 1 client, 2 admin
    std::string hostname;
    std::string fqdn; // DNS suffix: RPS looks up the provisioning certificate by it
    std::string client = "RPC";
    std::vector<std::string> certificate_hashes; // lower-case hex; none is written as null
    ip_configuration ip;
    hostname_info host;
    std::string friendly_name; // left out when empty
    bool tls_enforced = false; // these four are left out when false
    bool tls_tunnel = false;
    bool lms_installed = false;
    bool progress_supported = false; // asks for `progress` messages
};

// Compact JSON, keys in the order of the reference client.
[[nodiscard]] core::secret format_facts(const device_facts &facts);

// Absent and null keys leave the defaults; numbers are taken for strings. Error: errc::not_json,
// errc::malformed_message.
[[nodiscard]] core::result<device_facts> parse_facts(std::string_view text);

// What the SKU bits of a firmware version mean, as RPS shows it: "AMT Pro Corporate". Empty when
// either is not a number.
[[nodiscard]] std::string feature_text(std::string_view version, std::string_view sku);

// A UUID in its 36-character form, either case, that is none of the three placeholders that
// unprogrammed boards carry.
[[nodiscard]] bool is_usable_uuid(std::string_view uuid) noexcept;

} // namespace costrand::rps
