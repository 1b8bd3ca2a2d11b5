// SPDX-License-Identifier: Apache-2.0
#include "put_schema.hpp"

#include "words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace costrand::sim {
namespace {

struct class_schema {
    std::string_view class_name;
    std::string_view properties; // that the recorded instances lack
    std::string_view arrays = {};
};

constexpr auto schemas = std::to_array<class_schema>({
    {"AMT_8021XProfile",
     "AuthenticationProtocol RoamingIdentity ServerCertificateName ServerCertificateNameComparison "
     "Username Password Domain ProtectedAccessCredential PACPassword ClientCertificate "
     "ServerCertificateIssue"},
    {"AMT_BootSettingData",
     "BootguardStatus EnforceSecureBoot OwningEntity PlatformErase RPEEnabled RSEPassword "
     "SecureBootControlEnabled SecureErase UEFIHTTPSBootEnabled UEFILocalPBABootEnabled "
     "UefiBootNumberOfParams UefiBootParametersArray WinREBootEnabled",
     "BIOSLastStatus"},
    {"AMT_EnvironmentDetectionSettingData", "DetectionStrings DetectionIPv6LocalPrefixes",
     "DetectionStrings DetectionIPv6LocalPrefixes"},
    {"AMT_EthernetPortSettings",
     "VLANTag SharedMAC MACAddress LinkIsUp LinkPolicy LinkPreference LinkControl SharedStaticIp "
     "SharedDynamicIP IpSyncEnabled IPAddress SubnetMask DefaultGateway PrimaryDNS SecondaryDNS "
     "ConsoleTcpMaxRetransmissions WLANLinkProtectionLevel PhysicalConnectionType "
     "PhysicalNicMedium",
     "LinkPolicy"},
    {"AMT_GeneralSettings", "HostOSFQDN ThunderboltDockEnabled OemID DHCPSyncRequiresHostname "
                            "PowerSource"},
    {"AMT_KerberosSettingData",
     "RealmName ServicePrincipalName ServicePrincipalProtocol KeyVersion EncryptionAlgorithm "
     "MasterKey MaximumClockTolerance Passphrase Salt IterationCount "
     "ConfiguredEncryptionAlgorithms",
     "ServicePrincipalName ServicePrincipalProtocol MasterKey SupportedEncryptionAlgorithms "
     "ConfiguredEncryptionAlgorithms"},
    {"AMT_MPSUsernamePassword", "Secret Algorithm Protocol"},
    // Both spellings: wsman.md 12.
    {"AMT_PublicKeyCertificate", "TrustedRootCertificate ReadOnlyCertificate"},
    {"AMT_RedirectionService", "RequestedState", "AccessLog"},
    {"AMT_RemoteAccessPolicyAppliesToMPS", ""},
    {"AMT_TLSCredentialContext", ""},
    {"AMT_TLSSettingData", "TrustedCN NonSecureConnectionsSupported", "TrustedCN"},
    {"AMT_WiFiPortConfigurationService",
     "LastConnectedSsidUnderMeControl NoHostCsmeSoftwarePolicy UEFIWiFiProfileShareEnabled"},
    {"IPS_IEEE8021xSettings",
     "AuthenticationProtocol RoamingIdentity ServerCertificateName ServerCertificateNameComparison "
     "Username Password Domain ProtectedAccessCredential PACPassword PSK"},
    {"IPS_KVMRedirectionSettingData",
     "RFBPassword InitialDecimationModeForLowRes GreyscalePixelFormatSupported "
     "ZlibControlSupported DoubleBufferMode DoubleBufferState DoubleBufferActive "
     "DoubleBufferEnabled GrayscalePixelFormatSupported"},
    {"IPS_OptInService", ""},
    {"IPS_ScreenSettingData", "", "IsActive UpperLeftX UpperLeftY ResolutionX ResolutionY"},
    {"IPS_SecIOService", "ElementName InstanceID"},
});

} // namespace

bool fits_schema(const wsman::xml_element &instance, const wsman::xml_element &body) {
    const auto *schema = std::ranges::find(schemas, instance.name, &class_schema::class_name);
    const bool known = schema != schemas.end();
    return std::ranges::all_of(body.children, [&](const wsman::xml_element &property) {
        const bool here = instance.child(property.name) != nullptr ||
                          (known && has_word(schema->properties, property.name));
        const bool once = body.children_named(property.name).size() == 1 ||
                          (known && has_word(schema->arrays, property.name));
        return here && once && property.ns == instance.ns;
    });
}

} // namespace costrand::sim
