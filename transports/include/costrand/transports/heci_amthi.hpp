// SPDX-License-Identifier: Apache-2.0
// The AMT host interface: one command, one reply, over a link that is opened on first use and kept.
// What the commands carry is in amthi_messages.hpp.
#pragma once

#include <costrand/core/async_mutex.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/amthi_cira_log.hpp>
#include <costrand/transports/amthi_messages.hpp>
#include <costrand/transports/heci_device.hpp>
#include <costrand/transports/heci_timeouts.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace costrand::heci {

// Every coroutine here completes with the reply's content. Commands may overlap: they are sent one
// at a time, in order. Errors:
//   heci::status              the firmware refused; passes_with_time() tells when to try again
//   errc::bad_reply           the reply is not what the command's format says
//   errc::reply_timed_out     no reply within timeouts::amthi_reply
//   those of connect_with_retry
// When the link is reset, a query is repeated once over a new link; unprovision and those that
// start and stop a configuration are not: errc::device_reset then leaves open whether they took
// effect. Cancelled: the link is dropped, the next command opens a new one.
class amthi {
  public:
    // `dev` outlives this object.
    amthi(device &dev, timeouts limits, core::log log);
    amthi(const amthi &) = delete;
    amthi &operator=(const amthi &) = delete;

    [[nodiscard]] awaitable<version_table> read_versions();
    [[nodiscard]] awaitable<device_uuid> read_uuid();
    [[nodiscard]] awaitable<control_mode> read_control_mode();
    [[nodiscard]] awaitable<provisioning_state> read_provisioning_state();
    // As the firmware has it, trimmed (see trimmed_suffix); empty when not set.
    [[nodiscard]] awaitable<std::string> read_dns_suffix();
    [[nodiscard]] awaitable<std::vector<std::uint32_t>> read_hash_handles();
    [[nodiscard]] awaitable<certificate_hash> read_hash_entry(std::uint32_t handle);
    // All entries, active or not. One that vanished since the handles were read is left out.
    [[nodiscard]] awaitable<std::vector<certificate_hash>> read_hashes();
    [[nodiscard]] awaitable<lan_settings> read_lan_settings(lan_interface which);
    [[nodiscard]] awaitable<local_account> read_local_account();
    [[nodiscard]] awaitable<remote_access_status> read_remote_access_status();
    [[nodiscard]] awaitable<cira_log> read_cira_log();

    // Takes the device out of client control mode, or out of an unfinished provisioning. In admin
    // control mode the firmware refuses with a status.
    [[nodiscard]] awaitable<void> unprovision();
    // Begins a configuration over AMT's TLS port (AMT 19 and later), whose client will show the
    // certificate with this hash. Gives the hash of the one that AMT will show.
    [[nodiscard]] awaitable<shown_certificate>
    start_host_based_configuration(shown_certificate ours);
    // Leaves the "in provisioning" state after an activation that was broken off.
    [[nodiscard]] awaitable<void> stop_configuration();

    // Ends a pending command with cond::closed and lets the client go. The next command opens a new
    // link.
    void close() noexcept;

  private:
    // Replies may hold the local account's password.
    struct wiped_bytes {
        std::vector<std::byte> bytes;

        wiped_bytes() = default;
        explicit wiped_bytes(std::size_t size) : bytes(size) {}
        explicit wiped_bytes(core::const_bytes from) : bytes(from.begin(), from.end()) {}
        wiped_bytes(wiped_bytes &&) noexcept = default;
        wiped_bytes &operator=(wiped_bytes &&) = delete;
        ~wiped_bytes() { core::wipe(bytes.data(), bytes.size()); }
    };
    struct answer {
        heci::status status{};
        std::unique_ptr<wiped_bytes> data;
    };
    enum class on_reset { repeat, give_up };

    awaitable<std::unique_ptr<wiped_bytes>> perform(command what, std::vector<std::byte> request,
                                                    on_reset when_reset);
    awaitable<answer> attempt(command what, core::const_bytes request);
    awaitable<answer> exchange(core::message_stream &link, command what, core::const_bytes request);
    awaitable<std::unique_ptr<wiped_bytes>> query(command what, core::const_bytes data = {});
    awaitable<std::uint32_t> query_number(command what);

    device &device_;
    timeouts limits_;
    core::log log_;
    core::async_mutex turn_;
    std::unique_ptr<core::message_stream> link_;
};

} // namespace costrand::heci
