// SPDX-License-Identifier: Apache-2.0
// The JSON of the management console, as its client writes and reads it. Sans-io.
#pragma once

#include <costrand/activate/management_console.hpp>
#include <costrand/core/secret.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace costrand::activate {

[[nodiscard]] core::secret log_in_body(const std::string &user, const core::secret &password);

// Of the answer to a log-in; empty: it holds none. Nothing: it is no JSON object.
[[nodiscard]] std::optional<core::secret> token_of(std::string_view body);

// Of a record that is added, or (`change`) of one that is there.
[[nodiscard]] core::secret device_body(const console_device &device, bool change);
// Of a device that nobody registered: enough for a record.
[[nodiscard]] core::secret found_device_body(const console_inventory &seen);
[[nodiscard]] core::secret inventory_body(const console_inventory &seen);
[[nodiscard]] core::secret cleared_mps_password_body(const std::string &uuid);

[[nodiscard]] bool is_json_object(std::string_view body);

// What an answer says of its refusal, printable: "message" or "error" of a JSON object, else a
// plain text. Empty: nothing for people.
[[nodiscard]] std::string said_by(const transports::http_answer &answer);

} // namespace costrand::activate
