// SPDX-License-Identifier: Apache-2.0
// The rules of the TLS classes, and of the keys and certificates that they use. Private to sim.
#pragma once

#include <costrand/sim/device_state.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/fault.hpp>

#include <optional>
#include <variant>

namespace costrand::sim {

// Whether a context may be so: its certificate is here, with its private key, and no trusted root.
[[nodiscard]] std::optional<wsman::fault> refuse_tls_context(const device_state &state,
                                                             const wsman::xml_element &body);
// Only of a body that was not refused.
void write_tls_context(const device_state &state, wsman::xml_element &context,
                       const wsman::xml_element &body);
// The new instance's reference. There is one at most: the second is told AlreadyExists.
[[nodiscard]] std::variant<wsman::endpoint_reference, wsman::fault>
create_tls_context(device_state &state, const wsman::xml_element &body);

// A Put on AMT_TLSSettingData: TLS wants a credential context, mutual authentication a trusted
// root.
[[nodiscard]] std::optional<wsman::fault> refuse_tls_settings(const device_state &state,
                                                              const wsman::xml_element &settings,
                                                              const wsman::xml_element &body);

// A Delete of a certificate or key in use, or of the context of TLS that is on.
[[nodiscard]] std::optional<wsman::fault> refuse_tls_delete(const device_state &state,
                                                            const wsman::xml_element &instance);

// Whether AMT has the private key of that certificate.
[[nodiscard]] bool has_private_key(const device_state &state,
                                   const wsman::xml_element &certificate);

} // namespace costrand::sim
