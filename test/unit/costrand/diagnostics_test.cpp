// SPDX-License-Identifier: Apache-2.0
// diagnostics wsman: what is asked for, and what a simulated device answers over LMS and LME.
#include <costrand/activate/amt_client.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/commands/diagnostics.hpp>

#include <costrand/core/random.hpp>
#include <costrand/sim/firmware.hpp>

#include <support/run_coro.hpp>
#include <unit/activate/support.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace costrand;
using commands::diagnostics_task;
using commands::wsman_format;
namespace json = boost::json;

namespace {

using words = std::vector<std::string>;

struct read_options {
    std::optional<commands::diagnostics_settings> settings;
    int refused = 0;
};

read_options read(words arguments) {
    arguments.insert(arguments.begin(), "diagnostics");
    activate::option_sources sources;
    sources.arguments = std::move(arguments);
    sources.environment = [](const char *) -> const char * { return nullptr; };
    std::vector<activate::notice> notices;
    read_options out;
    try {
        const auto values =
            activate::read_options(commands::diagnostics_options(), std::move(sources), notices);
        out.settings = commands::make_diagnostics_settings(values, notices);
    } catch (const activate::error &e) {
        out.refused = static_cast<int>(e.why().code);
    }
    return out;
}

words classes(const words &arguments) {
    const auto got = read(arguments);
    REQUIRE(got.settings);
    CHECK(got.settings->task == diagnostics_task::get_classes);
    return got.settings->classes;
}

struct outcome {
    std::vector<commands::fetched_class> classes;
    std::optional<activate::failure> failure;
    std::size_t warnings = 0;
};

awaitable<std::vector<commands::fetched_class>> fetch(activate::amt_client &amt, const words &names,
                                                      const activate::environment &env) {
    co_await amt.open();
    co_return co_await commands::fetch_classes(amt.get(), names, env);
}

// One run of the command against one device.
awaitable<outcome> run(net::any_io_executor executor, sim::profile p, words names,
                       std::vector<sim::fault> faults, activate::transport_choice transport) {
    const auto random = core::seeded_random(1);
    sim::firmware device(executor, sim::without_delays(std::move(p)), *random, {});
    for (auto &fault : faults)
        device.inject().order(std::move(fault));
    const auto heci = device.heci();
    outcome out;
    activate::environment env;
    env.executor = executor;
    env.device = heci.get();
    env.dial_lms = [&device](std::uint16_t port) { return device.dial_lms(port); };
    env.log = core::log(core::log_level::warn, [&out](core::log_level, std::string_view,
                                                      std::string_view) { ++out.warnings; });
    activate::settings options;
    options.transport = transport;
    activate::amt_client amt(env, options, false);
    std::exception_ptr cancelled;
    try {
        out.classes = co_await fetch(amt, names, env);
    } catch (const activate::error &e) {
        out.failure = e.why();
    } catch (const system_error &) {
        cancelled = std::current_exception();
    }
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await amt.close();
    device.stop();
    co_await device.run();
    if (cancelled)
        std::rethrow_exception(cancelled);
    co_return out;
}

words published_classes() {
    words out;
    const auto list = commands::class_list();
    for (std::size_t begin = 0; begin < list.size();) {
        const auto end = list.find('\n', begin);
        out.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

} // namespace

TEST_CASE("list names the 52 classes of the published table, AMT first") {
    const auto names = published_classes();
    REQUIRE(names.size() == 52);
    CHECK(names.front().starts_with("AMT_"));
    CHECK(names.back().starts_with("IPS_"));
    for (const char *name : {"AMT_8021XProfile", "AMT_SetupAndConfigurationService",
                             "CIM_BIOSFeature", "CIM_WiFiPortCapabilities", "IPS_SecIOService"})
        CHECK(std::count(names.begin(), names.end(), name) == 1);
}

TEST_CASE("classes are named by -c, any number of times, by commas, and as words") {
    const words both = {"AMT_GeneralSettings", "CIM_Chassis"};
    CHECK(classes({"wsman", "get", "-c", both[0], "-c", both[1]}) == both);
    CHECK(classes({"wsman", "get", "--class=" + both[0] + "," + both[1]}) == both);
    CHECK(classes({"ws-man", "get", both[0], both[1]}) == both);
    CHECK(classes({"wsman", "get", "--all"}) == published_classes());
}

TEST_CASE("a group without its sub-command is help, and what is not understood is refused") {
    CHECK(read({}).settings->task == diagnostics_task::help);
    CHECK(read({"wsman"}).settings->task == diagnostics_task::help);
    CHECK(read({"wsman", "list"}).settings->task == diagnostics_task::list_classes);
    CHECK(read({"wsman", "get"}).refused == 28);
    CHECK(read({"wsman", "get", "AMT_Nonsense"}).refused == 28);
    CHECK(read({"wsman", "put"}).refused == 28);
    CHECK(read({"wsman", "list", "more"}).refused == 28);
    CHECK(read({"soap"}).refused == 28);
    CHECK(read({"wsman", "get", "--all", "CIM_Chassis"}).refused == 33);
    CHECK(read({"wsman", "get", "--all", "--format", "yaml"}).refused == 28);
}

TEST_CASE(
    "a class that is read by Get is its object, over LMS, LME, and TLS where it is enforced") {
    struct way {
        const char *profile;
        activate::transport_choice transport;
    };
    using enum activate::transport_choice;
    for (const way &one : {way{"amt16", lms}, way{"amt16", lme}, way{"amt19-tls-enforced", lms},
                           way{"amt19-tls-enforced", lme}}) {
        CAPTURE(one.profile);
        test::run_coro(
            [&one](test::coro_environment env) -> awaitable<void> {
                auto p = sim::built_in_profile(one.profile);
                const auto host = p.host_name, domain = p.domain_name;
                words names = {"AMT_GeneralSettings"};
                std::vector<sim::fault> none;
                const auto end = co_await run(env.executor, std::move(p), std::move(names),
                                              std::move(none), one.transport);
                REQUIRE_FALSE(end.failure);
                const auto shown =
                    json::parse(commands::shown_classes(end.classes, wsman_format::json, 0));
                CHECK(shown.at("HostName").as_string() == host);
                CHECK(shown.at("DomainName").as_string() == domain);
                CHECK(shown.at("NetworkInterfaceEnabled").is_bool());
            },
            10);
    }
}

TEST_CASE("every class of the list is read of a device, in one run and in its order") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            std::vector<sim::fault> none;
            auto p = sim::amt16();
            const auto end = co_await run(env.executor, std::move(p), published_classes(),
                                          std::move(none), activate::transport_choice::lms);
            REQUIRE_FALSE(end.failure);
            const auto shown =
                json::parse(commands::shown_classes(end.classes, wsman_format::json, 0));
            const auto names = published_classes();
            REQUIRE(shown.as_array().size() == names.size());
            std::size_t answered = 0;
            for (std::size_t i = 0; i < names.size(); ++i) {
                CHECK(shown.at(i).at("class").as_string() == names[i]);
                answered += shown.at(i).at("status") == "ok" ? 1 : 0;
            }
            CHECK(answered + end.warnings == names.size());
            CHECK(answered > 40);
        },
        3);
}

TEST_CASE("of several classes one that is refused is told in its place, alone it is the failure") {
    sim::fault refuses(sim::fault_kind::soap_fault);
    refuses.for_ever().on_call("CIM_Chassis.Get");
    refuses.text = "InternalError";
    test::run_coro(
        [&refuses](test::coro_environment env) -> awaitable<void> {
            words names = {"CIM_Chassis", "AMT_GeneralSettings"};
            std::vector<sim::fault> faults = {refuses};
            auto p = sim::amt16();
            const auto end = co_await run(env.executor, std::move(p), std::move(names),
                                          std::move(faults), activate::transport_choice::lms);
            REQUIRE_FALSE(end.failure);
            CHECK(end.warnings == 1);
            const auto shown =
                json::parse(commands::shown_classes(end.classes, wsman_format::json, 0));
            CHECK(shown.at(0).at("class") == "CIM_Chassis");
            CHECK(shown.at(0).at("status") == "fetch_failed");
            const std::string message(shown.at(0).at("message").as_string());
            CHECK(message.find("InternalError") != message.npos);
            CHECK(shown.at(1).at("status") == "ok");
        },
        10);
    test::run_coro(
        [&refuses](test::coro_environment env) -> awaitable<void> {
            words names = {"CIM_Chassis"};
            std::vector<sim::fault> faults = {refuses};
            auto p = sim::amt16();
            const auto end = co_await run(env.executor, std::move(p), std::move(names),
                                          std::move(faults), activate::transport_choice::lms);
            REQUIRE(end.failure);
            CHECK(static_cast<int>(end.failure->code) == 101);
            CHECK(end.failure->text.find("CIM_Chassis") != std::string::npos);
        },
        10);
}

TEST_CASE("without an LMS that was asked for nothing is read, and the reason is told") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            auto p = sim::amt16();
            p.lms = false;
            words names = {"CIM_Chassis"};
            std::vector<sim::fault> none;
            const auto end = co_await run(env.executor, std::move(p), std::move(names),
                                          std::move(none), activate::transport_choice::lms);
            REQUIRE(end.failure);
            CHECK(static_cast<int>(end.failure->code) == 139);
        },
        10);
}

TEST_CASE("XML holds each instance, a table each value") {
    test::run_coro(
        [](test::coro_environment env) -> awaitable<void> {
            words names = {"AMT_GeneralSettings", "CIM_SoftwareIdentity"};
            std::vector<sim::fault> none;
            auto p = sim::amt16();
            const auto host = p.host_name;
            const auto end = co_await run(env.executor, std::move(p), std::move(names),
                                          std::move(none), activate::transport_choice::lms);
            REQUIRE_FALSE(end.failure);
            const auto xml = commands::shown_classes(end.classes, wsman_format::xml, 0);
            CHECK(xml.starts_with("<instances>\n<h:AMT_GeneralSettings "));
            CHECK(xml.find(":CIM_SoftwareIdentity ") != xml.npos);
            CHECK(xml.ends_with("</instances>\n"));
            const auto table = commands::shown_classes(end.classes, wsman_format::table, 0);
            CHECK(table.starts_with("Category "));
            CHECK(table.find("Flag") == table.npos); // no option asks for one of them
            CHECK(table.find(host) != table.npos);
        },
        5);
}

TEST_CASE("the logs are subjects of their own, and take nothing of the classes") {
    CHECK(read({"cira"}).settings->task == diagnostics_task::cira);
    const auto csme = read({"csme", "-o", "log.bin"});
    REQUIRE(csme.settings);
    CHECK(csme.settings->task == diagnostics_task::csme);
    CHECK(csme.settings->output == "log.bin");
    for (const words &wrong : {words{"cira", "now"}, words{"cira", "--all"},
                               words{"csme", "--format", "xml"}, words{"csme", "-c", "x"}})
        CHECK(read(wrong).refused == 28);
}
