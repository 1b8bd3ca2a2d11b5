// SPDX-License-Identifier: Apache-2.0
// What a device's local TLS port is, by its state: whether it is there, which certificate it shows,
// which clients it lets in. Private to sim. No I/O, no waiting.
#pragma once

#include <costrand/sim/crypto.hpp>
#include <costrand/sim/device_state.hpp>
#include <costrand/sim/profile.hpp>

#include <cstdint>

namespace costrand::sim {

inline constexpr std::uint16_t plain_port = 16992, tls_port = 16993;

// Whether anything listens there now. The TLS port of a device that does not enforce TLS is there
// once TLS is in force, and while a host-based configuration goes on.
[[nodiscard]] bool listens(const device_state &state, const profile &p, std::uint16_t port);

struct tls_face {
    identity who;
    tls_manner how;
};
// Before the first commit the on-die chain (wsman.md 2.4), then what the commit put in force. While
// a host-based configuration goes on its server is asked for its certificate.
[[nodiscard]] tls_face tls_face_of(const device_state &state, const profile &p);

// What CommitChanges does for TLS: the settings are in force from now on, with the certificate that
// AMT_TLSCredentialContext names if its private key is here, else with one that the device signs
// itself (a key of `keys`; good for ten years). `clock` is the device's. Counts a change of what
// the port shows in powered_state. Nothing happens to a device that is not set up.
void commit_tls(device_state &state, const profile &p, key_source &keys, std::int64_t clock);

} // namespace costrand::sim
