// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/on_die_chain.hpp>

#include "x509.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace costrand::wsman {

namespace {

constexpr std::size_t short_chain = 4, long_chain = 6;
constexpr std::size_t rom_place = 3; // of the certificate that the ROM's key signed, from 0
constexpr std::size_t upid_size = 20;

constexpr std::array<std::string_view, 2> leaf_names = {"iAMT CSME IDevID RCFG", "AMT RCFG"};
constexpr std::array<std::string_view, 2> rom_names = {"ROM CA", "ROM DE"};
constexpr std::array<std::string_view, 2> issuer_units = {"ODCA 2 CSME", "On Die CSME"};

template <typename Test>
bool any(const std::vector<std::string> &texts, const std::array<std::string_view, 2> &wanted,
         Test test) {
    return std::ranges::any_of(texts, [&](const std::string &text) {
        return std::ranges::any_of(wanted, [&](std::string_view w) { return test(text, w); });
    });
}

bool is_of_platform(core::const_bytes certificate, core::const_bytes serial) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
    SHA256(reinterpret_cast<const unsigned char *>(certificate.data()), certificate.size(),
           hash.data());
    return serial.size() >= upid_size &&
           std::ranges::equal(std::as_bytes(std::span(hash)).first(upid_size),
                              serial.first(upid_size));
}

} // namespace

std::string fault_of_on_die_chain(const std::vector<std::vector<std::byte>> &chain,
                                  core::const_bytes upid_serial) {
    if (chain.size() == 1)
        return "AMT shows a certificate of its own: it has been set up meanwhile";
    if (chain.size() != short_chain && chain.size() != long_chain)
        return "AMT shows " + std::to_string(chain.size()) +
               " certificates, and not the 4 or 6 of a device that is not set up";
    const auto leaf = read_x509(chain.front()), rom = read_x509(chain[rom_place]);
    if (!leaf || !rom)
        return "a certificate that AMT shows cannot be read";
    const auto same = [](std::string_view a, std::string_view b) { return a == b; };
    const auto within = [](std::string_view a, std::string_view b) { return a.find(b) != a.npos; };
    const auto begins = [](std::string_view a, std::string_view b) { return a.starts_with(b); };
    const auto *leaf_name = X509_get_subject_name(leaf.get()),
               *rom_name = X509_get_subject_name(rom.get());
    if (!any(name_parts(leaf_name, NID_commonName), leaf_names, same))
        return "AMT's certificate " + shown_name(leaf_name) +
               " is not that of a device that is not set up";
    if (!any(name_parts(rom_name, NID_commonName), rom_names, within))
        return "the fourth certificate that AMT shows, " + shown_name(rom_name) +
               ", is not that of its ROM";
    if (!any(name_parts(X509_get_issuer_name(rom.get()), NID_organizationalUnitName), issuer_units,
             begins))
        return "the fourth certificate that AMT shows, " + shown_name(rom_name) +
               ", is not issued on the die";
    if (!upid_serial.empty() && !is_of_platform(chain[rom_place], upid_serial))
        return "the certificates that AMT shows are not this platform's (UPID)";
    return {};
}

} // namespace costrand::wsman
