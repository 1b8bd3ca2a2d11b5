// SPDX-License-Identifier: Apache-2.0
// HTTP requests and replies as values, and their way onto the wire. The order of the header fields
// is the caller's, because recorded AMT replies and RPS requests have one. Sans-io.
#pragma once

#include <costrand/core/bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::wsman {

// ASCII only: header names, tokens and schemes compare so.
[[nodiscard]] inline bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

// Without blanks and tabs at both ends.
[[nodiscard]] inline std::string_view trim_blanks(std::string_view s) noexcept {
    auto first = s.find_first_not_of(" \t");
    if (first == s.npos)
        return {};
    return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

struct http_field {
    std::string name;
    std::string value;

    friend bool operator==(const http_field &, const http_field &) = default;
};

// The header fields in wire order.
class http_headers {
  public:
    http_headers() = default;
    http_headers(std::initializer_list<http_field> fields) : fields_(fields) {}

    void add(std::string_view name, std::string_view value) {
        add({std::string(name), std::string(value)});
    }
    void add(http_field field) {
        if (fields_.empty())
            fields_.reserve(usual);
        fields_.push_back(std::move(field));
    }
    void clear() noexcept { fields_.clear(); }

    [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
    [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
    [[nodiscard]] auto end() const noexcept { return fields_.end(); }

    // The first field of that name, or nullptr.
    [[nodiscard]] const std::string *find(std::string_view name) const noexcept {
        for (const auto &f : fields_)
            if (equals_ignoring_case(f.name, name))
                return &f.value;
        return nullptr;
    }
    // Its value; empty when there is none.
    [[nodiscard]] std::string_view value(std::string_view name) const noexcept {
        const auto *v = find(name);
        return v ? std::string_view(*v) : std::string_view();
    }
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept {
        std::size_t n = 0;
        for (const auto &f : fields_)
            n += equals_ignoring_case(f.name, name) ? 1u : 0u;
        return n;
    }
    // Whether a comma-separated list, possibly over several fields, holds the token.
    [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const noexcept {
        for (const auto &f : fields_) {
            if (!equals_ignoring_case(f.name, name))
                continue;
            std::string_view rest = f.value;
            while (!rest.empty()) {
                auto comma = std::min(rest.find(','), rest.size());
                if (equals_ignoring_case(trim_blanks(rest.substr(0, comma)), token))
                    return true;
                rest.remove_prefix(std::min(comma + 1, rest.size()));
            }
        }
        return false;
    }

  private:
    static constexpr std::size_t usual = 8; // AMT's replies have no more

    std::vector<http_field> fields_;
};

// Bodies are bytes in a std::string: nearly always UTF-8 text.
struct http_request {
    std::string method = "POST";
    std::string target = "/wsman";
    int minor_version = 1;
    http_headers headers;
    std::string body;
};

struct http_response {
    int status = 200;
    std::string reason = "OK";
    int minor_version = 1;
    http_headers headers;
    std::string body;
};

struct chunk_style {
    std::size_t largest = static_cast<std::size_t>(-1); // bytes of one chunk; never 0
    std::size_t digits = 1;                             // size padded with zeros to so many digits
};
// AMT writes chunk sizes with four digits ("04CC"; wsman.md 2.2). Where it divides a reply is not
// known; the recorded ones fit into one chunk.
inline constexpr chunk_style amt_chunks{0xffff, 4};
// RPS writes one chunk, its size without zeros ("26B"; rps-session.md 14).
inline constexpr chunk_style rps_chunks{};

namespace detail {

inline std::string upper_hex(std::size_t n, std::size_t digits) {
    std::string out;
    for (; n != 0 || out.empty(); n >>= 4)
        out.insert(out.begin(), "0123456789ABCDEF"[n & 15]);
    if (out.size() < digits)
        out.insert(0, digits - out.size(), '0');
    return out;
}

inline void put_message(core::byte_writer &to, std::string_view start_line,
                        const http_headers &headers, std::string_view body, chunk_style style,
                        bool has_body = true) {
    const bool chunked = has_body && headers.has_token("Transfer-Encoding", "chunked");
    bool length_written = chunked || !has_body;
    auto put_field = [&](std::string_view name, std::string_view value) {
        to.text(name);
        to.text(": ");
        to.text(value);
        to.text("\r\n");
    };
    to.text(start_line);
    for (const auto &f : headers) {
        const bool length = equals_ignoring_case(f.name, "Content-Length");
        if (length && length_written)
            continue; // never a second length
        if (!has_body && equals_ignoring_case(f.name, "Transfer-Encoding"))
            continue;
        length_written = length_written || length;
        put_field(f.name, length ? std::to_string(body.size()) : f.value);
    }
    if (!length_written)
        put_field("Content-Length", std::to_string(body.size()));
    to.text("\r\n");
    if (!chunked) {
        to.text(has_body ? body : std::string_view());
        return;
    }
    while (!body.empty()) {
        auto piece = body.substr(0, style.largest);
        to.text(upper_hex(piece.size(), style.digits));
        to.text("\r\n");
        to.text(piece);
        to.text("\r\n");
        body.remove_prefix(piece.size());
    }
    to.text("0\r\n\r\n");
}

} // namespace detail

// The bytes of a message. With a field "Transfer-Encoding: chunked" the body goes in chunks;
// otherwise the field Content-Length gets the body's size, in its place in the list (its value
// there does not matter) or, if it is not listed, as the last field. Names and values must hold no
// line break: they come from our own code.
[[nodiscard]] inline std::vector<std::byte> serialize(const http_request &r,
                                                      chunk_style style = rps_chunks) {
    std::vector<std::byte> out;
    core::byte_writer to(out);
    detail::put_message(
        to, r.method + " " + r.target + " HTTP/1." + std::to_string(r.minor_version) + "\r\n",
        r.headers, r.body, style);
    return out;
}
// The same; 204 and 304 have no body, whatever is in r, and no field that announces one.
[[nodiscard]] inline std::vector<std::byte> serialize(const http_response &r,
                                                      chunk_style style = amt_chunks) {
    std::vector<std::byte> out;
    core::byte_writer to(out);
    detail::put_message(to,
                        "HTTP/1." + std::to_string(r.minor_version) + " " +
                            std::to_string(r.status) + " " + r.reason + "\r\n",
                        r.headers, r.body, style, r.status != 204 && r.status != 304);
    return out;
}

} // namespace costrand::wsman
