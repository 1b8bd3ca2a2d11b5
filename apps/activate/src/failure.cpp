// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/failure.hpp>

namespace costrand::activate {

std::string to_string(const failure &f) {
    return "Error " + std::to_string(static_cast<int>(f.code)) + ": " + std::string(name(f.code)) +
           " - Details: " + f.text;
}

failure explain(const boost::system::error_code &error_code, std::string_view subject,
                std::string_view detail) {
    const error_mapping mapping = map_error(error_code);
    std::string text(subject);
    const auto add = [&text](std::string_view separator, std::string_view part) {
        if (part.empty())
            return;
        if (!text.empty())
            text += separator;
        text += part;
    };
    add(": ", error_code.message());
    if (!detail.empty())
        text += " (" + printable(detail, 300) + ")";
    add(": ", mapping.advice);
    return {mapping.code, std::move(text)};
}

std::string printable(std::string_view text, std::size_t limit) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        if (out.size() >= limit) {
            out += "...";
            break;
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f) {
            out += c;
        } else {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 0xf];
        }
    }
    return out;
}

} // namespace costrand::activate
