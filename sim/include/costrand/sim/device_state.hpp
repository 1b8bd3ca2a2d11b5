// SPDX-License-Identifier: Apache-2.0
// device_state: all that changes in a simulated device's life, in one place: what the firmware
// clients and WS-Management read and write. Plain data: all but `powered` outlives a power cycle.
// No I/O, no waiting.
#pragma once

#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/objects.hpp>
#include <costrand/sim/profile.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

// As AMTHI tells them, and IPS_HostBasedSetupService.CurrentControlMode.
using heci::control_mode;
using heci::provisioning_state;

// A host-based configuration that was started and not finished (heci.md 9.12).
struct host_based_start {
    std::uint8_t hash_algorithm = 0; // of server_hash: 2 SHA-256, 3 SHA-384
    std::vector<std::byte> server_hash;
    bool host_vpn = false;
    std::vector<std::string> dns_suffixes;
};

// The last attempt to reach a presence server that came to nothing (heci.md 13). Times are the
// device clock's, seconds since 1970.
struct failed_connection {
    std::uint32_t begun = 0, given_up = 0;
    std::string server;
};

// What CommitChanges put in force on the local TLS port; the settings themselves may say something
// else by now. Of AMT_TLSSettingData the instance that is about the host counts.
struct committed_tls {
    bool enabled = false;
    bool mutual = false;                  // the client shows a certificate, too
    bool plain = true;                    // 16992 and 623 stay beside it
    std::vector<std::string> trusted_cns; // of the client's certificate; empty: any

    friend bool operator==(const committed_tls &, const committed_tls &) = default;
};

// A user consent that was asked for: what the host's display shows, and since when.
struct user_consent {
    bool received = false; // the code came back: OptInState 3, else 2 (displayed)
    std::uint32_t code = 0;
    core::time_point since;
    int wrong_codes = 0;
};

// What ends with the power, and is never saved. Moments are the time source's.
struct powered_state {
    std::optional<core::time_point> watchdog_due; // when it runs
    std::size_t watchdog_expiries = 0;
    std::optional<core::time_point> user_connection; // when it was opened, while it is tried
    std::size_t tls_changes = 0;                     // of what the TLS port shows: each restarts it
    // The provisioning chain so far, leaf first, DER; complete when its root is there. And what is
    // to be signed with its key, once it was asked for: 20 bytes.
    std::vector<std::vector<std::byte>> setup_chain;
    bool setup_chain_complete = false;
    std::vector<std::byte> configuration_nonce;
    std::uint32_t host_power = 2; // PowerState of wsman.md 13; 2: on
    std::string boot_source; // InstanceID of what the next boot is from; empty: the BIOS decides
    std::optional<user_consent> consent;
    std::optional<core::time_point> link_preferred_until; // the wireless link is the firmware's
};

// An entry of the access control list that somebody added (wsman.md 12).
struct acl_entry {
    std::uint32_t handle = 0;
    std::string user;         // empty: of Kerberos
    core::secret ha1;         // hexadecimal; of a user
    std::string kerberos_sid; // base64
    std::uint32_t permission = 0;
    std::vector<std::uint32_t> realms;
    bool enabled = true;

    friend bool operator==(const acl_entry &, const acl_entry &) = default;
};

struct device_state {
    control_mode mode = control_mode::none;
    provisioning_state provisioning = provisioning_state::pre;
    std::string digest_realm; // "Digest:" and 32 upper-case hexadecimal digits

    std::string local_user = "$$OsAdmin";
    core::secret local_password;
    std::string admin_user = "admin";
    core::secret admin_ha1;     // hexadecimal; empty before the activation
    core::secret mebx_password; // empty: nobody has set one
    std::vector<acl_entry> acl; // by handle
    bool kerberos_cache = false;

    object_store objects;
    // The device's clock: seconds since 1970 when the source of time said zero.
    std::int64_t clock_base = 0;
    bool amt_enabled = true;

    std::optional<host_based_start> host_based; // while in provisioning by it
    // Private keys of AMT_PublicPrivateKeyPair, PEM, by InstanceID.
    std::map<std::string, core::secret, std::less<>> key_pairs;
    // Nothing until the first CommitChanges of a device that is set up: the on-die chain is shown.
    std::optional<committed_tls> tls;
    // What is shown then: a certificate signed by itself, or one that was installed.
    core::secret tls_key;                   // PEM
    std::vector<std::byte> tls_certificate; // DER
    bool upid_enabled = false;
    std::optional<failed_connection> last_failed_connection;

    powered_state powered;
};

// A new device: nothing set up, realm and local password made of the random source.
[[nodiscard]] device_state factory_state(const profile &p, core::random_source &random);

// The same, of a device whose clock nobody has set yet.
[[nodiscard]] device_state new_device(const profile &p, core::random_source &random,
                                      core::time_point now);

// Brings the properties that tell the control mode and the provisioning state up to date.
void show_mode(device_state &state);

// What a successful Setup does.
void enter_client_control(device_state &state, core::secret admin_ha1);
// What a successful AdminSetup or UpgradeClientToAdmin does.
void enter_admin_control(device_state &state, core::secret admin_ha1);
// The provisioning chain of a set-up that was won, lost or begun anew.
void forget_chain(device_state &state);
// Back to pre-provisioning: settings as from the factory. Realm, local password, clock, and what is
// the platform's and not AMT's (the UPID feature, AMT being enabled) stay.
void unprovision(device_state &state, const profile &p);

// What has come to its end since the last look: a watchdog that nobody kept alive, an attempt to
// reach a presence server. Every reader of the state calls it first.
void settle(device_state &state, const profile &p, core::time_point now);

// The device's own clock, seconds since 1970.
[[nodiscard]] std::int64_t device_clock(const device_state &state, core::time_point now) noexcept;

} // namespace costrand::sim
