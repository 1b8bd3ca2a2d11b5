// SPDX-License-Identifier: Apache-2.0
// Writes costrand-ccapid(1): ccapid_page TEMPLATE OUTPUT VERSION DATE
#include "option_entries.hpp"
#include "roff.hpp"

#include <costrand/ccapid/options.hpp>

#include <cstdio>
#include <exception>

using namespace costrand;

namespace {

std::string option_entries() {
    std::string out;
    for (const auto &spec : ccapid::options())
        out += man::option_entry(spec);
    return out;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    try {
        man::write_page(argv[1], argv[2],
                        {{"version", argv[3]}, {"date", argv[4]}, {"options", option_entries()}});
    } catch (const std::exception &e) {
        std::fprintf(stderr, "ccapid_page: %s\n", e.what());
        return 1;
    }
}
