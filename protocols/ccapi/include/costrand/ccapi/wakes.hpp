// SPDX-License-Identifier: Apache-2.0
// How the cores of the CCAPI server say that a request which waited has its answer. No Asio, no
// coroutine: a request that waits is a number here.
#pragma once

#include <costrand/ccapi/errc.hpp>
#include <costrand/ccapi/types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace costrand::ccapi {

// A client's pipe: the owner of locks and iterators. The driver numbers them; never used again.
using client_id = std::uint64_t;

// One request that may wait. The driver numbers them, rising; never used again.
using ticket = std::uint64_t;

struct wake {
    ticket who = 0;
    errc result = errc::no_error;
    std::optional<cc_time> time; // of wait_for_change: the change time to answer with

    friend bool operator==(const wake &, const wake &) = default;
};

// One call into the cores: the time goes in, and those it woke come out, in the order in which they
// are to be answered.
struct turn {
    explicit turn(cc_time at) : now(at) {}

    cc_time now;
    std::vector<wake> woken;
};

} // namespace costrand::ccapi
