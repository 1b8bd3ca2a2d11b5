// SPDX-License-Identifier: Apache-2.0
// Writes costrand(1): costrand_page TEMPLATE OUTPUT VERSION DATE
#include "option_entries.hpp"

#include <costrand/commands/command.hpp>

#include <cstdio>
#include <exception>
#include <set>

using namespace costrand;

namespace {

std::string command_entries() {
    std::string out;
    for (const auto &command : commands::commands())
        out += man::entry(man::bold(command.name), command.summary);
    return out;
}

// Those of one command under its name; those of all commands once, behind them.
std::string option_entries() {
    std::string out, common;
    std::set<std::string_view> told;
    for (const auto &command : commands::commands())
        for (const auto &section : activate::option_sections(command.options)) {
            std::string own;
            for (const auto *spec : section.options) {
                if (!spec->command.empty() || spec->state != activate::standing::works)
                    own += man::option_entry(*spec);
                else if (told.insert(spec->name).second)
                    common += man::option_entry(*spec);
            }
            const bool named = section.heading.ends_with(command.name);
            if (!own.empty())
                out += man::heading(section.heading +
                                    (named ? "" : ": " + std::string(command.name))) +
                       own;
        }
    return out + man::heading("Options of several commands") + common;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    try {
        man::write_page(argv[1], argv[2],
                        {{"version", argv[3]},
                         {"date", argv[4]},
                         {"commands", command_entries()},
                         {"options", option_entries()},
                         {"exit codes", man::exit_code_entries()}});
    } catch (const std::exception &e) {
        std::fprintf(stderr, "costrand_page: %s\n", e.what());
        return 1;
    }
}
