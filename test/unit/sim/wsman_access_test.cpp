// SPDX-License-Identifier: Apache-2.0
// The access control list, and what else is about who may do what, by methods.
#include "wsman_bench.hpp"

#include <costrand/sim/state_text.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view acl_service = "AMT_AuthorizationService";
constexpr std::string_view some_digest = "AAECAwQFBgcICQoLDA0ODw=="; // the 16 bytes 00 01 .. 0f

std::string element(std::string_view name, std::string_view value) {
    return "<h:" + std::string(name) + ">" + std::string(value) + "</h:" + std::string(name) + ">";
}

struct entry {
    std::string user = "operator";
    std::string digest = std::string(some_digest);
    std::string permission = "2";
    std::vector<std::string> realms = {"2", "13"};
    std::string sid = {};
    std::string realm_name = "Realms";

    [[nodiscard]] std::string markup() const {
        std::string out = user.empty() ? "" : element("DigestUsername", user);
        out += digest.empty() ? "" : element("DigestPassword", digest);
        out += element("AccessPermission", permission);
        for (const auto &realm : realms)
            out += element(realm_name, realm);
        return out + (sid.empty() ? "" : element("KerberosUserSid", sid));
    }
};

struct access_bench : wsman_bench {
    access_bench() { activate(); }

    wsman::soap_reply call(std::string_view method, std::string_view in = {}) {
        return ask(invoke(acl_service, method, in));
    }
    wsman::soap_reply of(std::string_view method, std::string_view handle,
                         std::string_view more = {}) {
        return call(method, element("Handle", handle) + std::string(more));
    }
    std::uint32_t add(const entry &e) {
        return call("AddUserAclEntryEx", e.markup()).return_value().value();
    }
    std::uint32_t update(std::string_view handle, const entry &e) {
        return of("UpdateUserAclEntry", handle, e.markup()).return_value().value();
    }
    static std::vector<std::string> texts(const wsman::soap_reply &reply, std::string_view name) {
        std::vector<std::string> out;
        for (const auto *one : reply.body->children_named(name))
            out.emplace_back(one->value());
        return out;
    }
    std::vector<std::string> handles(std::string_view start = "1") {
        return texts(call("EnumerateUserAclEntries", element("StartIndex", start)), "Handles");
    }
};

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("the access control list begins with the firmware's own entries, as recorded") {
    access_bench b;
    const auto all = b.call("EnumerateUserAclEntries", element("StartIndex", "1"));
    CHECK(all.return_value() == 0u);
    CHECK(all.body->value("TotalCount") == "2");
    CHECK(all.body->value("HandlesCount") == "2");
    CHECK(b.texts(all, "Handles") == texts{"1", "2"});
    const auto first = b.of("GetUserAclEntryEx", "1");
    CHECK(first.body->value("DigestUsername") == "$$uns");
    CHECK(first.body->value("AccessPermission") == "0");
    CHECK(b.texts(first, "Realms") == texts{"16"});
    CHECK(b.of("GetAclEnabledState", "1").body->value("Enabled") == "true");
    CHECK(b.call("GetAdminAclEntryStatus").body->value("IsDefault") == "false");
    CHECK(b.call("GetAdminNetAclEntryStatus").body->value("IsDefault") == "false");
    unprovision(b.state, b.device);
    CHECK(b.call("GetAdminAclEntryStatus").body->value("IsDefault") == "true");
}

TEST_CASE("the firmware's own entries stay as they are") {
    access_bench b;
    for (const auto *handle : {"1", "2"}) {
        CHECK(b.of("RemoveUserAclEntry", handle).return_value() == 16u);
        CHECK(b.of("SetAclEnabledState", handle, element("Enabled", "false")).return_value() ==
              16u);
        CHECK(b.update(handle, entry()) == 16u);
    }
    CHECK(b.handles() == texts{"1", "2"});
}

TEST_CASE("an entry is added, told without its password, switched, changed and removed") {
    access_bench b;
    const auto made = b.call("AddUserAclEntryEx", entry().markup());
    CHECK(made.return_value() == 0u);
    CHECK(made.body->value("Handle") == "3");
    CHECK(b.handles() == texts{"1", "2", "3"});
    CHECK(b.handles("3") == texts{"3"});
    const auto told = b.of("GetUserAclEntryEx", "3");
    CHECK(told.body->value("DigestUsername") == "operator");
    CHECK(told.body->value("AccessPermission") == "2");
    CHECK(b.texts(told, "Realms") == texts{"2", "13"});
    CHECK_FALSE(told.body->child("DigestPassword"));
    CHECK(b.state.acl.at(0).ha1.reveal() == "000102030405060708090a0b0c0d0e0f");

    CHECK(b.of("SetAclEnabledState", "3", element("Enabled", "false")).return_value() == 0u);
    CHECK(b.of("GetAclEnabledState", "3").body->value("Enabled") == "false");
    entry other;
    other.user = "auditor";
    other.realms = {"20"};
    CHECK(b.update("3", other) == 0u);
    CHECK(b.of("GetUserAclEntryEx", "3").body->value("DigestUsername") == "auditor");
    CHECK(b.of("GetAclEnabledState", "3").body->value("Enabled") == "false");
    CHECK(b.of("RemoveUserAclEntry", "3").return_value() == 0u);
    CHECK(b.of("GetUserAclEntryEx", "3").return_value() == 2053u);
}

TEST_CASE("an entry may be of Kerberos, and its realms may be called as both sources do") {
    access_bench b;
    entry kerberos;
    kerberos.user.clear();
    kerberos.digest.clear();
    kerberos.sid = "AQUAAAAAAAUVAAAA";
    kerberos.realm_name = "RealmValue";
    CHECK(b.add(kerberos) == 0u);
    const auto told = b.of("GetUserAclEntryEx", "3");
    CHECK(told.body->value("KerberosUserSid") == "AQUAAAAAAAUVAAAA");
    CHECK_FALSE(told.body->child("DigestUsername"));
    CHECK(b.texts(told, "Realms") == texts{"2", "13"});
}

TEST_CASE("an entry that is not good is refused by the value that says why") {
    access_bench b;
    const auto with = [&](auto change) {
        entry e;
        change(e);
        return b.add(e);
    };
    CHECK(with([](entry &e) { e.user = std::string(16, 'u'); }) == 0u);
    CHECK(with([](entry &e) { e.user = std::string(17, 'u'); }) == 12u); // wsman.md 12
    CHECK(with([](entry &e) { e.user = "admin"; }) == 12u);
    CHECK(with([](entry &e) { e.user = "$$OsAdmin"; }) == 12u);
    CHECK(with([](entry &e) { e.user = "\xc3\xa4"; }) == 12u);
    CHECK(with([](entry &e) { e.user.clear(); }) == 12u);
    CHECK(with([](entry &e) { e.sid = "AQ=="; }) == 12u); // both
    CHECK(with([](entry &e) { e.digest = "AAEC"; }) == 2054u);
    CHECK(with([](entry &e) { e.digest.clear(); }) == 2054u);
    for (const auto *realm : {"0", "1", "22", "23", "25", "x"})
        CHECK(with([&](entry &e) { e.realms = {realm}; }) == 2055u);
    CHECK(with([](entry &e) { e.realms.clear(); }) == 2055u);
    CHECK(with([](entry &e) { e.user = std::string(16, 'u'); }) == 2058u);
    entry unknown;
    unknown.permission = "3";
    CHECK(b.call("AddUserAclEntryEx", unknown.markup())
              .fault->is(wsman::uri::wsman, "InvalidParameter"));
    CHECK(b.state.acl.size() == 1);
    CHECK(b.update("4", entry()) == 2053u);
    CHECK(b.of("GetAclEnabledState", "0").return_value() == 2053u);
    for (const auto *start : {"0", "4", "x"})
        CHECK(b.call("EnumerateUserAclEntries", element("StartIndex", start)).return_value() ==
              35u);
}

TEST_CASE("the list has an end, and a handle that was given back is given out again") {
    access_bench b;
    entry e;
    for (int i = 0; i < 15; ++i) {
        e.user = "user" + std::to_string(i);
        CHECK(b.add(e) == 0u);
    }
    e.user = "one more";
    CHECK(b.add(e) == 12u); // a blank
    e.user = "another";
    CHECK(b.add(e) == 23u);
    CHECK(b.of("RemoveUserAclEntry", "5").return_value() == 0u);
    CHECK(b.call("AddUserAclEntryEx", e.markup()).body->value("Handle") == "5");
    CHECK(b.handles().size() == 17);
}

TEST_CASE("the list is still there after a restart, and gone after an unprovisioning") {
    access_bench b;
    CHECK(b.add(entry()) == 0u);
    CHECK(b.ask(invoke("AMT_KerberosSettingData", "SetCredentialCacheState",
                       element("Enabled", "true")))
              .return_value() == 0u);
    const auto text = write_state(b.state, b.device, 0);
    wsman_bench after;
    after.state = read_state("f", text.reveal(), after.state, after.device, 0);
    CHECK(after.state.acl == b.state.acl);
    CHECK(after.state.kerberos_cache);
    unprovision(b.state, b.device);
    CHECK(b.handles() == texts{"1", "2"});
}

TEST_CASE("the Kerberos credential cache is on or off as it was set") {
    access_bench b;
    const auto set = [&](std::string_view value) {
        return b
            .ask(invoke("AMT_KerberosSettingData", "SetCredentialCacheState",
                        element("Enabled", value)))
            .return_value();
    };
    const auto enabled = [&] {
        return std::string(b.ask(invoke("AMT_KerberosSettingData", "GetCredentialCacheState", ""))
                               .body->value("Enabled"));
    };
    CHECK(enabled() == "false"); // as recorded
    CHECK(set("true") == 0u);
    CHECK(enabled() == "true");
    CHECK(set("on") == 3u);
    CHECK(set("false") == 0u);
    CHECK(enabled() == "false");
}

TEST_CASE("the wireless link is the firmware's for as long as it was asked for") {
    access_bench b;
    b.device.wireless.mac = {2, 0, 0, 0, 0, 2};
    b.state = factory_state(b.device, *b.random);
    const auto prefer = [&](std::string_view preference, std::string_view seconds,
                            std::string_view port = "1") {
        auto request = invoke("AMT_EthernetPortSettings", "SetLinkPreference",
                              element("LinkPreference", preference) + element("Timeout", seconds));
        request.selectors.push_back(
            {"InstanceID", "Intel(r) AMT Ethernet Port Settings " + std::string(port), nullptr});
        return b.ask(request).return_value();
    };
    const auto told = [&](std::string_view property) {
        return std::string(b.all("AMT_EthernetPortSettings").at(1).value(property));
    };
    CHECK(told("LinkPreference") == "2"); // as recorded
    CHECK(prefer("1", "60") == 0u);
    CHECK(told("LinkPreference") == "1");
    CHECK(told("LinkControl") == "1");
    b.now += 59s;
    CHECK(told("LinkPreference") == "1");
    b.now += 1s;
    CHECK(told("LinkPreference") == "2");
    CHECK(told("LinkControl") == "2");
    CHECK(prefer("1", "60") == 0u);
    CHECK(prefer("2", "0") == 0u);
    CHECK(told("LinkPreference") == "2");
    CHECK(prefer("3", "60") == 36u);
    CHECK(prefer("1", "0") == 36u);
    CHECK(prefer("1", "60", "0") == 36u); // the wired port
}

TEST_CASE(
    "PartialUnprovision keeps names, addresses and the MEBx password, in admin control only") {
    access_bench b;
    const auto partially = [&] {
        return b.ask(invoke("AMT_SetupAndConfigurationService", "PartialUnprovision", ""))
            .return_value();
    };
    CHECK(partially() == 16u); // client control
    enter_admin_control(b.state, core::secret(std::string(32, 'b')));
    CHECK_FALSE(b.ask(put_of("AMT_GeneralSettings", element("HostName", "kept") +
                                                        element("PingResponseEnabled", "true") +
                                                        element("WsmanOnlyMode", "false")))
                    .fault);
    b.state.mebx_password = core::secret("P@ssw0rdMebx1");
    CHECK(b.add(entry()) == 0u);
    CHECK(partially() == 0u);
    CHECK(b.state.mode == control_mode::none);
    CHECK(b.state.provisioning == provisioning_state::pre);
    CHECK(b.state.admin_ha1.empty());
    CHECK(b.state.acl.empty());
    CHECK(b.state.mebx_password.reveal() == "P@ssw0rdMebx1");
    CHECK(b.ask(get_of("AMT_GeneralSettings")).body->value("HostName") == "kept");
    CHECK(partially() == 16u); // nothing to take back
}
