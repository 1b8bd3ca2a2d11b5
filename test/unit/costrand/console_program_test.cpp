// SPDX-License-Identifier: Apache-2.0
// costrand with a management console as a shell sees it: one simulated machine, and the console of
// costrand-amtsim beside it.
#include "beside.hpp"

#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using test::has;
using test::run_program;
using test::words;

namespace {

// The console is at $plain and $secure, and its root's certificate is $root.
test::child_end beside_console(const words &serve_options, const std::string &script,
                               const words &machine_options = {}) {
    test::served console{{"--console"},
                         "secure",
                         "[ $what = console ] && plain=$where\n"
                         "[ $what = console-tls ] && secure=$where root=$rest"};
    console.options.insert(console.options.end(), serve_options.begin(), serve_options.end());
    return test::beside(console, machine_options,
                        "export AUTH_USERNAME=standalone AUTH_PASSWORD='G@ppm0ym' "
                        "SSL_CERT_FILE=$root\n" +
                            script);
}

const std::string activated = "\"$1\" activate --local --ccm >/dev/null 2>&1 || exit 98; ";

} // namespace

TEST_CASE("a device is deactivated when the console takes the user, also where it has no record") {
    if (!test::amtsim_can_run())
        return;
    for (const char *how : {"-u $secure", "--local -u $secure", "-u $plain/any/page"}) {
        CAPTURE(how);
        const auto end = beside_console({}, activated + "\"$1\" deactivate " + how +
                                                " && \"$1\" amtinfo -m; s=$?; cat $log; exit $s");
        CHECK_MESSAGE(end.status == 0, end.err);
        CHECK(has(end.out, "Deactivation succeeded: the device is no longer activated; the "
                           "console had no record of it\n"));
        CHECK(has(end.out, "not activated\n"));
        CHECK(has(end.out, "POST /api/v1/authorize 200"));
        CHECK(has(end.out, "GET /api/v1/devices/"));
        CHECK_FALSE(has(end.out, "DELETE"));
        CHECK(has(end.err, "everybody on the way") == has(how, "plain"));
        for (const char *secret : {"P@ssw0rd", "G@ppm0ym"})
            CHECK_FALSE(has(end.out + end.err, secret));
    }
}

TEST_CASE("a console that refuses, is not trusted or not there leaves the device as it was") {
    if (!test::amtsim_can_run())
        return;
    const auto refused = [](const std::string &command) {
        return beside_console({}, activated + command + "; s=$?; \"$1\" amtinfo -m; exit $s");
    };
    const auto wrong = refused("AUTH_PASSWORD=Wr0ng-one \"$1\" deactivate -u $secure");
    CHECK(wrong.status == 70);
    CHECK(has(wrong.err, "Incorrect Username and/or Password!"));
    const auto nobody = refused("unset AUTH_USERNAME AUTH_PASSWORD; \"$1\" deactivate -u $secure");
    CHECK(nobody.status == 70);
    CHECK(has(nobody.err, "--auth-username"));
    const auto token = refused("unset AUTH_USERNAME AUTH_PASSWORD; AUTH_TOKEN=abc "
                               "\"$1\" deactivate -u $secure");
    CHECK(token.status == 70);
    CHECK(has(token.err, "invalid access token"));
    const auto untrusted = refused("SSL_CERT_FILE=/dev/null \"$1\" deactivate -u $secure");
    CHECK(untrusted.status == 22);
    CHECK(has(untrusted.err, "--skip-cert-check"));
    const auto absent = refused("\"$1\" deactivate -u https://127.0.0.1:1");
    CHECK(absent.status == 10);
    CHECK(has(absent.err, "nothing listens there"));
    const auto unknown = refused("\"$1\" deactivate -u https://console.invalid");
    CHECK(unknown.status == 20);
    for (const auto &end : {wrong, nobody, token, untrusted, absent, unknown}) {
        CHECK_MESSAGE(has(end.out, "client control mode"), end.err);
        CHECK_FALSE(has(end.out + end.err, "Wr0ng-one"));
    }
}

TEST_CASE("amtinfo --sync makes the device's record, and says what it sent it from") {
    if (!test::amtsim_can_run())
        return;
    const auto end = beside_console(
        {}, "\"$1\" amtinfo --sync --url $secure && \"$1\" amtinfo --sync --url $secure --json "
            ">/dev/null; s=$?; cat $log; exit $s");
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "Control Mode"));
    CHECK(has(end.out, "PATCH /api/v1/devices 404"));
    CHECK(has(end.out, "POST /api/v1/devices 201"));
    CHECK(has(end.out, "PATCH /api/v1/devices 200"));
    CHECK(has(end.err, "is up to date"));
    CHECK_FALSE(has(end.out + end.err, "G@ppm0ym"));
    const auto wrong = beside_console({}, "AUTH_PASSWORD=Wr0ng-one \"$1\" amtinfo --sync --url "
                                          "$secure");
    CHECK(wrong.status == 70);
    CHECK(has(wrong.out, "Control Mode")); // what was read is told all the same
}

TEST_CASE("a console's profile activates the machine, and the console forgets it again") {
    if (!test::amtsim_can_run())
        return;
    for (const char *name : {"ccm", "ccm-random"}) {
        CAPTURE(name);
        const auto end = beside_console(
            {}, "\"$1\" activate -u $secure/api/v1/admin/profiles/export/" + std::string(name) +
                    " && \"$1\" amtinfo -m && \"$1\" deactivate -u $secure; "
                    "s=$?; cat $log; exit $s");
        CHECK_MESSAGE(end.status == 0, end.err);
        CHECK(has(end.out, "client control mode\n"));
        CHECK(has(end.out, "POST /api/v1/devices 201"));
        CHECK(has(end.out, "the console's record of it is deleted"));
        for (const char *secret : {"C0nsole!Pass", "G@ppm0ym"})
            CHECK_FALSE(has(end.out + end.err, secret));
    }
}

TEST_CASE("with a profile file the console of the log-in has the record all the same") {
    if (!test::amtsim_can_run())
        return;
    const auto end = beside_console(
        {}, "printf 'configuration:\\n  amtSpecific:\\n    controlMode: ccmactivate\\n"
            "    generateRandomPassword: true\\n' > $folder/p.yaml; "
            "\"$1\" activate --profile $folder/p.yaml --auth-endpoint $secure/api/v1/authorize "
            "&& \"$1\" deactivate -u $secure; s=$?; cat $log; exit $s");
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "POST /api/v1/devices 201"));
    CHECK_FALSE(has(end.out, "export"));
    CHECK(has(end.out, "the console's record of it is deleted"));
}

TEST_CASE("an activation that the console does not let happen leaves the device as it was") {
    if (!test::amtsim_can_run())
        return;
    const auto refused = [](const words &serve_options, const std::string &command) {
        return beside_console(serve_options, command + "; s=$?; \"$1\" amtinfo -m; exit $s");
    };
    const std::string profile = "\"$1\" activate -u $secure/api/v1/admin/profiles/export/";
    const auto unknown = refused({}, profile + "nope");
    CHECK(unknown.status == 21);
    const auto page = refused({}, "\"$1\" activate -u $secure/profiles/ccm");
    CHECK(page.status == 20);
    const auto wrong = refused({}, "AUTH_PASSWORD=Wr0ng-one " + profile + "ccm");
    CHECK(wrong.status == 70);
    const auto untrusted = refused({}, "SSL_CERT_FILE=/dev/null " + profile + "ccm");
    CHECK(untrusted.status == 22);
    const auto full = refused({"--console-fault", "POST=507"}, profile + "ccm");
    CHECK(full.status == 10);
    CHECK(has(full.err, "HTTP status 507"));
    for (const auto &end : {unknown, page, wrong, untrusted, full}) {
        CHECK_MESSAGE(has(end.out, "not activated"), end.err);
        CHECK_FALSE(has(end.out + end.err, "Wr0ng-one"));
    }
}

TEST_CASE("a record that cannot be deleted is told as that, behind a deactivation that succeeded") {
    if (!test::amtsim_can_run())
        return;
    const auto end = beside_console(
        {"--console-fault", "DELETE=503"},
        "\"$1\" activate -u $secure/api/v1/admin/profiles/export/ccm >/dev/null || exit 97; "
        "\"$1\" deactivate -u $secure --json; s=$?; \"$1\" amtinfo -m; exit $s");
    CHECK(end.status == 10);
    CHECK(has(end.out, "\"status\":\"failed\""));
    CHECK(has(end.out, "the device is no longer activated, but the console still has its record"));
    CHECK(has(end.out, "not activated\n"));
}

TEST_CASE("without a server a console's URL is dropped, and said to be") {
    if (!test::amtsim_can_run())
        return;
    const auto end = test::under_amtsim(
        {}, {"sh", "-c",
             "AMT_PASSWORD='P@ssw0rd' \"$1\" activate --local --ccm -u https://127.0.0.1:1/x", "sh",
             COSTRAND_ACTIVATE});
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.err, "--url is not used by an activation without a server"));
}

TEST_CASE("a device that is not activated is told before a console is asked") {
    if (!test::amtsim_can_run())
        return;
    const auto end = beside_console({}, "\"$1\" deactivate -u $secure; s=$?; cat $log; exit $s");
    CHECK(end.status == 109);
    CHECK_FALSE(has(end.out, "authorize"));
}

TEST_CASE("what cannot be right of a deactivation with a console ends before a device is needed") {
    CHECK(run_program({"deactivate", "-u", "https://h/", "--partial"}).status == 33);
    CHECK(run_program({"deactivate", "--local", "-u", "https://h/", "--partial"}).status == 33);
    CHECK(run_program({"deactivate", "-u", "https://u:secret@h/"}).status == 20);
    CHECK(run_program({"deactivate", "--local", "-u", "ftp://h/"}).status == 20);
    CHECK(run_program({"deactivate", "-u", "https://h/", "--auth-username", "x"}).status == 28);
    CHECK(run_program({"deactivate", "-u", "https://h/", "--uuid", "x"}).status == 37);
    CHECK(run_program({"activate", "-u", "https://h/x", "--profile", "ccm"}).status == 33);
    CHECK(run_program({"activate", "-u", "https://u:secret@h/x"}).status == 20);
    CHECK(run_program({"activate", "-u", "https://h/x", "--auth-username", "x"}).status == 28);
    CHECK(run_program({"activate", "-u", "https://h/x", "--demo"}).status != 0);
    const auto help = run_program({"deactivate", "--help"});
    CHECK(has(help.out, "--auth-username"));
}
