// SPDX-License-Identifier: Apache-2.0
// The extrinsic methods of the simulated firmware, by name. Each is a function of its input and the
// device's state. Private to sim.
#pragma once

#include <costrand/sim/device_state.hpp>
#include <costrand/sim/wsman_service.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace costrand::sim {

struct method_call {
    const wsman::xml_element &input; // <Method>_INPUT
    const wsman::soap_request &request;
    device_state &state;
    const profile &device;
    key_source &keys;
    core::random_source &random;
    wsman_user user;
    core::time_point now;
    std::int64_t clock; // seconds since 1970
};

using method = method_outcome (*)(method_call &);

struct named_method {
    std::string_view name; // "Class.Method"
    method function;
    std::string_view parameters = {}; // "?" behind one that may be missing, "*" behind an array
    std::array<std::string_view, 3> needs = {}; // other classes that it works on
};

// nullptr: there is no such method in this firmware. `name` is "Class.Method".
[[nodiscard]] const named_method *find_method(std::string_view name, const object_store &objects);
// Whether the input has all that the method wants, and nothing else.
[[nodiscard]] std::optional<wsman::fault> refuse_input(const named_method &wanted,
                                                       const wsman::xml_element &input);
// The parts of the table; each has its file.
[[nodiscard]] std::span<const named_method> access_methods() noexcept;
[[nodiscard]] std::span<const named_method> alarm_methods() noexcept;
[[nodiscard]] std::span<const named_method> clock_methods() noexcept;
[[nodiscard]] std::span<const named_method> consent_methods() noexcept;
[[nodiscard]] std::span<const named_method> key_methods() noexcept;
[[nodiscard]] std::span<const named_method> log_methods() noexcept;
[[nodiscard]] std::span<const named_method> network_methods() noexcept;
[[nodiscard]] std::span<const named_method> power_methods() noexcept;
[[nodiscard]] std::span<const named_method> provisioning_methods() noexcept;
[[nodiscard]] std::span<const named_method> remote_access_methods() noexcept;
[[nodiscard]] std::span<const named_method> setup_methods() noexcept;
[[nodiscard]] std::span<const named_method> state_change_methods() noexcept;
[[nodiscard]] std::span<const named_method> wifi_methods() noexcept;

// Brings the properties of IPS_HostBasedSetupService that no method sets up to date: before any
// operation on the class. A nonce that was used is replaced here.
void show_setup_service(device_state &state, core::random_source &random);

// The same of IPS_OptInService: a code that was shown, or given back, too long ago is gone.
void show_consent(device_state &state, core::time_point now);
// And of AMT_EthernetPortSettings: the wireless link goes back to the host.
void show_link(device_state &state, core::time_point now);

// What a Put changes besides the properties themselves, and a Delete besides the instance.
void after_put(device_state &state, wsman::xml_element &instance, const wsman::xml_element &body);
void after_delete(device_state &state, const wsman::xml_element &gone);
void after_wifi_delete(device_state &state, const wsman::xml_element &gone);
// The wired port's 802.1x without certificates: it was switched off, or gets others.
void forget_8021x_certificates(device_state &state);

// Return values of AMT and IPS methods (wsman.md 9.1) and of CIM-style ones (9.2).
enum : std::uint32_t {
    success = 0,
    invalid_name = 12,
    not_permitted = 16,
    limit_reached = 23,
    invalid_parameter = 36,
    invalid_password = 2054,
    data_missing = 2057,
    duplicate = 2058,
    cim_not_supported = 1,
    cim_invalid_parameter = 5,
    cim_invalid_transition = 4097,
    cim_timeout_not_supported = 4098,
};

// For the methods: their answer, and their input.
[[nodiscard]] method_outcome returns(std::uint32_t value, std::vector<out_parameter> out = {});
[[nodiscard]] std::optional<std::uint32_t> number(const wsman::xml_element &input,
                                                  std::string_view name);

} // namespace costrand::sim
