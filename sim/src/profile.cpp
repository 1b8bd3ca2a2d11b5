// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/profile.hpp>

#include <utility>

namespace costrand::sim {
namespace {

// The first byte of Setup's answer took about 1 s on AMT 16 and 18 (apf.md 11).
constexpr core::duration measured_setup = std::chrono::seconds(1);

} // namespace

profile amt16() {
    profile p;
    p.name = "amt16";
    p.amt_version = "16.1.25";
    p.build_number = "1424";
    p.sku = "16400";
    p.bios_version = "COSTRAND.1.0"; // Assumed
    p.uuid = "4c4c4544-0050-3310-8051-b7c04f4e3601";
    p.host_name = "lab-host";
    p.domain_name = "corp.example";
    p.dns_suffix = "corp.example";
    p.roots.push_back({"Demo Root CA", trusted_root::algorithm::sha256,
                       "e68e151fc9ee044efe573942e8c8baedbfe0f1006e811365208c01eef589432b", true,
                       true});
    p.wired.ipv4 = {192, 0, 2, 10};
    p.wired.mac = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
    p.wireless.enabled = false;
    p.http.setup_delay = measured_setup;
    return p;
}

profile amt18() {
    profile p = amt16();
    p.name = "amt18";
    p.amt_version = "18.0.10";
    p.build_number = "2285";
    p.sku = "16392";
    p.uuid = "4c4c4544-0042-3010-8051-b4c04f4d3132";
    p.host_name = "lab-pc-07";
    p.domain_name = "vprodemo.com";
    p.dns_suffix = "vprodemo.com";
    p.wired.ipv4 = {192, 168, 1, 20};
    p.wired.mac = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01};
    return p;
}

profile without_delays(profile p) {
    p.http.call_delay = {};
    p.http.setup_delay = {};
    return p;
}

const std::vector<named_profile> &built_in_profiles() {
    static const std::vector<named_profile> all{{"amt16", &amt16}, {"amt18", &amt18}};
    return all;
}

} // namespace costrand::sim
