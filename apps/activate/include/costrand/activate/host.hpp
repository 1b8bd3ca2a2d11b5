// SPDX-License-Identifier: Apache-2.0
// This machine as the environment of an activation: its HECI device, its LMS, the real server.
#pragma once

#include <costrand/activate/console.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/trace/recorder.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace costrand::activate {

// What every environment of a program has in common: the host's names, the prompt, the websocket
// to `options.server`, this machine's LMS, log and progress on `says`. The device is left to the
// caller.
[[nodiscard]] environment host_environment(net::any_io_executor executor, const settings &options,
                                           console &says);

// Activates this machine, and tells the result on `says`. `seen_by` sees the run, unless null.
// Throws activate::error.
[[nodiscard]] awaitable<void> activate_here(net::any_io_executor executor, const settings &options,
                                            console &says, trace::recorder *seen_by);

// Tells a report on `says`; throws its failure, if it is one.
void conclude(const report &r, const settings &options, console &says);

// The device that the options name, or this machine's. Opens nothing yet.
[[nodiscard]] std::unique_ptr<heci::device> open_device(const settings &options);

struct build_facts {
    std::string_view version, protocol, compiler; // protocol: of the provisioning server
    std::string platform;                         // "Linux/x86_64"
};
[[nodiscard]] build_facts about_this_build();

// Of --version.
[[nodiscard]] std::string version_text(std::string_view program);
[[nodiscard]] std::string version_json(std::string_view program);

} // namespace costrand::activate
