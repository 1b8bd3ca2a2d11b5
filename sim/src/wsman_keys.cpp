// SPDX-License-Identifier: Apache-2.0
// AMT_PublicKeyManagementService: the device's keys and certificates. A key pair's private half is
// in device_state::key_pairs and never told. Which value refuses what is assumed where wsman.md
// only lists it, see docs/simulated-firmware.md.
#include "device_keys.hpp"
#include "encoding.hpp"
#include "wsman_faults.hpp"
#include "wsman_instances.hpp"
#include "wsman_methods.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::xml_element;

enum : std::uint32_t {
    invalid_key = 2062,
    invalid_certificate = 2063,
    unsupported = 2066,
};

constexpr std::string_view certificates_class = "AMT_PublicKeyCertificate";
constexpr std::string_view keys_class = "AMT_PublicPrivateKeyPair";
constexpr std::size_t most_certificates = 32;           // assumed
constexpr std::size_t most_keys = 16;                   // assumed
constexpr std::size_t largest_certificate = 4100;       // bytes of DER (wsman.md 12)
constexpr unsigned made_bits = 2048, least_bits = 2048; // the second is assumed

method_outcome add_certificate(method_call &call, bool trusted_root) {
    const auto blob = call.input.value("CertificateBlob");
    const auto der = from_base64(blob);
    if (!der || der->empty())
        return returns(invalid_parameter);
    const auto facts = read_certificate(*der);
    if (!facts || der->size() > largest_certificate)
        return returns(invalid_certificate);
    auto &certificates = edit_class(call.state, certificates_class);
    if (std::ranges::any_of(certificates.instances,
                            [&](const auto &c) { return c.value("X509Certificate") == blob; }))
        return returns(duplicate);
    if (certificates.instances.size() >= most_certificates)
        return returns(limit_reached);
    auto made = instance_of(certificates);
    set_property(made, "ElementName", "Intel(r) AMT Certificate");
    set_property(made, "InstanceID",
                 free_name(certificates, "InstanceID", "Intel(r) AMT Certificate: Handle: "));
    set_property(made, "Issuer", facts->issuer);
    set_property(made, "Subject", facts->subject);
    set_property(made, "TrustedRootCertficate", trusted_root ? "true" : "false"); // as firmware
    set_property(made, "X509Certificate", blob);
    std::vector<out_parameter> out;
    out.push_back({"CreatedCertificate", "", refer(made, {"InstanceID"})});
    certificates.instances.push_back(std::move(made));
    return returns(success, std::move(out));
}
method_outcome add_trusted_root(method_call &call) {
    return add_certificate(call, true);
}
// Of a certificate without its key nothing is said; a credential context refuses it.
method_outcome add_plain_certificate(method_call &call) {
    return add_certificate(call, false);
}

// Puts a key pair into the store.
method_outcome keep_key(method_call &call, std::string parameter, core::secret key) {
    auto &pairs = edit_class(call.state, keys_class);
    auto made = instance_of(pairs);
    const auto name = free_name(pairs, "InstanceID", "Intel(r) AMT Key: Handle: ");
    set_property(made, "DERKey", base64(public_key_of(key)));
    set_property(made, "ElementName", "Intel(r) AMT Key");
    set_property(made, "InstanceID", name);
    std::vector<out_parameter> out;
    out.push_back({std::move(parameter), "", refer(made, {"InstanceID"})});
    pairs.instances.push_back(std::move(made));
    call.state.key_pairs.insert_or_assign(name, std::move(key));
    return returns(success, std::move(out));
}

bool is_full(const device_state &state) {
    return state.objects.find_name(keys_class)->instances.size() >= most_keys;
}

method_outcome generate_key_pair(method_call &call) {
    if (number(call.input, "KeyAlgorithm") != 0u) // RSA
        return returns(unsupported);
    if (number(call.input, "KeyLength") != made_bits)
        return returns(invalid_key);
    if (is_full(call.state))
        return returns(limit_reached);
    return keep_key(call, "KeyPair", call.keys.next_key());
}

method_outcome add_key(method_call &call) {
    auto der = from_base64(call.input.value("KeyBlob"));
    if (!der || der->empty())
        return returns(invalid_parameter);
    auto key = import_rsa_key(*der);
    core::wipe(der->data(), der->size());
    if (!key || bits_of(*key) < least_bits)
        return returns(invalid_key);
    const auto shown = base64(public_key_of(*key));
    if (std::ranges::any_of(call.state.objects.find_name(keys_class)->instances,
                            [&](const auto &k) { return k.value("DERKey") == shown; }))
        return returns(duplicate);
    if (is_full(call.state))
        return returns(limit_reached);
    return keep_key(call, "CreatedKey", std::move(*key));
}

method_outcome generate_request(method_call &call) {
    const auto algorithm = number(call.input, "SigningAlgorithm");
    if (algorithm != 0u && algorithm != 1u)
        return returns(unsupported);
    const auto *pair = referred(call.state.objects, call.input.child("KeyPair"), keys_class);
    const auto request = from_base64(call.input.value("NullSignedCertificateRequest"));
    if (!pair || !request)
        return returns(invalid_parameter);
    const auto key = call.state.key_pairs.find(pair->value("InstanceID"));
    if (key == call.state.key_pairs.end())
        return returns(invalid_parameter);
    const auto hash = *algorithm == 0 ? request_hash::sha1 : request_hash::sha256;
    const auto made = sign_certificate_request(*request, key->second, hash);
    if (made.empty())
        return returns(invalid_parameter);
    return returns(success, {{"SignedCertificateRequest", base64(made)}});
}

constexpr auto methods = std::to_array<named_method>({
    {"AMT_PublicKeyManagementService.AddCertificate",
     &add_plain_certificate,
     "CertificateBlob",
     {certificates_class}},
    {"AMT_PublicKeyManagementService.AddKey", &add_key, "KeyBlob", {keys_class}},
    {"AMT_PublicKeyManagementService.AddTrustedRootCertificate",
     &add_trusted_root,
     "CertificateBlob",
     {certificates_class}},
    {"AMT_PublicKeyManagementService.GenerateKeyPair",
     &generate_key_pair,
     "KeyAlgorithm KeyLength",
     {keys_class}},
    {"AMT_PublicKeyManagementService.GeneratePKCS10RequestEx",
     &generate_request,
     "KeyPair SigningAlgorithm NullSignedCertificateRequest",
     {keys_class}},
});

} // namespace

std::span<const named_method> key_methods() noexcept {
    return methods;
}

} // namespace costrand::sim
