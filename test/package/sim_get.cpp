// SPDX-License-Identifier: Apache-2.0
// A user of the simulator: asks a simulated device in this process for its start page, by its LMS.
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/firmware.hpp>

#include <iostream>
#include <string>

using namespace costrand;

awaitable<void> ask(sim::firmware &device) {
    core::task_group tasks(co_await net::this_coro::executor);
    tasks.spawn(device.run());
    const auto lms = co_await device.dial_lms(16992);
    const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    co_await core::write_all(*lms, net::buffer(request));
    const auto reply = co_await core::read_until_eof(*lms, 1 << 20);
    std::cout << core::as_text(reply) << '\n';
    device.stop();
    co_await tasks.join();
}

int main() {
    const auto random = core::system_random();
    net::io_context context(1);
    const auto strand = core::make_session_strand(context);
    sim::firmware device(strand, sim::amt16(), *random, core::log());
    core::spawn(strand, ask(device), core::rethrow);
    context.run();
}
