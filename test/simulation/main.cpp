// SPDX-License-Identifier: Apache-2.0
// costrand_simulation --seeds A..B | --seed N [--trace] [--no-tls-crypto] [--twice]
// Plays the scenarios of the seeds and says which promise was broken where. Exit code 1 when one
// was, 2 for arguments that cannot be read. See docs/simulation.md.
#include "scenario.hpp"
#include "seeded_openssl.hpp"
#include "world.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace costrand;
using namespace costrand::simulation;

struct arguments {
    std::uint64_t first = 1, last = 0;
    bool trace = false, crypto = true, twice = false, bad = false;
};

bool read_number(std::string_view text, std::uint64_t &into) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), into);
    return failure == std::errc() && end == text.data() + text.size();
}

arguments read(int argc, char **argv) {
    arguments out;
    for (int i = 1; i < argc; ++i) {
        const std::string_view a = argv[i];
        const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
        if (a == "--trace") {
            out.trace = true;
        } else if (a == "--no-tls-crypto") {
            out.crypto = false;
        } else if (a == "--twice") {
            out.twice = true;
        } else if (a == "--seed" && read_number(value, out.first)) {
            out.last = out.first;
            ++i;
        } else if (const auto dots = value.find(".."); a == "--seeds" && dots != value.npos) {
            out.bad = !read_number(value.substr(0, dots), out.first) ||
                      !read_number(value.substr(dots + 2), out.last) || out.bad;
            ++i;
        } else {
            out.bad = true;
        }
    }
    out.bad = out.bad || out.last < out.first;
    return out;
}

struct totals {
    std::size_t runs = 0, broken = 0;
    std::map<std::string, std::size_t> outcomes;
    std::map<std::string, std::map<std::string, std::size_t>> coverage; // fault -> phase -> runs
};

void print_line(core::duration when, std::string_view text) {
    std::printf("%12.6f  %.*s\n", std::chrono::duration<double>(when).count(),
                static_cast<int>(text.size()), text.data());
}

verdict play_seed(std::uint64_t seed, const arguments &how) {
    seed_openssl(seed);
    const auto scenario = make_scenario(seed, how.crypto);
    const trace_sink trace = how.trace ? trace_sink(&print_line) : trace_sink();
    auto result = play(scenario, trace);
    if (!how.twice)
        return result;
    seed_openssl(seed);
    if (play(scenario, {}).trace_hash != result.trace_hash)
        result.violations.emplace_back("the same seed gave another trace");
    return result;
}

void add(totals &all, std::uint64_t seed, const verdict &one, const arguments &how) {
    ++all.runs;
    ++all.outcomes[one.outcome];
    std::set<std::pair<std::string, std::string>> once(one.hits.begin(), one.hits.end());
    for (const auto &[fault, phase] : once)
        ++all.coverage[fault][phase];
    if (one.violations.empty())
        return;
    ++all.broken;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                describe(make_scenario(seed, how.crypto)).c_str());
    for (const auto &what : one.violations)
        std::printf("  broken: %s\n", what.c_str());
    std::printf("  replay: tools/simulate.sh --seed %llu --trace%s\n",
                static_cast<unsigned long long>(seed), how.crypto ? "" : " --no-tls-crypto");
}

// In how many runs each fault acted in each phase.
void print_coverage(const totals &all) {
    const auto phases = all_phases();
    std::printf("faults that acted, runs by phase:\n  %-20s", "");
    for (const auto &phase : phases)
        std::printf(" %8s", phase.c_str());
    std::size_t cells = 0, empty = 0;
    for (const auto &fault : all_faults()) {
        std::printf("\n  %-20s", fault.c_str());
        for (const auto &phase : phases) {
            const auto row = all.coverage.find(fault);
            const bool acted = row != all.coverage.end() && row->second.contains(phase);
            std::printf(" %8zu", acted ? row->second.at(phase) : 0);
            ++cells;
            empty += !acted;
        }
    }
    std::printf("\n%zu of %zu cells hit\n", cells - empty, cells);
}

void print(const totals &all, double seconds) {
    std::printf("%zu runs, %.0f a second, %zu with a broken promise\n", all.runs,
                static_cast<double>(all.runs) / seconds, all.broken);
    for (const auto &[outcome, count] : all.outcomes)
        std::printf("  %-10s %zu\n", outcome.c_str(), count);
    print_coverage(all);
}

} // namespace

int main(int argc, char **argv) {
    const auto how = read(argc, argv);
    if (how.bad) {
        std::fputs("usage: costrand_simulation --seeds A..B | --seed N [--trace] [--no-tls-crypto]"
                   " [--twice]\n",
                   stderr);
        return 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // a broken promise is seen when it is found
    totals all;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t seed = how.first; seed <= how.last; ++seed)
        add(all, seed, play_seed(seed, how), how);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    print(all, taken.count());
    return all.broken == 0 ? 0 : 1;
}
