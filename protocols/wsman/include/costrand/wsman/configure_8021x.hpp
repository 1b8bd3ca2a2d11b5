// SPDX-License-Identifier: Apache-2.0
// 802.1x: what AMT says to a switch or an access point that wants to know who it is (rpc-cli.md 9,
// wsman.md 11.5 and 11.6): as the calls in configure.hpp, whose rules hold here, too.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/client.hpp>
#include <costrand/wsman/configure.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace costrand::wsman {

enum class eap {
    tls,           // EAP-TLS: a certificate and its key
    peap_mschapv2, // PEAPv0/EAP-MSCHAPv2: a password
};

struct ieee8021x {
    ieee8021x() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    std::string name; // of these settings
    eap protocol = eap::tls;
    std::string user;                   // at most 128 bytes
    core::secret password;              // of PEAP, at most 32 bytes
    std::vector<std::byte> root;        // certificate above the authentication server's, DER
    std::vector<std::byte> certificate; // of EAP-TLS, DER
    core::secret key;                   // of EAP-TLS, as key_of_text() gives it
};

// Of the wired port; also while the system runs. Reads back whether it is on. When AMT refuses a
// step, the certificates that were added before are deleted, and 802.1x is off where it was.
[[nodiscard]] awaitable<void> set_wired_8021x(client &amt, ieee8021x wanted);

// A wireless profile for WPA or WPA2 with 802.1x instead of a passphrase; else as the other
// add_wireless(). Reads back that AMT lists it.
[[nodiscard]] awaitable<void> add_wireless(client &amt, wireless_profile profile, ieee8021x wanted);

} // namespace costrand::wsman
