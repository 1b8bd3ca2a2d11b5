// SPDX-License-Identifier: Apache-2.0
// Messages as one line of text for a log, secrets masked: passwords, keys and what proves their
// knowledge show as ***. Private to sim.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/transports/heci_device.hpp>

#include <string>
#include <string_view>

namespace costrand::sim {

enum class sent_by { host, firmware };

// A HECI message of that firmware client, decoded. Bytes that are no message of it show as such.
[[nodiscard]] std::string wire_text(heci::client_id client, sent_by who, core::const_bytes message);

// A document on one line, with prefixes of our own; how long it is when it is no XML.
[[nodiscard]] std::string masked_xml(std::string_view document);

} // namespace costrand::sim
