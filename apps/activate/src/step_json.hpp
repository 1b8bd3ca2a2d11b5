// SPDX-License-Identifier: Apache-2.0
// The steps of a run as --json tells them, whether it succeeded or not.
#pragma once

#include <costrand/activate/failure.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <utility>
#include <vector>

namespace costrand::activate {

[[nodiscard]] inline boost::json::array json_of(const std::vector<finished_step> &steps) {
    boost::json::array out;
    for (const auto &entry : steps) {
        boost::json::object one;
        one["step"] = entry.step;
        one["status"] = entry.done ? "done" : "skipped";
        one[entry.done ? "message" : "reason"] = entry.text;
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace costrand::activate
