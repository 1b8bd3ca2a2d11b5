// SPDX-License-Identifier: Apache-2.0
// Runs that a management console is told of: the real wiring against the simulated device and the
// simulated console, in virtual time.
#include <costrand/activate/with_console.hpp>

#include "simulated_machine.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/sim/console.hpp>
#include <costrand/sim/memory.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using activate::exit_code;

namespace {

constexpr std::string_view old_password = "P@ssw0rd";

std::string yaml(const std::string &amt, const std::string &cira = {}) {
    return "name: lab\ntags: [one, two]\nconfiguration:\n  amtSpecific:\n    controlMode: "
           "ccmactivate\n" +
           amt + cira;
}
const std::string fixed = "    adminPassword: Pr0file!pass\n";
const std::string made = "    generateRandomPassword: true\n";

std::string cira() {
    const auto keys = sim::pooled_keys();
    const auto root = sim::make_root(named("MPS root", true), keys->next_key());
    const auto pem = rps::encode_payload(root.chain.front());
    return "    cira:\n      mpsUsername: admin\n      mpsAddress: mps.example\n"
           "      generateRandomPassword: true\n      mpsCert: " +
           std::string(pem.reveal()) + "\n";
}

sim::console_options console_options() {
    sim::console_options out;
    out.password = core::secret("S3cret-of-console");
    out.profiles.emplace("fixed", core::secret(yaml(fixed)));
    out.profiles.emplace("made", core::secret(yaml(made)));
    out.profiles.emplace("cira", core::secret(yaml(fixed, cira())));
    out.profiles.emplace("broken", core::secret("name: [\n"));
    return out;
}

struct place : simulated_machine {
    explicit place(net::any_io_executor ex)
        : simulated_machine(ex),
          console(console_options(), *random, {}),
          tasks(ex) {
        env.ask_console = [this](transports::http_url url, transports::http_request request,
                                 core::duration) {
            return ask(std::move(url), std::move(request));
        };
        options.password = core::secret(old_password);
        log_in("fixed");
        order.now = [] { return noon; };
        order.settling.wait = 3s;
    }

    void log_in(const std::string &name) {
        auto access = activate::make_console_access(
            "https://console/api/v1/admin/profiles/export/" + name, "", "");
        access.user = "standalone";
        access.password = core::secret("S3cret-of-console");
        options.management = std::move(access);
    }

    std::string uuid() const { return device.device_profile().uuid; }
    const sim::console_record *record() const { return console.record(uuid()); }
    bool asked_for(std::string_view line) const {
        for (const auto &one : console.requests())
            if (one.starts_with(line))
                return true;
        return false;
    }
    awaitable<activate::failure> activate() {
        activate::failure end{exit_code::success, {}};
        report = {};
        try {
            co_await activate::activate_with_console(env, options, order, *random, report);
        } catch (const activate::error &e) {
            end = e.why();
        }
        co_return end;
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

    sim::console_server console;
    core::task_group tasks;
    activate::console_order order;
    activate::profile_report report;

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
    on<place>(body, {"P@ssw0rd", "Pr0file!pass", "S3cret-of-console"});
}

} // namespace

TEST_CASE("a console's profile sets up the device, whose record has its password") {
    in_place([](place &p) -> awaitable<void> {
        const auto end = co_await p.activate();
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        CHECK(p.device.mode() == sim::control_mode::client);
        REQUIRE(p.record());
        CHECK(p.record()->password.reveal() == "Pr0file!pass");
        CHECK(p.record()->friendly_name == "lab-pc");
        CHECK(p.record()->tags == std::vector<std::string>{"one", "two"});
        CHECK_FALSE(p.record()->tls);
        const bool in_force = p.has_password(p.record()->password);
        CHECK(in_force);
    });
}

TEST_CASE("a password that is made is the console's before the device has it") {
    in_place([](place &p) -> awaitable<void> {
        p.log_in("made");
        p.console.order({"POST", 503, 1});
        auto end = co_await p.activate();
        CHECK(end.code == exit_code::generic_failure);
        CHECK(p.device.mode() == sim::control_mode::none);
        CHECK(p.report.steps.empty());

        end = co_await p.activate();
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        REQUIRE(p.record());
        CHECK(p.record()->password.reveal().size() >= 8);
        CHECK_FALSE(p.record()->password.reveal() == old_password);
        const bool in_force = p.has_password(p.record()->password);
        CHECK(in_force);
        CHECK_FALSE(has(p.logged, p.record()->password.reveal()));
    });
}

TEST_CASE("an activation that fails leaves a record with the password that the device may have") {
    in_place([](place &p) -> awaitable<void> {
        p.log_in("made");
        p.device.inject().order(sim::fault(sim::fault_kind::return_value)
                                    .on_call("IPS_HostBasedSetupService.Setup")
                                    .with(1)
                                    .for_ever());
        const auto end = co_await p.activate();
        CHECK_FALSE(end.code == exit_code::success);
        CHECK(has(end.text, "the console has the device's record"));
        CHECK(p.device.mode() == sim::control_mode::none);
        CHECK(p.record());
    });
}

TEST_CASE("an activated device keeps its password where the profile would have one made") {
    in_place([](place &p) -> awaitable<void> {
        auto end = co_await p.activate();
        REQUIRE(end.code == exit_code::success);
        p.log_in("made");
        p.options.password = core::secret("Pr0file!pass");
        end = co_await p.activate();
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        CHECK(p.record()->password.reveal() == "Pr0file!pass");
        const bool in_force = p.has_password(core::secret("Pr0file!pass"));
        CHECK(in_force);
    });
}

TEST_CASE("an activated device's new password is the console's only when it is in force") {
    in_place([](place &p) -> awaitable<void> {
        p.log_in("made");
        auto end = co_await p.activate();
        REQUIRE(end.code == exit_code::success);
        const auto first = p.record()->password;
        p.log_in("fixed");
        p.options.password = core::secret("not the one");
        end = co_await p.activate();
        CHECK(end.code == exit_code::amt_authentication_failed);
        CHECK(p.record()->password == first);
        p.options.password = first;
        end = co_await p.activate();
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        CHECK(p.record()->password.reveal() == "Pr0file!pass");
        const bool in_force = p.has_password(p.record()->password);
        CHECK(in_force);
    });
}

TEST_CASE("a presence server's password is forgotten again when AMT does not take the server") {
    in_place([](place &p) -> awaitable<void> {
        p.log_in("cira");
        p.device.inject().order(sim::fault(sim::fault_kind::return_value)
                                    .on_call("AMT_RemoteAccessService.AddMpServer")
                                    .with(1)
                                    .for_ever());
        auto end = co_await p.activate();
        CHECK(end.code == exit_code::cira_configuration_failed);
        REQUIRE(p.record());
        CHECK(p.record()->mps_password.empty());
        CHECK(p.record()->password.reveal() == "Pr0file!pass");
        p.device.inject().clear();
        end = co_await p.activate();
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        CHECK(p.record()->mps_password.reveal().size() == 16);
        CHECK(p.record()->mps_user == "admin");

        // A run that ends before that step says nothing of it.
        const auto in_force = p.record()->mps_password;
        p.options.password = core::secret("Pr0file!pass");
        p.device.inject().order(sim::fault(sim::fault_kind::soap_fault)
                                    .on_call("AMT_RedirectionService.Get")
                                    .for_ever());
        end = co_await p.activate();
        CHECK_FALSE(end.code == exit_code::success);
        CHECK(p.record()->mps_password == in_force);
    });
}

TEST_CASE("a console that refuses, an unknown profile and a broken one leave the device alone") {
    in_place([](place &p) -> awaitable<void> {
        p.log_in("nope");
        const auto unknown = co_await p.activate();
        CHECK(unknown.code == exit_code::missing_or_incorrect_profile);
        p.log_in("broken");
        const auto broken = co_await p.activate();
        CHECK(broken.code == exit_code::failed_reading_configuration);
        p.log_in("fixed");
        p.options.management->password = core::secret("wrong");
        const auto stranger = co_await p.activate();
        CHECK(stranger.code == exit_code::rps_authentication_failed);
        CHECK(p.device.mode() == sim::control_mode::none);
        CHECK(p.console.records() == 0);
    });
}

TEST_CASE("a deactivation deletes the record; what cannot be deleted is told with its address") {
    in_place([](place &p) -> awaitable<void> {
        auto end = co_await p.activate();
        REQUIRE(end.code == exit_code::success);
        end = co_await p.deactivate();
        CHECK(end.code == exit_code::success);
        CHECK(has(end.text, "the console's record of it is deleted"));
        CHECK(p.device.mode() == sim::control_mode::none);
        CHECK(p.console.records() == 0);

        end = co_await p.activate();
        REQUIRE(end.code == exit_code::success);
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
        const auto active = co_await p.activate();
        REQUIRE(active.code == exit_code::success);
        p.options.management->password = core::secret("wrong");
        const auto end = co_await p.deactivate();
        CHECK(end.code == exit_code::rps_authentication_failed);
        CHECK(p.device.mode() == sim::control_mode::client);
        CHECK_FALSE(p.asked_for("DELETE"));
    });
}
