// SPDX-License-Identifier: Apache-2.0
// The first message of a run: what it asks for, and every reason to refuse it before a single call
// is made (rps-session sections 2, 4 and 5). Sans-io. Private to sim/src/rps*.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/rps/payload.hpp>

#include "rps_shared.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace costrand::sim {

enum class rps_task { activate, deactivate, maintain };

// A run that may begin.
struct rps_order {
    rps_task task = rps_task::activate;
    std::string maintenance;   // synctime, syncip, synchostname, changepassword, syncdeviceinfo
    core::secret new_password; // of changepassword; empty: the server makes one
    bool force = false;
    std::string profile_name;
    const rps_profile *profile = nullptr; // of an activation
    rps::device_facts facts;              // its password is the one to use
    bool already_active = false;
};

// An `error` in plain text.
struct rps_refusal {
    std::string text;
};

// An `error` after the state machine began: its Status in JSON with Components.
struct rps_late_refusal {
    std::string status;
};

using rps_admission = std::variant<rps_order, rps_refusal, rps_late_refusal>;

[[nodiscard]] rps_admission admit(const rps::frame &first, rps_shared &shared);

} // namespace costrand::sim
