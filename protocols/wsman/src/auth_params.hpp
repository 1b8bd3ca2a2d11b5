// SPDX-License-Identifier: Apache-2.0
// The grammar that WWW-Authenticate and Authorization share (RFC 9110 section 11): schemes, each
// with a token68 or a list of parameters. Private to digest*.cpp.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/http_grammar.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::detail {

struct auth_scheme {
    std::string name;
    std::vector<http_field> parameters; // value without its quotes; none for a token68

    // nullptr when absent.
    [[nodiscard]] const std::string *find(std::string_view key) const noexcept {
        for (const auto &p : parameters)
            if (equals_ignoring_case(p.name, key))
                return &p.value;
        return nullptr;
    }
};

class auth_scanner {
  public:
    explicit auth_scanner(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] core::result<std::vector<auth_scheme>> run() {
        std::vector<auth_scheme> schemes;
        bool separated = true; // by a comma or the beginning
        for (separated |= skip_separators(); pos_ < text_.size(); separated = skip_separators()) {
            const auto word = token();
            if (word.empty() || !separated)
                return errc::challenge_malformed;
            const auto after_word = pos_;
            skip_blanks();
            if (!schemes.empty() && peek() == '=') {
                if (!parameter(word, schemes.back()))
                    return errc::challenge_malformed;
                continue;
            }
            pos_ = after_word;
            schemes.push_back({std::string(word), {}});
            if (!scheme_tail(schemes.back()))
                return errc::challenge_malformed;
        }
        return schemes;
    }

  private:
    [[nodiscard]] char peek() const noexcept { return pos_ < text_.size() ? text_[pos_] : '\0'; }
    void skip_blanks() noexcept {
        while (peek() == ' ' || peek() == '\t')
            ++pos_;
    }
    // Whether there was a comma among them.
    bool skip_separators() noexcept {
        bool comma = false;
        for (; peek() == ' ' || peek() == '\t' || peek() == ','; ++pos_)
            comma = comma || peek() == ',';
        return comma;
    }
    std::string_view token() noexcept {
        const auto begin = pos_;
        while (pos_ < text_.size() && is_token_char(text_[pos_]))
            ++pos_;
        return text_.substr(begin, pos_ - begin);
    }

    // What follows a scheme's name: nothing, a token68, or its first parameter.
    bool scheme_tail(auth_scheme &scheme) {
        if (peek() == '\0' || peek() == ',')
            return pos_ == text_.size() || peek() == ',';
        if (peek() != ' ')
            return false;
        skip_blanks();
        if (peek() == ',' || pos_ == text_.size() || skip_token68())
            return true;
        const auto name = token();
        skip_blanks();
        return !name.empty() && parameter(name, scheme);
    }
    bool skip_token68() noexcept {
        const auto begin = pos_;
        auto end = text_.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                           "0123456789-._~+/",
                                           pos_);
        end = text_.find_first_not_of('=', std::min(end, text_.size()));
        pos_ = std::min(end, text_.size());
        skip_blanks();
        if (pos_ > begin && (peek() == ',' || pos_ == text_.size()))
            return true;
        pos_ = begin;
        return false;
    }
    // At the "=" of a parameter. A second parameter of one name would be read differently by
    // different readers.
    bool parameter(std::string_view name, auth_scheme &scheme) {
        if (peek() != '=' || scheme.find(name) != nullptr)
            return false;
        ++pos_;
        skip_blanks();
        std::string value;
        if (peek() == '"') {
            if (!quoted(value))
                return false;
        } else {
            value = std::string(token());
            if (value.empty())
                return false;
        }
        scheme.parameters.push_back({std::string(name), std::move(value)});
        return true;
    }
    bool quoted(std::string &value) {
        for (++pos_; pos_ < text_.size(); ++pos_) {
            char c = text_[pos_];
            if (c == '"') {
                ++pos_;
                return is_text(value);
            }
            if (c == '\\') {
                if (++pos_ == text_.size())
                    return false;
                c = text_[pos_];
            }
            value += c;
        }
        return false;
    }

    std::string_view text_;
    std::size_t pos_ = 0;
};

} // namespace costrand::wsman::detail
