// SPDX-License-Identifier: Apache-2.0
// Profiles as text: the built-in ones, and what is said of one that is not in order.
#include <costrand/sim/profile.hpp>

#include <costrand/core/random.hpp>
#include <costrand/sim/device_state.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace costrand;
using namespace costrand::sim;
using namespace std::chrono_literals;

namespace {

constexpr const char *identity =
    R"("identity": {"amt_version": "1.2.3", "uuid": "4c4c4544-0050-3310-8051-b7c04f4e3601"})";

// What is wrong with the text; empty when nothing is.
std::string complaint(const std::string &text) {
    try {
        (void)parse_profile("mine.json", text);
    } catch (const std::runtime_error &e) {
        return e.what();
    }
    return "";
}

std::string with(const std::string &more) {
    return "{\"name\": \"mine\",\n" + std::string(identity) + ",\n" + more + "\n}\n";
}

} // namespace

TEST_CASE("every generation is there, and each makes a device") {
    const auto names = built_in_profiles();
    CHECK(names == std::vector<std::string>{"amt11", "amt15", "amt16", "amt18", "amt18-wireless",
                                            "amt19-tls-enforced", "amt21"});
    const auto random = core::seeded_random(1);
    for (const auto &name : names) {
        CAPTURE(name);
        const auto p = built_in_profile(name);
        CHECK(p.name == name);
        CHECK(p.amt_version.starts_with(name.substr(3, 2)));
        const auto state = factory_state(p, *random);
        CHECK(state.objects.find_name("AMT_GeneralSettings") != nullptr);
    }
}

TEST_CASE("the device of the recorded conversations") {
    const auto p = amt16();
    CHECK(p.uuid == "4c4c4544-0050-3310-8051-b7c04f4e3601"); // test/data/rps-transcripts, ccm
    CHECK(p.server_header() == "Intel(R) Active Management Technology 16.1.25.1424");
    CHECK(p.sku == "16400");
    CHECK(p.lme.forwards == std::vector<std::uint16_t>{16992, 16993, 623, 664});
    CHECK(p.http.setup_delay == 1s);
    CHECK_FALSE(p.tls_enforced);
    REQUIRE(p.roots.size() == 1);
    CHECK(p.roots[0].hash.starts_with("e68e151f"));
    CHECK(p.wired.present());
    CHECK_FALSE(p.wireless.present());
}

TEST_CASE("a device that enforces TLS forwards the TLS ports only, and says so") {
    const auto p = built_in_profile("amt19-tls-enforced");
    CHECK(p.tls_enforced);
    CHECK(p.lme.forwards == std::vector<std::uint16_t>{16993, 664});
}

TEST_CASE("AMT 21 has no instance of CIM_Processor, and other elements") {
    const auto random = core::seeded_random(1);
    const auto state = factory_state(built_in_profile("amt21"), *random);
    REQUIRE(state.objects.find_name("CIM_Processor"));
    CHECK(state.objects.find_name("CIM_Processor")->instances.empty());
    const auto &settings = state.objects.find_name("AMT_GeneralSettings")->instances.at(0);
    CHECK_FALSE(settings.child("PowerSource"));
    const auto older = factory_state(amt18(), *random);
    CHECK(older.objects.find_name("AMT_GeneralSettings")->instances.at(0).child("PowerSource"));
    CHECK_FALSE(older.objects.find_name("CIM_Processor")->instances.empty());
}

TEST_CASE("a profile may be like another, but for what it names") {
    const auto p = parse_profile("mine.json", R"({"name": "mine", "like": "amt18",
        "lme": {"window": {"value": 1, "assumed": true}, "slots": 3}})");
    CHECK(p.name == "mine");
    CHECK(p.lme.window == 1);
    CHECK(p.lme.slots == 3);
    CHECK(p.lme.forwards == amt18().lme.forwards);
    CHECK(p.uuid == amt18().uuid);
}

TEST_CASE("an unknown key is told with its line and those that there are") {
    CHECK(complaint(with(R"("lmes": {})")) ==
          "mine.json, line 3: unknown key \"lmes\"; there are: like, name, source, identity, "
          "roots, wired, wireless, tls_enforced, reports_amt_state, amt_enabled, lms, "
          "allows_client_control, heci, amthi, watchdog, mkhi, upid, presence, flash_log, lme, "
          "tls, http, "
          "classes");
    CHECK(complaint(with("\"lme\": {\n\"slots\": 8,\n\"windw\": 1}"))
              .starts_with("mine.json, line 5: unknown key \"windw\""));
}

TEST_CASE("a value of the wrong kind or out of its range is told with its line") {
    CHECK(complaint(with(R"("lms": 1)")) ==
          "mine.json, line 3: \"lms\" wants true or false, not a number");
    CHECK(complaint(with(R"("lme": {"slots": 0})")) ==
          "mine.json, line 3: \"slots\" wants a number from 1 to 256");
    CHECK(complaint(with(R"("lme": {"window": 1.5})")).find("integers") != std::string::npos);
    CHECK(complaint(with(R"("lme": [])")) == "mine.json, line 3: an object is wanted here");
    CHECK(complaint(with(R"("lme": {"forwards": [16992, 70000]})")).find("65535") !=
          std::string::npos);
    CHECK(complaint(with(R"("wired": {"mac": "02:00"})")).find("\"02:00\" is no address") !=
          std::string::npos);
    CHECK(complaint(with(R"("roots": [{"name": "r", "hash": "abc"}])")).find("64 hexadecimal") !=
          std::string::npos);
    CHECK(complaint(with(R"("heci": {"amthi": 100})")).find("from 2797") != std::string::npos);
    CHECK(complaint(with(R"("heci": {"upid": 8})")).find("no such client") != std::string::npos);
    CHECK(complaint(with(R"("upid": {"csme_id": "ab"})")).find("digits, 64") != std::string::npos);
    CHECK(complaint(with(R"("flash_log": "0")")).find("hexadecimal") != std::string::npos);
    CHECK(complaint(with("\"heci\": {\"hotham\": 8},\n\"flash_log\": \"0102030405\"")) ==
          "mine.json, line 4: \"flash_log\" does not fit into a message");
    CHECK(complaint(with(R"("amthi": {"unknown_commands": ["1"]})")).find("operation numbers") !=
          std::string::npos);
    CHECK(complaint(with(R"("classes": {"missing": ["CIM_Procesor"]})")).find("CIM_Procesor") !=
          std::string::npos);
}

TEST_CASE("what is not JSON is told with its line") {
    CHECK(complaint("").starts_with("mine.json, line 1: this is not JSON"));
    CHECK(complaint("{\n\"name\": \"a\",\n}").starts_with("mine.json, line 3: this is not JSON"));
    CHECK(complaint("{\n\"name\":\n\"a\"\n").starts_with("mine.json, line 3: this is not JSON"));
    CHECK(complaint("{} {}").starts_with("mine.json, line 1: "));
    CHECK(complaint("[]").starts_with("mine.json, line 1: "));
    CHECK(complaint(std::string(1000, '[')).starts_with("mine.json, line 1: "));
    CHECK(complaint(with("\"lms\": true,\n\"lms\": true")) ==
          "mine.json, line 4: \"lms\" comes twice");
}

TEST_CASE("a profile without a name, a version or a UUID is none") {
    CHECK(complaint("{}") == "mine.json, line 1: a profile has a \"name\"");
    CHECK(complaint(R"({"name": "x"})").find("amt_version") != std::string::npos);
    CHECK(complaint(R"({"name": "x", "like": "amt12"})") ==
          "mine.json, line 1: there is no profile \"amt12\"; there are: amt11, amt15, amt16, "
          "amt18, amt18-wireless, amt19-tls-enforced, amt21");
    CHECK_THROWS_AS((void)built_in_profile("amt12"), std::runtime_error);
    CHECK(complaint(R"({"name": "x", "identity": {"uuid": "A"}})").find("small letters") !=
          std::string::npos);
}
