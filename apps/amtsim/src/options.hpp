// SPDX-License-Identifier: Apache-2.0
// The command line of costrand-amtsim.
#pragma once

#include <costrand/sim/console.hpp>
#include <costrand/sim/faults.hpp>
#include <costrand/sim/profile.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace costrand::amtsim {

enum class what_to_do { help, version, list_profiles, list_faults, run, serve };

struct settings {
    what_to_do action = what_to_do::help;
    sim::profile profile;
    std::vector<sim::fault> faults;
    std::optional<std::uint64_t> seed;
    bool lms = false;
    bool verbose = false;
    std::string state_file; // what a device keeps; empty: nothing outlives us
    std::string log_file;   // every message; empty: none
    // run
    std::vector<std::string> command;
    // serve
    std::size_t count = 1;
    std::string folder; // of the HECI sockets; empty: one is made
    bool rps = false;
    std::string rps_profile = "demo";
    bool console = false;
    std::string console_password;
    std::vector<std::string> console_profiles; // files
    std::vector<sim::console_fault> console_faults;
};

// What is wrong with the arguments, and what to do.
class usage_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Throws usage_error.
[[nodiscard]] settings read_settings(const std::vector<std::string> &arguments);

[[nodiscard]] std::string help_text();

// The options that the help lists, for other forms of text.
struct option_line {
    std::string name;
    char letter;            // 0: none
    std::string value_name; // empty: takes no value
    std::string text;
};
struct option_group {
    std::string heading;
    std::vector<option_line> options;
};
[[nodiscard]] std::vector<option_group> option_groups();

} // namespace costrand::amtsim
