// SPDX-License-Identifier: Apache-2.0
// Damaged input of every kind that a server may send: each is read or refused, none does harm
// (which the sanitizers see).
#include "transcript.hpp"

#include <costrand/core/random.hpp>
#include <costrand/rps/call_name.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/outcome.hpp>
#include <costrand/rps/payload.hpp>
#include <costrand/rps/session_core.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace costrand;
using namespace costrand::rps;

namespace {

// One to four bytes changed, removed or repeated, or the end cut off.
std::string damaged(std::string text, core::random_source &random) {
    std::array<std::byte, 16> dice;
    random.fill(dice);
    const auto at = [&](std::size_t i) { return std::to_integer<std::size_t>(dice[i]); };
    for (std::size_t n = 0; n <= at(0) % 4 && !text.empty(); ++n) {
        const std::size_t place = (at(1 + n) * 256 + at(5 + n)) % text.size();
        switch (at(9 + n) % 4) {
        case 0:
            text[place] = static_cast<char>(at(13));
            break;
        case 1:
            text.erase(place, at(14) % 8);
            break;
        case 2:
            text.insert(place, text.substr(place, at(14) % 8));
            break;
        default:
            text.resize(place);
        }
    }
    return text;
}

} // namespace

TEST_CASE("a damaged frame is read or refused, and ends in an answer, a relay or an end") {
    const auto random = core::seeded_random(1);
    const auto lines = test::load_lines("rps-frames/frames.txt");
    std::size_t refused = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto text = damaged(lines[static_cast<std::size_t>(i) % lines.size()], *random);
        session_request request;
        request.what = *make_activate("p");
        session_core core(std::move(request), {});
        (void)core.start({});
        for (const auto &action : core.on_message(text, {}))
            refused += std::holds_alternative<action::fail>(action);
    }
    CHECK(refused > 500);
}

TEST_CASE("a damaged terminal text always makes an outcome with a sentence for a person") {
    const auto random = core::seeded_random(2);
    const auto good = parse_frame(test::load_lines("rps-frames/frames.txt").at(11)).value().message;
    std::size_t as_text = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto o = read_outcome(i % 2 == 0, damaged(good, *random), task::activate);
        CHECK_FALSE(o.summary().empty());
        as_text += !o.has_components;
    }
    CHECK(as_text > 500);
    CHECK(as_text < 2500);
}

TEST_CASE("damaged facts, base64 and requests are read or refused") {
    const auto random = core::seeded_random(3);
    const auto first = parse_frame(test::load_lines("rps-frames/frames.txt").at(0)).value();
    const auto facts = decode_payload(first.payload->reveal()).value();
    std::size_t refused = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::string text = damaged(std::string(core::as_text(facts)), *random);
        refused += !parse_facts(text).has_value();
        refused += !decode_payload(damaged(std::string(first.payload->reveal()), *random));
        CHECK(call_name(text).size() <= 129);
    }
    CHECK(refused > 1000);
}
