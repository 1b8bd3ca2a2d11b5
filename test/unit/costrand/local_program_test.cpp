// SPDX-License-Identifier: Apache-2.0
// costrand activate and deactivate as a shell sees them.
#include <unit/amtsim/amtsim.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using test::words;

namespace {

test::child_end run(words arguments) {
    test::child_options options;
    options.arguments = std::move(arguments);
    options.environment["AMT_PASSWORD"] = "P@ssw0rd";
    return test::run_child(options);
}

// Several commands of a shell on one simulated machine. `$1` is the program.
test::child_end on_device(const words &options, const std::string &script) {
    return test::under_amtsim(options, {"sh", "-c",
                                        "AMT_PASSWORD='P@ssw0rd'; export AMT_PASSWORD; " + script,
                                        "sh", COSTRAND_ACTIVATE});
}

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("a machine is activated, says so, and is deactivated again, with and without an LMS") {
    if (!test::amtsim_can_run())
        return;
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        words options{"--profile", "amt18"};
        if (lms)
            options.emplace_back("--lms");
        const auto end = on_device(options, "\"$1\" activate --local --ccm && \"$1\" amtinfo -m && "
                                            "\"$1\" deactivate --local");
        CHECK_MESSAGE(end.status == 0, end.err);
        CHECK(has(end.out, "Activation succeeded: the device is now in client control mode\n"));
        CHECK(has(end.out, lms ? "Reached over  LMS\n" : "Reached over  LME (HECI)\n"));
        CHECK(has(end.out, "  Control Mode                   client control mode\n"));
        CHECK(has(end.out, "Deactivation succeeded: the device is no longer activated\n"));
        CHECK(!has(end.err, "P@ssw0rd"));
    }
}

TEST_CASE("a profile in a file sets up a machine, with and without an LMS, twice in the same way") {
    if (!test::amtsim_can_run())
        return;
    const std::string profile = "f=$(mktemp -d)/p.yaml; cat > $f <<END\n"
                                "name: lab\nconfiguration:\n"
                                "  amtSpecific: {controlMode: ccmactivate, adminPassword: "
                                "Pr0file!pass}\n"
                                "  redirection: {services: {kvm: true, sol: true}}\n"
                                "  network:\n    wireless:\n      wifiSyncEnabled: true\n"
                                "      profiles: [{profileName: lab, ssid: lab-net, password: a "
                                "good passphrase, authenticationMethod: WPA2PSK, encryptionMethod: "
                                "CCMP, priority: 1}]\n"
                                "END\n";
    for (const bool lms : {false, true}) {
        CAPTURE(lms);
        words options{"--profile", "amt18-wireless"};
        if (lms)
            options.emplace_back("--lms");
        const auto end = on_device(options, profile + "\"$1\" activate --profile $f && \"$1\" "
                                                      "activate --profile $f --json");
        CHECK_MESSAGE(end.status == 0, end.err);
        CHECK(has(end.out, "is carried out: the device is in client control mode\n"));
        CHECK(has(end.out, "written: lab\n"));
        CHECK(has(end.out, lms ? "Reached over  LMS\n" : "Reached over  LME (HECI)\n"));
        CHECK(has(end.out, R"("status":"success")"));
        CHECK(has(end.out, R"({"step":"activation","status":"skipped")"));
        CHECK(!has(end.err + end.out, "Pr0file!pass"));
        CHECK(!has(end.err + end.out, "a good passphrase"));
    }
}

TEST_CASE("a profile that is not in order ends before the device is looked for") {
    if (!test::amtsim_can_run())
        return;
    const auto missing = run({"activate", "--profile", "./none.yaml"});
    CHECK(missing.status == 21);
    CHECK(has(missing.err, "none.yaml"));
    const auto mode = run({"activate", "--profile", "./none.yaml", "--local", "--ccm"});
    CHECK(mode.status == 33);
    CHECK(has(mode.err, "exclude each other"));
    const auto name = run({"activate", "--profile", "office", "--local", "--ccm"});
    CHECK(name.status == 28);
    const auto typing = on_device({}, "f=$(mktemp -d)/p.yaml; printf 'name: x\\nconfiguration:\\n  "
                                      "amtSpecific: {controlMode: cmm}\\n' > $f; \"$1\" activate "
                                      "--profile $f");
    CHECK(typing.status == 35);
    CHECK(has(typing.err, "controlMode"));
}

TEST_CASE("an activated machine ends with 111, one that is not activated with 109") {
    if (!test::amtsim_can_run())
        return;
    const auto twice =
        on_device({}, "\"$1\" activate --local --ccm && \"$1\" activate --local --ccm --json");
    CHECK(twice.status == 111);
    CHECK(has(twice.out, "\"name\":\"UnableToActivate\""));
    CHECK(on_device({}, "\"$1\" deactivate --local").status == 109);
}

TEST_CASE("a command line that cannot be right ends before any device is looked for") {
    CHECK(run({"activate"}).status == 28);
    CHECK(run({"activate", "--local", "--ccm", "--acm"}).status == 33);
    CHECK(run({"deactivate"}).status == 28);
    const auto help = run({"deactivate", "--help"});
    CHECK(help.status == 0);
    CHECK(has(help.out, "--partial"));
}

TEST_CASE("without a device a local activation names it and ends with 2") {
    const auto end = run({"activate", "--local", "--ccm", "--device", "unix:/nonexistent/heci"});
    CHECK(end.status == 2);
    CHECK(has(end.err, "/nonexistent/heci"));
}
