// SPDX-License-Identifier: Apache-2.0
// costrand-amtsim: simulated AMT devices for any program.
#include "desk.hpp"
#include "log_file.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

using namespace costrand;

namespace {

// As the shell does for a program that it cannot start, and for wrong use.
constexpr int cannot_start = 126, wrong_use = 2;

int act(const amtsim::settings &options) {
    using enum amtsim::what_to_do;
    switch (options.action) {
    case help:
        std::fputs(amtsim::help_text().c_str(), stdout);
        return 0;
    case version:
        std::puts("costrand-amtsim " COSTRAND_VERSION);
        return 0;
    case list_profiles:
        for (const auto &name : sim::built_in_profiles()) {
            const auto p = sim::built_in_profile(name);
            std::printf("%-20s AMT %s.%s, %zu LME ports%s\n", name.c_str(), p.amt_version.c_str(),
                        p.build_number.c_str(), p.lme.forwards.size(),
                        p.tls_enforced ? ", TLS enforced" : "");
        }
        return 0;
    case list_faults:
        std::fputs("KIND [on CLIENT] [apf NUMBER] [call CLASS.OPERATION] [nth N]\n"
                   "     [times N | for-ever | for TIME] [value N] [errno NAME] [after TIME]\n"
                   "     [saying \"TEXT\"] [bytes HEX]\n"
                   "One a line or separated by \";\"; \"#\" begins a comment. KIND is one of:\n\n",
                   stdout);
        for (const auto &[name, what] : sim::known_faults())
            std::printf("%-27.*s %.*s\n", static_cast<int>(name.size()), name.data(),
                        static_cast<int>(what.size()), what.data());
        return 0;
    case run:
        return amtsim::run_program(options, amtsim::open_log(options));
    case serve:
        return amtsim::serve_devices(options, amtsim::open_log(options));
    }
    return wrong_use;
}

} // namespace

int main(int argc, char **argv) {
    try {
        return act(amtsim::read_settings(std::vector<std::string>(argv + 1, argv + argc)));
    } catch (const amtsim::usage_error &e) {
        std::fprintf(stderr, "costrand-amtsim: %s\n", e.what());
        return wrong_use;
    } catch (const std::exception &e) {
        std::fprintf(stderr, "costrand-amtsim: %s\n", e.what());
        return cannot_start;
    }
}
