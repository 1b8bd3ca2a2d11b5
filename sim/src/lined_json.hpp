// SPDX-License-Identifier: Apache-2.0
// JSON that people write: every value knows its line, and whoever reads an object says which keys
// there are, so that a slip of the keyboard is told and not passed over. Private to sim.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

// What is wrong with a text, "amt16.json, line 12: unknown key ...".
class text_error : public std::runtime_error {
  public:
    text_error(std::string_view file, std::size_t line, std::string_view what)
        : std::runtime_error(std::string(file) + ", line " + std::to_string(line) + ": " +
                             std::string(what)) {}
};

struct lined_member; // a pair would have to be complete within lined_value, says Clang

struct lined_value {
    enum class kind { null, boolean, integer, text, list, object };

    kind what = kind::null;
    std::size_t line = 0;
    bool boolean = false;
    std::int64_t integer = 0;
    std::string text;
    std::vector<lined_value> items;
    std::vector<lined_member> members;
};

struct lined_member {
    std::string name;
    lined_value value;
};

// One document. Throws text_error; numbers are integers. `file` is for messages.
[[nodiscard]] lined_value parse_lined_json(std::string_view file, std::string_view text);

// Takes the members of one object by name. A value {"value": V, "assumed": true} counts as V.
class object_reader {
  public:
    object_reader(std::string_view file, const lined_value &object);

    // False, and the target as it was, when the object has no such member.
    bool take(std::string_view key, bool &to);
    bool take(std::string_view key, std::string &to);
    bool take(std::string_view key, std::vector<std::string> &to);
    // From least to most, else an error.
    bool take(std::string_view key, std::int64_t &to, std::int64_t least, std::int64_t most);
    template <typename Number>
    bool take(std::string_view key, Number &to, std::int64_t least, std::int64_t most) {
        std::int64_t wide = 0;
        if (!take(key, wide, least, most))
            return false;
        to = static_cast<Number>(wide);
        return true;
    }
    // The member itself, null when there is none.
    [[nodiscard]] const lined_value *child(std::string_view key);

    // Every member must have been asked for.
    void finish() const;

    [[noreturn]] void fail(const lined_value &where, std::string_view what) const;

  private:
    const lined_value *find(std::string_view key);
    const lined_value &of_kind(const lined_value &v, lined_value::kind wanted,
                               std::string_view key) const;

    std::string_view file_;
    const lined_value &object_;
    std::vector<std::string> known_;
};

} // namespace costrand::sim
