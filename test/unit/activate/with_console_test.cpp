// SPDX-License-Identifier: Apache-2.0
// Runs that a management console is told of: the real wiring against the simulated device and the
// simulated console, in virtual time.
#include <costrand/activate/with_console.hpp>

#include "../setup/pfx_maker.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/console.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <support/run_coro.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using activate::exit_code;

namespace {

constexpr std::string_view old_password = "P@ssw0rd";

sim::console_options console_options() {
    sim::console_options out;
    out.password = core::secret("S3cret-of-console");
    return out;
}

struct place {
    explicit place(net::any_io_executor ex)
        : device(ex, profile(), *random, {}, state(*random, ex)),
          heci(device.heci()),
          console(console_options(), *random, {}),
          tasks(ex) {
        env.executor = ex;
        env.device = heci.get();
        env.hostname = [] { return "lab-pc"; };
        env.dial_lms = [](std::uint16_t) -> awaitable<std::unique_ptr<core::byte_stream>> {
            throw system_error(transports::lms_errc::not_running);
            co_return nullptr;
        };
        env.ask_console = [this](transports::http_url url, transports::http_request request,
                                 core::duration) {
            return ask(std::move(url), std::move(request));
        };
        env.log = core::log(core::log_level::trace,
                            [this](core::log_level, std::string_view, std::string_view line) {
                                logged += std::string(line) + "\n";
                            });
        options.password = core::secret(old_password);
        auto access = activate::make_console_access("https://console", "", "");
        access.user = "standalone";
        access.password = core::secret("S3cret-of-console");
        options.management = std::move(access);
    }

    static sim::profile profile() { return sim::without_delays(sim::amt16()); }
    static sim::device_state state(core::random_source &random, const net::any_io_executor &ex) {
        auto out = sim::new_device(profile(), random, core::now(ex));
        out.clock_base = noon;
        return out;
    }

    std::string uuid() const { return device.device_profile().uuid; }
    bool asked_for(std::string_view line) const {
        for (const auto &one : console.requests())
            if (one.starts_with(line))
                return true;
        return false;
    }
    // In client control mode, and in the console's list.
    awaitable<void> activate() {
        activate::local_request request;
        (void)co_await activate::run_locally(env, options, request);
        activate::console_device record;
        record.uuid = uuid();
        activate::management_console as_admin(*options.management, env.ask_console, {});
        co_await as_admin.log_in();
        co_await as_admin.register_device(record);
    }
    awaitable<activate::failure> deactivate() {
        activate::failure end{exit_code::success, {}};
        activate::local_request request;
        request.goal = activate::local_goal::deactivation;
        try {
            const auto done = co_await activate::deactivate_with_console(env, options, request);
            end.text = activate::result_text(done);
        } catch (const activate::error &e) {
            end = e.why();
        }
        co_return end;
    }

    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    sim::firmware device;
    std::unique_ptr<heci::device> heci;
    sim::console_server console;
    core::task_group tasks;
    std::string logged;
    activate::environment env;
    activate::settings options;

  private:
    awaitable<void> serve(std::unique_ptr<core::byte_stream> end) { co_await console.serve(*end); }
    awaitable<transports::http_answer> ask(transports::http_url url,
                                           transports::http_request request) {
        auto ends = sim::memory_byte_pair(env.executor);
        tasks.spawn(serve(std::move(ends.second)));
        const transports::http_options defaults;
        co_return co_await transports::http_ask(*ends.first, std::move(url), std::move(request),
                                                defaults);
    }
};

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

void in_place(const std::function<awaitable<void>(place &)> &body) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            place p(env.executor);
            std::exception_ptr failed;
            try {
                co_await body(p);
            } catch (...) {
                failed = std::current_exception();
            }
            co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
            co_await core::sleep_for(1s); // the other ends learn of the closing
            CHECK(p.device.open_links() == 0);
            p.device.stop();
            co_await p.device.run();
            co_await p.tasks.join();
            for (const char *secret : {"P@ssw0rd", "S3cret-of-console"})
                CHECK_FALSE(has(p.logged, secret));
            if (failed)
                std::rethrow_exception(failed);
        },
        4);
}

} // namespace

TEST_CASE("a deactivation deletes the record; what cannot be deleted is told with its address") {
    in_place([](place &p) -> awaitable<void> {
        co_await p.activate();
        auto end = co_await p.deactivate();
        CHECK(end.code == exit_code::success);
        CHECK(has(end.text, "the console's record of it is deleted"));
        CHECK(p.device.mode() == sim::control_mode::none);
        CHECK(p.console.records() == 0);

        co_await p.activate();
        p.console.order({"DELETE", 503, 1});
        end = co_await p.deactivate();
        CHECK(end.code == exit_code::generic_failure);
        CHECK(has(end.text, "the device is no longer activated, but the console still has"));
        CHECK(has(end.text, "https://console/api/v1/devices/" + p.uuid()));
        CHECK(p.device.mode() == sim::control_mode::none);
        CHECK(p.console.records() == 1);
    });
}

TEST_CASE("a console that does not take the user keeps the device activated") {
    in_place([](place &p) -> awaitable<void> {
        co_await p.activate();
        p.options.management->password = core::secret("wrong");
        const auto end = co_await p.deactivate();
        CHECK(end.code == exit_code::rps_authentication_failed);
        CHECK(p.device.mode() == sim::control_mode::client);
        CHECK_FALSE(p.asked_for("DELETE"));
    });
}
