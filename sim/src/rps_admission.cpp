// SPDX-License-Identifier: Apache-2.0
#include "rps_admission.hpp"

#include "encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace costrand::sim {

namespace {

struct version {
    int major = -1, minor = 0, revision = 0;
};

version read_version(std::string_view text) {
    version v;
    for (int *part : {&v.major, &v.minor, &v.revision}) {
        const auto dot = std::min(text.find('.'), text.size());
        if (std::from_chars(text.data(), text.data() + dot, *part).ec != std::errc())
            break;
        text.remove_prefix(std::min(dot + 1, text.size()));
    }
    return v;
}

// Same major, minor not newer, with equal minor revision not newer (rps-session section 2).
bool speaks(std::string_view text) {
    const auto ours = read_version(rps::spoken_version);
    const auto theirs = read_version(text);
    if (theirs.major != ours.major || theirs.minor > ours.minor)
        return false;
    return theirs.minor < ours.minor || theirs.revision <= ours.revision;
}

// The releases that need a build of 3000 at least.
bool needs_newer_build(const rps::device_facts &facts) {
    constexpr std::array releases = {std::pair(7, 0),  std::pair(7, 1),  std::pair(8, 0),
                                     std::pair(8, 1),  std::pair(9, 0),  std::pair(9, 1),
                                     std::pair(9, 5),  std::pair(10, 0), std::pair(11, 0),
                                     std::pair(11, 5), std::pair(11, 6)};
    const auto v = read_version(facts.version);
    const auto build = read_version(facts.build).major;
    return std::find(releases.begin(), releases.end(), std::pair(v.major, v.minor)) !=
               releases.end() &&
           build < 3000;
}

// The text of `method`, cut at single blanks.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto blank = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, blank));
        text.remove_prefix(std::min(blank + 1, text.size()));
    }
    return words;
}

// Fills what the words say; false for an unknown command.
bool read_command(std::string_view text, rps_order &order) {
    const auto words = words_of(text);
    if (words.empty())
        return false;
    if (words[0] == "activate")
        order.task = rps_task::activate;
    else if (words[0] == "deactivate")
        order.task = rps_task::deactivate;
    else if (words[0] == "maintenance")
        order.task = rps_task::maintain;
    else
        return false;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const bool has_value = i + 1 < words.size();
        if (words[i] == "--profile" && has_value)
            order.profile_name = words[++i];
        else if (words[i] == "--password" && has_value)
            order.facts.password = core::secret(words[++i]);
        else if (words[i] == "-password" && has_value)
            ++i; // maintenance: the real server cuts it into letters, the payload's password counts
        else if (words[i] == "-f" || words[i] == "--force")
            order.force = true;
        else if (words[i].starts_with("--"))
            order.maintenance = words[i].substr(2);
        else if (order.maintenance == "changepassword")
            order.new_password = core::secret(words[i]);
    }
    return true;
}

std::string device(const rps_order &order) {
    return "Device " + order.facts.uuid;
}

// Refusals that concern every activation; nothing when there is none.
std::optional<std::string> refuse_device(const rps_order &order, std::string_view action) {
    const auto failed = device(order) + ' ' + std::string(action) + " failed. ";
    if (needs_newer_build(order.facts))
        return failed + "Please check with your OEM for a firmware update.";
    if (read_version(order.facts.version).major < 7)
        return failed + "AMT version: " + order.facts.version +
               ". Version less than 7 cannot be remotely configured ";
    return std::nullopt;
}

std::optional<std::string> refuse_password(const rps_order &order, const rps_shared &shared) {
    const auto stored = shared.passwords.find(order.facts.uuid);
    if (stored != shared.passwords.end() && stored->second == order.facts.password)
        return std::nullopt;
    return "AMT password DOES NOT match stored version for " + device(order);
}

std::optional<std::string> refuse_mode(rps_order &order, const rps_shared &shared) {
    const bool client = order.profile->mode == rps_profile::activation::client_control;
    if (order.facts.control_mode < 0 || order.facts.control_mode > 2)
        return device(order) + " activation failed. It is in unknown mode.";
    if (order.facts.control_mode == 0)
        return std::nullopt;
    if (order.facts.control_mode == 2 && client)
        return device(order) + " already enabled in admin control mode.";
    order.already_active = true;
    // An unknown device is taken as it is.
    if (shared.passwords.contains(order.facts.uuid))
        return refuse_password(order, shared);
    return std::nullopt;
}

// The hash in one of the algorithms that devices list: told by its length.
bool is_hash_of(std::string_view hash, core::const_bytes root) {
    return hash == sha256_hex(root) || hash == hex(sha384_of(root));
}

std::optional<rps_admission> refuse_admin_control(const rps_order &order, rps_shared &shared) {
    const auto failed = device(order) + " activation failed. ";
    const auto &domains = shared.options.domains;
    const auto domain = std::find_if(domains.begin(), domains.end(), [&](const rps_domain &d) {
        return d.suffix == order.facts.fqdn;
    });
    if (order.facts.control_mode == 2)
        return std::nullopt; // nothing is proved to it any more
    if (domain == domains.end())
        return rps_refusal{failed + "Specified AMT domain suffix: " + order.facts.fqdn +
                           " does not match list of available AMT domain suffixes."};
    const auto &root = shared.authority.provisioning_root();
    const auto &trusted = order.facts.certificate_hashes;
    const auto &more = domain->root_hashes;
    const bool known = std::any_of(trusted.begin(), trusted.end(), [&](const auto &hash) {
        return is_hash_of(hash, root) || std::find(more.begin(), more.end(), hash) != more.end();
    });
    if (!known)
        return rps_late_refusal{"Invalid domain certificate, hash does not exists in list of "
                                "trusted root certificates on AMT"};
    return std::nullopt;
}

rps_admission admit_activation(rps_order order, rps_shared &shared) {
    const auto failed = device(order) + " activation failed. ";
    if (auto text = refuse_device(order, "activation"))
        return rps_refusal{std::move(*text)};
    if (order.facts.password.empty())
        return rps_refusal{failed + "Missing password."};
    const auto profile = shared.options.profiles.find(order.profile_name);
    if (profile == shared.options.profiles.end())
        return rps_refusal{failed + order.profile_name +
                           " does not match list of available AMT profiles."};
    order.profile = &profile->second;
    if (auto text = refuse_mode(order, shared))
        return rps_refusal{std::move(*text)};
    if (order.profile->mode == rps_profile::activation::admin_control)
        if (auto refusal = refuse_admin_control(order, shared))
            return std::move(*refusal);
    return order;
}

rps_admission admit_change(rps_order order, const rps_shared &shared) {
    if (order.facts.control_mode == 0)
        return rps_refusal{device(order) + " is in pre-provisioning mode."};
    if (order.task == rps_task::deactivate)
        if (auto text = refuse_device(order, "deactivation"))
            return rps_refusal{std::move(*text)};
    constexpr std::array known = {"synctime", "syncip", "synchostname", "changepassword",
                                  "syncdeviceinfo"};
    if (order.task == rps_task::maintain &&
        std::find(known.begin(), known.end(), order.maintenance) == known.end())
        return rps_refusal{"missing maintenance task in message"};
    if (!order.force)
        if (auto text = refuse_password(order, shared))
            return rps_refusal{std::move(*text)};
    return order;
}

} // namespace

rps_admission admit(const rps::frame &first, rps_shared &shared) {
    if (!first.protocol_version.empty() && !speaks(first.protocol_version))
        return rps_refusal{"protocol version NOT supported: " + first.protocol_version};
    const auto payload =
        rps::decode_payload(first.payload ? first.payload->reveal() : std::string_view());
    auto facts = payload ? rps::parse_facts(core::as_text(*payload))
                         : core::result<rps::device_facts>(payload.error());
    if (!facts)
        return rps_refusal{"Failed to parse client message payload. " + facts.error().message()};
    // An absent client reads as the usual one.
    const bool has_client = core::as_text(*payload).find("\"client\"") != std::string_view::npos;
    if (!has_client || facts->client.empty() || facts->version.empty() || facts->build.empty() ||
        facts->uuid.empty())
        return rps_refusal{"Invalid payload from client"};
    rps_order order;
    order.facts = std::move(*facts);
    if (!read_command(first.method, order))
        return rps_refusal{device(order) + " Not a supported method received from AMT device"};
    if (order.facts.uuid.size() != 36)
        return rps_refusal{order.facts.uuid + " - uuid not valid length"};
    if (order.task == rps_task::activate)
        return admit_activation(std::move(order), shared);
    return admit_change(std::move(order), shared);
}

} // namespace costrand::sim
