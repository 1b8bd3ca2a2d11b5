// SPDX-License-Identifier: Apache-2.0
// The commands of the program costrand, as data: names, option tables, and which of them an
// argument list asks for. The help, the manual page and the shells' completions are made of it.
#pragma once

#include <costrand/activate/cli.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace costrand::commands {

enum class command_id {
    amtinfo,
    activate,
    deactivate,
    maintenance,
    configure,
    diagnostics,
    version,
};

struct command_spec {
    command_id id;
    std::string_view name;
    std::string_view alias;   // empty: none
    std::string_view words;   // that follow it: "wsman list|get [CLASS...]"
    std::string_view summary; // "what the device is and how it is set up"
    activate::option_table options;
};

[[nodiscard]] std::span<const command_spec> commands() noexcept;

// The first argument that is neither an option nor an option's value names the command; options
// of all commands may stand before it. Without one it is amtinfo. Throws activate::error 28 for a
// name that no command has.
[[nodiscard]] const command_spec &chosen_command(std::span<char *const> arguments);

// A line of a list: the summary begins at the column.
[[nodiscard]] std::string summary_line(std::string_view name, std::string_view summary,
                                       std::size_t column);

// Of the program, and of one command.
[[nodiscard]] std::string program_help();
[[nodiscard]] std::string command_help(const command_spec &command, std::size_t width);

} // namespace costrand::commands
