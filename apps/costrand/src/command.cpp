// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/command.hpp>

#include <costrand/activate/failure.hpp>
#include <costrand/activate/option_rows.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/commands/amtinfo.hpp>
#include <costrand/commands/configure.hpp>
#include <costrand/commands/diagnostics.hpp>
#include <costrand/commands/local.hpp>
#include <costrand/commands/remote.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace costrand::commands {

namespace {

using namespace activate::option_rows;

// Activation as this program has it: without a server, and, for the options that this way does not
// take, as costrand-activate does it.
activate::option_table whole_activation() {
    static const auto table = [] {
        const auto own = activate_options();
        std::vector<activate::option_spec> out(own.begin(), own.end());
        for (const auto &spec : activate::options())
            if (activate::detail::find_option(out, spec.name) == activate::detail::no_option)
                out.push_back(spec);
        return out;
    }();
    return table;
}

constexpr auto version_table = joined(output_rows);

// What may follow a command, one a line.
std::string words_help(command_id id) {
    if (id == command_id::configure)
        return "Subcommands:\n" + configure_subcommands() + '\n';
    if (id == command_id::maintenance)
        return "Tasks:\n" + maintenance_tasks() + '\n';
    return {};
}

} // namespace

std::span<const command_spec> commands() noexcept {
    static const std::array all = {
        command_spec{command_id::amtinfo, "amtinfo", "", "",
                     "what AMT is on this machine, and how it is set up", amtinfo_options()},
        command_spec{command_id::activate, "activate", "", "",
                     "takes this device into a control mode, with or without a server",
                     whole_activation()},
        command_spec{command_id::deactivate, "deactivate", "", "",
                     "takes this device out of its control mode, with or without a server",
                     deactivate_options()},
        command_spec{command_id::maintenance, "maintenance", "", "TASK",
                     "what a server keeps in order on a device that it activated",
                     maintenance_options()},
        command_spec{command_id::configure, "configure", "", "SUBCOMMAND",
                     "one setting of an activated device", configure_options()},
        command_spec{command_id::diagnostics, "diagnostics", "diag",
                     "wsman list|get [CLASS...] | cira | csme",
                     "what AMT says of itself over WS-Management, and the logs of the firmware",
                     diagnostics_options()},
        command_spec{command_id::version, "version", "", "", "the version of this program",
                     version_table},
    };
    return all;
}

const command_spec &chosen_command(std::span<char *const> arguments) {
    // Of those that may stand before the command; what it does not know takes no value.
    const auto table = amtinfo_options();
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view token(arguments[i]);
        if (token == "--")
            break;
        if (token.starts_with("--")) {
            const auto index = activate::detail::find_option(table, token.substr(2));
            if (index != activate::detail::no_option &&
                table[index].kind != activate::value_kind::toggle)
                ++i;
            continue;
        }
        if (token.size() > 1 && token[0] == '-')
            continue; // they are all toggles
        for (const auto &command : commands())
            if (command.name == token || (!command.alias.empty() && command.alias == token))
                return command;
        throw activate::error(activate::exit_code::incorrect_command_line_parameters,
                              "\"" + activate::printable(token, 60) +
                                  "\" is no command; --help lists them");
    }
    return commands().front();
}

std::string summary_line(std::string_view name, std::string_view summary, std::size_t column) {
    std::string out = "  " + std::string(name);
    out.resize(std::max(column, out.size() + 1), ' ');
    return out + std::string(summary) + '\n';
}

std::string program_help() {
    constexpr std::size_t column = 14;
    std::string out = "costrand asks and sets up Intel AMT on this machine.\n"
                      "\n"
                      "Usage: costrand [options] COMMAND [options]\n"
                      "\n"
                      "Commands:\n";
    for (const auto &command : commands())
        out += summary_line(command.name, command.summary, column);
    return out + "\n"
                 "Without a command: amtinfo. The options of a command: costrand COMMAND --help\n";
}

std::string command_help(const command_spec &command, std::size_t width) {
    return "costrand " + std::string(command.name) + ": " + std::string(command.summary) +
           "\n"
           "\n"
           "Usage: costrand " +
           std::string(command.name) + (command.words.empty() ? "" : " ") +
           std::string(command.words) + " [options]\n\n" + words_help(command.id) +
           activate::describe_options(command.options, width) +
           "\n"
           "Each value is taken from the command line, else from the environment, else from\n"
           "config.yaml in the working directory (the names above; those of one command under\n"
           "its name), else it is the default.\n"
           "Results go to stdout, log lines to stderr. The exit code is 0 only when all was\n"
           "told, else one of the documented codes.\n";
}

} // namespace costrand::commands
