// SPDX-License-Identifier: Apache-2.0
// A device's keys and certificates: what is kept, refused, told, and cannot be deleted.
#include "wsman_bench.hpp"

#include "src/device_keys.hpp"
#include "src/encoding.hpp"

#include <costrand/sim/certificates.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::sim;
using namespace costrand::test;

namespace {

// wsman.md 12, AMT_PublicKeyManagementService.
enum : std::uint32_t {
    ok = 0,
    limit = 23,
    invalid = 36,
    duplicate_value = 2058,
    bad_key = 2062,
    bad_certificate = 2063,
    unsupported_value = 2066,
};

constexpr std::string_view keys_service = "AMT_PublicKeyManagementService";

certificate_subject named(std::string name, bool authority) {
    certificate_subject s;
    s.common_name = std::move(name);
    s.organization = "unknown";
    s.authority = authority;
    s.not_after = 4'000'000'000;
    return s;
}

struct keys_bench : wsman_bench {
    identity root = make_root(named("MPSRoot-0af1d5", true), keys->next_key());

    keys_bench() { activate(); }

    wsman::soap_reply call(std::string_view method, std::string_view parameters) {
        return ask(invoke(keys_service, method, parameters));
    }
    wsman::soap_reply add(std::string_view method, core::const_bytes certificate) {
        return call(method, "<h:CertificateBlob>" + base64(certificate) + "</h:CertificateBlob>");
    }
    wsman::soap_reply generate(std::string_view algorithm = "0", std::string_view length = "2048") {
        return call("GenerateKeyPair", "<h:KeyAlgorithm>" + std::string(algorithm) +
                                           "</h:KeyAlgorithm><h:KeyLength>" + std::string(length) +
                                           "</h:KeyLength>");
    }
    // Of the device's key, below the root; its handle.
    std::string certify(const std::string &key) {
        const auto der =
            issue_certificate(root, named("device", false), public_key_of(state.key_pairs.at(key)));
        return created(add("AddCertificate", der), "CreatedCertificate");
    }
    std::string removed(std::string_view class_name, std::string_view id) {
        const auto reply = ask(delete_of(class_name, "InstanceID", id));
        return reply.fault ? reply.fault->subcode : "";
    }
};

// The private key as AddKey wants it.
der_bytes pkcs1_of(const core::secret &pem) {
    const std::string text(pem.reveal());
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), -1),
                                                        &BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    unsigned char *out = nullptr;
    const int size = i2d_PrivateKey(key.get(), &out); // PKCS#1 for RSA
    const auto *bytes = reinterpret_cast<const std::byte *>(out);
    der_bytes der(bytes, bytes + size);
    OPENSSL_free(out);
    return der;
}

// A request for that key, signed by another one: what is signed is to be replaced.
der_bytes request_for(const core::secret &key, const core::secret &signer) {
    const auto read = [](const core::secret &pem) {
        const std::string text(pem.reveal());
        const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), -1),
                                                            &BIO_free);
        return std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>(
            PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    };
    const auto own = read(key), other = read(signer);
    const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> made(X509_REQ_new(), &X509_REQ_free);
    X509_REQ_set_pubkey(made.get(), own.get());
    X509_REQ_sign(made.get(), other.get(), EVP_sha256());
    unsigned char *out = nullptr;
    const int size = i2d_X509_REQ(made.get(), &out);
    const auto *bytes = reinterpret_cast<const std::byte *>(out);
    der_bytes der(bytes, bytes + size);
    OPENSSL_free(out);
    return der;
}

bool is_signed_request(core::const_bytes der) {
    const auto *from = reinterpret_cast<const unsigned char *>(der.data());
    const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> read(
        d2i_X509_REQ(nullptr, &from, static_cast<long>(der.size())), &X509_REQ_free);
    return read && X509_REQ_verify(read.get(), X509_REQ_get0_pubkey(read.get())) == 1;
}

} // namespace

TEST_CASE("GenerateKeyPair makes a pair that Pull tells by its public half, handle by handle") {
    keys_bench b;
    const auto made = b.generate();
    CHECK(made.return_value() == ok);
    const auto to = wsman::read_reference(*made.body->child("KeyPair"));
    REQUIRE(to.has_value());
    CHECK(to->resource_uri == resource("AMT_PublicPrivateKeyPair"));
    CHECK(created(made, "KeyPair") == "Intel(r) AMT Key: Handle: 0"); // as recorded
    CHECK(created(b.generate(), "KeyPair") == "Intel(r) AMT Key: Handle: 1");
    const auto pairs = b.all("AMT_PublicPrivateKeyPair");
    REQUIRE(pairs.size() == 2);
    CHECK(pairs[0].value("ElementName") == "Intel(r) AMT Key");
    const auto &kept = b.state.key_pairs.at("Intel(r) AMT Key: Handle: 0");
    CHECK(pairs[0].value("DERKey") == base64(public_key_of(kept)));
    CHECK(bits_of(kept) == 2048);
}

TEST_CASE("GenerateKeyPair is for RSA of 2048 bits, and the store has an end") {
    keys_bench b;
    CHECK(b.generate("1").return_value() == unsupported_value);
    CHECK(b.generate("0", "1024").return_value() == bad_key);
    CHECK(fault_tells(b.call("GenerateKeyPair", ""), "MissingValues"));
    CHECK(b.all("AMT_PublicPrivateKeyPair").empty());
    for (int i = 0; i < 16; ++i)
        REQUIRE(b.generate().return_value() == ok);
    CHECK(b.generate().return_value() == limit);
}

TEST_CASE("AddKey takes a private RSA key once") {
    keys_bench b;
    const auto key = b.keys->next_key();
    const auto add = [&](const std::string &blob) {
        return b.call("AddKey", "<h:KeyBlob>" + blob + "</h:KeyBlob>");
    };
    const auto der = pkcs1_of(key);
    CHECK(created(add(base64(der)), "CreatedKey") == "Intel(r) AMT Key: Handle: 0");
    CHECK(public_key_of(b.state.key_pairs.at("Intel(r) AMT Key: Handle: 0")) == public_key_of(key));
    CHECK(add(base64(der)).return_value() == duplicate_value);
    CHECK(add("no base64").return_value() == invalid);
    CHECK(add("AAAA").return_value() == bad_key);
    auto longer = der;
    longer.push_back(std::byte{0});
    CHECK(add(base64(longer)).return_value() == bad_key);
    CHECK(fault_tells(b.call("AddKey", ""), "MissingValues"));
}

TEST_CASE("certificates are kept once, with their names as recorded, roots apart from others") {
    keys_bench b;
    const auto &der = b.root.chain.front();
    CHECK(created(b.add("AddTrustedRootCertificate", der), "CreatedCertificate") ==
          "Intel(r) AMT Certificate: Handle: 0");
    CHECK(b.add("AddTrustedRootCertificate", der).return_value() == duplicate_value);
    CHECK(b.add("AddCertificate", der).return_value() == duplicate_value);
    const auto key = created(b.generate(), "KeyPair");
    CHECK(b.certify(key) == "Intel(r) AMT Certificate: Handle: 1");
    const auto all = b.all("AMT_PublicKeyCertificate");
    REQUIRE(all.size() == 2);
    CHECK(all[0].value("Subject") == "CN=MPSRoot-0af1d5,O=unknown");
    CHECK(all[0].value("TrustedRootCertficate") == "true");
    CHECK(all[1].value("Issuer") == "CN=MPSRoot-0af1d5,O=unknown");
    CHECK(all[1].value("TrustedRootCertficate") == "false");
}

TEST_CASE("what is no certificate is not kept") {
    keys_bench b;
    const auto add = [&](std::string_view blob) {
        return b.call("AddTrustedRootCertificate",
                      "<h:CertificateBlob>" + std::string(blob) + "</h:CertificateBlob>");
    };
    CHECK(add("no base64!").return_value() == invalid);
    CHECK(add("MIIB").return_value() == bad_certificate); // begins like one
    CHECK(fault_tells(b.call("AddCertificate", ""), "MissingValues"));
    CHECK(b.all("AMT_PublicKeyCertificate").empty());
}

TEST_CASE("a certificate of more than 4100 bytes is not kept") {
    keys_bench b;
    auto big = named("big", true);
    big.dns_names.assign(40, std::string(120, 'a') + ".example");
    CHECK(
        b.add("AddCertificate", make_root(big, b.keys->next_key()).chain.front()).return_value() ==
        bad_certificate);
}

TEST_CASE("a request is signed by the key it is for, and by no other") {
    keys_bench b;
    const auto first = created(b.generate(), "KeyPair"), second = created(b.generate(), "KeyPair");
    const auto stranger = b.keys->next_key();
    const auto unsigned_one = request_for(b.state.key_pairs.at(first), stranger);
    REQUIRE_FALSE(is_signed_request(unsigned_one));
    const auto ask = [&](const std::string &key, std::string_view algorithm,
                         const std::string &blob) {
        return b.call("GeneratePKCS10RequestEx",
                      "<h:KeyPair>" + reference_to("AMT_PublicPrivateKeyPair", "InstanceID", key) +
                          "</h:KeyPair><h:SigningAlgorithm>" + std::string(algorithm) +
                          "</h:SigningAlgorithm><h:NullSignedCertificateRequest>" + blob +
                          "</h:NullSignedCertificateRequest>");
    };
    const auto made = ask(first, "1", base64(unsigned_one));
    CHECK(made.return_value() == ok);
    CHECK(is_signed_request(from_base64(made.body->value("SignedCertificateRequest")).value()));
    CHECK(ask(second, "1", base64(unsigned_one)).return_value() == invalid);
    CHECK(ask("Intel(r) AMT Key: Handle: 9", "1", base64(unsigned_one)).return_value() == invalid);
    CHECK(ask(first, "2", base64(unsigned_one)).return_value() == unsupported_value);
    CHECK(ask(first, "1", "AAAA").return_value() == invalid);
    CHECK(fault_tells(b.call("GeneratePKCS10RequestEx", ""), "MissingValues"));
}

TEST_CASE("a key or certificate that nobody uses can be deleted, its private half with it") {
    keys_bench b;
    const auto key = created(b.generate(), "KeyPair");
    const auto certificate = b.certify(key);
    CHECK(b.removed("AMT_PublicPrivateKeyPair", key).empty());
    CHECK(b.state.key_pairs.empty());
    CHECK(b.all("AMT_PublicPrivateKeyPair").empty());
    CHECK(b.removed("AMT_PublicPrivateKeyPair", key) == "DestinationUnreachable");
    CHECK(b.removed("AMT_PublicKeyCertificate", certificate).empty());
    CHECK(b.all("AMT_PublicKeyCertificate").empty());
    CHECK(created(b.generate(), "KeyPair") == key); // the handle is free again
}

TEST_CASE("the service of keys and certificates deletes one by its InstanceID") {
    keys_bench b;
    const auto handle = created(b.generate(), "KeyPair");
    const auto gone = [&](std::string_view id) {
        return b.ask(delete_of("AMT_PublicKeyManagementService", "InstanceID", id));
    };
    CHECK(gone("Intel(r) AMT Key: Handle: 9").fault->subcode == "DestinationUnreachable");
    CHECK_FALSE(gone(handle).fault);
    CHECK(b.all("AMT_PublicPrivateKeyPair").empty());
    CHECK(b.state.key_pairs.empty());
    CHECK(gone(handle).fault->subcode == "DestinationUnreachable");
}

TEST_CASE("a certificate that is the firmware's own cannot be deleted") {
    keys_bench b;
    const auto id =
        created(b.add("AddTrustedRootCertificate", b.root.chain.front()), "CreatedCertificate");
    b.state.objects.change("AMT_PublicKeyCertificate", [](auto &certificate) {
        set_property(certificate, "ReadOnlyCertificate", "true");
    });
    CHECK(b.removed("AMT_PublicKeyCertificate", id) == "AccessDenied");
}

TEST_CASE("the local system account has no say about keys") {
    keys_bench b;
    const auto reply =
        b.ask(invoke(keys_service, "GenerateKeyPair", ""), wsman_user::local_account);
    CHECK(reply.fault->subcode == "AccessDenied");
}

TEST_CASE("unprovisioning wipes keys and certificates") {
    keys_bench b;
    (void)b.certify(created(b.generate(), "KeyPair"));
    CHECK(b.ask(invoke("AMT_SetupAndConfigurationService", "Unprovision",
                       "<h:ProvisioningMode>1</h:ProvisioningMode>"))
              .return_value() == ok);
    CHECK(b.state.key_pairs.empty());
    CHECK(b.all("AMT_PublicPrivateKeyPair").empty());
    CHECK(b.all("AMT_PublicKeyCertificate").empty());
}
