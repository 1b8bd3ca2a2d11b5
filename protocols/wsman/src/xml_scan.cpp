// SPDX-License-Identifier: Apache-2.0
#include "xml_scan.hpp"

#include <costrand/wsman/http_message.hpp>

#include <algorithm>
#include <vector>

namespace costrand::wsman {

bool is_xml_text(std::string_view s) noexcept {
    for (std::size_t i = 0; i < s.size();) {
        const auto lead = static_cast<unsigned char>(s[i]);
        const std::size_t length = lead < 0x80             ? 1
                                   : (lead & 0xe0) == 0xc0 ? 2
                                   : (lead & 0xf0) == 0xe0 ? 3
                                   : (lead & 0xf8) == 0xf0 ? 4
                                                           : 0;
        if (length == 0 || length > s.size() - i)
            return false;
        std::uint32_t c = length == 1 ? lead : lead & (0x7fu >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto u = static_cast<unsigned char>(s[i + k]);
            if ((u & 0xc0) != 0x80)
                return false;
            c = c << 6 | (u & 0x3fu);
        }
        constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
        if (c < smallest[length] || !detail::is_xml_char(c))
            return false;
        i += length;
    }
    return true;
}

namespace detail {

bool is_nc_name(std::string_view s) noexcept {
    auto letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
               static_cast<unsigned char>(c) >= 0x80;
    };
    auto rest = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
    return !s.empty() && letter(s[0]) && std::ranges::all_of(s, rest);
}

namespace {

class scanner {
  public:
    scanner(std::string_view document, const xml_limits &limits)
        : text_(document),
          limits_(limits) {}

    core::result<std::string_view> run() {
        if (text_.size() > limits_.bytes)
            return errc::xml_too_large;
        if (text_.starts_with("\xef\xbb\xbf"))
            pos_ = 3;
        if (!is_xml_text(text_) || !prologue())
            return error_ ? error_ : make_error_code(errc::xml_malformed);
        const auto begin = pos_;
        bool good = start_tag();
        while (good && !open_.empty())
            good = at("<") ? markup() : characters();
        const auto end = pos_;
        if (!good || !misc() || pos_ != text_.size())
            return error_ ? error_ : make_error_code(errc::xml_malformed);
        return text_.substr(begin, end - begin);
    }

  private:
    // All of these give false for an error; error_ is set when it is not just malformed.
    bool fail(errc e) {
        error_ = e;
        return false;
    }
    [[nodiscard]] bool at(std::string_view s) const noexcept {
        return text_.substr(pos_).starts_with(s);
    }
    bool take(std::string_view s) noexcept {
        if (!at(s))
            return false;
        pos_ += s.size();
        return true;
    }
    bool skip_space() noexcept {
        const auto begin = pos_;
        while (pos_ < text_.size() && is_xml_space(text_[pos_]))
            ++pos_;
        return pos_ > begin;
    }
    // Up to and over `end`; false when it does not come.
    bool skip_past(std::string_view end) noexcept {
        const auto found = text_.find(end, pos_);
        if (found == text_.npos)
            return false;
        pos_ = found + end.size();
        return true;
    }

    bool prologue() {
        skip_space();
        if (at("<?xml") && pos_ + 5 < text_.size() && is_xml_space(text_[pos_ + 5])) {
            pos_ += 5;
            if (!declaration())
                return false;
        }
        return misc();
    }
    bool declaration() {
        bool version = false;
        while (skip_space() && !at("?>")) {
            std::string_view name;
            std::string_view value;
            if (!attribute(name, value))
                return false;
            version = version || (name == "version" && value.starts_with("1."));
            if (name == "encoding" && !equals_ignoring_case(value, "utf-8") &&
                !equals_ignoring_case(value, "us-ascii"))
                return false;
        }
        return version && take("?>");
    }
    // White space and comments outside the root.
    bool misc() {
        for (skip_space(); at("<!--"); skip_space())
            if (!comment())
                return false;
        if (at("<!DOCTYPE") || at("<?"))
            return fail(errc::xml_forbidden);
        return true;
    }
    bool comment() {
        pos_ += 4;
        return skip_past("--") && take(">");
    }

    bool markup() {
        if (at("</"))
            return end_tag();
        if (at("<!--"))
            return comment();
        if (take("<![CDATA["))
            return skip_past("]]>");
        if (at("<!") || at("<?"))
            return fail(errc::xml_forbidden);
        return start_tag();
    }

    bool qualified_name(std::string_view &out) {
        const auto begin = pos_;
        const auto end = text_.find_first_of(" \t\r\n/>=<\"'", pos_);
        out = text_.substr(begin, end == text_.npos ? end : end - begin);
        if (out.size() > limits_.name_bytes)
            return fail(errc::xml_too_large);
        pos_ += out.size();
        const auto colon = out.find(':');
        if (colon == out.npos)
            return is_nc_name(out);
        return is_nc_name(out.substr(0, colon)) && is_nc_name(out.substr(colon + 1));
    }
    bool attribute(std::string_view &name, std::string_view &value) {
        if (!qualified_name(name))
            return false;
        skip_space();
        if (!take("="))
            return false;
        skip_space();
        if (!at("\"") && !at("'"))
            return false;
        const char quote[] = {text_[pos_++], '\0'};
        const auto begin = pos_;
        if (!skip_past(quote))
            return false;
        value = text_.substr(begin, pos_ - 1 - begin);
        return value.find('<') == value.npos && references(value);
    }
    bool start_tag() {
        std::string_view name;
        if (!take("<") || !qualified_name(name))
            return false;
        if (open_.size() == limits_.depth || ++elements_ > limits_.elements)
            return fail(errc::xml_too_large);
        std::vector<std::string_view> seen;
        while (skip_space() && !at("/") && !at(">")) {
            std::string_view key;
            std::string_view value;
            if (!attribute(key, value) || std::ranges::count(seen, key) != 0)
                return false;
            if (seen.size() == limits_.attributes)
                return fail(errc::xml_too_large);
            seen.push_back(key);
        }
        if (take("/>"))
            return true;
        open_.push_back(name);
        return take(">");
    }
    bool end_tag() {
        pos_ += 2;
        std::string_view name;
        if (!qualified_name(name) || name != open_.back())
            return false;
        open_.pop_back();
        skip_space();
        return take(">");
    }

    bool characters() {
        const auto end = text_.find('<', pos_);
        if (end == text_.npos)
            return false;
        const auto piece = text_.substr(pos_, end - pos_);
        pos_ = end;
        return piece.find("]]>") == piece.npos && references(piece);
    }
    // Every "&" begins one of the five entities or a number that XML allows.
    bool references(std::string_view piece) {
        for (auto amp = piece.find('&'); amp != piece.npos; amp = piece.find('&', amp + 1)) {
            const auto end = piece.find(';', amp);
            if (end == piece.npos)
                return false;
            const auto name = piece.substr(amp + 1, end - amp - 1);
            constexpr std::string_view known[] = {"lt", "gt", "amp", "apos", "quot"};
            if (std::ranges::count(known, name) == 1)
                continue;
            if (!name.starts_with('#'))
                return is_nc_name(name) ? fail(errc::xml_forbidden) : false;
            if (!number(name.substr(1)))
                return false;
        }
        return true;
    }
    static bool number(std::string_view s) noexcept {
        const std::uint32_t base = s.starts_with('x') ? 16 : 10;
        if (base == 16)
            s.remove_prefix(1);
        std::uint32_t code = 0;
        for (char c : s) {
            const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (!(c >= '0' && c <= '9') && !(letter && base == 16))
                return false;
            code =
                code * base + static_cast<std::uint32_t>(letter ? (c & 0xdf) - 'A' + 10 : c - '0');
            if (code > 0x10ffff)
                return false;
        }
        return !s.empty() && is_xml_char(code);
    }

    std::string_view text_;
    const xml_limits &limits_;
    std::size_t pos_ = 0;
    std::size_t elements_ = 0;
    std::vector<std::string_view> open_;
    boost::system::error_code error_;
};

} // namespace

core::result<std::string_view> scan_xml(std::string_view document, const xml_limits &limits) {
    return scanner(document, limits).run();
}

} // namespace detail
} // namespace costrand::wsman
