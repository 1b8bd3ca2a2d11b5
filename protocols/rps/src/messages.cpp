// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/messages.hpp>

#include <costrand/rps/errc.hpp>

#include "json_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace costrand::rps {

frame make_client_frame(std::string_view method, std::string_view app_version) {
    frame f;
    f.method = method;
    f.api_key = "key";
    f.app_version = app_version;
    f.status = "ok";
    f.message = "ok";
    f.fqdn = "";
    f.payload = core::secret();
    return f;
}

frame make_server_frame(std::string_view method, std::string_view app_version) {
    frame f;
    f.method = method;
    f.api_key = "xxxxx";
    f.app_version = app_version;
    f.status = "ok";
    return f;
}

frame make_heartbeat_response(const frame &request) {
    frame f = request;
    f.method = method::heartbeat_response;
    f.status = "success";
    f.fqdn = "";
    if (!f.payload)
        f.payload = core::secret();
    return f;
}

namespace {

std::string format_with(const frame &f, std::string_view method, std::string_view payload) {
    std::string out;
    // Room for the escapes of usual texts: growing would leave copies of the payload behind.
    out.reserve(512 + 2 * f.message.size() + method.size() + payload.size() + payload.size() / 8);
    out += '{';
    append_json_member(out, "method", method);
    append_json_member(out, "apiKey", f.api_key);
    append_json_member(out, "appVersion", f.app_version);
    append_json_member(out, "protocolVersion", f.protocol_version);
    append_json_member(out, "status", f.status);
    append_json_member(out, "message", f.message);
    if (f.fqdn)
        append_json_member(out, "fqdn", *f.fqdn);
    if (f.payload)
        append_json_member(out, "payload", payload);
    else
        out += "\"payload\":null,";
    append_json_member(out, "tenantId", f.tenant_id);
    out.back() = '}';
    return out;
}

} // namespace

core::secret format(const frame &f) {
    return core::secret(
        format_with(f, f.method, f.payload ? f.payload->reveal() : std::string_view()));
}

std::string format_for_log(const frame &f) {
    const std::size_t blank = f.method.find(' ');
    std::string shown = f.method.substr(0, blank);
    if (blank != std::string::npos)
        shown += " <masked>";
    std::string payload;
    if (f.payload && !f.payload->empty())
        payload = "<" + std::to_string(f.payload->reveal().size()) + " characters>";
    frame shortened = f;
    shortened.message = printable(f.message);
    for (std::string *text : {&shortened.api_key, &shortened.app_version,
                              &shortened.protocol_version, &shortened.status, &shortened.tenant_id})
        *text = printable(*text, 60);
    if (shortened.fqdn)
        *shortened.fqdn = printable(*shortened.fqdn, 60);
    // Written by hand: the angle brackets stay readable.
    std::string out = format_with(shortened, "", "");
    const auto fill = [&out](std::string_view key, std::string_view value) {
        const std::string empty = "\"" + std::string(key) + "\":\"\"";
        const std::size_t at = out.find(empty);
        if (at != std::string::npos)
            out.insert(at + empty.size() - 1, value);
    };
    fill("method", printable(shown, 100));
    fill("payload", payload);
    return out;
}

core::result<frame> parse_frame(std::string_view text) {
    if (text.size() > max_server_message)
        return make_error_code(errc::message_too_large);
    return with_json_object(text, [](const boost::json::object &object) -> core::result<frame> {
        bool well_formed = true;
        const auto text_of = [&](std::string_view key) -> std::string_view {
            const auto *value = object.if_contains(key);
            if (!value || value->is_null())
                return {};
            if (!value->is_string()) {
                well_formed = false;
                return {};
            }
            return value->get_string();
        };
        frame f;
        f.method = text_of("method");
        f.api_key = text_of("apiKey");
        f.app_version = text_of("appVersion");
        f.protocol_version = text_of("protocolVersion");
        f.status = text_of("status");
        f.message = text_of("message");
        if (object.contains("fqdn"))
            f.fqdn = std::string(text_of("fqdn"));
        const auto *payload = object.if_contains("payload");
        if (payload && !payload->is_null())
            f.payload = core::secret(text_of("payload"));
        f.tenant_id = text_of("tenantId");
        if (!well_formed)
            return make_error_code(errc::malformed_message);
        return f;
    });
}

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}();

} // namespace

core::secret encode_payload(core::const_bytes data) {
    std::string out;
    out.reserve((data.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < data.size(); i += 3) {
        const std::size_t left = data.size() - i;
        const auto at = [&](std::size_t k) {
            return k < left ? std::to_integer<std::uint32_t>(data[i + k]) : 0u;
        };
        const std::uint32_t group = at(0) << 16 | at(1) << 8 | at(2);
        out += alphabet[group >> 18];
        out += alphabet[group >> 12 & 63];
        out += left > 1 ? alphabet[group >> 6 & 63] : '=';
        out += left > 2 ? alphabet[group & 63] : '=';
    }
    return core::secret(std::move(out));
}

core::result<std::vector<std::byte>> decode_payload(std::string_view text) {
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.size() - padding > 0 &&
           text[text.size() - 1 - padding] == '=')
        ++padding;
    if (text.size() % 4 != 0)
        return make_error_code(errc::bad_base64);
    const std::string_view digits = text.substr(0, text.size() - padding);
    std::vector<std::byte> out;
    out.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : digits) {
        const int value = values[static_cast<std::uint8_t>(c)];
        if (value < 0)
            return make_error_code(errc::bad_base64);
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out.push_back(static_cast<std::byte>(bits >> held & 0xff));
        }
    }
    return out;
}

core::result<port_switch_order> parse_port_switch(std::string_view payload) {
    const auto read = [](const boost::json::object &object) -> core::result<port_switch_order> {
        const auto number_of = [&](std::string_view key) -> std::optional<std::int64_t> {
            const auto *value = object.if_contains(key);
            if (!value)
                return std::nullopt;
            if (value->is_int64())
                return value->get_int64();
            std::string_view text;
            if (value->is_string())
                text = value->get_string();
            std::int64_t number = 0;
            const auto [end, failure] =
                std::from_chars(text.data(), text.data() + text.size(), number);
            const bool whole = failure == std::errc() && end == text.data() + text.size();
            return whole ? std::optional(number) : std::nullopt;
        };
        const auto *delay_value = object.if_contains("delay");
        const bool no_delay = !delay_value || delay_value->is_null();
        const auto port = number_of("port");
        const auto delay = no_delay ? std::optional<std::int64_t>(0) : number_of("delay");
        if (!port || *port < 1 || *port > 65535 || !delay)
            return make_error_code(errc::bad_port_switch);
        port_switch_order order;
        order.port = static_cast<std::uint16_t>(*port);
        order.delay = std::chrono::seconds(*delay);
        return order;
    };
    const auto order = with_json_object(payload, read);
    if (!order)
        return make_error_code(errc::bad_port_switch);
    return *order;
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string out;
    while (!text.empty()) {
        const code_point c = next_code_point(text);
        if (out.size() + c.size > limit) {
            out += "...";
            break;
        }
        const bool control = c.value < 0x20 || (c.value >= 0x7f && c.value < 0xa0);
        if (control)
            out += ' ';
        else if (!c.valid)
            out += "\xef\xbf\xbd";
        else
            out += text.substr(0, c.size);
        text.remove_prefix(c.size);
    }
    return out;
}

} // namespace costrand::rps
