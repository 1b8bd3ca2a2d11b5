// SPDX-License-Identifier: Apache-2.0
// What becomes of a device that a profile sets up: order, skipped steps, new attempts, failures.
// The real wiring against the simulated device, over LME, in virtual time.
#include <costrand/activate/profile_run.hpp>

#include "simulated_machine.hpp"

#include <costrand/rps/messages.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using activate::exit_code;

namespace {

const std::string head = "name: lab\nconfiguration:\n";
const std::string client_mode = "  amtSpecific:\n    controlMode: ccmactivate\n"
                                "    adminPassword: Pr0file!pass\n";
const std::string settings = "  network:\n"
                             "    wired: {dhcpEnabled: true, ipSyncEnabled: true}\n"
                             "    proxy: [{address: proxy.example.com, port: 3128}]\n"
                             "  tls: {enabled: true, signingAuthority: SelfSigned}\n"
                             "  redirection:\n"
                             "    services: {kvm: true, sol: true, ider: false}\n"
                             "    userConsent: None\n";

struct machine : simulated_machine {
    using simulated_machine::simulated_machine;

    awaitable<activate::failure> set_up(std::string text) {
        activate::failure end{exit_code::success, {}};
        report = {};
        try {
            std::vector<activate::notice> notices;
            activate::profile_request request;
            request.wanted = activate::parse_profile(text, "lab.yaml", core::secret(), notices);
            request.source = "lab.yaml";
            request.now = [] { return noon; };
            co_await activate::run_profile(env, options, std::move(request), *random, report);
        } catch (const activate::error &e) {
            end = e.why();
        }
        co_return end;
    }

    // "+activation" is done, "-MEBx password" was skipped.
    std::vector<std::string> steps() const {
        std::vector<std::string> out;
        for (const auto &entry : report.steps)
            out.push_back((entry.done ? "+" : "-") + std::string(to_string(entry.step)));
        return out;
    }

    activate::profile_report report;
};

// Trusts the root of a chain; the chain is in the profile's text.
struct trusting_machine : machine {
    explicit trusting_machine(net::any_io_executor ex, const char *model = "amt16")
        : machine(std::move(ex), trusting(model)) {}

    static const sim::identity &chain() {
        static const sim::identity made = chain_maker().make();
        return made;
    }
    static sim::profile trusting(const char *model) {
        auto out = sim::without_delays(sim::built_in_profile(model));
        out.dns_suffix = "corp.example";
        sim::trusted_root root;
        root.hash = sim::sha256_hex(chain().chain.back());
        out.roots.push_back(std::move(root));
        return out;
    }
    static std::string text() {
        const auto pfx = rps::encode_payload(make_pfx(content_of(chain())));
        return head +
               "  amtSpecific:\n    controlMode: acmactivate\n"
               "    adminPassword: Pr0file!pass\n    mebxPassword: M3bx-P@ssw0rd\n"
               "    provisioningCert: " +
               std::string(pfx.reveal()) +
               "\n    provisioningCertPwd: " + std::string(pfx_password) + "\n";
    }
};
struct tls_only_machine : trusting_machine {
    explicit tls_only_machine(net::any_io_executor ex)
        : trusting_machine(std::move(ex), "amt19-tls-enforced") {}
};

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

void on_machine(const std::function<awaitable<void>(machine &)> &body) {
    on<machine>(body, {"P@ssw0rd", "Pr0file!pass", "M3bx-P@ssw0rd"});
}

} // namespace

TEST_CASE("a profile is carried out in its order, and what does not apply is skipped and said") {
    on_machine([](machine &m) -> awaitable<void> {
        const auto end = co_await m.set_up(head + client_mode + settings);
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        CHECK(m.device.mode() == sim::control_mode::client);
        const bool in_force = m.has_password(core::secret("Pr0file!pass"));
        CHECK(in_force);
        const std::vector<std::string> expected = {
            "+activation", "-MEBx password", "+AMT features", "+wired port",  "-Wi-Fi sync",
            "-wireless",   "+TLS",           "-CIRA",         "+HTTP proxies"};
        CHECK(m.steps() == expected);
        const auto text = activate::profile_text(m.report, "lab.yaml");
        CHECK(has(text, "The profile lab.yaml is carried out: the device is in client control"));
        CHECK(has(text, "skipped: this machine has no wireless port"));
        CHECK_FALSE(has(text, "Pr0file!pass"));
    });
}

TEST_CASE("a profile takes a device to admin control mode, from client control mode too") {
    on<trusting_machine>(
        [](trusting_machine &m) -> awaitable<void> {
            auto end = co_await m.set_up(head + client_mode);
            REQUIRE_MESSAGE(end.code == exit_code::success, end.text);
            end = co_await m.set_up(m.text() + "  redirection: {userConsent: None}\n");
            CHECK_MESSAGE(end.code == exit_code::success, end.text);
            CHECK(m.device.mode() == sim::control_mode::admin);
            CHECK(m.report.activated);
            CHECK(m.device.state().mebx_password == core::secret("M3bx-P@ssw0rd"));
            const std::vector<std::string> expected = {
                "+AMT password", "+activation", "+MEBx password", "+AMT features", "-wired port",
                "-Wi-Fi sync",   "-wireless",   "-TLS",           "-CIRA",         "-HTTP proxies"};
            CHECK(m.steps() == expected);
            CHECK(has(m.report.steps[3].text, "no session"));
        },
        {"Pr0file!pass", "M3bx-P@ssw0rd"});
}

TEST_CASE("where AMT takes TLS only the activation sets the menu's password, and it is set once") {
    on<tls_only_machine>(
        [](tls_only_machine &m) -> awaitable<void> {
            const auto end = co_await m.set_up(m.text());
            CHECK_MESSAGE(end.code == exit_code::success, end.text);
            CHECK(m.device.mode() == sim::control_mode::admin);
            CHECK(m.device.state().mebx_password == core::secret("M3bx-P@ssw0rd"));
            REQUIRE(m.report.steps.size() > 1);
            CHECK(m.report.steps[1].text == "the activation has set it");
        },
        {"Pr0file!pass", "M3bx-P@ssw0rd"});
}

TEST_CASE("a second run finds all as it is to be, and changes no password") {
    on_machine([](machine &m) -> awaitable<void> {
        auto end = co_await m.set_up(head + client_mode + settings);
        REQUIRE_MESSAGE(end.code == exit_code::success, end.text);
        end = co_await m.set_up(head + client_mode + settings);
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        REQUIRE(m.report.steps.size() == 10);
        CHECK(m.report.steps[0].text == "it is the profile's");
        CHECK_FALSE(m.report.steps[1].done);
        CHECK(has(m.report.steps[1].text, "in client control mode already"));
        CHECK_FALSE(m.report.activated);
    });
}

TEST_CASE("behind an activation connections that break off are made anew, at most four times") {
    on_machine([](machine &m) -> awaitable<void> {
        auto breaks = sim::fault(sim::fault_kind::close_before)
                          .on_call("AMT_RedirectionService.Get")
                          .for_ever();
        breaks.times = 4; // of one attempt: the request, and its one repetition
        m.device.inject().order(breaks);
        const auto end = co_await m.set_up(head + client_mode + settings);
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        CHECK(has(m.logged, "AMT features, attempt 2 of 4"));
        CHECK_FALSE(has(m.logged, "attempt 4 of 4"));
    });
    on_machine([](machine &m) -> awaitable<void> {
        m.device.inject().order(sim::fault(sim::fault_kind::close_before)
                                    .on_call("AMT_RedirectionService.Get")
                                    .for_ever());
        const auto end = co_await m.set_up(head + client_mode + settings);
        CHECK_FALSE(end.code == exit_code::success);
        CHECK(has(end.text, "profile lab.yaml, AMT features: "));
        CHECK(m.device.mode() == sim::control_mode::client);
    });
}

TEST_CASE("a refusal ends the run at once, and tells what was done, what was not, and the mode") {
    on_machine([](machine &m) -> awaitable<void> {
        m.device.inject().order(sim::fault(sim::fault_kind::soap_fault)
                                    .on_call("AMT_EthernetPortSettings.Put")
                                    .for_ever());
        const auto end = co_await m.set_up(head + client_mode + settings);
        CHECK(end.code == exit_code::wired_configuration_failed);
        CHECK(has(end.text, "profile lab.yaml, wired port: "));
        CHECK(has(end.text, "done before: activation, AMT features"));
        CHECK(has(end.text, "not done: TLS, HTTP proxies"));
        auto told = end;
        told.steps = finished_steps(m.report);
        const auto json = activate::failure_json(told);
        CHECK(has(json, R"({"step":"activation","status":"done","message":)"));
        CHECK(has(json, R"({"step":"AMT features","status":"done","message":)"));
        CHECK_FALSE(has(json, R"("step":"TLS")"));
        CHECK(has(end.text, "the device is in client control mode"));
        CHECK_FALSE(has(m.logged, "attempt 1 of 4"));
    });
}

TEST_CASE("an activated device gets the profile's password from the one that is given") {
    on_machine([](machine &m) -> awaitable<void> {
        auto end = co_await m.set_up(head + client_mode);
        REQUIRE_MESSAGE(end.code == exit_code::success, end.text);
        const auto other = head + "  amtSpecific:\n    controlMode: ccmactivate\n"
                                  "    adminPassword: N3xt!pass\n";
        end = co_await m.set_up(other);
        CHECK(end.code == exit_code::missing_or_incorrect_password);
        m.options.password = core::secret("not the one");
        end = co_await m.set_up(other);
        CHECK(end.code == exit_code::amt_authentication_failed);
        const bool kept = m.has_password(core::secret("Pr0file!pass"));
        CHECK(kept);

        int asked = 0;
        m.env.ask_password = [&asked]() -> awaitable<core::secret> {
            ++asked;
            co_return core::secret(asked < 3 ? "a typing mistake" : "Pr0file!pass");
        };
        m.options.password = core::secret();
        end = co_await m.set_up(other);
        CHECK_MESSAGE(end.code == exit_code::success, end.text);
        CHECK(asked == 3);
        const bool changed = m.has_password(core::secret("N3xt!pass"));
        CHECK(changed);
    });
}

TEST_CASE("what a profile cannot do ends before the device is touched") {
    on_machine([](machine &m) -> awaitable<void> {
        auto end = co_await m.set_up(head + "  amtSpecific:\n    controlMode: ccmactivate\n"
                                            "    generateRandomPassword: true\n");
        CHECK(end.code == exit_code::invalid_parameter_combination);
        CHECK(has(end.text, "amtSpecific.generateRandomPassword"));
        end = co_await m.set_up(head + "  amtSpecific:\n    adminPassword: Pr0file!pass\n");
        CHECK(end.code == exit_code::missing_or_invalid_configuration);
        end = co_await m.set_up(head + "  amtSpecific:\n    controlMode: acmactivate\n"
                                       "    adminPassword: Pr0file!pass\n");
        CHECK(end.code == exit_code::incorrect_command_line_parameters);
        CHECK(has(end.text, "provisioningCert"));
        CHECK(m.device.mode() == sim::control_mode::none);
    });
}

TEST_CASE("wireless profiles for a machine without a wireless port are an error, not a silence") {
    on_machine([](machine &m) -> awaitable<void> {
        const auto wireless =
            head + client_mode +
            "  network:\n    wireless:\n      profiles:\n"
            "        - {profileName: lab, ssid: lab-net, password: a good passphrase,\n"
            "           authenticationMethod: WPA2PSK, encryptionMethod: CCMP, priority: 1}\n";
        auto end = co_await m.set_up(wireless);
        CHECK(end.code == exit_code::wifi_configuration_failed);
        CHECK(has(end.text, "no wireless port"));
        CHECK(has(end.text, "lab; the device is not activated"));
        CHECK(m.report.steps.empty());
        CHECK(m.device.mode() == sim::control_mode::none);

        end = co_await m.set_up(head + client_mode);
        REQUIRE_MESSAGE(end.code == exit_code::success, end.text);
        end = co_await m.set_up(wireless);
        CHECK(end.code == exit_code::wifi_configuration_failed);
        CHECK(has(end.text, ", wireless: this machine has no wireless port"));
        CHECK(has(end.text, "the device is in client control mode"));
    });
}
