// SPDX-License-Identifier: Apache-2.0
// profile_run: a device is set up as a profile says: activation, then every setting, in one order
// and in one process. What a step does is in wsman; that it is done, skipped, tried again or the
// end of the run is decided here.
#pragma once

#include <costrand/activate/options.hpp>
#include <costrand/activate/profile.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/time.hpp>
#include <costrand/rps/executor.hpp>
#include <costrand/wsman/setup_result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::activate {

// In their order.
enum class profile_step {
    password, // of a device that is activated already: the profile's, from now on
    activation,
    mebx,
    features,
    wired,
    wifi_sync,
    wireless,
    tls,
    cira,
    proxies,
};

// "AMT features"
[[nodiscard]] std::string_view to_string(profile_step step) noexcept;

// Behind an activation AMT restarts its port stack: connections break off, and admin may be refused
// for a moment. Three seconds, four times, is what the reference client gives it.
struct settle_times {
    core::duration wait = std::chrono::seconds(3); // before the first setting and each new attempt
    int attempts = 4;                              // at each step
};

struct profile_request {
    profile_request() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    profile wanted;
    std::string source; // its name in texts: a file's, a console's
    bool skip_amt_cert_check = false;
    std::function<std::int64_t()> now; // seconds since 1970
    settle_times settling;
};

struct profile_report {
    struct entry {
        profile_step step{};
        bool done = false; // else skipped
        std::string text;  // what is so now, or why it was skipped
    };

    std::string uuid;
    wsman::control_mode mode{}; // as it was read last
    bool activated = false;     // by this run
    std::optional<rps::amt_path> path;
    std::vector<entry> steps;
    // Where the run is, or where it ended when it did not succeed.
    std::optional<profile_step> under_way;
    // Those behind it that the profile asks for.
    std::vector<profile_step> missing;
};

// All of it. Of `options` it takes the transport, the device's names and the password, which is the
// one that an activated device has when it is not the profile's; where it is needed and missing or
// wrong, env.ask_password is asked, at most three times. `out` grows while it runs, and tells what
// was done when it fails or is cancelled, too.
//
// Throws error with the code of the cause and a text that names profile and step, what was done and
// what was not, and the control mode that the device has then: 33 for passwords that the profile
// leaves to chance and that nobody has made (make_random_passwords), 35 without a control mode on a
// device that is not activated, 23 and 100 for its password. Cancellation: closes, comes out as
// operation_aborted. Limits: those of the parts. All references outlive the call.
[[nodiscard]] awaitable<void> run_profile(const environment &env, const settings &options,
                                          profile_request what, core::random_source &random,
                                          profile_report &out);

// What it made of the device, for stdout: text, or a JSON object (rpc-cli.md 6 with the steps).
// Ends with a newline.
[[nodiscard]] std::string profile_text(const profile_report &r, std::string_view source);
[[nodiscard]] std::string profile_json(const profile_report &r, const settings &options);

// The steps behind it, for a failure.
[[nodiscard]] std::vector<finished_step> finished_steps(const profile_report &r);

// " done before: ...; not done: ...; the device is ..." of a run that did not come to its end.
[[nodiscard]] std::string progress_text(const profile_report &r);

} // namespace costrand::activate
