// SPDX-License-Identifier: Apache-2.0
// Asks AMT's web server for its start page, in-band: HECI, LME, an APF channel to port 16992.
#include <costrand/apf/host.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/heci_lme.hpp>
#include <costrand/transports/heci_mei.hpp>

#include <iostream>
#include <string>

using namespace costrand;

awaitable<void> ask(apf::host &amt) {
    const auto channel = co_await amt.open_channel(16992);
    const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    co_await core::write_all(*channel, net::buffer(request));
    const auto reply = co_await core::read_until_eof(*channel, 1 << 20);
    std::cout << core::as_text(reply) << '\n';
}

awaitable<void> run(heci::device &device) {
    const auto executor = co_await net::this_coro::executor;
    const heci::timeouts limits;
    const auto dial = [&] { return heci::open_lme(device, limits, core::log()); };
    apf::host amt(executor, dial, apf::host_options(), core::log());
    core::task_group tasks(executor);
    tasks.spawn(amt.run());
    const auto asked = co_await core::as_result(ask(amt));
    amt.stop();
    co_await tasks.join();
    if (!asked)
        std::cerr << device.name() << ": " << asked.error().message() << '\n';
}

int main() {
    const auto device = heci::open_mei();
    net::io_context context(1);
    core::spawn(core::make_session_strand(context), run(*device), core::rethrow);
    context.run();
}
