// SPDX-License-Identifier: Apache-2.0
// costrand deactivate and maintenance with a server as a shell sees them: one simulated machine,
// and the small server of costrand-amtsim beside it.
#include "beside.hpp"

#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using test::has;
using test::run_program;
using test::words;

namespace {

// The machine is active, and the server at $url never saw it.
test::child_end beside_server(const words &options, const std::string &script) {
    const test::served server{{"--rps"}, "url", "[ $what = rps ] && url=$where"};
    return test::beside(server, options,
                        "\"$1\" activate --local --ccm >/dev/null || exit 98\n" + script);
}

} // namespace

TEST_CASE("a machine is maintained and deactivated by a server, with and without an LMS") {
    if (!test::amtsim_can_run())
        return;
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        words options{"--profile", "amt18"};
        if (lms)
            options.emplace_back("--lms");
        const auto end = beside_server(
            options,
            "\"$1\" maintenance syncclock -u $url -f && "
            "\"$1\" maintenance syncip -u $url -f --staticip 192.0.2.77 --netmask 255.255.255.0 && "
            "RPC_NEWAMTPASSWORD='N3w-P@ssw0rd' \"$1\" maintenance changepassword -u $url -f && "
            "export AMT_PASSWORD='N3w-P@ssw0rd' && "
            "\"$1\" maintenance synchostname -u $url && "
            "\"$1\" deactivate -u $url && \"$1\" amtinfo --mode");
        CHECK_MESSAGE(end.status == 0, end.err);
        for (const char *told : {"syncclock succeeded: synctime completed succesfully\n",
                                 "syncip succeeded: syncip completed succesfully\n",
                                 "changepassword succeeded: changepassword completed succesfully\n",
                                 "synchostname succeeded: synchostname completed succesfully\n",
                                 "Deactivation succeeded: Deactivated\n", "not activated\n"})
            CHECK_MESSAGE(has(end.out, told), end.out);
        CHECK(has(end.out, lms ? "Reached over  LMS\n" : "Reached over  LME (HECI)\n"));
        for (const char *secret : {"P@ssw0rd", "N3w-P@ssw0rd"})
            CHECK_FALSE(has(end.out + end.err, secret));
    }
}

TEST_CASE("a password that is not the stored one ends with 70, JSON says so") {
    if (!test::amtsim_can_run())
        return;
    const auto end = beside_server({}, "\"$1\" deactivate -u $url --json");
    CHECK(end.status == 70);
    const auto said = boost::json::parse(end.out).as_object();
    CHECK(said.at("status").as_string() == "failed");
    CHECK(said.at("name").as_string() == "RPSAuthenticationFailed");
    CHECK(has(std::string(said.at("message").as_string()), "DOES NOT match stored version"));
}

TEST_CASE("a forced run with a wrong password ends with 100, one with none with 23") {
    if (!test::amtsim_can_run())
        return;
    const auto wrong =
        beside_server({}, "AMT_PASSWORD=Wr0ng-one \"$1\" maintenance syncclock -u $url -f");
    CHECK_MESSAGE(wrong.status == 100, wrong.err);
    const auto none = beside_server({}, "unset AMT_PASSWORD; "
                                        "\"$1\" deactivate -u $url </dev/null");
    CHECK(none.status == 23);
    CHECK(has(none.err, "AMT_PASSWORD"));
}

TEST_CASE("a trace of a deactivation has its calls") {
    if (!test::amtsim_can_run())
        return;
    const auto end = beside_server(
        {}, "\"$1\" deactivate -u $url -f --trace $folder/t >/dev/null && cat $folder/t");
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "AMT_SetupAndConfigurationService Unprovision"));
    CHECK_FALSE(has(end.out, "P@ssw0rd"));
}

TEST_CASE("a device that is not activated is told before a server is needed") {
    if (!test::amtsim_can_run())
        return;
    const auto on_device = [](const std::string &script) {
        return test::under_amtsim({}, {"sh", "-c", script, "sh", COSTRAND_ACTIVATE});
    };
    CHECK(on_device("\"$1\" deactivate -u ws://127.0.0.1:9/activate").status == 109);
    CHECK(on_device("\"$1\" maintenance syncclock -u ws://127.0.0.1:9/activate").status == 115);
}

TEST_CASE("what cannot be right of maintenance ends before any device is looked for") {
    CHECK(run_program({"maintenance", "syncclock"}).status == 20);
    CHECK(run_program({"maintenance", "syncsky", "-u", "ws://h/"}).status == 28);
    CHECK(run_program({"deactivate", "--local", "-u", "ws://h/"}).status == 33);
    const auto help = run_program({"maintenance"});
    CHECK(help.status == 0);
    CHECK(has(help.out, "  syncdeviceinfo  "));
}
