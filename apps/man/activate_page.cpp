// SPDX-License-Identifier: Apache-2.0
// Writes costrand-activate(1): activate_page TEMPLATE OUTPUT VERSION DATE
#include "roff.hpp"

#include <costrand/activate/exit_code.hpp>
#include <costrand/activate/options.hpp>

#include <cstdio>
#include <exception>

using namespace costrand;

namespace {

std::string option_entries() {
    std::string out;
    for (const auto &section : activate::option_sections(activate::options())) {
        out += man::heading(section.heading);
        for (const auto *spec : section.options) {
            const auto value =
                spec->kind == activate::value_kind::choice ? spec->choices : spec->value_name;
            out += man::entry(man::option_tag(spec->letter, spec->name, value),
                              activate::option_text(*spec));
        }
    }
    return out;
}

std::string exit_code_entries() {
    std::string out;
    for (const auto &[code, name, meaning] : activate::exit_codes())
        out += man::entry(man::bold(std::to_string(static_cast<int>(code))),
                          std::string(name) + (meaning.empty() ? "" : ": ") + std::string(meaning));
    return out;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    try {
        man::write_page(argv[1], argv[2],
                        {{"version", argv[3]},
                         {"date", argv[4]},
                         {"options", option_entries()},
                         {"exit codes", exit_code_entries()}});
    } catch (const std::exception &e) {
        std::fprintf(stderr, "activate_page: %s\n", e.what());
        return 1;
    }
}
