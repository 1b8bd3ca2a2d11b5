// SPDX-License-Identifier: Apache-2.0
// The forms that the text of a profile has, and its way through decryption and checks.
#include <costrand/activate/profile.hpp>

#include "document.hpp"
#include "profile_check.hpp"
#include "profile_keys.hpp"
#include "wiping_resource.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/core/aes_gcm.hpp>
#include <costrand/core/random.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/wsman/setup.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace costrand::activate {

namespace {

using enum exit_code;

// A whole profile with its certificates has some tens of KiB.
constexpr std::size_t size_limit = 1024 * 1024;

[[noreturn]] void refuse(exit_code code, std::string_view source, const std::string &why) {
    throw error(code, at_line(source, 0) + ": " + why);
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_base64_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

// A profile has at least one key, and a colon behind it.
bool may_be_encrypted(std::string_view text) {
    return text.find(':') == text.npos && !std::ranges::all_of(text, &is_blank);
}

// Files break lines.
std::optional<std::vector<std::byte>> bytes_of_base64(std::string_view text) {
    std::string packed;
    packed.reserve(text.size());
    std::ranges::copy_if(text, std::back_inserter(packed), [](char c) { return !is_blank(c); });
    auto out = rps::decode_payload(packed);
    if (!std::ranges::all_of(packed, &is_base64_digit) || !out)
        return std::nullopt;
    return std::move(*out);
}

core::secret decrypted(std::string_view text, std::string_view source, const core::secret &key) {
    const auto sealed = bytes_of_base64(text);
    if (!sealed)
        refuse(failed_reading_configuration, source,
               "this is neither a profile (YAML or JSON) nor the base64 text of an encrypted one");
    if (key.empty())
        refuse(incorrect_command_line_parameters, source,
               "the profile is encrypted: its key is needed, set CONFIG_ENCRYPTION_KEY or give "
               "--key");
    if (!core::is_aes_key_size(key.reveal().size()))
        refuse(incorrect_command_line_parameters, source,
               "the key (CONFIG_ENCRYPTION_KEY, --key) has " + std::to_string(key.reveal().size()) +
                   " bytes, and one has 16, 24 or 32: is it whole, and in quotes?");
    if (sealed->size() < core::gcm_nonce_size + core::gcm_tag_size)
        refuse(failed_reading_configuration, source,
               "too short for an encrypted profile: has the file been cut off?");
    auto plain = core::open_aes_gcm(key.reveal(), *sealed);
    if (!plain)
        refuse(failed_reading_configuration, source,
               "the profile cannot be decrypted: the key is not the one that it was encrypted "
               "with, or the file was changed since");
    return std::move(*plain);
}

// How a console answers: the encrypted profile, with its key beside it.
struct envelope {
    core::secret content, key;
};

std::optional<envelope> envelope_of(std::string_view text) {
    constexpr std::size_t levels = 16;
    boost::json::parse_options how;
    how.max_depth = levels;
    boost::system::error_code failed;
    wiping_resource memory; // it may have passwords
    const auto read = boost::json::parse(text, failed, &memory, how);
    if (failed || !read.is_object())
        return std::nullopt;
    const auto &members = read.get_object();
    const auto text_of = [&](std::string_view name) -> const boost::json::string * {
        const auto *found = members.if_contains(name);
        return found ? found->if_string() : nullptr;
    };
    const auto *content = text_of("content"), *key = text_of("key");
    if (!text_of("filename") || !content)
        return std::nullopt;
    envelope out;
    out.content = core::secret(std::string_view(*content));
    if (key)
        out.key = core::secret(std::string_view(*key));
    return out;
}

profile checked(std::string_view text, std::string_view source, std::vector<notice> &notices) {
    auto document = read_document(text, source);
    check_keys(document, source, notices);
    return profile_of(profile_section(document, source));
}

core::secret text_of_file(const std::string &path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        refuse(errno == ENOENT || errno == ENOTDIR ? missing_or_incorrect_profile
                                                   : failed_reading_configuration,
               path, std::generic_category().message(errno));
    if (!S_ISREG(status.st_mode))
        refuse(missing_or_incorrect_profile, path, "not a file");
    if (static_cast<std::size_t>(status.st_size) > size_limit)
        refuse(failed_reading_configuration, path, "larger than 1 MiB: this is no profile");
    std::ifstream in(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in)
        refuse(failed_reading_configuration, path, "cannot be read: is it yours?");
    return core::secret(std::move(text));
}

} // namespace

profile parse_profile(std::string_view text, std::string_view source, const core::secret &key,
                      std::vector<notice> &notices) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    if (text.size() > size_limit)
        refuse(failed_reading_configuration, source, "larger than 1 MiB: this is no profile");
    if (const auto whole = envelope_of(text)) {
        const auto plain =
            decrypted(whole->content.reveal(), source, key.empty() ? whole->key : key);
        return checked(plain.reveal(), source, notices);
    }
    if (may_be_encrypted(text)) {
        const auto plain = decrypted(text, source, key);
        return checked(plain.reveal(), source, notices);
    }
    if (!key.empty())
        notices.emplace_back(core::log_level::info,
                             at_line(source, 0) + " is not encrypted: its key is not used");
    return checked(text, source, notices);
}

profile read_profile(const std::string &path, const core::secret &key,
                     std::vector<notice> &notices) {
    const auto text = text_of_file(path);
    return parse_profile(text.reveal(), path, key, notices);
}

bool is_profile_file(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 5> endings = {".yaml", ".yml", ".json", ".enc", ".bin"};
    return name.find_first_of("/\\") != name.npos ||
           std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); });
}

void make_random_passwords(profile &p, core::random_source &random) {
    if (std::exchange(p.random_admin_password, false))
        p.admin_password = wsman::random_admin_password(random);
    if (std::exchange(p.random_mebx_password, false))
        p.mebx_password = wsman::random_admin_password(random);
    if (std::exchange(p.random_mps_password, false) && p.cira)
        p.cira->password = wsman::random_password(random);
}

} // namespace costrand::activate
