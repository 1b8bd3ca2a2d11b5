// SPDX-License-Identifier: Apache-2.0
// IPS_HostBasedSetupService: into client control, into admin control by a provisioning chain, and
// from the one to the other. Return values: wsman.md 9.3; which of them answers which fault is
// assumed, see docs/simulated-firmware.md.
#include "encoding.hpp"
#include "provisioning_chain.hpp"
#include "wsman_faults.hpp"
#include "wsman_methods.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

constexpr std::size_t nonce_size = 20; // both nonces (wsman.md 11.2)

// Setup, UpgradeClientToAdmin and AdminSetup (which lacks 4).
enum : std::uint32_t {
    setup_invalid_state = 2,
    setup_invalid_parameter = 3,
    setup_method_disabled = 4,
    setup_auth_failed = 5,
};

// AddNextCertInChain: the same numbers mean something else.
enum : std::uint32_t {
    chain_invalid_parameter = 1,
    chain_invalid_state = 3,
    chain_not_verified = 4,
    chain_too_long = 5,
};

// 2: the password is MD5("admin:realm:password") in hexadecimal; firmware takes nothing else.
std::optional<core::secret> read_password(const wsman::xml_element &input) {
    const auto bytes = from_hex(input.value("NetworkAdminPassword"));
    if (number(input, "NetAdminPassEncryptionType") != 2u || !bytes || bytes->size() != 16)
        return std::nullopt;
    return core::secret(hex(*bytes));
}

method_outcome host_based_setup(method_call &call) {
    if (!call.device.allows_client_control)
        return returns(setup_method_disabled);
    if (call.state.provisioning != provisioning_state::pre)
        return returns(setup_invalid_state);
    auto password = read_password(call.input);
    if (!password)
        return returns(setup_invalid_parameter);
    enter_client_control(call.state, std::move(*password));
    return returns(success);
}

std::optional<bool> flag(const wsman::xml_element &input, std::string_view name) {
    const auto text = input.value(name);
    if (text == "true" || text == "1")
        return true;
    if (text == "false" || text == "0")
        return false;
    return std::nullopt;
}

bool is_good(const method_call &call, core::const_bytes der, const certificate_facts &facts,
             bool leaf, bool root) {
    if (leaf)
        return is_provisioning_leaf(facts, call.device, call.clock);
    return is_signed_by(call.state.powered.setup_chain.back(), der) &&
           is_provisioning_authority(facts, call.clock) &&
           (!root || (is_signed_by(der, der) && is_trusted_root(der, call.device)));
}

// A leaf begins anew, whatever was there; a certificate that is refused ends the chain.
method_outcome add_next_certificate(method_call &call) {
    if (call.state.mode == control_mode::admin || call.state.provisioning == provisioning_state::in)
        return returns(chain_invalid_state);
    const auto leaf = flag(call.input, "IsLeafCertificate"),
               root = flag(call.input, "IsRootCertificate");
    auto der = from_base64(call.input.value("NextCertificate"));
    const auto facts = der ? read_certificate(*der) : std::nullopt;
    if (!leaf || !root || (*leaf && *root) || !facts)
        return returns(chain_invalid_parameter);
    auto &on = call.state.powered;
    if (*leaf)
        forget_chain(call.state);
    else if (on.setup_chain.empty() || on.setup_chain_complete)
        return returns(chain_invalid_state);
    const bool too_long = on.setup_chain.size() >= longest_provisioning_chain;
    if (too_long || !is_good(call, *der, *facts, *leaf, *root)) {
        forget_chain(call.state);
        return returns(too_long ? chain_too_long : chain_not_verified);
    }
    on.setup_chain.push_back(std::move(*der));
    on.setup_chain_complete = *root;
    return returns(success);
}

// What AdminSetup and UpgradeClientToAdmin want besides the state. Chain and nonce are good for one
// try, whether it is won or lost.
std::uint32_t check_proof(method_call &call) {
    auto &on = call.state.powered;
    const auto theirs = from_base64(call.input.value("McNonce")),
               signature = from_base64(call.input.value("DigitalSignature"));
    if (number(call.input, "SigningAlgorithm") != 2u || !theirs || theirs->size() != nonce_size ||
        !signature || signature->empty())
        return setup_invalid_parameter;
    auto proved = std::exchange(on.configuration_nonce, {});
    proved.insert(proved.end(), theirs->begin(), theirs->end());
    const bool good = proved.size() == 2 * nonce_size &&
                      is_signature_sha256(on.setup_chain.front(), proved, *signature);
    forget_chain(call.state);
    return good ? std::uint32_t{success} : std::uint32_t{setup_auth_failed};
}

method_outcome admin_setup(method_call &call) {
    if (call.state.provisioning != provisioning_state::pre ||
        !call.state.powered.setup_chain_complete)
        return returns(setup_invalid_state);
    auto password = read_password(call.input);
    if (!password)
        return returns(setup_invalid_parameter);
    const auto proved = check_proof(call);
    if (proved == success)
        enter_admin_control(call.state, std::move(*password));
    return returns(proved);
}

// The administrator keeps the password.
method_outcome upgrade_client_to_admin(method_call &call) {
    if (call.state.mode != control_mode::client || !call.state.powered.setup_chain_complete)
        return returns(setup_invalid_state);
    const auto proved = check_proof(call);
    if (proved == success)
        enter_admin_control(call.state, call.state.admin_ha1);
    return returns(proved);
}

constexpr auto methods = std::to_array<named_method>({
    {"IPS_HostBasedSetupService.AddNextCertInChain", &add_next_certificate,
     "NextCertificate IsLeafCertificate IsRootCertificate"},
    {"IPS_HostBasedSetupService.AdminSetup", &admin_setup,
     "NetAdminPassEncryptionType NetworkAdminPassword McNonce SigningAlgorithm DigitalSignature"},
    {"IPS_HostBasedSetupService.Setup", &host_based_setup,
     "NetAdminPassEncryptionType NetworkAdminPassword"},
    {"IPS_HostBasedSetupService.UpgradeClientToAdmin", &upgrade_client_to_admin,
     "McNonce SigningAlgorithm DigitalSignature"},
});

} // namespace

std::span<const named_method> setup_methods() noexcept {
    return methods;
}

void show_setup_service(device_state &state, core::random_source &random) {
    auto &on = state.powered;
    if (on.configuration_nonce.empty()) {
        on.configuration_nonce.resize(nonce_size);
        random.fill(on.configuration_nonce);
    }
    const char *status = on.setup_chain.empty() ? "0" : on.setup_chain_complete ? "2" : "1";
    state.objects.change("IPS_HostBasedSetupService", [&](auto &service) {
        set_property(service, "ConfigurationNonce", base64(on.configuration_nonce));
        set_property(service, "CertChainStatus", status);
    });
}

} // namespace costrand::sim
