// SPDX-License-Identifier: Apache-2.0
// Options as data: a program describes each option once, in a table; parsing, environment, config
// file, precedence and the help text follow from the table. Knows nothing of activation.
#pragma once

#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::activate {

enum class value_kind {
    toggle,  // no value, or =true / =false, or =one of option_spec::choices, which is on too
    text,    // any
    login,   // any; with an @ in it, it is a secret: user and password before a host
    choice,  // one of option_spec::choices
    seconds, // 1..86400, with or without an s behind
    list,    // texts parted by commas; on the command line any number of times
};

enum class standing {
    works,
    no_effect, // accepted, as in the reference client, and told to be without effect
    later,     // known, and refused by this version
};

struct option_spec {
    std::string_view name;        // without the dashes; also the key in config.yaml
    char letter;                  // 0: no short form
    std::string_view environment; // empty: not from the environment
    value_kind kind;
    std::string_view value_name; // in the help: URL
    std::string_view fallback;   // the default; empty: not set
    std::string_view command;    // whose option, and the map in config.yaml; empty: of all commands
    standing state;
    bool secret;
    std::string_view choices; // "lms|lme|auto"
    std::string_view help;
};
using option_table = std::span<const option_spec>;

// In rising precedence.
enum class origin { standard, file, environment, command_line };

struct option_value {
    core::secret text; // toggles: "true", "false" or one of their choices
    origin from = origin::standard;
    std::string where; // "--url", "the environment variable RPC_URL", "config.yaml, line 3"
};

class option_values {
  public:
    explicit option_values(option_table table) : table_(table), values_(table.size()) {}

    // `name` is one of the table's: anything else is a bug.
    [[nodiscard]] const option_value &operator[](std::string_view name) const;
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] bool is_on(std::string_view name) const; // toggles
    // Given by somebody, and neither empty nor false.
    [[nodiscard]] bool given(std::string_view name) const;

    [[nodiscard]] option_table table() const noexcept { return table_; }
    // Of lower precedence than what is there: nothing changes. Of equal one: a list grows.
    void offer(std::size_t index, option_value value);
    [[nodiscard]] const option_value &at(std::size_t index) const { return values_[index]; }

    std::vector<std::string> words; // what is no option, in order

  private:
    option_table table_;
    std::vector<option_value> values_;
};

// A line for the log, found while options were read, before there is a log.
using notice = std::pair<core::log_level, std::string>;

struct option_sources {
    std::vector<std::string> arguments;                    // without the program's name; wiped
    std::function<const char *(const char *)> environment; // as getenv
    std::string config_file;                               // may be missing; empty: none
};

// Throws error: 28 for the command line and the environment, 34 and 35 for the file.
[[nodiscard]] option_values read_options(option_table table, option_sources sources,
                                         std::vector<notice> &notices);

// How an option was given, for messages: "--url", "--url (from config.yaml, line 3)".
[[nodiscard]] std::string named(const option_values &values, std::string_view name);

// What this version does not do yet must not look as if it had been done: throws error 28.
void refuse_later(const option_values &values);

// A warning for each option that is given and has no effect.
void note_without_effect(const option_values &values, std::vector<notice> &notices);

// One line for each option with all that the table knows, wrapped to `width` columns. Options whose
// `command` or `state` differ stand under headings of their own.
[[nodiscard]] std::string describe_options(option_table table, std::size_t width);

// The same for other forms of text: the headings with what stands below them, and the sentence on
// one option (its help, default and environment name).
struct option_section {
    std::string heading;
    std::vector<const option_spec *> options;
};
[[nodiscard]] std::vector<option_section> option_sections(option_table table);
[[nodiscard]] std::string option_text(const option_spec &spec);

// Whether nobody else may see this value.
[[nodiscard]] bool holds_secret(const option_spec &spec, std::string_view value) noexcept;

// Overwrites secret values in a process's own argument list.
void hide_secrets(option_table table, std::span<char *> arguments) noexcept;

namespace detail {

// Positions in the table; none: -1 as the largest value.
inline constexpr std::size_t no_option = static_cast<std::size_t>(-1);
[[nodiscard]] std::size_t find_option(option_table table, std::string_view name) noexcept;
[[nodiscard]] std::size_t find_letter(option_table table, char letter) noexcept;

// The value in its normal form; nothing when it is none of that kind.
[[nodiscard]] std::optional<std::string> normal_form(const option_spec &spec,
                                                     std::string_view text);
[[nodiscard]] std::string expected(const option_spec &spec);

void read_command_line(option_values &values, std::vector<std::string> arguments,
                       std::vector<notice> &notices);
void read_config_file(option_values &values, const std::string &path, std::vector<notice> &notices);

} // namespace detail

} // namespace costrand::activate
