// SPDX-License-Identifier: Apache-2.0
// The cases of cases.cpp, three ways.
#include "cases.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/serve.hpp>
#include <costrand/transports/heci_socket.hpp>

#include <unit/activate/support.hpp>
#include <unit/amtsim/amtsim.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <string>

using namespace costrand;
using test::device_case;

namespace {

struct simulated {
    simulated(net::any_io_executor executor, const device_case &which)
        : random(core::seeded_random(1)),
          firmware(executor, sim::amt16(), *random, core::log()) {
        for (const auto &fault : sim::parse_faults(which.name, which.faults))
            firmware.inject().order(fault);
    }
    awaitable<void> end() {
        firmware.stop();
        co_await firmware.run();
    }
    std::unique_ptr<core::random_source> random;
    sim::firmware firmware;
};

awaitable<void> in_memory(net::any_io_executor executor, const device_case &which) {
    simulated amt(executor, which);
    const auto device = amt.firmware.heci();
    std::exception_ptr failed;
    try {
        co_await which.body(*device);
    } catch (...) {
        failed = std::current_exception();
    }
    co_await amt.end();
    if (failed)
        std::rethrow_exception(failed);
}

awaitable<void> over_a_socket(net::any_io_executor executor, const device_case &which) {
    const test::temporary_folder folder;
    const auto path = (folder.path() / "heci").string();
    simulated amt(executor, which);
    heci::socket_acceptor acceptor(executor, path);
    core::task_group server(executor);
    server.spawn(sim::serve_heci_socket(amt.firmware, acceptor));
    const auto device = heci::open_socket_device(path);
    co_await server.run(which.body(*device));
    co_await amt.end();
}

void check(const device_case &which,
           const std::function<awaitable<void>(net::any_io_executor, const device_case &)> &how) {
    if (which.driver_only)
        return;
    CAPTURE(std::string(which.name));
    try {
        test::run_case(which, how);
    } catch (const std::exception &e) {
        FAIL_CHECK(std::string(e.what()));
    }
}

} // namespace

TEST_CASE("a device in memory") {
    for (const auto &one : test::device_cases())
        check(one, in_memory);
}

TEST_CASE("a device behind a unix socket") {
    for (const auto &one : test::device_cases())
        check(one, over_a_socket);
}

TEST_CASE("a device behind the calls of the mei driver") {
    if (!test::amtsim_can_run())
        return;
    for (const auto &one : test::device_cases()) {
        CAPTURE(std::string(one.name));
        test::words options{"--seed", "1"};
        if (*one.faults)
            options.insert(options.end(), {"--faults", one.faults});
        const auto end = test::under_amtsim(options, {COSTRAND_DEVICE_CASE, one.name});
        CHECK_MESSAGE(end.status == 0, end.err);
    }
}
