// SPDX-License-Identifier: Apache-2.0
// Records of the event log and of the audit log: wsman.md 12, and those of the recorded replies.
#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/log_records.hpp>
#include <costrand/wsman/classes/logs.hpp>
#include <costrand/wsman/envelope.hpp>

#include "recorded.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>

using namespace costrand;
namespace amt = wsman::amt;

namespace {

template <typename T>
T recorded_output(std::string_view file) {
    const auto path =
        std::filesystem::path(COSTRAND_TEST_DATA) / "wsman-responses/amt" / std::string(file);
    return wsman::read<T>(*wsman::parse_reply(test::read_file(path)).value().body).value();
}

std::byte operator""_b(unsigned long long v) {
    return static_cast<std::byte>(v);
}

} // namespace

TEST_CASE("a record of the event log is 21 bytes, the least byte of its time first") {
    const auto out = recorded_output<amt::get_log_records_output>("messagelog/getrecords.xml");
    REQUIRE(out.record_array.size() == 3);
    for (const auto &record : out.record_array)
        CHECK(amt::read_log_record(record).has_value());

    // 63c89865 ff 06 6f 05 68 10 ff 26 61 aa0a000000000000
    const auto r = amt::read_log_record("Y8iYZf8GbwVoEP8mYaoKAAAAAAAA").value();
    CHECK(r.time == 0x6598c863);
    CHECK(r.device_address == 0xff);
    CHECK(r.event_sensor_type == 6);
    CHECK(r.event_type == 0x6f);
    CHECK(r.event_offset == 5);
    CHECK(r.event_source_type == 0x68);
    CHECK(r.event_severity == 0x10);
    CHECK(r.sensor_number == 0xff);
    CHECK(r.entity == 0x26);
    CHECK(r.entity_instance == 0x61);
    CHECK(r.event_data[0] == 0xaa_b);
    CHECK(r.event_data[1] == 0x0a_b);
    CHECK(r.event_data[7] == 0_b);
}

TEST_CASE("a record of the audit log begins with who and ends with what") {
    const auto out = recorded_output<amt::read_audit_records_output>("auditlog/readrecords.xml");
    REQUIRE(out.event_records.size() == 2);
    for (const auto &record : out.event_records)
        CHECK(amt::read_audit_record(record).has_value());

    // 0013 0000 02 3ff4cd6e 02 00 10 000c000000280599000c000000240594
    const auto r = amt::read_audit_record("ABMAAAI/9M1uAgAQAAwAAAAoBZkADAAAACQFlA==").value();
    CHECK(r.application == 19);
    CHECK(r.event == 0);
    CHECK(r.initiator == amt::audit_initiator::local);
    CHECK(wsman::text(r.initiator) == "Local");
    CHECK(r.time == 0x3ff4cd6e);
    CHECK(r.location == 2);
    CHECK(r.address.empty());
    CHECK(r.data.size() == 16);
    CHECK(r.data[15] == 0x94_b);
}

TEST_CASE("an audit record names a Digest user, or a Kerberos domain and identifier") {
    // 0010 0001 00 05 "admin" 00000001 00 04 "::1:" 01 ff
    const auto digest = amt::read_audit_record("ABAAAQAFYWRtaW4AAAABAAQ6OjE6Af8=").value();
    CHECK(digest.user == "admin");
    CHECK(digest.time == 1);
    CHECK(digest.address == "::1:");
    CHECK(digest.data.size() == 1);
    // 0010 0001 01 00000007 02 aabb 00000001 00 00 00
    const auto kerberos = amt::read_audit_record("ABAAAQEAAAAHAqq7AAAAAQAAAA==").value();
    CHECK(kerberos.domain == 7);
    CHECK(kerberos.sid.size() == 2);
    CHECK(kerberos.user.empty());
}

TEST_CASE("what is no record is an error") {
    using wsman::errc;
    CHECK(amt::read_log_record("no base64!").error() == errc::record_malformed);
    CHECK(amt::read_log_record("Y8iYZf8GbwVoEP8mYaoKAAAAAA==").error() == errc::record_malformed);
    CHECK(amt::read_log_record("Y8iYZf8GbwVoEP8mYaoKAAAAAAAAAA==").error() ==
          errc::record_malformed);
    CHECK(amt::read_log_record("").error() == errc::record_malformed);
    CHECK(amt::read_audit_record("").error() == errc::record_malformed);
    // An initiator that is not listed, a name longer than the record, a byte too many.
    CHECK(amt::read_audit_record("ABAAAQQAAAABAAAA").error() == errc::record_malformed);
    CHECK(amt::read_audit_record("ABAAAQD/YWRtaW4AAAAB").error() == errc::record_malformed);
    CHECK(amt::read_audit_record("ABAAAQEAAAAHAqq7AAAAAQAAAAA=").error() == errc::record_malformed);
}
