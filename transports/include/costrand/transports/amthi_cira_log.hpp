// SPDX-License-Identifier: Apache-2.0
// What AMT remembers of its connections to presence servers (CIRA): the reply to the host command
// 0x8e (heci.md 13). Sans-io, header-only. Integers are little-endian; moments are seconds since
// 1970, 0 where there was none. Numbers without a name here have none in any source.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/result.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace costrand::heci {

struct cira_log {
    struct summary_part {
        bool open = false; // there is a tunnel now
        std::uint8_t state = 0;
        std::uint32_t last_keep_alive = 0, keep_alive_interval = 0; // seconds
        std::uint8_t connection_status = 0;                         // of the last attempt
        std::uint32_t connection_time = 0;
        std::uint8_t tunnel_status = 0; // of the last tunnel
        std::uint32_t opened = 0, closed = 0;
    };
    struct tunnel {
        std::uint32_t opened = 0;
        std::uint8_t trigger = 0; // as remote_access_status has it
        std::string server, proxy;
        bool through_proxy = false;
        std::uint8_t authentication = 0; // 1 certificates, 2 user name and password
        std::uint8_t interface = 0;      // 0 wired, 1 wireless, 2 none
        std::uint32_t last_keep_alive = 0, keep_alive_interval = 0, closed = 0;
        bool closed_by_server = false;
        std::uint8_t apf_reason = 0, closure_reason = 0;
    };
    // One source alone: of low confidence. What follows these fields is not read.
    struct attempt {
        std::uint32_t time = 0;
        std::uint8_t trigger = 0;
        std::string server;
        std::uint8_t authentication = 0;
    };

    std::uint8_t version = 0;
    summary_part summary;
    std::optional<tunnel> last_tunnel;
    std::optional<attempt> last_failure; // of a connection that never became a tunnel
};

namespace detail {

inline constexpr std::size_t cira_name_size = 256;

inline std::string take_cira_name(core::byte_reader &r) {
    const auto text = core::as_text(r.bytes(cira_name_size));
    return std::string(text.substr(0, text.find('\0')));
}

inline cira_log::summary_part take_cira_summary(core::byte_reader &r) {
    cira_log::summary_part s;
    s.open = r.u8() != 0;
    s.state = r.u8();
    r.skip(3);
    s.last_keep_alive = r.le<std::uint32_t>();
    s.keep_alive_interval = r.le<std::uint32_t>();
    s.connection_status = r.u8();
    s.connection_time = r.le<std::uint32_t>();
    s.tunnel_status = r.u8();
    s.opened = r.le<std::uint32_t>();
    s.closed = r.le<std::uint32_t>();
    return s;
}

inline std::optional<cira_log::tunnel> take_cira_tunnel(core::byte_reader &r) {
    const bool valid = r.u8() != 0;
    cira_log::tunnel t;
    t.opened = r.le<std::uint32_t>();
    t.trigger = r.u8();
    r.skip(3);
    t.server = take_cira_name(r);
    t.through_proxy = r.u8() != 0;
    t.proxy = take_cira_name(r);
    t.authentication = r.u8();
    t.interface = r.u8();
    r.skip(3);
    t.last_keep_alive = r.le<std::uint32_t>();
    t.keep_alive_interval = r.le<std::uint32_t>();
    t.closed = r.le<std::uint32_t>();
    t.closed_by_server = r.u8() != 0;
    t.apf_reason = r.u8();
    t.closure_reason = r.u8();
    r.skip(3);
    return valid ? std::optional<cira_log::tunnel>(std::move(t)) : std::nullopt;
}

inline std::optional<cira_log::attempt> take_cira_failure(core::byte_reader &r) {
    const bool valid = r.u8() != 0;
    cira_log::attempt a;
    a.time = r.le<std::uint32_t>();
    a.trigger = r.u8();
    r.skip(3);
    a.server = take_cira_name(r);
    a.authentication = r.u8();
    return valid ? std::optional<cira_log::attempt>(std::move(a)) : std::nullopt;
}

} // namespace detail

// The only version that is known, and what is asked for.
inline constexpr std::uint8_t cira_log_version = 1;

// The data behind the status: 2781 bytes, of which the first 840 are read; later firmware may
// append. Error: errc::bad_reply for fewer.
[[nodiscard]] inline core::result<cira_log> decode_cira_log(core::const_bytes data) {
    core::byte_reader r(data);
    cira_log out;
    out.version = r.u8();
    out.summary = detail::take_cira_summary(r);
    out.last_tunnel = detail::take_cira_tunnel(r);
    out.last_failure = detail::take_cira_failure(r);
    if (r.failed())
        return make_error_code(errc::bad_reply);
    return out;
}

} // namespace costrand::heci
