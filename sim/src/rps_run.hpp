// SPDX-License-Identifier: Apache-2.0
// rps_run: one run under way, and the scripts that make it: linear coroutines that say what the
// server asks for, in what order, and what it makes of the answers (rps-session section 15). Each
// script is one part of the conversation. Private to sim/src/rps*.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/task_group.hpp>

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

    rps_run(rps_shared &s, rps_link &l, core::task_group &session, rps_order o)
        : shared(s),
          link(l),
          order(std::move(o)),
          amt(l, s, session, order.facts.uuid) {}

    [[nodiscard]] const rps_timings &timings() const noexcept { return shared.options.timings; }
};

enum class script_end {
    success,
    over,  // a success that is told now: no further part runs
    error, // rps_run::status says why
    mute,  // the server never says another word
};

// Until the device is active and its password is known: 15.1, 15.2, 15.4, 15.4b, and for a device
// that is active already 15.3.
[[nodiscard]] awaitable<script_end> activate_client_control(rps_run &run);
[[nodiscard]] awaitable<script_end> activate_admin_control(rps_run &run);
[[nodiscard]] awaitable<script_end> activate_enforced(rps_run &run);
[[nodiscard]] awaitable<script_end> activate_into_tunnel(rps_run &run);
[[nodiscard]] awaitable<script_end> log_in_again(rps_run &run);
// 15.3 step 4, from client to admin control.
[[nodiscard]] awaitable<script_end> upgrade_control_mode(rps_run &run);
// 15.5: false when it failed, which is then in the status.
[[nodiscard]] awaitable<bool> configure_tls(rps_run &run);
// 15.7: removes what a former configuration left.
[[nodiscard]] awaitable<script_end> unconfigure(rps_run &run);
// 15.8: never fails the run.
[[nodiscard]] awaitable<void> configure_network(rps_run &run);
[[nodiscard]] awaitable<void> configure_features(rps_run &run);
[[nodiscard]] awaitable<void> configure_wireless(rps_run &run, wsman::xml_element port);
// 15.6: never fails the run. Nothing to do without a presence server in the profile.
[[nodiscard]] awaitable<void> configure_cira(rps_run &run);
// 15.9
[[nodiscard]] awaitable<script_end> deactivate(rps_run &run);
[[nodiscard]] awaitable<script_end> maintain(rps_run &run);

// Pieces of more than one script. Those that give a bool say in the status why it is false, unless
// the comment says otherwise.
struct reached_mode {
    std::string_view status, mode;
};
inline constexpr reached_mode client_mode{"Client control mode.", "CCM"};
inline constexpr reached_mode admin_mode{"Activated to admin control mode.", "ACM"};
inline constexpr reached_mode upgraded_mode{"Upgraded to admin control mode.", "ACM"};

script_end fail(rps_run &run, std::string_view text);
script_end fail(rps_run &run, const amt_reply &reply);
// The device took the password, and is in that mode.
void activated(rps_run &run, reached_mode mode);
void choose_password(rps_run &run);
void log_in_as_admin(rps_run &run);
[[nodiscard]] core::secret random_password(core::random_source &random);
[[nodiscard]] awaitable<bool> read_general_settings(rps_run &run);
[[nodiscard]] awaitable<bool> set_up_client_control(rps_run &run);
// Silent: the chain, the proof and UpgradeClientToAdmin.
[[nodiscard]] awaitable<bool> upgrade_to_admin(rps_run &run);
[[nodiscard]] awaitable<bool> set_admin_password(rps_run &run);
[[nodiscard]] awaitable<void> set_mebx_password(rps_run &run);
// Silent: whether the device says so. `mode` as in CurrentControlMode.
[[nodiscard]] awaitable<bool> is_in_mode(rps_run &run, std::string_view mode);
// Silent; a root that is there already is as good.
[[nodiscard]] awaitable<bool> add_trusted_root(rps_run &run);
[[nodiscard]] awaitable<bool> commit_changes(rps_run &run);
[[nodiscard]] awaitable<amt_reply> read_clock(rps_run &run);
[[nodiscard]] awaitable<amt_reply> set_clock(rps_run &run, std::string time);

// The wired port's entry of AMT_EthernetPortSettings, or nullptr; `wireless` likewise.
struct ethernet_ports {
    const wsman::xml_element *wired = nullptr;
    const wsman::xml_element *wireless = nullptr;
};
[[nodiscard]] ethernet_ports pick_ports(const std::vector<wsman::xml_element> &items);

// The child with that value, made if it is not there.
void write_property(wsman::xml_element &instance, std::string_view name, std::string_view value);
// The same; a new one gets its place behind `before`.
void write_property_after(wsman::xml_element &instance, std::string_view before,
                          std::string_view name, std::string_view value);
void drop_property(wsman::xml_element &instance, std::string_view name);

// A label for clients that asked for labels.
[[nodiscard]] awaitable<void> tell(rps_run &run, std::string label);

} // namespace costrand::sim
