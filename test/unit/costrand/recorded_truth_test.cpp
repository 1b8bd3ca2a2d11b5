// SPDX-License-Identifier: Apache-2.0
// `costrand diagnostics wsman get --all` on a simulated device, beside what AMT answered when it
// was recorded: the same values, but for those that are the device's own, which are listed.

#include <unit/amtsim/amtsim.hpp>
#include <unit/wsman/json_against_xml.hpp>
#include <unit/wsman/recorded.hpp>

#include <costrand/wsman/envelope.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace costrand;
namespace json = boost::json;

namespace {

using names = std::vector<std::string>;

// The recorded instances of each class: those of a Pull, or the one of a Get.
std::map<std::string, std::vector<wsman::xml_element>> recorded_truth() {
    std::map<std::string, std::vector<wsman::xml_element>> out;
    for (const std::string_view reply : {"pull.xml", "get.xml"})
        for (const auto &path : test::data_files("wsman-responses", ".xml")) {
            if (path.filename() != reply)
                continue;
            const auto read = wsman::parse_reply(test::read_file(path)).value();
            const auto name = read.resource_uri.substr(read.resource_uri.rfind('/') + 1);
            if (out.count(name) != 0 || !read.body)
                continue;
            const auto *items = read.body->child("Items");
            if (items)
                out[name] = items->children;
            else
                out[name] = {*read.body};
        }
    return out;
}

// Elements that are the device's own: what it is called and where it is, its firmware, and that it
// is new while the recorded one was activated.
const std::map<std::string, names> own_values = {
    {"AMT_EnvironmentDetectionSettingData", {"DetectionStrings"}},
    {"AMT_EthernetPortSettings", {"IPAddress", "MACAddress"}},
    {"AMT_GeneralSettings", {"DigestRealm", "DomainName", "HostName"}},
    {"AMT_RedirectionService", {"EnabledState", "ListenerEnabled"}},
    {"AMT_SetupAndConfigurationService", {"ProvisioningState"}},
    {"CIM_ComputerSystemPackage", {"PlatformGUID"}},
    {"CIM_EthernetPort", {"NetworkAddresses"}},
    {"CIM_KVMRedirectionSAP", {"EnabledState"}},
    {"CIM_SoftwareIdentity", {"VersionString"}},
    {"CIM_WiFiPort", {"PermanentAddress"}},
    {"IPS_HostBasedSetupService", {"ConfigurationNonce", "CurrentControlMode"}},
    {"IPS_LANEndpoint", {"MACAddress"}},
    {"IPS_OptInService", {"OptInRequired"}},
    {"IPS_ProvisioningRecordLog", {"CurrentNumberOfRecords"}},
};
// A new device has none of these: no server for remote access, no wireless profile.
const names empty_when_new = {"AMT_ManagementPresenceRemoteSAP",
                              "AMT_RemoteAccessPolicyAppliesToMPS", "AMT_RemoteAccessPolicyRule",
                              "CIM_WiFiEndpointSettings"};
// AMT's replies to these were never recorded.
const names not_recorded = {"AMT_AssetTable", "IPS_HTTPProxyAccessPoint"};

bool has(const names &list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

json::array list_of(const json::value &response) {
    if (response.is_array())
        return response.as_array();
    json::array one;
    one.push_back(response);
    return one;
}

// Every instance's own names together, each once, sorted.
names differing(const std::vector<wsman::xml_element> &recorded, const json::array &shown) {
    names out;
    for (std::size_t i = 0; i < recorded.size(); ++i)
        for (auto &name : test::differing(recorded[i], shown[i].as_object()))
            if (!has(out, name))
                out.push_back(std::move(name));
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

TEST_CASE("the 52 classes as JSON are what AMT answered, but for the device's own values") {
    const auto run =
        test::under_amtsim({"--profile", "amt18-wireless"},
                           {COSTRAND_ACTIVATE, "diagnostics", "wsman", "get", "--all"});
    REQUIRE(run.status == 0);
    const auto shown = json::parse(run.out).as_array();
    REQUIRE(shown.size() == 52);
    const auto truth = recorded_truth();
    std::size_t exact = 0;
    for (const auto &one : shown) {
        const std::string name(one.at("class").as_string());
        CAPTURE(name);
        REQUIRE(one.at("status") == "ok");
        const auto instances = list_of(one.at("response"));
        const auto recorded = truth.find(name);
        CHECK((recorded == truth.end()) == has(not_recorded, name));
        if (recorded == truth.end())
            continue;
        if (has(empty_when_new, name)) {
            CHECK(instances.empty());
            continue;
        }
        REQUIRE(instances.size() == recorded->second.size());
        const auto own = own_values.find(name);
        const auto others = differing(recorded->second, instances);
        CHECK(others == (own == own_values.end() ? names() : own->second));
        exact += others.empty() ? 1 : 0;
    }
    CHECK(exact == 52 - own_values.size() - empty_when_new.size() - not_recorded.size());
}
