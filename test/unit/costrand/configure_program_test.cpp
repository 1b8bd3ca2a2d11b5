// SPDX-License-Identifier: Apache-2.0
// costrand configure as a shell sees it, on one simulated machine.
#include <unit/activate/support.hpp>
#include <unit/amtsim/amtsim.hpp>

#include <costrand/sim/certificates.hpp>
#include <costrand/sim/crypto.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using test::words;

namespace {

// `$1` is the program.
test::child_end on_device(const words &options, const std::string &script) {
    return test::under_amtsim(options, {"sh", "-c",
                                        "AMT_PASSWORD='P@ssw0rd'; export AMT_PASSWORD; " + script,
                                        "sh", COSTRAND_ACTIVATE});
}

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("a device that is not activated has nothing to configure, 115") {
    if (!test::amtsim_can_run())
        return;
    const auto end = on_device({}, "\"$1\" configure sync-clock");
    CHECK(end.status == 115);
    CHECK(has(end.err, "Error 115: DeviceNotActivated"));
}

TEST_CASE("settings of an activated machine are in what AMT says of itself, with and without LMS") {
    if (!test::amtsim_can_run())
        return;
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        words options{"--profile", "amt18-wireless"};
        if (lms)
            options.emplace_back("--lms");
        const auto end = on_device(
            options,
            "\"$1\" activate --local --ccm >/dev/null && "
            "\"$1\" configure sync-clock && "
            "\"$1\" configure amt-features --kvm --userConsent kvm && "
            "RPC_PSK_PASSPHRASE='not to be seen' "
            "\"$1\" configure wireless --profileName lab --ssid net && "
            "\"$1\" configure proxy --address proxy.example.com --networkdnssuffix example.com && "
            "\"$1\" configure proxy --list --json && "
            "RPC_NEWAMTPASSWORD='N3w-P@ssw0rd' \"$1\" configure amt-password && "
            "AMT_PASSWORD='N3w-P@ssw0rd' \"$1\" diagnostics wsman get IPS_OptInService");
        CHECK_MESSAGE(end.status == 0, end.err);
        CHECK(has(end.out, "AMT's clock is set; it was "));
        CHECK(has(end.out, "KVM is on, SOL off, IDER off; the user is asked before KVM sessions"));
        CHECK(has(end.out, "the wireless profile lab is written"));
        CHECK(has(end.out, "\"address\":\"proxy.example.com\",\"port\":80"));
        CHECK(has(end.out, "the AMT password is changed"));
        CHECK(has(end.out, "\"OptInRequired\": 1"));
        for (const char *secret : {"not to be seen", "P@ssw0rd"})
            CHECK_FALSE(has(end.out + end.err, secret));
    }
}

TEST_CASE("a wrong password ends with 100, the menu's password in client control mode with 118") {
    if (!test::amtsim_can_run())
        return;
    const auto wrong = on_device({}, "\"$1\" activate --local --ccm >/dev/null && "
                                     "AMT_PASSWORD=Wr0ng-one \"$1\" configure sync-clock");
    CHECK(wrong.status == 100);
    const auto menu = on_device({}, "\"$1\" activate --local --ccm >/dev/null && "
                                    "MEBX_PASSWORD='P@ssw0rd2' \"$1\" configure mebx");
    CHECK(menu.status == 118);
}

TEST_CASE("AMT is switched off and on before activation only, without a password") {
    if (!test::amtsim_can_run())
        return;
    const auto end = on_device({}, "unset AMT_PASSWORD; "
                                   "\"$1\" configure enable-amt && "
                                   "\"$1\" configure disable-amt --json && "
                                   "\"$1\" amtinfo --operationalState && "
                                   "\"$1\" configure enable-amt && "
                                   "\"$1\" amtinfo --operationalState");
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(end.out.starts_with("AMT is on already\n"));
    CHECK(has(end.out, "\"command\":\"disable-amt\",\"message\":\"AMT is switched off\""));
    const auto off = end.out.find("disabled"), on = end.out.find("enabled");
    CHECK(off < on);
    CHECK(on != end.out.npos);
    CHECK(has(end.out, "AMT is switched on\n"));

    const auto activated = on_device({}, "\"$1\" activate --local --ccm >/dev/null && "
                                         "\"$1\" configure disable-amt");
    CHECK(activated.status == 120);
    CHECK(has(activated.err, "Error 120: UnableToConfigure"));
    const auto old = on_device({"--profile", "amt11"}, "\"$1\" configure disable-amt");
    CHECK(old.status == 120);
    CHECK(has(old.err, "do it in the BIOS"));
}

TEST_CASE("TLS on and off: each time AMT is reached on the port that is open then") {
    if (!test::amtsim_can_run())
        return;
    const test::temporary_folder folder;
    const auto quick = folder.write("quick.json", R"({"name": "quick", "like": "amt16",
        "source": "a test", "tls": {"keeps_plain": false, "restart_ms": 50}})");
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        words options{"--profile", quick};
        if (lms)
            options.emplace_back("--lms");
        const auto end =
            on_device(options, "\"$1\" activate --local --ccm >/dev/null && "
                               "\"$1\" configure tls --delay 0 && "
                               "\"$1\" diagnostics wsman get AMT_TLSSettingData && "
                               "\"$1\" configure tls --delay 0 --mode None --json && "
                               "\"$1\" diagnostics wsman get AMT_TLSCredentialContext");
        CHECK_MESSAGE(end.status == 0, end.err);
        CHECK(has(end.out, "AMT takes connections over TLS only\n"));
        CHECK(has(end.out, "\"Enabled\": true"));
        CHECK(has(end.out, "\"message\":\"AMT's TLS is off\""));
        CHECK(end.out.ends_with("[]\n")); // no context is left
    }
}

TEST_CASE("remote access, with a password that the result tells, is in what AMT says of itself") {
    if (!test::amtsim_can_run())
        return;
    sim::certificate_subject subject;
    subject.common_name = "MPSRoot-test";
    subject.not_before = 1'700'000'000;
    subject.not_after = 2'000'000'000;
    const auto root = sim::make_root(subject, sim::generated_keys()->next_key());
    const test::temporary_folder folder;
    const auto file = folder.write("root.pem", sim::chain_pem(root.chain));
    const auto end =
        on_device({}, "\"$1\" activate --local --ccm >/dev/null && "
                      "\"$1\" configure cira --mpsaddress mps.example.com --mpscert "
                      "\"$(cat " +
                          file +
                          ")\" --generateRandomPassword --envdetection example.com "
                          "--json && "
                          "\"$1\" diagnostics wsman get "
                          "AMT_ManagementPresenceRemoteSAP AMT_RemoteAccessPolicyRule");
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "\"message\":\"AMT calls the presence server mps.example.com as admin, "
                       "except in networks of example.com\""));
    CHECK(has(end.out, "\"mpsPassword\":\""));
    CHECK(has(end.out, "\"AccessInfo\": \"mps.example.com\""));
    CHECK(has(end.out, "\"PolicyRuleName\": \"Periodic\""));
}

TEST_CASE(
    "802.1x of the wired port and of a wireless profile, without a trace of key and password") {
    if (!test::amtsim_can_run())
        return;
    sim::certificate_subject subject;
    subject.common_name = "device.example.com";
    subject.not_before = 1'700'000'000;
    subject.not_after = 2'000'000'000;
    const auto own = sim::make_root(subject, sim::generated_keys()->next_key());
    const test::temporary_folder folder;
    const auto certificate = folder.write("own.pem", sim::chain_pem(own.chain));
    const auto key = folder.write("key.pem", std::string(own.key.reveal()));
    const auto end = on_device(
        {"--profile", "amt18-wireless"},
        "\"$1\" activate --local --ccm >/dev/null && "
        "RPC_IEEE8021X_CA_CERT=$(cat " +
            certificate +
            "); export RPC_IEEE8021X_CA_CERT; "
            "RPC_IEEE8021X_PRIVATE_KEY=\"$(cat " +
            key + ")\" RPC_IEEE8021X_CLIENT_CERT=\"$(cat " + certificate +
            ")\" \"$1\" configure wired --dhcp --ieee8021xProfileName office "
            "--ieee8021xUsername device.example.com && "
            "RPC_IEEE8021X_PASSWORD='not to be seen' \"$1\" configure wireless --profileName lab "
            "--ssid net --authenticationMethod 7 --ieee8021xProfileName office "
            "--ieee8021xAuthenticationProtocol 2 --ieee8021xUsername device && "
            "\"$1\" diagnostics wsman get IPS_IEEE8021xSettings CIM_WiFiEndpointSettings");
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "the wired port gets its addresses by DHCP, and 802.1x is on"));
    CHECK(has(end.out, "the wireless profile lab is written"));
    CHECK(has(end.out, "\"Enabled\": 2"));
    CHECK(has(end.out, "\"AuthenticationMethod\": 7"));
    for (const char *secret : {"not to be seen", "BEGIN"})
        CHECK_FALSE(has(end.out + end.err, secret));
}
