// SPDX-License-Identifier: Apache-2.0
// The records of AMT's logs, which its methods give as base64: of the event log
// (amt::get_log_records_output) and of the audit log (amt::read_audit_records_output). Sans-io.
#pragma once

#include <costrand/core/result.hpp>
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/errc.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::amt {

// 21 bytes (wsman.md 12, AMT_MessageLog).
struct log_record {
    std::uint32_t time = 0; // seconds since 1970
    std::uint8_t device_address = 0;
    std::uint8_t event_sensor_type = 0;
    std::uint8_t event_type = 0;
    std::uint8_t event_offset = 0;
    std::uint8_t event_source_type = 0;
    std::uint8_t event_severity = 0;
    std::uint8_t sensor_number = 0;
    std::uint8_t entity = 0;
    std::uint8_t entity_instance = 0;
    std::array<std::byte, 8> event_data{};
};

enum class audit_initiator : std::uint32_t { http_digest, kerberos, local, kvm_default_port };
constexpr std::string_view texts(audit_initiator) {
    return "0 HTTPDigest, 1 Kerberos, 2 Local, 3 KVMDefaultPort";
}

// wsman.md 12, AMT_AuditLog.
struct audit_record {
    std::uint16_t application = 0;
    std::uint16_t event = 0;
    audit_initiator initiator = audit_initiator::local;
    std::string user;           // of http_digest
    std::uint32_t domain = 0;   // of kerberos
    std::vector<std::byte> sid; // of kerberos
    std::uint32_t time = 0;     // seconds since 1970
    std::uint8_t location = 0;  // the type of `address`
    std::string address;
    std::vector<std::byte> data; // belongs to the event
};

// Error of both: errc::record_malformed, for bytes after the end, too.
[[nodiscard]] core::result<log_record> read_log_record(std::string_view base64);
[[nodiscard]] core::result<audit_record> read_audit_record(std::string_view base64);

} // namespace costrand::wsman::amt
