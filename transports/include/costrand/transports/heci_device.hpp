// SPDX-License-Identifier: Apache-2.0
// The HECI (MEI) device: one connection to one firmware client, whole messages both ways.
// The seam that the simulator replaces; mei_linux.cpp is the real thing.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace costrand::heci {

// A firmware client's GUID, in the byte order of the connect ioctl.
struct client_id {
    std::array<std::byte, 16> bytes;

    friend bool operator==(const client_id &, const client_id &) = default;
};

namespace client {

// Groups 1 to 3 of the printed GUID are byte-swapped.
consteval client_id from_bytes(const std::array<unsigned char, 16> &raw) {
    client_id id{};
    for (std::size_t i = 0; i < raw.size(); ++i)
        id.bytes[i] = static_cast<std::byte>(raw[i]);
    return id;
}

// 12F80028-B4B7-4B2D-ACA8-46E0FF65814C: the AMT host interface (PTHI)
inline constexpr client_id amthi = from_bytes({0x28, 0x00, 0xf8, 0x12, 0xb7, 0xb4, 0x2d, 0x4b, 0xac,
                                               0xa8, 0x46, 0xe0, 0xff, 0x65, 0x81, 0x4c});
// 6733A4DB-0476-4E7B-B3AF-BCFC29BEE7A7: local manageability engine, the APF tunnel
inline constexpr client_id lme = from_bytes({0xdb, 0xa4, 0x33, 0x67, 0x76, 0x04, 0x7b, 0x4e, 0xb3,
                                             0xaf, 0xbc, 0xfc, 0x29, 0xbe, 0xe7, 0xa7});
// 05B79A6F-4628-4D7F-899D-A91514CB32AB: watchdog; tells whether AMT is enabled and TLS enforced
inline constexpr client_id watchdog = from_bytes({0x6f, 0x9a, 0xb7, 0x05, 0x28, 0x46, 0x7f, 0x4d,
                                                  0x89, 0x9d, 0xa9, 0x15, 0x14, 0xcb, 0x32, 0xab});
// 8E6A6715-9ABC-4043-88EF-9E39C6F63E0F: MKHI, firmware version
inline constexpr client_id mkhi = from_bytes({0x15, 0x67, 0x6a, 0x8e, 0xbc, 0x9a, 0x43, 0x40, 0x88,
                                              0xef, 0x9e, 0x39, 0xc6, 0xf6, 0x3e, 0x0f});
// 92136C79-5FEA-4CFD-980E-23BE07FA5E9F: UPID, the platform's unique identifier
inline constexpr client_id upid = from_bytes({0x79, 0x6c, 0x13, 0x92, 0xea, 0x5f, 0xfd, 0x4c, 0x98,
                                              0x0e, 0x23, 0xbe, 0x07, 0xfa, 0x5e, 0x9f});
// 082EE5A7-7C25-470A-9643-0C06F0466EA1: HOTHAM, the firmware's flash log
inline constexpr client_id hotham = from_bytes({0xa7, 0xe5, 0x2e, 0x08, 0x25, 0x7c, 0x0a, 0x47,
                                                0x96, 0x43, 0x0c, 0x06, 0xf0, 0x46, 0x6e, 0xa1});

} // namespace client

// Something that can be connected to a firmware client: a device node, a socket, a simulation.
class device {
  public:
    virtual ~device() = default;

    // One attempt: opens the device anew and connects it to the client. The stream carries one HECI
    // message per send and receive, its max_message_size() is what the firmware's answer says.
    // The stream's calls fail with heci::errc::device_reset when the link is reset: it is dead
    // then, connect again. Errors: heci::errc (see heci_errc.hpp for which of them pass with time).
    [[nodiscard]] virtual awaitable<std::unique_ptr<core::message_stream>>
    connect(client_id client) = 0;

    // For messages: "/dev/mei0", "unix:PATH", "simulated device".
    [[nodiscard]] virtual std::string name() const = 0;
};

} // namespace costrand::heci
