// SPDX-License-Identifier: Apache-2.0
// What every benchmark shares: where it ran, own CPU time, one core, medians. A number without
// these is not a measurement.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <sched.h>
#include <sys/utsname.h>
#include <time.h>

namespace costrand::bench {

inline std::uint64_t cpu_ns(clockid_t clock) {
    timespec t{};
    ::clock_gettime(clock, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(t.tv_nsec);
}
inline std::uint64_t process_cpu_ns() {
    return cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
}
inline std::uint64_t thread_cpu_ns() {
    return cpu_ns(CLOCK_THREAD_CPUTIME_ID);
}
inline std::uint64_t wall_ns() {
    return cpu_ns(CLOCK_MONOTONIC);
}

// Pins this thread, and those it starts, to the core it runs on. False if the system refuses.
inline bool stay_on_one_core() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(std::max(0, ::sched_getcpu())), &one);
    return ::sched_setaffinity(0, sizeof one, &one) == 0;
}

struct spread {
    double median = 0, least = 0, most = 0;
};

inline spread spread_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return {values[values.size() / 2], values.front(), values.back()};
}

inline std::string processor() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name"))
            return line.substr(line.find(':') + 2);
    return "unknown processor";
}

// "f4d5a79", with a + if the tree differs from it. Asked when the benchmark runs.
inline std::string commit() {
    std::string out;
    if (std::FILE *git = ::popen("git -C '" COSTRAND_BENCH_SOURCE
                                 "' describe --always --dirty=+ --abbrev=7 2>/dev/null",
                                 "r")) {
        char buffer[64];
        while (std::fgets(buffer, sizeof buffer, git))
            out += buffer;
        ::pclose(git);
    }
    while (!out.empty() && out.back() == '\n')
        out.pop_back();
    return out.empty() ? "unknown" : out;
}

inline void print_head(const char *what) {
    utsname system{};
    ::uname(&system);
    std::printf("%s\n  machine:  %s, %s %s\n  compiler: %s, %s\n  commit:   %s\n", what,
                processor().c_str(), system.sysname, system.release, __VERSION__,
                COSTRAND_BENCH_BUILD, commit().c_str());
}

} // namespace costrand::bench
