// SPDX-License-Identifier: Apache-2.0
// What sd_listen_fds(3) says of the variables of a service manager.
#include <costrand/transports/passed_sockets.hpp>

#include <doctest/doctest.h>

#include <map>
#include <stdexcept>

using namespace costrand;

namespace {

std::vector<transports::passed_socket> passed(const std::map<std::string, std::string> &variables) {
    return transports::passed_sockets(
        [&](const char *name) -> const char * {
            const auto found = variables.find(name);
            return found == variables.end() ? nullptr : found->second.c_str();
        },
        812);
}

} // namespace

TEST_CASE("passed sockets begin at descriptor 3, with the names they were given") {
    const auto two = passed(
        {{"LISTEN_PID", "812"}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "16992:costrand.socket"}});
    REQUIRE(two.size() == 2);
    CHECK(two[0].descriptor == 3);
    CHECK(two[0].name == "16992");
    CHECK(two[1].descriptor == 4);
    CHECK(two[1].name == "costrand.socket");
    const auto nameless = passed({{"LISTEN_PID", "812"}, {"LISTEN_FDS", "1"}});
    REQUIRE(nameless.size() == 1);
    CHECK(nameless[0].name.empty());
}

TEST_CASE("sockets that were passed to another process, or none, are none") {
    CHECK(passed({}).empty());
    CHECK(passed({{"LISTEN_FDS", "1"}}).empty());
    CHECK(passed({{"LISTEN_PID", "812"}}).empty());
    CHECK(passed({{"LISTEN_PID", "813"}, {"LISTEN_FDS", "1"}}).empty());
    CHECK(passed({{"LISTEN_PID", "812x"}, {"LISTEN_FDS", "1"}}).empty());
    CHECK(passed({{"LISTEN_PID", "812"}, {"LISTEN_FDS", "0"}}).empty());
}

TEST_CASE("variables that contradict each other are an error") {
    for (const char *count : {"", "-1", "two", "1 ", "65", "99999999999999999999"})
        CHECK_THROWS_AS((void)passed({{"LISTEN_PID", "812"}, {"LISTEN_FDS", count}}),
                        std::runtime_error);
    for (const char *names : {"", "a", "a:b:c"})
        CHECK_THROWS_AS(
            (void)passed({{"LISTEN_PID", "812"}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", names}}),
            std::runtime_error);
}
