// SPDX-License-Identifier: Apache-2.0
// A device without its links, asked by bytes: for the tests of the command faces.
#pragma once

#include <costrand/core/random.hpp>
#include <costrand/sim/amthi.hpp>
#include <costrand/sim/objects.hpp>
#include <costrand/transports/amthi_frame.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <support/hex.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::test {

struct command_bench {
    using face = sim::command_reply (*)(core::const_bytes, const sim::command_context &);

    std::unique_ptr<core::random_source> random = core::seeded_random(1);
    sim::profile device = sim::amt18();
    sim::device_state state = sim::factory_state(device, *random);
    core::time_point now{};

    void wait(core::duration d) {
        now += d;
        sim::settle(state, device, now);
    }

    // The reply's bytes; there must be one.
    std::vector<std::byte> ask(std::string_view request, face which = &sim::answer_amthi) {
        auto reply = which(from_hex(request), {state, device, now});
        REQUIRE(reply);
        return *reply;
    }
    bool answered(std::string_view request, face which = &sim::answer_amthi) {
        return which(from_hex(request), {state, device, now}).has_value();
    }
    std::string hex(std::string_view request, face which) { return to_hex(ask(request, which)); }

    // One AMT host command.
    heci::status status_of(unsigned operation, core::const_bytes data = {}) {
        const auto request = heci::encode_request(static_cast<heci::command>(operation), data);
        const auto reply = sim::answer_amthi(request, {state, device, now});
        REQUIRE(reply);
        return heci::decode_reply(*reply)->status;
    }

    void change(std::string_view class_name, std::string_view property, std::string_view value) {
        state.objects.change(class_name,
                             [&](auto &instance) { sim::set_property(instance, property, value); });
    }
    void change_array(std::string_view class_name, std::string_view property,
                      const std::vector<std::string> &values) {
        state.objects.change(class_name,
                             [&](auto &instance) { sim::set_array(instance, property, values); });
    }
};

} // namespace costrand::test
