// SPDX-License-Identifier: Apache-2.0
// Runs the built costrand-amtsim.
#pragma once

#include <unit/activate/child.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

using words = std::vector<std::string>;

inline child_end amtsim(words arguments) {
    child_options options;
    options.program = COSTRAND_AMTSIM;
    options.arguments = std::move(arguments);
    return run_child(options);
}

inline child_end under_amtsim(const words &options, const words &command) {
    words all{"run"};
    all.insert(all.end(), options.begin(), options.end());
    all.emplace_back("--");
    all.insert(all.end(), command.begin(), command.end());
    return amtsim(std::move(all));
}

// A container may forbid what it takes; then there is nothing to test here.
inline bool amtsim_can_run() {
    const auto end = under_amtsim({}, {"true"});
    const bool forbidden = end.err.find("does not let this program supervise") != std::string::npos;
    if (forbidden)
        MESSAGE("not tested: " << end.err);
    return !forbidden;
}

} // namespace costrand::test
