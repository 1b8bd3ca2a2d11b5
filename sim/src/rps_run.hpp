// SPDX-License-Identifier: Apache-2.0
// rps_run: one run under way, and the scripts that make it: linear coroutines that say what the
// server asks for, in what order, and what it makes of the answers (rps-session section 15). Each
// script is one part of the conversation. Private to sim/src/rps*.
#pragma once

#include <costrand/core/awaitable.hpp>

#include "rps_admission.hpp"
#include "rps_amt.hpp"
#include "rps_link.hpp"
#include "rps_shared.hpp"
#include "rps_status.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace costrand::sim {

struct rps_run {
    rps_shared &shared;
    rps_link &link;
    rps_order order;
    rps_amt amt;
    rps_status status;

    // Filled in on the way.
    std::string realm;
    core::secret admin_password;
    wsman::xml_element general_settings;

    rps_run(rps_shared &s, rps_link &l, rps_order o)
        : shared(s),
          link(l),
          order(std::move(o)),
          amt(l, s, order.facts.uuid) {}

    [[nodiscard]] const rps_timings &timings() const noexcept { return shared.options.timings; }
};

enum class script_end {
    success,
    error, // rps_run::status says why
    mute,  // the server never says another word
};

// 15.1 and 15.3: until the device is active and its password is known.
[[nodiscard]] awaitable<script_end> activate_client_control(rps_run &run);
[[nodiscard]] awaitable<script_end> log_in_again(rps_run &run);
// 15.7: removes what a former configuration left.
[[nodiscard]] awaitable<script_end> unconfigure(rps_run &run);
// 15.8: never fails the run.
[[nodiscard]] awaitable<void> configure_network(rps_run &run);
[[nodiscard]] awaitable<void> configure_features(rps_run &run);
// 15.9
[[nodiscard]] awaitable<script_end> deactivate(rps_run &run);
[[nodiscard]] awaitable<script_end> maintain(rps_run &run);

// The wired port's entry of AMT_EthernetPortSettings, or nullptr; `wireless` likewise.
struct ethernet_ports {
    const wsman::xml_element *wired = nullptr;
    const wsman::xml_element *wireless = nullptr;
};
[[nodiscard]] ethernet_ports pick_ports(const std::vector<wsman::xml_element> &items);

// The child with that value, made if it is not there.
void write_property(wsman::xml_element &instance, std::string_view name, std::string_view value);
void drop_property(wsman::xml_element &instance, std::string_view name);

// A label for clients that asked for labels.
[[nodiscard]] awaitable<void> tell(rps_run &run, std::string label);

} // namespace costrand::sim
