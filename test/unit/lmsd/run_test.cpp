// SPDX-License-Identifier: Apache-2.0
// The daemon as a whole: how it takes a device that is there, busy, or not to be had.
#include "real_stage.hpp"

#include <costrand/lmsd/run.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/tcp.hpp>

#include <netinet/in.h>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;

namespace {

// A daemon on a passed socket, for the stage's device.
struct daemon_on {
    explicit daemon_on(stage &s) : listening(true) {
        sockaddr_in at{};
        socklen_t size = sizeof at;
        REQUIRE(::getsockname(listening.descriptor, reinterpret_cast<sockaddr *>(&at), &size) == 0);
        port = ntohs(at.sin_port);
        lmsd::relay_options options;
        options.times.device = 0s; // one attempt for each who asks
        world = std::make_unique<lmsd::world>(
            lmsd::world{s.device, {{listening.descriptor, "16992"}}, options, [this] { ++ready; }});
        log = core::log(core::log_level::debug,
                        [this](core::log_level, std::string_view, std::string_view line) {
                            lines.emplace_back(line);
                            said.notify_all();
                        });
    }
    awaitable<void> until_said(std::string_view part) {
        const auto says = [part](const std::string &line) {
            return line.find(part) != std::string::npos;
        };
        while (std::ranges::none_of(lines, says))
            co_await said.wait();
    }
    awaitable<void> run() {
        listening.owned = false;
        co_await lmsd::run(*world, log);
    }

    raw_socket listening;
    std::uint16_t port = 0;
    std::unique_ptr<lmsd::world> world;
    core::log log;
    std::vector<std::string> lines;
    core::notifier said;
    int ready = 0;
};

} // namespace

TEST_CASE("a device that is busy at the start is told, and served when a client comes") {
    play_real([](stage &s) -> awaitable<void> {
        s.service = echo;
        s.device.then_fail(heci::errc::busy);
        s.there();
        daemon_on daemon(s);
        core::task_group running(s.executor);
        running.spawn(daemon.run());
        CHECK(daemon.ready == 1);
        co_await daemon.until_said("the firmware is not reached now");
        CHECK(s.links == 0);
        auto client = co_await transports::tcp_connect("127.0.0.1", daemon.port, 10s);
        co_await check_echo(s, *client, 1000);
        CHECK(s.slots_used() == 1);
        running.cancel();
        co_await running.join();
        auto end = co_await core::as_result(read_rest(*client));
        CHECK(end.has_error()); // a reset
    });
}

TEST_CASE("a device that is not to be had ends the daemon") {
    for (const auto why : {heci::errc::no_driver, heci::errc::no_permission, heci::errc::no_device,
                           heci::errc::not_supported})
        play_real([why](stage &s) -> awaitable<void> {
            s.device.then_fail(why);
            daemon_on daemon(s);
            std::string ended;
            try {
                co_await daemon.run();
            } catch (const std::runtime_error &e) {
                ended = e.what();
            }
            CHECK(ended == "there is no device to serve");
            co_await daemon.until_said("/dev/fake0: " + make_error_code(why).message());
        });
}
