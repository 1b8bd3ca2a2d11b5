// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/options.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace costrand;
using namespace costrand::activate;
using namespace std::chrono_literals;

namespace {

struct reading {
    rps::timeouts limits;
    std::vector<notice> notices;
};

reading read(std::map<std::string, std::string> variables) {
    settings options;
    reading out;
    const auto environment = [&](const char *name) -> const char * {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    };
    use_environment_limits(options, environment, out.notices);
    out.limits = options.limits;
    return out;
}

} // namespace

TEST_CASE("durations of the environment: bare numbers in the variable's unit, s and ms in theirs") {
    CHECK(read({{"RPC_PORT_SWITCH_MAX_DELAY", "90"}}).limits.port_switch_max_delay == 90s);
    CHECK(read({{"RPC_PORT_SWITCH_MAX_DELAY", "90s"}}).limits.port_switch_max_delay == 90s);
    CHECK(read({{"RPC_PORT_SWITCH_EXTRA_DELAY", "750ms"}}).limits.port_switch_extra_delay == 750ms);
    CHECK(read({{"RPC_LME_POST_KEYGEN_PAUSE_MS", "60"}}).limits.post_keygen_pause == 60ms);
    CHECK(read({{"RPC_LME_POST_KEYGEN_PAUSE_MS", "60s"}}).limits.post_keygen_pause == 60s);
    CHECK(read({{"RPC_LME_POST_KEYGEN_PAUSE_MS", "0"}}).limits.post_keygen_pause == 0ms);
    CHECK(read({{"RPC_LME_FIRST_BYTE_MS", "5000"}}).notices.empty());
}

TEST_CASE("without them the published defaults stay") {
    const auto plain = read({{"RPC_PORT_SWITCH_MAX_DELAY", ""}});
    CHECK(plain.notices.empty());
    CHECK(plain.limits.port_switch_max_delay == 60s);
    CHECK(plain.limits.port_switch_extra_delay == 0s);
    CHECK(plain.limits.post_keygen_pause == 750ms);
}

TEST_CASE("a bad value is warned about by name and ignored") {
    for (const char *bad : {"soon", "60 s", "1m", "1.5", "99999999999999999999", "100000000"}) {
        const auto r = read({{"RPC_PORT_SWITCH_MAX_DELAY", bad}});
        CHECK(r.limits.port_switch_max_delay == 60s);
        REQUIRE(r.notices.size() == 1);
        CHECK(r.notices[0].first == core::log_level::warn);
        CHECK(r.notices[0].second ==
              "ignoring invalid RPC_PORT_SWITCH_MAX_DELAY=\"" + std::string(bad) + "\"");
    }
    const auto r = read({{"RPC_LME_FIRST_BYTE_MS", "-1"}});
    REQUIRE(r.notices.size() == 1);
    CHECK(r.notices[0].second == "ignoring negative RPC_LME_FIRST_BYTE_MS=\"-1\"");
}
