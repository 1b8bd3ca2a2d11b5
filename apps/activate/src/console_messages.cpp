// SPDX-License-Identifier: Apache-2.0
#include "console_messages.hpp"
#include "wiping_resource.hpp"

#include <costrand/activate/failure.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serializer.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstddef>

namespace costrand::activate {

namespace {

namespace json = boost::json;

// Of what is said in an error, in characters.
constexpr std::size_t most_said = 300;

core::secret text_of(const json::value &value) {
    constexpr std::size_t usual = 16 * 1024; // no copies of a password behind
    json::serializer writer;
    writer.reset(&value);
    std::string out;
    out.reserve(usual);
    std::array<char, 1024> piece{};
    while (!writer.done()) {
        const auto part = writer.read(piece.data(), piece.size());
        out.append(part.data(), part.size());
    }
    core::wipe(piece.data(), piece.size());
    return core::secret(std::move(out));
}

std::optional<json::object> parse(std::string_view body, wiping_resource &memory) {
    json::parse_options options;
    options.max_depth = 8;
    json::parser parser(&memory, options);
    parser.reset(&memory);
    error_code failed;
    parser.write(body.data(), body.size(), failed);
    if (failed)
        return std::nullopt;
    json::value value = parser.release();
    if (!value.is_object())
        return std::nullopt;
    return std::move(value.get_object());
}

std::string_view string_in(const json::object &object, std::string_view key) {
    const auto *found = object.if_contains(json::string_view(key.data(), key.size()));
    const auto *text = found ? found->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

void put(json::object &to, std::string_view key, std::string_view value) {
    to[json::string_view(key.data(), key.size())] = json::string_view(value.data(), value.size());
}

void put_known(json::object &to, std::string_view key, std::string_view value) {
    if (!value.empty())
        put(to, key, value);
}

} // namespace

core::secret log_in_body(const std::string &user, const core::secret &password) {
    wiping_resource memory;
    json::object out(&memory);
    put(out, "username", user);
    put(out, "password", password.reveal());
    return text_of(json::value(std::move(out)));
}

std::optional<core::secret> token_of(std::string_view body) {
    wiping_resource memory;
    const auto said = parse(body, memory);
    if (!said)
        return std::nullopt;
    for (const std::string_view key : {"token", "jwt", "jwtToken"})
        if (const auto token = string_in(*said, key); !token.empty())
            return core::secret(token);
    return core::secret();
}

core::secret device_body(const console_device &device, bool change) {
    wiping_resource memory;
    json::object out(&memory);
    put(out, "guid", device.uuid);
    put(out, "hostname", device.hostname);
    put_known(out, "friendlyName", device.friendly_name);
    json::array tags(&memory);
    for (const auto &tag : device.tags)
        tags.emplace_back(json::string_view(tag.data(), tag.size()));
    out["tags"] = std::move(tags);
    if (!change || !device.mps_user.empty())
        put(out, "mpsusername", device.mps_user);
    put(out, "username", "admin");
    put_known(out, "password", device.amt_password.reveal());
    put_known(out, "mebxpassword", device.mebx_password.reveal());
    put_known(out, "mpspassword", device.mps_password.reveal());
    if (device.tls) {
        out["useTLS"] = *device.tls;
        out["allowSelfSigned"] = *device.tls;
    }
    json::object info(&memory);
    put_known(info, "fwVersion", device.amt_version);
    put_known(info, "fwBuild", device.build);
    put_known(info, "fwSku", device.sku);
    put_known(info, "features", device.features);
    if (!change) // later it is the console's own
        info["discovered"] = false;
    out["deviceInfo"] = std::move(info);
    return text_of(json::value(std::move(out)));
}

core::secret found_device_body(const console_inventory &seen) {
    json::object out, info;
    put(out, "guid", seen.uuid);
    put(out, "hostname", seen.hostname);
    info["discovered"] = true;
    put(info, "firstDiscovered", seen.seen_at);
    put(info, "lastSynced", seen.seen_at);
    out["deviceInfo"] = std::move(info);
    return text_of(json::value(std::move(out)));
}

core::secret inventory_body(const console_inventory &seen) {
    json::object out, info, platform;
    put(out, "guid", seen.uuid);
    put(out, "hostname", seen.hostname);
    put(info, "lastSynced", seen.seen_at);
    put_known(info, "fwVersion", seen.amt_version);
    put_known(info, "fwBuild", seen.build);
    put_known(info, "fwSku", seen.sku);
    put_known(info, "features", seen.features);
    put_known(info, "currentMode", seen.mode);
    put_known(info, "ipAddress", seen.address);
    put_known(info, "osIpAddress", seen.system_address);
    if (seen.dhcp)
        info["dhcpEnabled"] = *seen.dhcp;
    if (seen.enabled_in_bios)
        info["amtEnabledInBIOS"] = *seen.enabled_in_bios;
    put_known(platform, "csmeId", seen.csme_id);
    put_known(platform, "oemId", seen.oem_id);
    put_known(platform, "oemPlatformIdType", seen.oem_id_type);
    if (!platform.empty())
        info["upid"] = std::move(platform);
    json::array hashes;
    for (const auto &one : seen.root_hashes)
        hashes.emplace_back(json::string_view(one.data(), one.size()));
    if (!hashes.empty())
        info["certHashes"] = std::move(hashes);
    out["deviceInfo"] = std::move(info);
    return text_of(json::value(std::move(out)));
}

core::secret cleared_mps_password_body(const std::string &uuid) {
    wiping_resource memory;
    json::object out(&memory);
    put(out, "guid", uuid);
    put(out, "mpspassword", "");
    return text_of(json::value(std::move(out)));
}

bool is_json_object(std::string_view body) {
    wiping_resource memory;
    return parse(body, memory).has_value();
}

std::string said_by(const transports::http_answer &answer) {
    const auto body = answer.body.reveal();
    wiping_resource memory;
    if (const auto said = parse(body, memory)) {
        const auto message = string_in(*said, "message");
        return printable(message.empty() ? string_in(*said, "error") : message, most_said);
    }
    if (!answer.content_type.starts_with("text/plain"))
        return {};
    const auto end = body.find_last_not_of("\r\n \t");
    return printable(body.substr(0, end == body.npos ? 0 : end + 1), most_said);
}

} // namespace costrand::activate
