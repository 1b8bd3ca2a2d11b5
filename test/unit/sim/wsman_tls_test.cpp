// SPDX-License-Identifier: Apache-2.0
// TLS as state: the credential context, the two settings, and what CommitChanges puts in force.
#include "wsman_bench.hpp"

#include "src/encoding.hpp"

#include <costrand/sim/certificates.hpp>

#include <string>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

constexpr std::string_view network = "Intel(r) AMT 802.3 TLS Settings";
constexpr std::string_view local = "Intel(r) AMT LMS TLS Settings";

certificate_subject named(std::string name, bool authority) {
    certificate_subject s;
    s.common_name = std::move(name);
    s.authority = authority;
    s.not_after = 4'000'000'000;
    return s;
}

struct tls_bench : wsman_bench {
    identity root = make_root(named("Root", true), keys->next_key());

    tls_bench() {
        activate();
        state.clock_base = 1'780'000'000;
    }
    std::string add(std::string_view method, core::const_bytes der) {
        return created(ask(invoke("AMT_PublicKeyManagementService", method,
                                  "<h:CertificateBlob>" + base64(der) + "</h:CertificateBlob>")),
                       "CreatedCertificate");
    }
    std::string make_key() {
        return created(ask(invoke("AMT_PublicKeyManagementService", "GenerateKeyPair",
                                  "<h:KeyAlgorithm>0</h:KeyAlgorithm>"
                                  "<h:KeyLength>2048</h:KeyLength>")),
                       "KeyPair");
    }
    // The handle of a certificate for that key.
    std::string certify(const std::string &key, const std::string &name = "device") {
        return add("AddCertificate", issue_certificate(root, named(name, false),
                                                       public_key_of(state.key_pairs.at(key))));
    }
    // The collection's name is the one that servers send.
    static std::string context(std::string_view certificate) {
        return "<h:ElementInContext>" +
               reference_to("AMT_PublicKeyCertificate", "InstanceID", certificate) +
               "</h:ElementInContext><h:ElementProvidingContext>" +
               reference_to("AMT_TLSProtocolEndpointCollection", "ElementName",
                            "TLSProtocolEndpointInstances Collection") +
               "</h:ElementProvidingContext>";
    }
    wsman::soap_reply create(std::string_view properties) {
        auto request = request_for("AMT_TLSCredentialContext", wsman::uri::create);
        request.body = wsman::instance_body(request.resource_uri, properties);
        return ask(request);
    }
    wsman::soap_reply put(std::string_view which, bool enabled, bool mutual = false,
                          bool plain = true) {
        const auto flag = [](bool b) { return std::string(b ? "true" : "false"); };
        auto request = put_of("AMT_TLSSettingData",
                              "<h:AcceptNonSecureConnections>" + flag(plain) +
                                  "</h:AcceptNonSecureConnections><h:Enabled>" + flag(enabled) +
                                  "</h:Enabled><h:InstanceID>" + std::string(which) +
                                  "</h:InstanceID><h:MutualAuthentication>" + flag(mutual) +
                                  "</h:MutualAuthentication>");
        request.selectors.push_back({"InstanceID", std::string(which), nullptr});
        return ask(request);
    }
    wsman::soap_reply commit() {
        return ask(invoke("AMT_SetupAndConfigurationService", "CommitChanges", ""));
    }
    std::string removed(std::string_view class_name, std::string_view id) {
        const auto reply = ask(delete_of(class_name, "InstanceID", id));
        return reply.fault ? reply.fault->subcode : "";
    }
    // By the references that Pull gives, as servers do.
    std::string remove_context() {
        auto request = request_for("AMT_TLSCredentialContext", wsman::uri::delete_);
        const auto found = all("AMT_TLSCredentialContext").at(0);
        for (const auto &property : found.children) {
            auto to = wsman::read_reference(property);
            request.selectors.push_back(
                {property.name, "", std::make_shared<wsman::endpoint_reference>(*to)});
        }
        const auto reply = ask(request);
        return reply.fault ? reply.fault->subcode : "";
    }
    std::string certificate_in_context() {
        const auto instance = all("AMT_TLSCredentialContext").at(0);
        return wsman::read_reference(*instance.child("ElementInContext"))->selectors.at(0).value;
    }
};

} // namespace

TEST_CASE("a credential context is created once, for a certificate whose key is here") {
    tls_bench b;
    const auto certificate = b.certify(b.make_key());
    const auto made = b.create(tls_bench::context(certificate));
    REQUIRE(made.body);
    CHECK(made.body->is(wsman::uri::transfer, "ResourceCreated"));
    const auto to = wsman::read_reference(*made.body);
    REQUIRE(to.has_value());
    CHECK(to->resource_uri == resource("AMT_TLSCredentialContext"));
    REQUIRE(to->selectors.size() == 2);
    CHECK(to->selectors[0].reference->selectors.at(0).value == certificate);
    // As in the recorded reply.
    CHECK(to->selectors[1].reference->selectors.at(0).value ==
          "TLSProtocolEndpoint Instances Collection");
    CHECK(b.certificate_in_context() == certificate);
    CHECK(b.create(tls_bench::context(certificate)).fault->subcode == "AlreadyExists");
}

TEST_CASE("a credential context for nothing, a root, or a certificate without key is refused") {
    tls_bench b;
    CHECK(fault_tells(b.create(""), "MissingValues"));
    CHECK(fault_tells(b.create(tls_bench::context("Intel(r) AMT Certificate: Handle: 7")),
                      "InvalidValues"));
    const auto trusted = b.add("AddTrustedRootCertificate", b.root.chain.front());
    CHECK(fault_tells(b.create(tls_bench::context(trusted)), "InvalidValues"));
    const auto strange = make_issued(b.root, named("other", false), b.keys->next_key());
    const auto without = b.add("AddCertificate", strange.chain.front());
    CHECK(fault_tells(b.create(tls_bench::context(without)), "InvalidValues"));
    CHECK(b.all("AMT_TLSCredentialContext").empty());
}

TEST_CASE("no other class is made by Create") {
    tls_bench b;
    auto request = request_for("AMT_GeneralSettings", wsman::uri::create);
    request.body = wsman::instance_body(request.resource_uri, "");
    CHECK(b.ask(request).fault->subcode == "ActionNotSupported");
}

TEST_CASE("Put gives the credential context another certificate") {
    tls_bench b;
    const auto key = b.make_key();
    const auto first = b.certify(key), second = b.certify(key, "renewed");
    REQUIRE(b.create(tls_bench::context(first)).body);
    CHECK(b.ask(put_of("AMT_TLSCredentialContext", tls_bench::context(second))).body);
    CHECK(b.certificate_in_context() == second);
    CHECK(fault_tells(b.ask(put_of("AMT_TLSCredentialContext", tls_bench::context("none"))),
                      "InvalidValues"));
    CHECK(b.certificate_in_context() == second);
    CHECK(b.removed("AMT_PublicKeyCertificate", first).empty());
    CHECK(b.removed("AMT_PublicKeyCertificate", second) == "AccessDenied");
}

TEST_CASE("TLS cannot be asked for without a credential context") {
    tls_bench b;
    CHECK(fault_tells(b.put(network, true), "InvalidValues"));
    CHECK(b.put(network, false).body);
    REQUIRE(b.create(tls_bench::context(b.certify(b.make_key()))).body);
    CHECK(b.put(network, true).body->value("Enabled") == "true");
}

TEST_CASE("mutual authentication wants TLS and a trusted root") {
    tls_bench b;
    REQUIRE(b.create(tls_bench::context(b.certify(b.make_key()))).body);
    CHECK(fault_tells(b.put(network, true, true), "InvalidValues"));
    (void)b.add("AddTrustedRootCertificate", b.root.chain.front());
    CHECK(fault_tells(b.put(network, false, true), "InvalidValues"));
    CHECK(b.put(network, true, true).body->value("MutualAuthentication") == "true");
}

TEST_CASE("a device without plain ports keeps TLS, and lets no plain connection be asked for") {
    tls_bench b;
    REQUIRE(b.create(tls_bench::context(b.certify(b.make_key()))).body);
    b.state.objects.change("AMT_TLSSettingData", [](auto &settings) {
        set_property(settings, "NonSecureConnectionsSupported", "false");
    });
    CHECK(fault_tells(b.put(network, true, false, true), "InvalidValues"));
    CHECK(fault_tells(b.put(network, false, false, false), "InvalidValues"));
    CHECK(b.put(network, true, false, false).body);
}

TEST_CASE("TLS settings are booleans, and Enabled is required") {
    tls_bench b;
    auto request = put_of("AMT_TLSSettingData", "<h:Enabled>perhaps</h:Enabled>");
    request.selectors.push_back({"InstanceID", std::string(local), nullptr});
    CHECK(fault_tells(b.ask(request), "InvalidValues"));
    request.body = wsman::instance_body(request.resource_uri, "");
    CHECK(fault_tells(b.ask(request), "MissingValues"));
}

TEST_CASE("what was put is in force after CommitChanges, and not before") {
    tls_bench b;
    b.device.tls.keeps_plain = false;
    const auto key = b.make_key();
    REQUIRE(b.create(tls_bench::context(b.certify(key))).body);
    REQUIRE(b.put(network, true).body);
    REQUIRE(b.put(local, true, false, false).body);
    CHECK_FALSE(b.state.tls);
    CHECK(b.commit().return_value() == 0u);
    REQUIRE(b.state.tls);
    CHECK(b.state.tls->enabled);
    CHECK_FALSE(b.state.tls->plain);
    CHECK(b.state.tls_key == b.state.key_pairs.at(key));
    REQUIRE(b.put(local, false).body);
    CHECK(b.state.tls->enabled);
    (void)b.commit();
    CHECK_FALSE(b.state.tls->enabled);
}

TEST_CASE("context, certificate and key are kept while TLS uses them, and go in that order") {
    tls_bench b;
    const auto key = b.make_key(), certificate = b.certify(key);
    REQUIRE(b.create(tls_bench::context(certificate)).body);
    REQUIRE(b.put(local, true).body);
    (void)b.commit();
    CHECK(b.remove_context() == "AccessDenied");
    REQUIRE(b.put(local, false).body);
    CHECK(b.remove_context() == "AccessDenied"); // still in force
    (void)b.commit();
    CHECK(b.removed("AMT_PublicPrivateKeyPair", key) == "AccessDenied");
    CHECK(b.removed("AMT_PublicKeyCertificate", certificate) == "AccessDenied");
    CHECK(b.remove_context().empty());
    CHECK(b.removed("AMT_PublicPrivateKeyPair", key).empty());
    CHECK(b.removed("AMT_PublicKeyCertificate", certificate).empty());
}

TEST_CASE("unprovisioning wipes TLS, what was asked for and what is in force") {
    tls_bench b;
    REQUIRE(b.create(tls_bench::context(b.certify(b.make_key()))).body);
    REQUIRE(b.put(local, true).body);
    (void)b.commit();
    unprovision(b.state, b.device);
    CHECK_FALSE(b.state.tls);
    CHECK(b.state.tls_key.empty());
    CHECK(b.all("AMT_TLSCredentialContext").empty());
    for (const auto &one : b.all("AMT_TLSSettingData"))
        CHECK(one.value("Enabled") == "false");
}
