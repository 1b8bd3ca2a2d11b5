// SPDX-License-Identifier: Apache-2.0
// JSON for the RPS messages: a writer of strings, and a reader with limits whose memory is wiped.
// Private: no public header includes Boost.JSON.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/rps/errc.hpp>

#include "utf8.hpp"

#include <boost/json/memory_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>

namespace costrand::rps {

// Appends s as a JSON string with its quotes, escaped as the reference client does.
inline void append_json_string(std::string &out, std::string_view s) {
    static constexpr char digits[] = "0123456789abcdef";
    const auto escape = [&out](std::uint32_t c) {
        out += "\\u";
        for (int shift = 12; shift >= 0; shift -= 4)
            out += digits[c >> shift & 15];
    };
    const auto plain = [](char c) {
        return c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
    };
    out += '"';
    while (!s.empty()) {
        // Most of a message is base64: take it in one piece.
        const auto run =
            static_cast<std::size_t>(std::find_if_not(s.begin(), s.end(), plain) - s.begin());
        out += s.substr(0, run);
        s.remove_prefix(run);
        if (s.empty())
            break;
        const code_point c = next_code_point(s);
        if (c.value == '"' || c.value == '\\') {
            out += '\\';
            out += static_cast<char>(c.value);
        } else if (c.value == '\n') {
            out += "\\n";
        } else if (c.value == '\r') {
            out += "\\r";
        } else if (c.value == '\t') {
            out += "\\t";
        } else if (c.value < 0x20 || c.value == '<' || c.value == '>' || c.value == '&' ||
                   c.value == 0x2028 || c.value == 0x2029 || !c.valid) {
            escape(c.value);
        } else {
            out += s.substr(0, c.size);
        }
        s.remove_prefix(c.size);
    }
    out += '"';
}

// `"key":"value",` with the names of the wire.
inline void append_json_member(std::string &out, std::string_view key, std::string_view value) {
    append_json_string(out, key);
    out += ':';
    append_json_string(out, value);
    out += ',';
}

// Parsed messages hold passwords: their memory is overwritten when it is given back. Boost 1.81
// asks for the memory of keys with one alignment and gives it back with another: all of it has the
// largest.
class wiping_resource final : public boost::json::memory_resource {
    void *do_allocate(std::size_t n, std::size_t) override { return ::operator new(n); }
    void do_deallocate(void *p, std::size_t n, std::size_t) override {
        core::wipe(p, n);
        ::operator delete(p, n);
    }
    bool do_is_equal(const boost::json::memory_resource &other) const noexcept override {
        return this == &other;
    }
};

// Parses `text` and calls read(object), whose result it gives; the object is gone afterwards.
// Error: errc::not_json; errc::malformed_message when it is not an object.
template <typename Read>
auto with_json_object(std::string_view text, Read read)
    -> decltype(read(std::declval<const boost::json::object &>())) {
    constexpr std::size_t max_depth = 8; // the deepest message known has 3 levels
    wiping_resource memory;
    boost::json::parse_options options;
    options.max_depth = max_depth;
    boost::json::parser parser(&memory, options);
    parser.reset(&memory);
    boost::system::error_code failure;
    parser.write(text.data(), text.size(), failure);
    if (failure)
        return make_error_code(errc::not_json);
    const boost::json::value value = parser.release();
    if (!value.is_object())
        return make_error_code(errc::malformed_message);
    return read(value.get_object());
}

} // namespace costrand::rps
