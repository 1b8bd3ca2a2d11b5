// SPDX-License-Identifier: Apache-2.0
// profile: how a device is to be set up, all of it, as one file or one answer of a console says it
// (docs/profile.md): read, decrypted and checked as a whole before any device is touched.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/configure.hpp>
#include <costrand/wsman/configure_8021x.hpp>
#include <costrand/wsman/configure_cira.hpp>
#include <costrand/wsman/configure_tls.hpp>
#include <costrand/wsman/setup_result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::core {
class random_source;
}

namespace costrand::activate {

struct wireless_order {
    wireless_order() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    wsman::wireless_profile profile;
    std::optional<wsman::ieee8021x> ieee8021x; // instead of a passphrase
};

struct profile {
    profile() = default; // no aggregate, as above

    std::string name;
    std::vector<std::string> tags;

    // none: not said, which is enough for a device that is activated already.
    wsman::control_mode mode = wsman::control_mode::none;
    core::secret admin_password;       // AMT's; may be empty
    core::secret mebx_password;        // of AMT's own menu; empty: left alone
    core::secret certificate;          // of admin control mode: a PFX, base64; may be empty
    core::secret certificate_password; // empty: it has none

    // To be made here: see make_random_passwords().
    bool random_admin_password = false, random_mebx_password = false, random_mps_password = false;

    wsman::remote_features features; // the consent counts in admin control mode only
    std::optional<wsman::wired_settings> wired;
    std::optional<wsman::ieee8021x> wired_8021x;
    bool wifi_with_system = false, wifi_with_uefi = false;
    std::vector<wireless_order> wireless;
    std::optional<wsman::tls_mode> tls; // nothing: left as it is
    std::optional<wsman::cira_settings> cira;
    std::vector<wsman::proxy_settings> proxies;
};

// From the text of a file or of an answer: YAML, JSON, either of them encrypted (base64 of nonce,
// AES-GCM ciphertext and tag), or a console's {"filename", "content", "key"}, whose key `key` takes
// precedence over. `source` is the text's name in errors and notices; `key` may be empty. Adds to
// `notices` what is accepted without effect, keys that nobody knows above all.
//
// Throws error, with file, line and key: 28 for a key that is missing or none, 34 for what cannot
// be read or decrypted, and for a wrong value the code that the table has for it: 23, 26, 27, 29 to
// 33, 116, 117, 123 to 126, else 35. 28 for what needs an enterprise assistant.
[[nodiscard]] profile parse_profile(std::string_view text, std::string_view source,
                                    const core::secret &key, std::vector<notice> &notices);

// parse_profile() of a file, at most 1 MiB. Throws error 21 when there is none.
[[nodiscard]] profile read_profile(const std::string &path, const core::secret &key,
                                   std::vector<notice> &notices);

// Whether --profile names a file, and not a profile on a server: it has a / or \ in it, or ends in
// .yaml, .yml, .json, .enc or .bin.
[[nodiscard]] bool is_profile_file(std::string_view name) noexcept;

// The passwords that the profile leaves to chance take their places. Only for a caller that has
// them kept somewhere before a device gets them: a device whose password nobody knows is lost.
void make_random_passwords(profile &p, core::random_source &random);

} // namespace costrand::activate
