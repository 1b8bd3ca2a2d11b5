// SPDX-License-Identifier: Apache-2.0
// What is said of a setting that was made, and of one that failed: for the commands that make one
// and for the profile that makes many. Sentences without a full stop.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/wsman/configure.hpp>
#include <costrand/wsman/configure_cira.hpp>

#include <string>
#include <string_view>

namespace costrand::activate {

[[nodiscard]] std::string words_of(const wsman::remote_features &set);
[[nodiscard]] std::string words_of(const wsman::wired_settings &set);
[[nodiscard]] std::string words_of(const wsman::cira_settings &set);
// `can_share`: what wsman::set_wifi_sync gave.
[[nodiscard]] std::string wifi_sync_words(bool with_system, bool with_uefi, bool can_share);

// Of an error that the device gave: AMT's own words where it has some. `general` is the exit code
// where the cause has none of its own.
[[nodiscard]] failure explain_setting(const system_error &e, std::string_view subject,
                                      exit_code general);

} // namespace costrand::activate
