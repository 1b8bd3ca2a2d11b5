// SPDX-License-Identifier: Apache-2.0
// The built program as a shell sees it, on machines with and without a device.
#include <unit/amtsim/amtsim.hpp>

#include <costrand/sim/profile.hpp>

#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using test::words;
namespace json = boost::json;

namespace {

test::child_end run(words arguments, bool terminal = false) {
    test::child_options options;
    options.arguments = std::move(arguments);
    options.terminal = terminal;
    return test::run_child(options);
}

test::child_end on_device(const std::string &profile, words arguments) {
    arguments.insert(arguments.begin(), COSTRAND_ACTIVATE);
    return test::under_amtsim({"--profile", profile}, arguments);
}

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("the version needs no device and comes as text and as JSON") {
    const auto text = run({"version"});
    CHECK(text.status == 0);
    CHECK(text.err.empty());
    for (const char *label : {"  Version  ", "  Protocol  ", "  Compiler  ", "  Platform  "})
        CHECK(has(text.out, label));
    const auto value = json::parse(run({"version", "--json"}).out);
    CHECK(value.at("app") == "costrand");
    CHECK(value.at("protocol") == "4.0.0");
    CHECK(has(text.out, std::string(value.at("version").as_string())));
    CHECK(run({"--version"}).out.starts_with("costrand "));
}

TEST_CASE("help goes to stdout and ends with 0, of the program and of each command") {
    CHECK(has(run({"--help"}).out, "amtinfo"));
    CHECK(has(run({"amtinfo", "-h"}).out, "--provisioningState"));
    const auto end = run({"version", "--help"});
    CHECK(end.status == 0);
    CHECK(end.err.empty());
}

TEST_CASE("what cannot be understood ends with 28 and a JSON object where JSON is wanted") {
    CHECK(run({"frobnicate"}).status == 28);
    CHECK(run({"amtinfo", "extra"}).status == 28);
    CHECK(run({"amtinfo", "--nonsense"}).status == 28);
    const auto end = run({"--json", "frobnicate"});
    CHECK(json::parse(end.out).at("code") == 28);
}

TEST_CASE("without a device the program names it, tells the system's facts, and ends with 2") {
    const auto end = run({"amtinfo", "--device", "unix:/nonexistent/heci"});
    CHECK(end.status == 2);
    CHECK(has(end.err, "/nonexistent/heci"));
    CHECK(has(end.out, "Hostname (OS)"));
    const auto value = json::parse(run({"--device", "unix:/nonexistent/heci", "--json"}).out);
    CHECK(value.at("heciAvailable") == false);
    CHECK(value.at("code") == 2);
}

TEST_CASE("a device of each generation is told as text and as JSON") {
    if (!test::amtsim_can_run())
        return;
    for (const char *name : {"amt11", "amt18", "amt19-tls-enforced"}) {
        CAPTURE(name);
        const auto p = sim::built_in_profile(name);
        const auto text = on_device(name, {});
        CHECK(text.status == 0);
        CHECK(has(text.out, "  Version                        " + p.amt_version + "\n"));
        CHECK(has(text.out, "  UUID                           " + p.uuid + "\n"));
        CHECK(has(text.out, "  Control Mode                   not activated\n"));
        const auto end = on_device(name, {"amtinfo", "--json", "--all"});
        CHECK(end.status == 0);
        const auto value = json::parse(end.out);
        CHECK(value.at("amt").as_string() == p.amt_version);
        CHECK(value.at("buildNumber").as_string() == p.build_number);
        CHECK(value.at("dnsSuffix").as_string() == p.dns_suffix);
        CHECK(value.at("certificateHashes").at(p.roots.front().name).at("Hash").as_string() ==
              p.roots.front().hash);
    }
}

// Of one machine, one after the other; `$1` is the program.
TEST_CASE("amtinfo --userCert --proxy: nothing before the activation, then what AMT holds") {
    if (!test::amtsim_can_run())
        return;
    const auto end =
        test::under_amtsim({}, {"sh", "-c",
                                "AMT_PASSWORD='P@ssw0rd'; export AMT_PASSWORD; set -e;"
                                "\"$1\" amtinfo --userCert --proxy --json >&2;"
                                "\"$1\" activate --local --ccm >/dev/null;"
                                "\"$1\" amtinfo --userCert --proxy --json;"
                                "\"$1\" configure proxy --address proxy.corp.example --port 3128"
                                " --networkdnssuffix corp.example >/dev/null;"
                                "\"$1\" configure tls --mode Server >/dev/null;"
                                "\"$1\" amtinfo --userCert --proxy --json;"
                                "AMT_PASSWORD=Wr0ng-pass \"$1\" amtinfo --proxy",
                                "sh", COSTRAND_ACTIVATE});
    CHECK(end.status == 100); // of the wrong password
    CHECK(has(end.err, "AMT is not activated: it holds no certificates and no proxies"));
    const auto second = end.out.find("\n{");
    REQUIRE(second != end.out.npos);
    const auto before = json::parse(end.out.substr(0, second));
    CHECK(before.at("userCerts").as_object().empty());
    CHECK(before.at("proxyAccessPoints").as_array().empty());
    const auto after =
        json::parse(end.out.substr(second, end.out.find("\n}\n", second) + 3 - second));
    const auto &proxies = after.at("proxyAccessPoints").as_array();
    REQUIRE(proxies.size() == 1);
    CHECK(proxies[0].at("address") == "proxy.corp.example");
    CHECK(proxies[0].at("port") == 3128);
    CHECK(proxies[0].at("networkDnsSuffix") == "corp.example");
    CHECK(proxies[0].at("infoFormat") == "FQDN");
    const auto &certificates = after.at("userCerts").as_object();
    REQUIRE(certificates.size() == 2); // the key's, and the root that made it
    std::size_t roots = 0;
    for (const auto &one : certificates) {
        const auto &about = one.value();
        const bool root = about.at("trustedRootCertificate").as_bool();
        CHECK((about.at("subject") == about.at("issuer")) == root);
        roots += root ? 1 : 0;
    }
    CHECK(roots == 1);
}

TEST_CASE("one item for a script is one member") {
    if (!test::amtsim_can_run())
        return;
    const auto end = on_device("amt18", {"amtinfo", "--mode", "-j"});
    CHECK(end.out == "{\n  \"controlMode\": \"not activated\"\n}\n");
    CHECK(end.err.empty());
}

TEST_CASE("a device's classes are told over LME, and its own words to a file") {
    CHECK(run({"diagnostics", "wsman", "list"}).out.starts_with("AMT_8021XProfile\n"));
    CHECK(has(run({"diagnostics"}).out, "wsman list|get"));
    CHECK(run({"diag", "wsman", "get", "CIM_Chassis", "-o", "/nonexistent/file"}).status == 28);
    if (!test::amtsim_can_run())
        return;
    const auto end = on_device("amt18", {"diag", "wsman", "get", "-c", "AMT_GeneralSettings"});
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(json::parse(end.out).at("HostName") == "lab-pc-07");
}

TEST_CASE("the firmware's logs are written to files, by default to new ones") {
    CHECK(run({"diagnostics", "cira", "--all"}).status == 28);
    CHECK(run({"diagnostics", "csme", "-o", "/nonexistent/file"}).status == 28);
    if (!test::amtsim_can_run())
        return;
    const auto end =
        test::under_amtsim({}, {"sh", "-c",
                                "folder=$(mktemp -d) && cd $folder && \"$1\" diagnostics cira && "
                                "\"$1\" diag csme -o log.bin --json && od -An -c -N4 log.bin && "
                                "cat *Z_ciralog.txt; status=$?; rm -r $folder; exit $status",
                                "sh", COSTRAND_ACTIVATE});
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "The CIRA log ("));
    CHECK(has(end.out, "Z_ciralog.txt\n"));
    CHECK(has(end.out, "\"file\": \"log.bin\""));
    CHECK(has(end.out, "\"bytes\": 16"));
    CHECK(has(end.out, "F   L   O   G")); // how the simulated one begins
    CHECK(has(end.out, "  Tunnel Open "));
}

TEST_CASE("activate is costrand-activate's") {
    CHECK(has(run({"activate", "--help"}).out, "Usage: costrand activate "));
    CHECK(run({"activate"}).status == 28);
    const auto end = run({"activate", "-u", "ws://127.0.0.1:9/activate", "--profile", "lab",
                          "--device", "unix:/nonexistent/heci"});
    CHECK(end.status == 2);
    CHECK(has(end.err, "/nonexistent/heci"));
}

TEST_CASE("on a terminal no result has a colour") {
    const auto end = run({"version"}, true);
    CHECK(end.out.find('\x1b') == end.out.npos);
}
