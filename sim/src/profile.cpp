// SPDX-License-Identifier: Apache-2.0
// Profiles as data: the text of one, and the built-in texts of sim/profiles.
#include <costrand/sim/profile.hpp>

#include <costrand/sim/objects.hpp>

#include "embedded_profiles.hpp"
#include "lined_json.hpp"
#include "profile_clients.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace costrand::sim {
namespace {

constexpr std::int64_t most = 0xffffffff;

// The parts of a text such as "192.0.2.10" or "02:00:00:00:00:01".
template <std::size_t N>
bool read_parts(std::string_view text, char separator, int base, std::array<std::uint8_t, N> &to) {
    std::array<std::uint8_t, N> parts{};
    for (std::size_t i = 0; i < N; ++i) {
        const auto [end, failed] =
            std::from_chars(text.data(), text.data() + text.size(), parts[i], base);
        if (failed != std::errc())
            return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (i + 1 == N)
            break;
        if (!text.starts_with(separator))
            return false;
        text.remove_prefix(1);
    }
    if (!text.empty())
        return false;
    to = parts;
    return true;
}

template <std::size_t N>
void take_parts(object_reader &from, std::string_view key, char separator, int base,
                std::array<std::uint8_t, N> &to) {
    std::string text;
    if (from.take(key, text) && !read_parts(text, separator, base, to))
        from.fail(*from.child(key), "\"" + std::string(key) + "\": \"" + text + "\" is no address");
}

bool is_uuid(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (dash ? text[i] != '-' : !digit)
            return false;
    }
    return text.size() == 36;
}

void read_identity(std::string_view file, const lined_value &object, profile &to) {
    object_reader from(file, object);
    from.take("amt_version", to.amt_version);
    from.take("build_number", to.build_number);
    from.take("sku", to.sku);
    from.take("bios_version", to.bios_version);
    if (from.take("uuid", to.uuid) && !is_uuid(to.uuid))
        from.fail(*from.child("uuid"), "\"uuid\" wants 36 characters, small letters, with dashes");
    from.take("host_name", to.host_name);
    from.take("domain_name", to.domain_name);
    from.take("dns_suffix", to.dns_suffix);
    from.finish();
}

void read_roots(std::string_view file, const lined_value &list, profile &to) {
    using algorithm = trusted_root::algorithm;
    struct name {
        std::string_view text;
        algorithm what;
        std::size_t digits;
    };
    constexpr name names[] = {{"md5", algorithm::md5, 32},
                              {"sha1", algorithm::sha1, 40},
                              {"sha256", algorithm::sha256, 64},
                              {"sha384", algorithm::sha384, 96}};
    to.roots.clear();
    for (const auto &item : list.items) {
        object_reader from(file, item);
        trusted_root root;
        std::string kind = "sha256";
        from.take("name", root.name);
        from.take("algorithm", kind);
        from.take("hash", root.hash);
        from.take("default", root.is_default);
        from.take("active", root.active);
        from.finish();
        const auto *found = std::ranges::find(names, kind, &name::text);
        if (found == std::end(names))
            from.fail(item, "\"algorithm\" is one of md5, sha1, sha256, sha384");
        root.hash_algorithm = found->what;
        const auto is_digit = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        };
        if (root.hash.size() != found->digits || !std::ranges::all_of(root.hash, is_digit))
            from.fail(item, "\"hash\" wants " + std::to_string(found->digits) +
                                " hexadecimal digits, small letters");
        to.roots.push_back(std::move(root));
    }
}

void read_lan(std::string_view file, const lined_value &object, lan_interface &to) {
    object_reader from(file, object);
    from.take("enabled", to.enabled);
    take_parts(from, "ipv4", '.', 10, to.ipv4);
    from.take("dhcp", to.dhcp);
    from.take("dhcp_active", to.dhcp_active);
    from.take("link_up", to.link_up);
    take_parts(from, "mac", ':', 16, to.mac);
    from.finish();
}

void read_lme(std::string_view file, const lined_value &object, lme_profile &to) {
    object_reader from(file, object);
    if (const auto *ports = from.child("forwards")) {
        to.forwards.clear();
        for (const auto &port : ports->items) {
            if (port.what != lined_value::kind::integer || port.integer < 1 || port.integer > 65535)
                from.fail(port, "\"forwards\" wants ports from 1 to 65535");
            to.forwards.push_back(static_cast<std::uint16_t>(port.integer));
        }
    }
    from.take("forward_address", to.forward_address);
    from.take("slots", to.slots, 1, 256);
    from.take("window", to.window, 0, most);
    from.take("strict", to.strict);
    take_duration(from, "withdraw_after_ms", to.withdraw_after);
    from.take("withdraw_tells", to.withdraw_tells);
    take_duration(from, "advertise_after_ms", to.advertise_after);
    from.take("connections", to.connections, 1, 64);
    take_duration(from, "vanishes_ms", to.vanishes);
    take_duration(from, "vanish_delay_ms", to.vanish_delay);
    from.finish();
}

void read_tls(std::string_view file, const lined_value &object, tls_profile &to) {
    object_reader from(file, object);
    from.take("tls13", to.tls13);
    from.take("session_per_call", to.session_per_call);
    from.take("keeps_plain", to.keeps_plain);
    take_duration(from, "restart_ms", to.restart);
    take_duration(from, "first_byte_ms", to.first_byte);
    from.finish();
}

void read_http(std::string_view file, const lined_value &object, http_profile &to) {
    object_reader from(file, object);
    from.take("nonces", to.nonces, 1, 1024);
    take_duration(from, "nonce_life_ms", to.nonce_life);
    from.take("enumeration_contexts", to.enumeration_contexts, 1, 1024);
    take_duration(from, "enumeration_life_ms", to.enumeration_life);
    from.take("pull_elements", to.pull_elements, 0, 1024);
    take_duration(from, "idle_ms", to.idle);
    take_duration(from, "call_delay_ms", to.call_delay);
    take_duration(from, "setup_delay_ms", to.setup_delay);
    from.finish();
}

// A name that no device has is a slip of the keyboard.
void check_class(const object_reader &from, const lined_value &list, std::string_view name) {
    static const auto known = object_store::factory();
    if (!known.find_name(name))
        from.fail(list, "there is no class \"" + std::string(name) + "\"");
}

void read_classes(std::string_view file, const lined_value &object, class_profile &to) {
    object_reader from(file, object);
    from.take("missing", to.missing);
    from.take("empty", to.empty);
    from.take("without", to.without);
    from.finish();
    for (const auto &name : to.missing)
        check_class(from, object, name);
    for (const auto &name : to.empty)
        check_class(from, object, name);
    for (const auto &name : to.without) {
        if (name.find('.') == name.npos)
            from.fail(object, "\"without\" wants CLASS.ELEMENT, not \"" + name + "\"");
        check_class(from, object, std::string_view(name).substr(0, name.find('.')));
    }
}

template <typename Part>
void read_part(std::string_view file, object_reader &from, std::string_view key,
               void (*read)(std::string_view, const lined_value &, Part &), Part &to) {
    if (const auto *object = from.child(key))
        read(file, *object, to);
}

profile like(std::string_view file, object_reader &from) {
    std::string model;
    if (!from.take("like", model))
        return {};
    try {
        return built_in_profile(model);
    } catch (const text_error &) {
        throw;
    } catch (const std::runtime_error &e) {
        throw text_error(file, from.child("like")->line, e.what());
    }
}

const embedded_profile *find_embedded(std::string_view name) {
    const auto all = embedded_profiles();
    const auto found = std::ranges::find(all, name, &embedded_profile::name);
    return found == all.end() ? nullptr : &*found;
}

} // namespace

profile parse_profile(std::string_view file, std::string_view text) {
    const auto document = parse_lined_json(file, text);
    object_reader from(file, document);
    profile p = like(file, from);
    if (!from.take("name", p.name) || p.name.empty())
        from.fail(document, "a profile has a \"name\"");
    std::string source;
    from.take("source", source); // for readers
    read_part(file, from, "identity", &read_identity, p);
    read_part(file, from, "roots", &read_roots, p);
    read_part(file, from, "wired", &read_lan, p.wired);
    read_part(file, from, "wireless", &read_lan, p.wireless);
    from.take("tls_enforced", p.tls_enforced);
    from.take("reports_amt_state", p.reports_amt_state);
    from.take("amt_enabled", p.amt_enabled);
    from.take("lms", p.lms);
    from.take("allows_client_control", p.allows_client_control);
    read_clients(file, from, p);
    read_part(file, from, "lme", &read_lme, p.lme);
    read_part(file, from, "tls", &read_tls, p.tls);
    read_part(file, from, "http", &read_http, p.http);
    read_part(file, from, "classes", &read_classes, p.classes);
    from.finish();
    if (p.amt_version.empty() || p.uuid.empty())
        from.fail(document, "\"identity\" needs amt_version and uuid");
    return p;
}

std::vector<std::string> built_in_profiles() {
    std::vector<std::string> names;
    for (const auto &one : embedded_profiles())
        names.emplace_back(one.name);
    return names;
}

profile built_in_profile(std::string_view name) {
    if (const auto *found = find_embedded(name))
        return parse_profile(std::string(name) + ".json", found->text);
    std::string all;
    for (const auto &one : embedded_profiles())
        all += (all.empty() ? "" : ", ") + std::string(one.name);
    throw std::runtime_error("there is no profile \"" + std::string(name) +
                             "\"; there are: " + all);
}

profile amt16() {
    return built_in_profile("amt16");
}

profile amt18() {
    return built_in_profile("amt18");
}

profile without_delays(profile p) {
    p.http.call_delay = {};
    p.http.setup_delay = {};
    p.lme.withdraw_after = {};
    p.lme.vanishes = {};
    p.tls.restart = {};
    p.tls.first_byte = {};
    return p;
}

} // namespace costrand::sim
