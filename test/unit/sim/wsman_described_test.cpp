// SPDX-License-Identifier: Apache-2.0
// The described classes of the client against the simulated device: each knows what the other says.
// The two keep tables of their own, so that a slip in one is seen here.
#include "wsman_bench.hpp"

#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/registry.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

struct described_bench : wsman_bench {
    described_bench() {
        device.wireless.mac = {2, 0, 0, 0, 0, 2}; // else it has no classes of a wireless port
        state = factory_state(device, *random);
        activate();
    }
};

// What a device that was just set up has instances of, and takes a Put on (wsman.md 8 and 12).
constexpr auto puttable = std::to_array<std::string_view>({
    "AMT_8021XProfile",
    "AMT_BootSettingData",
    "AMT_EnvironmentDetectionSettingData",
    "AMT_EthernetPortSettings",
    "AMT_GeneralSettings",
    "AMT_RedirectionService",
    "AMT_TLSSettingData",
    "AMT_WiFiPortConfigurationService",
    "IPS_IEEE8021xSettings",
    "IPS_KVMRedirectionSettingData",
    "IPS_OptInService",
});

void add_keys(wsman::request_envelope &request, const wsman::xml_element &instance) {
    for (const auto *key : {"InstanceID", "Name"})
        if (const auto value = instance.value(key); !value.empty())
            request.selectors.push_back({key, std::string(value), nullptr});
}

} // namespace

TEST_CASE("the client has described every class of the device, and the device has every one") {
    described_bench b;
    for (const auto &one : wsman::all_classes())
        CHECK_MESSAGE(b.state.objects.find_name(one.schema->name), one.schema->name);
    CHECK(wsman::all_classes().size() == b.state.objects.size());
}

TEST_CASE("what the device tells, the client's descriptions have a place for") {
    described_bench b;
    std::size_t read = 0;
    for (const auto &one : wsman::all_classes())
        for (const auto &told : b.all(one.schema->name)) {
            CAPTURE(std::string(told.name));
            const auto understood = wsman::read_any(told);
            REQUIRE(understood.has_value());
            CHECK(wsman::misfits(**understood).empty());
            for (const auto &other : (*understood)->others)
                CHECK_MESSAGE(false, other.name);
            ++read;
        }
    CHECK(read > 84);
}

TEST_CASE("what the client reads and writes back, the device takes, and tells the same again") {
    described_bench b;
    for (const auto name : puttable) {
        const auto listed = b.all(name);
        REQUIRE_FALSE(listed.empty());
        for (auto told : listed) {
            CAPTURE(std::string(name));
            if (name == "AMT_EthernetPortSettings") // with DHCP they stay out (wsman.md 12)
                for (const auto *address :
                     {"IPAddress", "SubnetMask", "DefaultGateway", "PrimaryDNS", "SecondaryDNS"})
                    remove_property(told, address);
            const auto understood = wsman::read_any(told);
            REQUIRE(understood.has_value());
            CHECK(wsman::missing(**understood).empty());
            auto request = request_for(name, wsman::uri::put);
            request.body = wsman::put_body(**understood).value();
            add_keys(request, told);
            const auto reply = b.ask(request);
            if (reply.fault)
                FAIL_CHECK(reply.fault->subcode, " ", reply.fault->detail);
        }
        auto again = b.all(name);
        REQUIRE(again.size() == listed.size());
        if (name == "AMT_BootSettingData") // is no longer as after a boot
            set_property(again.front(), "OptionsCleared", "true");
        if (name == "AMT_RedirectionService") // tells the state as requested, too: recorded
            remove_property(again.front(), "RequestedState");
        CHECK(again == listed);
    }
}
