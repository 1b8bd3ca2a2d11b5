// SPDX-License-Identifier: Apache-2.0
// Runs the case that is named over the mei driver. Exits with 0 when it holds, else says why not.
#include "cases.hpp"

#include <costrand/transports/heci_mei.hpp>

#include <cstdio>
#include <exception>
#include <string_view>

using namespace costrand;

namespace {

awaitable<void> over_the_driver(net::any_io_executor, const test::device_case &which) {
    const auto device = heci::open_mei();
    co_await which.body(*device);
}

} // namespace

int main(int argc, char **argv) {
    for (const auto &one : test::device_cases())
        if (argc == 2 && std::string_view(argv[1]) == one.name) {
            try {
                test::run_case(one, over_the_driver);
                return 0;
            } catch (const std::exception &e) {
                std::fprintf(stderr, "%s: %s\n", one.name, e.what());
                return 1;
            }
        }
    std::fprintf(stderr, "device_case: which case?\n");
    return 2;
}
