// SPDX-License-Identifier: Apache-2.0
// profile: what a simulated device is, as data: identity, limits, quirks. Handed to sim::firmware
// when the device is made and never changed by it (what changes is sim::device_state).
// A value that no source states says "assumed" in its comment.
#pragma once

#include <costrand/core/time.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::sim {

// One entry of the firmware's list of trusted root certificates (heci.md 9.7).
struct trusted_root {
    enum class algorithm : std::uint8_t { md5 = 0, sha1 = 1, sha256 = 2, sha384 = 3 };

    std::string name;
    algorithm hash_algorithm = algorithm::sha256;
    std::string hash; // hexadecimal
    bool is_default = true;
    bool active = true;
};

// One network interface of the firmware (heci.md 9.9).
struct lan_interface {
    bool enabled = true;
    std::array<std::uint8_t, 4> ipv4{}; // in print order
    bool dhcp = true;
    bool dhcp_active = false; // the firmware asks itself, instead of listening to the host
    bool link_up = true;
    std::array<std::uint8_t, 6>
        mac{}; // in print order; all zero: the machine has no such interface

    [[nodiscard]] bool present() const noexcept { return mac != std::array<std::uint8_t, 6>{}; }
};

// Largest HECI message of each firmware client; 0: this generation has no such client. The driver
// tells it at connect; no source states one. Assumed: the values of the trial with the reference
// client (vmei.md), for the others what holds their longest message (heci.md 11 and 12).
struct heci_maxima {
    std::size_t amthi = 5120;
    std::size_t lme = 4196;
    std::size_t watchdog = 100;
    std::size_t mkhi = 4096;
    std::size_t upid = 0;
    std::size_t hotham = 0;
};

// What AMTHI tells or lacks (heci.md 9). Assumed, but for host-based configuration and updates.
struct amthi_profile {
    // Operations that this generation answers with "command invalid".
    std::vector<std::uint32_t> unknown_commands;
    std::uint32_t provisioning_mode = 1; // 1 enterprise
    bool ehbc = false;                   // "embedded host based configuration"
    bool firmware_update = false;        // "from AMT 7.0 always false" (heci.md 9.14)
    bool hardware_crypto = true;
    bool web_ui = true;
};

// The watchdog client (heci.md 10). Assumed.
struct watchdog_profile {
    bool required = false;      // else the host is told that no watchdog is wanted, and none runs
    bool change_allowed = true; // the host may enable and disable AMT, while it is unprovisioned
};

// The MKHI client (heci.md 14). Assumed.
struct mkhi_profile {
    std::uint32_t features = 0x00261044; // AMT, licensing, protected audio/video, IPv6, KVM, TLS
    std::uint32_t platform = 0x00001482; // desktop, production signed, corporate, AMT
    std::uint32_t firmware_update = 1;   // enabled
};

// The UPID client (heci.md 11). Assumed.
struct upid_profile {
    bool supported = true;
    bool os_control = true;    // the feature may be switched from the operating system
    std::uint32_t id_type = 0; // of the OEM's: 0 not set, 1 binary, 2 printable
    std::string oem_id;        // hexadecimal, 32 bytes
    std::string csme_id;       // the same; empty: the platform was not provisioned with it
};

// Presence servers (MPS). None is ever reached from here.
struct presence_profile {
    core::duration attempt = std::chrono::seconds(30); // then it is given up. Assumed
};

// How the firmware's end of the port forwarding behaves.
struct lme_profile {
    // What CHANNEL_OPEN may ask for, in the order of the tcpip-forward requests. Two public sources
    // differ (all four, or 16992 and 623): apf.md 8.4.
    std::vector<std::uint16_t> forwards{16992, 16993, 623, 664};
    // "Anything else than 0.0.0.0 or :: = local listener, the firmware's host name; can be empty."
    std::string forward_address;
    std::size_t slots = 8; // firmware channel numbers 0..7 (apf.md 5)
    // What CHANNEL_OPEN_CONFIRMATION announces. Assumed: no source states it.
    std::uint32_t window = 4096;
    // Refuse what firmware refuses; without it the peer's slips are overlooked (a window overrun
    // is delivered, the reference client does that).
    bool strict = true;
    // After so long without a channel the forwards are withdrawn; zero: never. Seen on AMT 16
    // (apf.md 11), "while idle": how long that is no source states.
    core::duration withdraw_after{};
    // By cancel-tcpip-forward; else without a word. "cancel or silently": apf.md 11.
    bool withdraw_tells = true;
    // So long after that they are advertised again by themselves; zero: not before the next
    // CHANNEL_OPEN, which is answered with failure 1 and advertises them in any case. Assumed.
    core::duration advertise_after{};
    // At how many connections at a time the next one is told EBUSY; an LMS holds one. One on AMT 7,
    // "more than one" from AMT 11 on, "perhaps earlier" (apf.md 7.1); heci.md 3 says one.
    // Assumed: 2.
    std::size_t connections = 2;
    // So long the LME client is away after an answer to GenerateKeyPair: its links end with ENODEV,
    // and so does connecting to it. Zero: it stays. Seen on AMT 18 ("briefly", apf.md 11); how long
    // is assumed, and that it goes `vanish_delay` after the answer, which is delivered, or when the
    // next connection is asked for before that: "next open costs" (apf.md 11).
    core::duration vanishes{};
    core::duration vanish_delay = std::chrono::milliseconds(100);
};

// The TLS port.
struct tls_profile {
    bool tls13 = true; // else TLS 1.2 only. Assumed: no source says which firmware has which
    // "New channel (and TLS session) for every WS-MAN call" (AMT 19, apf.md 11): the device ends
    // each connection after its answer.
    bool session_per_call = false;
    // When CommitChanges or Unprovision changes what the port shows, all connections to the ports
    // are dropped (wsman.md 2.2), and for so long new ones are taken and not answered ("may need 60
    // s and more" on AMT 18, apf.md 11). Assumed.
    core::duration restart{};
    // 16992 stays for the host beside TLS, even when AcceptNonSecureConnections is false: RPS
    // reaches active devices with TLS on in plain (rps-session.md 15.3, 15.7). Else that setting
    // decides. Assumed: no source says which devices do what.
    bool keeps_plain = true;
    core::duration first_byte{}; // from the connection to the first byte of the handshake. Assumed
};

struct http_profile {
    // How many nonces live at a time. Assumed.
    std::size_t nonces = 16;
    // From a nonce's issue to the moment when the answer to it is "stale"; zero = for ever.
    // Assumed: a session of the provisioning server of several minutes is seen with one nonce.
    core::duration nonce_life{};
    // How many enumerations may be begun and not yet pulled. Assumed; "small" (wsman.md 5).
    std::size_t enumeration_contexts = 8;
    core::duration enumeration_life = std::chrono::seconds(60); // Assumed; "a short time"
    // Most instances in one reply to Pull, whatever is asked for; 0: no limit. Assumed.
    std::size_t pull_elements = 0;
    // How long a connection without a request is kept. Assumed.
    core::duration idle = std::chrono::seconds(60);
    // Wait before every reply, and in addition before that of the activating Setup.
    core::duration call_delay{}; // Assumed
    core::duration setup_delay{};
};

// What this generation's WS-Management lacks of the recorded classes.
struct class_profile {
    std::vector<std::string> missing; // classes that it does not know: "CIM_Battery"
    // Classes without an instance: their Enumerate is empty, their Get DestinationUnreachable.
    std::vector<std::string> empty;
    // Elements that the instances of a class do not have: "AMT_GeneralSettings.PowerSource".
    std::vector<std::string> without;
};

struct profile {
    std::string name;

    std::string amt_version;  // "16.1.25"
    std::string build_number; // "1424"
    std::string sku;          // decimal bit mask
    std::string bios_version;
    std::string uuid; // lower case, with dashes
    std::string host_name;
    std::string domain_name;
    std::string dns_suffix; // PKI FQDN suffix from DHCP or MEBx; empty = not set

    std::vector<trusted_root> roots;
    lan_interface wired;
    lan_interface wireless;

    // Only 16993 and 664 exist on the local ports; told by the watchdog client (heci.md 10.1).
    bool tls_enforced = false;
    // The watchdog client's bit 7: CSME 16.1 and later.
    bool reports_amt_state = true;
    bool amt_enabled = true;
    // An LMS listens on the host. Without it dial_lms is refused.
    bool lms = true;
    // Control modes that IPS_HostBasedSetupService offers.
    bool allows_client_control = true;

    heci_maxima heci;
    amthi_profile amthi;
    watchdog_profile watchdog;
    mkhi_profile mkhi;
    upid_profile upid;
    std::string flash_log; // hexadecimal; what the HOTHAM client gives out. Assumed
    presence_profile presence;
    lme_profile lme;
    tls_profile tls;
    http_profile http;
    class_profile classes;

    // The Server header of every HTTP reply.
    [[nodiscard]] std::string server_header() const {
        return "Intel(R) Active Management Technology " + amt_version + "." + build_number;
    }
};

// The profiles of sim/profiles, in order of age. Compiled in: the simulator needs no files.
[[nodiscard]] std::vector<std::string> built_in_profiles();
// Throws std::runtime_error for an unknown name, which it lists the known ones after.
[[nodiscard]] profile built_in_profile(std::string_view name);

// A profile's text: JSON, its keys in sim/profiles/README.md. What it does not name is as in the
// built-in profile that its "like" names, or as the defaults above. `file` is for messages. Throws
// std::runtime_error with file, line and cause for whatever is wrong with it.
[[nodiscard]] profile parse_profile(std::string_view file, std::string_view text);

// AMT 16.1 as in the recorded conversations: corporate SKU, no TLS enforced. All names, addresses
// and hashes are made up for the recording.
[[nodiscard]] profile amt16();
// AMT 18.0: as amt16 in all that matters for a plain activation; identity as in heci.md's examples.
[[nodiscard]] profile amt18();
// The same device without any waits of its own or that it causes: for tests that measure somebody
// else's.
[[nodiscard]] profile without_delays(profile p);

} // namespace costrand::sim
