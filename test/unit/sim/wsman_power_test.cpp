// SPDX-License-Identifier: Apache-2.0
// Power, the next boot and user consent by WS-Management.
#include "wsman_bench.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

const std::string host = "<h:ManagedElement>" +
                         reference_to("CIM_ComputerSystem", "Name", "ManagedSystem") +
                         "</h:ManagedElement>";

struct power_bench : wsman_bench {
    power_bench() { activate(); }

    std::uint32_t call(std::string_view name, std::string_view method, std::string_view in = {}) {
        return ask(invoke(name, method, in)).return_value().value();
    }
    std::uint32_t power(int to, std::string_view more = {}) {
        return call("CIM_PowerManagementService", "RequestPowerStateChange",
                    "<h:PowerState>" + std::to_string(to) + "</h:PowerState>" + host +
                        std::string(more));
    }
    std::string told(std::string_view name, std::string_view property) {
        return std::string(ask(get_of(name)).body->value(property));
    }
    std::string power_told() { return told("CIM_AssociatedPowerManagementService", "PowerState"); }

    std::uint32_t boot_from(std::string_view source) {
        const auto named = "<h:Source>" +
                           reference_to("CIM_BootSourceSetting", "InstanceID", source) +
                           "</h:Source>";
        return call("CIM_BootConfigSetting", "ChangeBootOrder", source.empty() ? "" : named);
    }
    std::uint32_t role(int value, std::string_view setting = "Intel(r) AMT: Boot Configuration 0") {
        return call("CIM_BootService", "SetBootConfigRole",
                    "<h:BootConfigSetting>" +
                        reference_to("CIM_BootConfigSetting", "InstanceID", setting) +
                        "</h:BootConfigSetting><h:Role>" + std::to_string(value) + "</h:Role>");
    }
    bool put_boot(std::string_view option, std::string_view value = "true") {
        const auto element = std::string(option);
        const auto reply =
            ask(put_of("AMT_BootSettingData",
                       "<h:" + element + ">" + std::string(value) + "</h:" + element + ">"));
        CHECK((!reply.fault || fault_tells(reply, "InvalidValues")));
        return !reply.fault;
    }

    std::uint32_t consent(std::string_view method) { return call("IPS_OptInService", method); }
    std::uint32_t code(std::uint32_t value) {
        return call("IPS_OptInService", "SendOptInCode",
                    "<h:OptInCode>" + std::to_string(value) + "</h:OptInCode>");
    }
    std::string consent_state() { return told("IPS_OptInService", "OptInState"); }
};

} // namespace

TEST_CASE("the power state that was asked for is the one that is told") {
    power_bench b;
    CHECK(b.power_told() == "2"); // as recorded
    CHECK(b.power(8) == 0u);
    CHECK(b.power_told() == "8");
    CHECK(b.all("CIM_ServiceAvailableToElement").at(0).value("PowerState") == "8");
    CHECK(b.power(10) == 4097u); // a host that is off cannot be reset
    CHECK(b.power(2) == 0u);
    CHECK(b.power_told() == "2");
    CHECK(b.power(2) == 4097u); // not among the recorded AvailableRequestedPowerStates
    for (const int to : {5, 10, 11, 14}) {
        CHECK(b.power(to) == 0u);
        CHECK(b.power_told() == "2");
    }
    CHECK(b.power(4) == 0u);
    CHECK(b.power_told() == "4");
    CHECK(b.ask(get_of("CIM_AssociatedPowerManagementService"))
              .body->children_named("AvailableRequestedPowerStates")
              .size() == 1);
}

TEST_CASE("a power state out of the list, another element or a time-out is refused") {
    power_bench b;
    CHECK(b.power(1) == 5u);
    CHECK(b.power(17) == 5u);
    CHECK(b.power(8, "<h:TimeoutPeriod>PT1S</h:TimeoutPeriod>") == 4098u);
    CHECK(b.call("CIM_PowerManagementService", "RequestPowerStateChange",
                 "<h:PowerState>8</h:PowerState><h:ManagedElement>" +
                     reference_to("CIM_ComputerSystem", "Name", "another") +
                     "</h:ManagedElement>") == 5u);
    CHECK(fault_tells(b.ask(invoke("CIM_PowerManagementService", "RequestPowerStateChange",
                                   "<h:PowerState>8</h:PowerState>")),
                      "MissingValues"));
    CHECK(b.power_told() == "2");
}

TEST_CASE("the operating system's power saving is on or off as asked") {
    power_bench b;
    const auto saving = [&](std::string_view state) {
        return b.call("IPS_PowerManagementService", "RequestOSPowerSavingStateChange",
                      "<h:OSPowerSavingState>" + std::string(state) + "</h:OSPowerSavingState>" +
                          host);
    };
    const auto told = [&] { return b.told("IPS_PowerManagementService", "OSPowerSavingState"); };
    CHECK(told() == "2");
    CHECK(saving("3") == 0u);
    CHECK(told() == "3");
    CHECK(saving("2") == 0u);
    CHECK(told() == "2");
    CHECK(saving("1") == 5u);
}

TEST_CASE("boot options last until the next boot") {
    power_bench b;
    CHECK(b.told("AMT_BootSettingData", "OptionsCleared") == "true");
    CHECK(b.put_boot("UseSOL"));
    CHECK(b.told("AMT_BootSettingData", "OptionsCleared") == "false");
    CHECK(b.role(1) == 0u);
    CHECK(b.boot_from("Intel(r) AMT: Force PXE Boot") == 0u);
    CHECK(b.state.powered.boot_source == "Intel(r) AMT: Force PXE Boot");
    CHECK(b.power(11) == 0u); // no boot
    CHECK(b.told("AMT_BootSettingData", "UseSOL") == "true");
    CHECK(b.power(10) == 0u);
    CHECK(b.told("AMT_BootSettingData", "UseSOL") == "false");
    CHECK(b.told("AMT_BootSettingData", "OptionsCleared") == "true");
    CHECK(b.state.powered.boot_source.empty());
}

TEST_CASE("a boot source must be one that is here, and an empty order clears it") {
    power_bench b;
    CHECK(b.boot_from("Intel(r) AMT: Force Moon Boot") == 4u);
    CHECK(b.boot_from("Intel(r) AMT: Force Hard-drive Boot") == 0u);
    CHECK(b.boot_from("") == 0u);
    CHECK(b.state.powered.boot_source.empty());
    CHECK(b.boot_from("Intel(r) AMT: Force Hard-drive Boot") == 0u);
    CHECK(b.call("CIM_BootConfigSetting", "ChangeBootOrder", "<h:Source></h:Source>") == 0u);
    CHECK(b.state.powered.boot_source.empty());
    CHECK(b.role(1, "another") == 4u);
    CHECK(b.role(2) == 5u);
    CHECK(b.boot_from("Intel(r) AMT: Force CD/DVD Boot") == 0u);
    CHECK(b.role(32768) == 0u);
    CHECK(b.state.powered.boot_source.empty());
}

TEST_CASE("boot options are those that the platform is capable of") {
    power_bench b;
    CHECK(b.put_boot("BIOSSetup"));
    CHECK_FALSE(b.put_boot("BIOSPause")); // AMT_BootCapabilities: false
    CHECK_FALSE(b.put_boot("LockPowerButton"));
    CHECK_FALSE(b.put_boot("FirmwareVerbosity", "2"));
    CHECK_FALSE(b.put_boot("FirmwareVerbosity", "4"));
    CHECK_FALSE(b.put_boot("UseSOL", "maybe"));
    CHECK_FALSE(b.put_boot("PlatformErase")); // needs TLS
    CHECK(b.put_boot("RPEEnabled", "false")); // read-only
    CHECK(b.told("AMT_BootSettingData", "RPEEnabled") == "true");
    CHECK(b.boot_from("Intel(r) AMT: Force PXE Boot") == 0u);
    CHECK_FALSE(b.put_boot("BIOSSetup")); // only without a boot source
}

TEST_CASE("user consent is not started where none is required, as recorded") {
    power_bench b;
    (void)b.ask(put_of("IPS_OptInService", "<h:OptInRequired>0</h:OptInRequired>"));
    for (const auto *method : {"StartOptIn", "CancelOptIn"})
        CHECK(b.consent(method) == 2u);
    CHECK(b.code(1) == 2u);
    CHECK(b.consent_state() == "0");
}

TEST_CASE("user consent: a code is shown, taken once, and its states are told") {
    power_bench b;
    CHECK(b.consent("StartOptIn") == 0u);
    CHECK(b.consent_state() == "2");
    CHECK(b.consent("StartOptIn") == 2u);
    REQUIRE(b.state.powered.consent);
    const auto shown = b.state.powered.consent->code;
    CHECK(shown >= 100'000);
    CHECK(shown < 1'000'000);
    CHECK(b.code(shown + 1) == 1u);
    CHECK(b.code(shown) == 0u);
    CHECK(b.consent_state() == "3");
    CHECK(b.code(shown) == 2u);
    CHECK(b.consent("CancelOptIn") == 0u);
    CHECK(b.consent_state() == "0");
    CHECK(b.consent("CancelOptIn") == 2u);
}

TEST_CASE("user consent: three wrong codes take the code away") {
    power_bench b;
    CHECK(b.consent("StartOptIn") == 0u);
    const auto shown = b.state.powered.consent->code;
    CHECK(b.code(shown - 1) == 1u);
    CHECK(b.code(shown - 1) == 1u);
    CHECK(b.code(shown - 1) == 3u);
    CHECK(b.consent_state() == "0");
    CHECK(b.code(shown) == 2u);
}

TEST_CASE("user consent: a code is shown, and after its return good, for so long as is told") {
    power_bench b;
    CHECK(b.told("IPS_OptInService", "OptInDisplayTimeout") == "300");
    CHECK(b.told("IPS_OptInService", "OptInCodeTimeout") == "120");
    CHECK(b.consent("StartOptIn") == 0u);
    b.now += 299s;
    CHECK(b.consent_state() == "2");
    b.now += 1s;
    CHECK(b.consent_state() == "0");
    CHECK(b.consent("StartOptIn") == 0u);
    CHECK(b.code(b.state.powered.consent->code) == 0u);
    b.now += 119s;
    CHECK(b.consent_state() == "3");
    b.now += 1s;
    CHECK(b.consent_state() == "0");
}

TEST_CASE("remote screens go back to their defaults, and a session that is none can be ended") {
    power_bench b;
    const auto before = b.ask(get_of("IPS_ScreenSettingData"));
    CHECK_FALSE(b.ask(put_of("IPS_ScreenSettingData", "<h:PrimaryIndex>2</h:PrimaryIndex>")).fault);
    CHECK(b.told("IPS_ScreenSettingData", "PrimaryIndex") == "2");
    CHECK(b.call("IPS_ScreenSettingData", "ResetToDefault") == 0u);
    CHECK(*b.ask(get_of("IPS_ScreenSettingData")).body == *before.body);
    CHECK(b.call("IPS_KVMRedirectionSettingData", "TerminateSession") == 0u);
    CHECK_FALSE(b.ask(put_of("IPS_SecIOService", "<h:zoom>2</h:zoom>")).fault);
    CHECK(b.told("IPS_SecIOService", "zoom") == "2");
}

TEST_CASE(
    "unprovisioning ends a consent and forgets the boot source, and leaves the host's power") {
    power_bench b;
    CHECK(b.consent("StartOptIn") == 0u);
    CHECK(b.boot_from("Intel(r) AMT: Force PXE Boot") == 0u);
    CHECK(b.power(8) == 0u);
    unprovision(b.state, b.device);
    CHECK(b.consent_state() == "0");
    CHECK(b.state.powered.boot_source.empty());
    CHECK(b.power_told() == "8");
}
