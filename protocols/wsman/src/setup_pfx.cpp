// SPDX-License-Identifier: Apache-2.0
// Reads PFX files.
#include <costrand/wsman/provisioning_certificate.hpp>

#include "x509.hpp"

#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include <algorithm>
#include <utility>

namespace costrand::wsman {

namespace {

using context_ptr = std::unique_ptr<OSSL_LIB_CTX, freed_by<OSSL_LIB_CTX_free>>;
using provider_ptr = std::unique_ptr<OSSL_PROVIDER, freed_by<OSSL_PROVIDER_unload>>;
using pfx_ptr = std::unique_ptr<PKCS12, freed_by<PKCS12_free>>;

[[noreturn]] void fail(setup_errc code, std::string text) {
    ERR_clear_error();
    setup_failure why;
    why.step = setup_step::read_certificate;
    why.code = code;
    why.text = "the provisioning certificate: " + std::move(text);
    throw setup_error(std::move(why), std::nullopt);
}

// Windows and old tools write RC2 and its like, which the library keeps apart. Where it has none of
// that, such a file is one that cannot be read.
struct with_old_ciphers {
    context_ptr context{OSSL_LIB_CTX_new()};
    provider_ptr standard{OSSL_PROVIDER_load(context.get(), "default")};
    provider_ptr old{OSSL_PROVIDER_load(context.get(), "legacy")};
};

struct contents {
    key_ptr key;
    x509_ptr leaf;
    std::vector<x509_ptr> others;
};

pfx_ptr decode(core::const_bytes bytes, OSSL_LIB_CTX *context) {
    auto *p = PKCS12_init_ex(NID_pkcs7_data, context, nullptr);
    const auto *from = reinterpret_cast<const unsigned char *>(bytes.data());
    // On failure the library frees it and sets it to null.
    if (p && !d2i_PKCS12(&p, &from, static_cast<long>(bytes.size())))
        p = nullptr;
    return pfx_ptr(p);
}

// A file without a password may be written with an empty one, or with none at all.
bool fits(PKCS12 *pfx, const std::string &password) {
    return PKCS12_verify_mac(pfx, password.c_str(), static_cast<int>(password.size())) == 1 ||
           (password.empty() && PKCS12_verify_mac(pfx, nullptr, 0) == 1);
}

contents open(PKCS12 *pfx, std::string &password) {
    if (PKCS12_mac_present(pfx) != 1)
        fail(setup_errc::pfx_malformed, "it is a PFX file without an integrity check (MAC)");
    if (!fits(pfx, password))
        fail(setup_errc::pfx_wrong_password,
             password.empty() ? "it has a password, and none was given" : "its password is wrong");
    EVP_PKEY *key = nullptr;
    X509 *leaf = nullptr;
    STACK_OF(X509) *others = nullptr;
    const bool read = PKCS12_parse(pfx, password.c_str(), &key, &leaf, &others) == 1;
    contents out{key_ptr(key), x509_ptr(leaf), {}};
    while (X509 *one = sk_X509_shift(others))
        out.others.emplace_back(one);
    sk_X509_free(others);
    if (!read)
        fail(setup_errc::pfx_malformed,
             "it is a PFX file that cannot be read: it is damaged, or uses a cipher that this "
             "machine's OpenSSL lacks");
    return out;
}

std::vector<std::byte> der_of(X509 *certificate) {
    unsigned char *bytes = nullptr;
    const int size = i2d_X509(certificate, &bytes);
    if (size <= 0)
        fail(setup_errc::pfx_malformed, "a certificate in it cannot be written");
    std::vector<std::byte> out(reinterpret_cast<const std::byte *>(bytes),
                               reinterpret_cast<const std::byte *>(bytes) + size);
    OPENSSL_free(bytes);
    return out;
}

core::secret pem_of(EVP_PKEY *key) {
    const bio_ptr bio(BIO_new(BIO_s_mem()));
    const bool written = bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0,
                                                              nullptr, nullptr) == 1;
    char *text = nullptr;
    const long size = written ? BIO_get_mem_data(bio.get(), &text) : 0;
    if (size <= 0)
        fail(setup_errc::pfx_malformed, "its private key cannot be written");
    core::secret out(std::string_view(text, static_cast<std::size_t>(size)));
    core::wipe(text, static_cast<std::size_t>(size));
    return out;
}

bool is_issued_by(X509 *certificate, X509 *issuer) {
    return X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0 &&
           X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
}

// The issuer among those left; a root before one that others have signed, too.
x509_ptr take_issuer(X509 *of, std::vector<x509_ptr> &from) {
    const auto issued = [&](const x509_ptr &one) { return is_issued_by(of, one.get()); };
    auto found = std::ranges::find_if(from, [&](const x509_ptr &one) {
        return issued(one) && is_issued_by(one.get(), one.get());
    });
    if (found == from.end())
        found = std::ranges::find_if(from, issued);
    if (found == from.end())
        return nullptr;
    auto out = std::move(*found);
    from.erase(found);
    return out;
}

std::vector<std::vector<std::byte>> order(contents &in) {
    std::vector<std::vector<std::byte>> chain;
    auto top = std::move(in.leaf);
    chain.push_back(der_of(top.get()));
    while (!is_issued_by(top.get(), top.get())) {
        auto above = take_issuer(top.get(), in.others);
        if (!above)
            fail(setup_errc::chain_incomplete,
                 "its chain is not complete: nothing in the file signed " +
                     shown_name(X509_get_subject_name(top.get())) + ", whose issuer is " +
                     shown_name(X509_get_issuer_name(top.get())) +
                     "; export it with its whole chain, the root included");
        top = std::move(above);
        chain.push_back(der_of(top.get()));
    }
    ERR_clear_error();
    return chain;
}

struct wipe_at_end {
    std::string &text;
    ~wipe_at_end() { core::wipe(text); }
};

} // namespace

std::string shown_name(const X509_NAME *name) {
    const auto common = name_parts(name, NID_commonName);
    char whole[256] = {};
    X509_NAME_oneline(name, whole, sizeof whole);
    std::string text = common.empty() ? whole : common.back();
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 127; };
    std::ranges::replace_if(text, is_control, '?');
    return '"' + text + '"';
}

provisioning_certificate read_pfx(core::const_bytes pfx, const core::secret &password) {
    const with_old_ciphers library; // outlives what it gave
    const auto file = decode(pfx, library.context.get());
    if (!file)
        fail(setup_errc::pfx_malformed, "it is no PFX file (PKCS#12, binary)");
    std::string text(password.reveal());
    const wipe_at_end wiping{text};
    auto in = open(file.get(), text);
    if (!in.leaf && in.others.empty())
        fail(setup_errc::pfx_no_certificate, "there is no certificate in the file");
    if (!in.key)
        fail(setup_errc::pfx_no_key, "there is no private key in the file");
    if (!in.leaf)
        fail(setup_errc::pfx_key_without_certificate,
             "none of the certificates in the file belongs to its private key");
    provisioning_certificate out;
    out.key = pem_of(in.key.get());
    out.chain = order(in);
    return out;
}

} // namespace costrand::wsman
