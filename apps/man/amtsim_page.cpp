// SPDX-License-Identifier: Apache-2.0
// Writes costrand-amtsim(1): amtsim_page TEMPLATE OUTPUT VERSION DATE
#include "options.hpp"
#include "roff.hpp"

#include <cstdio>
#include <exception>

using namespace costrand;

namespace {

std::string option_entries() {
    std::string out;
    for (const auto &group : amtsim::option_groups()) {
        out += man::heading(group.heading);
        for (const auto &option : group.options)
            out += man::entry(man::option_tag(option.letter, option.name, option.value_name),
                              option.text);
    }
    return out;
}

std::string profile_names() {
    std::string out;
    for (const auto &name : sim::built_in_profiles())
        out += (out.empty() ? "" : ", ") + man::plain(name);
    return out;
}

std::string fault_entries() {
    std::string out;
    for (const auto &[name, what] : sim::known_faults())
        out += man::entry(man::bold(name), what);
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
                         {"profiles", profile_names()},
                         {"faults", fault_entries()}});
    } catch (const std::exception &e) {
        std::fprintf(stderr, "amtsim_page: %s\n", e.what());
        return 1;
    }
}
