// SPDX-License-Identifier: Apache-2.0
// AMT host commands about setting the device up and back. Which status refuses what is assumed
// throughout, but for those that heci.md shows.
#include "amthi_commands.hpp"
#include "on_die.hpp"

#include <costrand/transports/amthi_messages.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using heci::status;

template <typename T>
amthi_outcome number(T value) {
    return heci::encode_number(static_cast<std::uint32_t>(value));
}

constexpr std::uint8_t sha256 = 2, sha384 = 3;
constexpr std::size_t hash_field = 64, suffix_field = 320;

// NUL after each; the length counts all of them (heci.md 9.12).
std::vector<std::string> split_suffixes(std::string_view list) {
    std::vector<std::string> all;
    while (!list.empty()) {
        const auto end = std::min(list.find('\0'), list.size());
        if (end > 0)
            all.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return all;
}

} // namespace

amthi_outcome tell_provisioning_mode(const amthi_call &call) {
    auto data = heci::encode_number(call.device().amthi.provisioning_mode);
    core::byte_writer(data).le(std::uint32_t{0}); // legacy flag
    return data;
}

amthi_outcome tell_provisioning_state(const amthi_call &call) {
    return number(call.state().provisioning);
}

amthi_outcome tell_control_mode(const amthi_call &call) {
    return number(call.state().mode);
}

amthi_outcome tell_local_account(const amthi_call &call) {
    return heci::encode(heci::local_account{call.state().local_user, call.state().local_password});
}

// Client control mode can be left by the host, and so can a configuration under way; admin control
// mode cannot (heci.md 9.11).
amthi_outcome unprovision_by_host(const amthi_call &call) {
    auto &state = call.state();
    if (*heci::decode_number(call.data) != 0) // the only mode that is defined
        return status::invalid_parameter;
    if (state.mode == control_mode::admin || state.provisioning == provisioning_state::pre)
        return {status::invalid_mode, heci::encode_number(0)};
    unprovision(state, call.device());
    return number(0);
}

// Remote configuration: the device now waits for its provisioning server. None ever comes here.
amthi_outcome start_configuration(const amthi_call &call) {
    auto &state = call.state();
    if (state.provisioning != provisioning_state::pre)
        return status::invalid_provisioning_state;
    const auto trusts = [](const trusted_root &root) { return root.active; };
    if (std::ranges::none_of(call.device().roots, trusts))
        return status::not_permitted;
    state.provisioning = provisioning_state::in;
    return status::success;
}

amthi_outcome start_host_based_configuration(const amthi_call &call) {
    core::byte_reader from(call.data);
    host_based_start start;
    start.hash_algorithm = from.u8();
    const auto hash = from.bytes(hash_field);
    start.host_vpn = from.u8() != 0;
    const auto length = from.le<std::uint32_t>();
    const auto suffixes = from.bytes(suffix_field);
    const bool known = start.hash_algorithm == sha256 || start.hash_algorithm == sha384;
    if (!known || length > suffix_field)
        return status::invalid_parameter;
    auto &state = call.state();
    if (state.provisioning != provisioning_state::pre)
        return status::invalid_provisioning_state;
    start.server_hash.assign(hash.begin(),
                             hash.begin() + (start.hash_algorithm == sha256 ? 32 : 48));
    start.dns_suffixes = split_suffixes(core::as_text(suffixes.first(length)));
    const auto printable = [](char c) { return c > ' ' && c < 127; };
    for (const auto &suffix : start.dns_suffixes)
        if (!std::ranges::all_of(suffix, printable))
            return status::invalid_parameter;
    const auto algorithm = start.hash_algorithm;
    state.host_based = std::move(start);
    state.provisioning = provisioning_state::in;

    std::vector<std::byte> data;
    core::byte_writer to(data);
    to.u8(algorithm);
    const auto &shown = on_die_identity().chain.front();
    const auto mine = algorithm == sha256 ? sha256_of(shown) : sha384_of(shown);
    to.bytes(mine);
    to.zeros(hash_field - mine.size());
    return data;
}

// Other than success means "there was nothing to stop" (heci.md 9.14).
amthi_outcome stop_configuration(const amthi_call &call) {
    auto &state = call.state();
    if (state.provisioning != provisioning_state::in)
        return status::invalid_provisioning_state;
    state.provisioning = provisioning_state::pre;
    state.host_based.reset();
    state.admin_ha1 = core::secret(); // of a configuration that was not committed
    return status::success;
}

} // namespace costrand::sim
