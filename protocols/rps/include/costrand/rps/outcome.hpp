// SPDX-License-Identifier: Apache-2.0
// outcome: what a run achieved, read from the server's last message. The server says `success` also
// when a part failed, and its Status may be missing or be another step's error: Components decide.
#pragma once

#include <costrand/rps/command.hpp>

#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

namespace costrand::rps {

enum class part_result { not_reported, not_applicable, success, failure };
enum class control_mode { unknown, client, admin };

// One entry of Components.
struct part {
    part_result result = part_result::not_reported;
    std::string mode;    // ACM, CCM, LocalProfileSync or empty
    std::string details; // the server's words
};

struct outcome {
    // The server's method: true for `success`. Says nothing about the parts.
    bool success = false;
    // None: all that was asked for is done. Else an rps::errc; with `success` the first failed part
    // in the order activation, network, CIRA, TLS, wireless; then activation_failed when the server
    // stopped in client control mode, on the way to admin control mode.
    boost::system::error_code error;
    // Where the device is now, as far as the server told.
    control_mode mode = control_mode::unknown;

    part activation, wired, wireless, tls, cira_proxy, cira;
    bool has_components = false;
    bool is_json = false;

    // The server's texts, printable. `status` is the whole text when it is not JSON.
    std::string status, network, cira_connection, tls_configuration;

    // The activation worked, but removing a former configuration stopped half-way: Status is
    // missing, or it is that step's error text.
    bool cleanup_incomplete = false;

    // One sentence for a person: what was reached, then each failed part with the server's words.
    [[nodiscard]] std::string summary() const;
};

// `text` is the `message` of a `success` (or `error`) frame. Never fails: a text that cannot be
// understood is shown as it is.
[[nodiscard]] outcome read_outcome(bool success, std::string_view text, task asked_for);

[[nodiscard]] std::string_view to_string(part_result r) noexcept;
[[nodiscard]] std::string_view to_string(control_mode m) noexcept; // CCM, ACM or unknown

} // namespace costrand::rps
