// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/classes/log_records.hpp>

#include <costrand/core/bytes.hpp>

#include "../base64.hpp"

#include <algorithm>

namespace costrand::wsman::amt {

namespace {

// A length in one byte, and so many bytes.
core::const_bytes counted(core::byte_reader &from) {
    return from.bytes(from.u8());
}

std::vector<std::byte> copy(core::const_bytes b) {
    return {b.begin(), b.end()};
}

} // namespace

core::result<log_record> read_log_record(std::string_view base64) {
    const auto bytes = from_base64(base64);
    if (!bytes)
        return errc::record_malformed;
    core::byte_reader from(*bytes);
    log_record out;
    out.time = from.le<std::uint32_t>();
    for (auto *field : {&out.device_address, &out.event_sensor_type, &out.event_type,
                        &out.event_offset, &out.event_source_type, &out.event_severity,
                        &out.sensor_number, &out.entity, &out.entity_instance})
        *field = from.u8();
    std::ranges::copy(from.bytes(out.event_data.size()), out.event_data.begin());
    if (from.failed() || from.remaining() != 0)
        return errc::record_malformed;
    return out;
}

core::result<audit_record> read_audit_record(std::string_view base64) {
    const auto bytes = from_base64(base64);
    if (!bytes)
        return errc::record_malformed;
    core::byte_reader from(*bytes);
    audit_record out;
    out.application = from.be<std::uint16_t>();
    out.event = from.be<std::uint16_t>();
    out.initiator = static_cast<audit_initiator>(from.u8());
    if (out.initiator == audit_initiator::http_digest) {
        out.user = core::as_text(counted(from));
    } else if (out.initiator == audit_initiator::kerberos) {
        out.domain = from.be<std::uint32_t>();
        out.sid = copy(counted(from));
    } else if (out.initiator > audit_initiator::kvm_default_port) {
        return errc::record_malformed; // what follows it is not known
    }
    out.time = from.be<std::uint32_t>();
    out.location = from.u8();
    out.address = core::as_text(counted(from));
    out.data = copy(counted(from));
    if (from.failed() || from.remaining() != 0)
        return errc::record_malformed;
    return out;
}

} // namespace costrand::wsman::amt
