// SPDX-License-Identifier: Apache-2.0
#include "profile_keys.hpp"

#include <costrand/activate/failure.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

namespace costrand::activate {

namespace {

enum class value { text, toggle, number, texts };
enum class effect {
    works,
    none,   // nothing here does it: told when it asks for something
    silent, // nothing to do with the device, or of use only together with others
};

struct key_row {
    std::string_view path; // [] behind a list of maps
    value is;
    effect has = effect::works;
};

using enum value;
constexpr auto none = effect::none, silent = effect::silent;

// The schema. Maps and lists of maps follow from the paths.
constexpr std::array schema = {
    key_row{"id", number, silent},
    key_row{"name", text},
    key_row{"tags", texts},

    key_row{"configuration.generalSettings.sharedFQDN", toggle, none},
    key_row{"configuration.generalSettings.networkInterfaceEnabled", number, none},
    key_row{"configuration.generalSettings.pingResponseEnabled", toggle, none},

    key_row{"configuration.network.wired.dhcpEnabled", toggle},
    key_row{"configuration.network.wired.ipSyncEnabled", toggle},
    // Follows from the two above.
    key_row{"configuration.network.wired.sharedStaticIP", toggle, silent},
    key_row{"configuration.network.wired.ipAddress", text},
    key_row{"configuration.network.wired.subnetMask", text},
    key_row{"configuration.network.wired.defaultGateway", text},
    key_row{"configuration.network.wired.primaryDNS", text},
    key_row{"configuration.network.wired.secondaryDNS", text},
    key_row{"configuration.network.wired.authentication", text, none},
    key_row{"configuration.network.wired.ieee8021x.username", text},
    key_row{"configuration.network.wired.ieee8021x.password", text},
    key_row{"configuration.network.wired.ieee8021x.authenticationProtocol", number},
    key_row{"configuration.network.wired.ieee8021x.clientCert", text},
    key_row{"configuration.network.wired.ieee8021x.caCert", text},
    key_row{"configuration.network.wired.ieee8021x.privateKey", text},
    key_row{"configuration.network.wired.ieee8021x.pxeTimeout", number, none},

    key_row{"configuration.network.wireless.wifiSyncEnabled", toggle},
    key_row{"configuration.network.wireless.uefiWiFiSyncEnabled", toggle},
    key_row{"configuration.network.wireless.profiles[].profileName", text},
    key_row{"configuration.network.wireless.profiles[].ssid", text},
    key_row{"configuration.network.wireless.profiles[].password", text},
    key_row{"configuration.network.wireless.profiles[].authenticationMethod", text},
    key_row{"configuration.network.wireless.profiles[].encryptionMethod", text},
    key_row{"configuration.network.wireless.profiles[].priority", number},
    key_row{"configuration.network.wireless.profiles[].ieee8021x.username", text},
    key_row{"configuration.network.wireless.profiles[].ieee8021x.password", text},
    key_row{"configuration.network.wireless.profiles[].ieee8021x.authenticationProtocol", number},
    key_row{"configuration.network.wireless.profiles[].ieee8021x.clientCert", text},
    key_row{"configuration.network.wireless.profiles[].ieee8021x.caCert", text},
    key_row{"configuration.network.wireless.profiles[].ieee8021x.privateKey", text},
    key_row{"configuration.network.wireless.profiles[].ieee8021x.pxeTimeout", number, none},

    key_row{"configuration.network.proxy[].address", text},
    key_row{"configuration.network.proxy[].port", number},
    key_row{"configuration.network.proxy[].networkDnsSuffix", text},

    key_row{"configuration.tls.signingAuthority", text},
    key_row{"configuration.tls.mutualAuthentication", toggle},
    key_row{"configuration.tls.enabled", toggle},
    key_row{"configuration.tls.trustedCN", texts, none},
    key_row{"configuration.tls.allowNonTLS", toggle},

    key_row{"configuration.redirection.enabled", toggle, silent}, // follows from the services
    key_row{"configuration.redirection.services.kvm", toggle},
    key_row{"configuration.redirection.services.sol", toggle},
    key_row{"configuration.redirection.services.ider", toggle},
    key_row{"configuration.redirection.userConsent", text},

    key_row{"configuration.userAccounts.userAccounts", texts, none},

    // A console tells it with every profile; where one is needed TLS and 802.1x say so.
    key_row{"configuration.enterpriseAssistant.url", text, silent},
    key_row{"configuration.enterpriseAssistant.username", text, silent},
    key_row{"configuration.enterpriseAssistant.password", text, silent},

    key_row{"configuration.amtSpecific.controlMode", text},
    key_row{"configuration.amtSpecific.adminPassword", text},
    key_row{"configuration.amtSpecific.generateRandomPassword", toggle},
    key_row{"configuration.amtSpecific.provisioningCert", text},
    key_row{"configuration.amtSpecific.provisioningCertPwd", text},
    key_row{"configuration.amtSpecific.mebxPassword", text},
    key_row{"configuration.amtSpecific.generateRandomMEBXPassword", toggle},
    key_row{"configuration.amtSpecific.cira.mpsUsername", text},
    key_row{"configuration.amtSpecific.cira.mpsPassword", text},
    key_row{"configuration.amtSpecific.cira.mpsAddress", text},
    key_row{"configuration.amtSpecific.cira.mpsPort", number},
    key_row{"configuration.amtSpecific.cira.mpsCert", text},
    key_row{"configuration.amtSpecific.cira.environmentDetection", texts},
    key_row{"configuration.amtSpecific.cira.generateRandomPassword", toggle},

    // For other hardware than AMT.
    key_row{"configuration.bmcSpecific.adminPassword", text, none},
    key_row{"configuration.dashSpecific.adminPassword", text, none},
    key_row{"configuration.redfishSpecific.adminPassword", text, none},
};

// JSON of the programs that write profiles calls it so.
constexpr std::string_view other_name = "configuration.network.proxies",
                           own_name = "configuration.network.proxy";

bool same(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

// The path in the table's spelling, if it is one or begins some, with `more` behind it there.
std::optional<std::string_view> begun_in_schema(std::string_view path, std::string_view more) {
    for (const auto &row : schema)
        if (row.path.size() > path.size() + more.size() &&
            same(row.path.substr(0, path.size()), path) &&
            row.path.substr(path.size()).starts_with(more))
            return row.path.substr(0, path.size());
    return std::nullopt;
}

const key_row *find_row(std::string_view path) {
    const auto found =
        std::ranges::find_if(schema, [&](const key_row &row) { return same(row.path, path); });
    return found == schema.end() ? nullptr : &*found;
}

std::string_view last_word(std::string_view path) {
    return path.substr(path.rfind('.') + 1); // npos + 1 is the beginning
}

std::optional<bool> toggle_of(const document_node &node) {
    if (node.quoted)
        return std::nullopt;
    for (std::string_view yes : {"true", "yes", "on"})
        if (same(node.text.reveal(), yes))
            return true;
    for (std::string_view no : {"false", "no", "off"})
        if (same(node.text.reveal(), no))
            return false;
    return std::nullopt;
}

std::optional<unsigned> number_of(const document_node &node) {
    const auto text = node.text.reveal();
    unsigned out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (node.quoted || failed != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return out;
}

bool is_scalar(const document_node &node) {
    return node.is == document_node::kind::scalar;
}

bool fits(const document_node &node, value type) {
    switch (type) {
    case value::text:
        return is_scalar(node);
    case value::toggle:
        return is_scalar(node) && toggle_of(node);
    case value::number:
        return is_scalar(node) && number_of(node);
    case value::texts:
        return node.is == document_node::kind::list && std::ranges::all_of(node.items, &is_scalar);
    }
    return false;
}

std::string_view expected(value type) {
    switch (type) {
    case value::text:
        return "a text";
    case value::toggle:
        return "true or false";
    case value::number:
        return "a whole number, without quotes";
    case value::texts:
        return "a list of texts";
    }
    return {};
}

// Whether there is something that a key without effect asks for.
bool asks_for_something(const document_node &node, value type) {
    switch (type) {
    case value::text:
        return !node.text.empty();
    case value::toggle:
        return toggle_of(node) == true;
    case value::number:
        return number_of(node) != 0u;
    case value::texts:
        return !node.items.empty();
    }
    return false;
}

class checker {
  public:
    explicit checker(std::string_view source) : source_(source) {}

    // `written` is the path with the numbers of list items, `path` as the schema has it.
    void map(document_node &node, std::string_view written, std::string_view path) {
        for (auto &member : node.members) {
            const auto dot = path.empty() ? "" : ".";
            auto full = std::string(path) + dot + member.name;
            if (same(full, other_name))
                full = own_name;
            const auto shown = std::string(written) + dot + member.name;
            if (const auto *row = find_row(full))
                scalar(member, shown, *row);
            else if (const auto map_path = begun_in_schema(full, "."))
                section(member, shown, *map_path);
            else if (const auto list_path = begun_in_schema(full, "[]."))
                sections(member, shown, *list_path);
            else
                unknown_.push_back(told(shown, member.line));
        }
    }

    void tell(std::vector<notice> &notices) const {
        tell(notices, unknown_, "nobody knows these keys, and they change nothing: ");
        tell(notices, idle_, "this program does nothing for these keys: ");
    }

  private:
    static std::string told(std::string_view path, std::size_t line) {
        auto out = printable(path, 120);
        if (line != 0)
            out += " (line " + std::to_string(line) + ')';
        return out;
    }

    [[noreturn]] void refuse(const document_member &member, std::string_view shown,
                             std::string_view wanted) const {
        throw error(exit_code::missing_or_invalid_configuration,
                    at_line(source_, member.line) + ": " + printable(shown, 120) + " is not " +
                        std::string(wanted));
    }

    static bool is_missing(const document_node &node) {
        return node.is == document_node::kind::none;
    }

    void scalar(document_member &member, std::string_view shown, const key_row &row) {
        member.name = last_word(row.path);
        if (is_missing(member.value))
            return;
        if (!fits(member.value, row.is))
            refuse(member, shown, expected(row.is));
        if (row.has == effect::none && asks_for_something(member.value, row.is))
            idle_.push_back(told(shown, member.line));
    }

    void section(document_member &member, std::string_view shown, std::string_view path) {
        member.name = last_word(path);
        if (is_missing(member.value))
            return;
        if (member.value.is != document_node::kind::map)
            refuse(member, shown, "a map of keys and values");
        map(member.value, shown, path);
    }

    void sections(document_member &member, std::string_view shown, std::string_view path) {
        member.name = last_word(path);
        if (is_missing(member.value))
            return;
        if (member.value.is != document_node::kind::list)
            refuse(member, shown, "a list");
        std::size_t number = 0;
        for (auto &item : member.value.items) {
            const auto one = std::string(shown) + '[' + std::to_string(number++) + ']';
            if (item.is != document_node::kind::map)
                refuse(member, one, "a map of keys and values");
            map(item, one, std::string(path) + "[]");
        }
    }

    void tell(std::vector<notice> &notices, const std::vector<std::string> &keys,
              std::string_view what) const {
        constexpr std::size_t most = 10;
        if (keys.empty())
            return;
        std::string line = printable(source_, 300) + ": " + std::string(what);
        for (std::size_t i = 0; i < std::min(keys.size(), most); ++i)
            line += (i == 0 ? "" : ", ") + keys[i];
        if (keys.size() > most)
            line += " and " + std::to_string(keys.size() - most) + " more";
        notices.emplace_back(core::log_level::warn, std::move(line));
    }

    std::string_view source_;
    std::vector<std::string> unknown_, idle_;
};

} // namespace

void check_keys(document_node &root, std::string_view source, std::vector<notice> &notices) {
    if (root.is != document_node::kind::map)
        throw error(exit_code::failed_reading_configuration,
                    at_line(source, root.line) +
                        ": this is no profile: it does not hold lines of the form \"name: value\"");
    checker check(source);
    check.map(root, {}, {});
    check.tell(notices);
}

const document_member *profile_section::find(std::string_view key) const {
    if (!node_)
        return nullptr;
    const auto found = std::ranges::find(node_->members, key, &document_member::name);
    return found == node_->members.end() ? nullptr : &*found;
}

std::string profile_section::path_of(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

bool profile_section::is_blank() const {
    return !node_ || std::ranges::all_of(node_->members, [](const document_member &member) {
        const auto text = member.value.text.reveal();
        return text.empty() || text == "0" || toggle_of(member.value) == false;
    });
}

profile_section profile_section::section(std::string_view key) const {
    const auto *member = find(key);
    return {member ? &member->value : nullptr, source_, member ? member->line : line_,
            path_of(key)};
}

std::vector<profile_section> profile_section::sections(std::string_view key) const {
    std::vector<profile_section> out;
    const auto *member = find(key);
    if (!member)
        return out;
    for (const auto &item : member->value.items)
        out.push_back(profile_section(&item, source_, item.line,
                                      path_of(key) + '[' + std::to_string(out.size()) + ']'));
    return out;
}

core::secret profile_section::secret(std::string_view key) const {
    const auto *member = find(key);
    return member ? member->value.text : core::secret();
}

std::string profile_section::text(std::string_view key) const {
    return std::string(secret(key).reveal());
}

bool profile_section::is_on(std::string_view key) const {
    const auto *member = find(key);
    return member && toggle_of(member->value) == true;
}

unsigned profile_section::number(std::string_view key, unsigned least, unsigned most,
                                 unsigned missing) const {
    const auto *member = find(key);
    const auto value = member ? number_of(member->value) : std::nullopt;
    if (!value)
        return missing;
    if (*value < least || *value > most)
        refuse(exit_code::missing_or_invalid_configuration, key,
               "is not a number from " + std::to_string(least) + " to " + std::to_string(most));
    return *value;
}

std::vector<std::string> profile_section::texts(std::string_view key) const {
    std::vector<std::string> out;
    const auto *member = find(key);
    if (!member)
        return out;
    for (const auto &item : member->value.items)
        out.emplace_back(item.text.reveal());
    return out;
}

bool profile_section::given(std::string_view key) const {
    return !secret(key).empty();
}

std::string profile_section::where(std::string_view key) const {
    const auto *member = find(key);
    return at_line(source_, member ? member->line : line_) + ": " + path_of(key);
}

void profile_section::refuse(exit_code code, std::string_view key, std::string_view why) const {
    throw error(code, where(key) + ' ' + std::string(why));
}

} // namespace costrand::activate
