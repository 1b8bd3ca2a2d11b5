// SPDX-License-Identifier: Apache-2.0
// Rights of the host's system account, the administrator and entries of the access control list.
#include "wsman_bench.hpp"

#include <costrand/sim/wsman_service.hpp>

#include <string>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

struct rights_bench : wsman_bench {
    wsman::soap_reply as(const wsman_caller &who, const wsman::request_envelope &request) {
        const auto parsed = wsman::parse_request(*wsman::build_request(request));
        auto reply = wsman::parse_reply(service.handle(*parsed, who, now).xml);
        REQUIRE(reply.has_value());
        return *reply;
    }
    bool denied(const wsman_caller &who, const wsman::request_envelope &request) {
        const auto reply = as(who, request);
        return reply.fault && reply.fault->is(wsman::uri::wsman, "AccessDenied");
    }
    bool local_denied(const wsman::request_envelope &request) {
        return denied(wsman_user::local_account, request);
    }
};

wsman_caller with(std::vector<std::uint32_t> realms) {
    return wsman_caller(std::move(realms));
}
wsman::request_envelope change(std::string_view name) {
    return invoke(name, "RequestStateChange", "<h:RequestedState>32771</h:RequestedState>");
}

} // namespace

TEST_CASE("the local account reads all of a new device") {
    rights_bench b;
    for (const auto *one : b.state.objects.all()) {
        CAPTURE(std::string(one->name()));
        CHECK_FALSE(b.local_denied(get_of(one->name())));
        CHECK_FALSE(b.local_denied(enumerate_of(one->name())));
    }
}

TEST_CASE("of an active device the local account reads no logs, hardware, power or redirection") {
    rights_bench b;
    b.activate();
    for (const auto *name : {"AMT_AuditLog", "AMT_MessageLog", "AMT_EventLogEntry",
                             "AMT_AuthorizationService", "AMT_RedirectionService",
                             "CIM_PowerManagementService", "CIM_Processor", "IPS_OptInService"}) {
        CAPTURE(std::string(name));
        CHECK(b.local_denied(get_of(name)));
        CHECK(b.local_denied(enumerate_of(name)));
    }
    for (const auto *name :
         {"AMT_GeneralSettings", "IPS_HostBasedSetupService", "AMT_SetupAndConfigurationService",
          "AMT_EthernetPortSettings", "IPS_HTTPProxyAccessPoint", "AMT_PublicKeyCertificate",
          "AMT_ManagementPresenceRemoteSAP"}) {
        CAPTURE(std::string(name));
        CHECK_FALSE(b.local_denied(enumerate_of(name)));
    }
}

TEST_CASE("the local account invokes what sets a device up, and puts, creates, deletes nothing") {
    rights_bench b;
    CHECK_FALSE(b.local_denied(setup_with(std::string(32, 'a'))));
    CHECK_FALSE(b.local_denied(invoke("AMT_SetupAndConfigurationService", "GetUuid", "")));
    CHECK(b.local_denied(change("AMT_RedirectionService")));
    CHECK(b.local_denied(invoke("AMT_TimeSynchronizationService", "GetLowAccuracyTimeSynch", "")));
    CHECK(b.local_denied(put_of("AMT_GeneralSettings", "")));
    CHECK(b.local_denied(delete_of("AMT_PublicKeyCertificate", "InstanceID", "x")));
    CHECK(b.local_denied(request_for("AMT_TLSCredentialContext", wsman::uri::create)));
}

TEST_CASE("an entry of the list may what its realms say") {
    rights_bench b;
    b.activate();
    constexpr std::uint32_t redirection = 2, administration = 3, general = 13, audit = 20;
    CHECK_FALSE(b.denied(with({redirection}), get_of("AMT_RedirectionService")));
    CHECK_FALSE(b.denied(with({redirection}), change("AMT_RedirectionService")));
    CHECK(b.denied(with({redirection}), get_of("AMT_GeneralSettings")));
    CHECK_FALSE(b.denied(with({general}), get_of("AMT_GeneralSettings")));
    CHECK(b.denied(with({general}), put_of("AMT_GeneralSettings", "")));
    CHECK(b.denied(with({general}), get_of("AMT_RedirectionService")));
    CHECK(b.denied(with({general}), get_of("AMT_AuditLog")));
    CHECK_FALSE(b.denied(with({audit}), get_of("AMT_AuditLog")));
    CHECK_FALSE(b.denied(with({administration}), change("AMT_UserInitiatedConnectionService")));
    CHECK(b.denied(with({administration}), get_of("AMT_AuditLog")));
    CHECK(b.denied(with({administration}), get_of("AMT_AuthorizationService")));
    CHECK(b.denied(with({}), get_of("AMT_GeneralSettings")));
}

TEST_CASE("an unknown class is unreachable for everybody, whatever the rights") {
    rights_bench b;
    b.activate();
    for (const auto &who : {wsman_caller(wsman_user::local_account), with({})})
        CHECK(b.as(who, get_of("AMT_NoSuchClass")).fault->subcode == "DestinationUnreachable");
}
