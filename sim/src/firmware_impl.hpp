// SPDX-License-Identifier: Apache-2.0
// The inside of a simulated device, for firmware.cpp (what is public) and firmware_impl.cpp (links,
// ports, their coroutines). Private to sim.
#pragma once

#include "device_ports.hpp"
#include "heci_links.hpp"

#include <costrand/core/notifier.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/amthi.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/sim/lme.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::sim {

inline constexpr std::string_view firmware_component = "sim.firmware"; // in the log

// A firmware client that answers commands.
struct command_client {
    heci::client_id id;
    std::size_t heci_maxima::*max_message;
    command_reply (*answer)(core::const_bytes, const command_context &);
    bool one_link = false;
};

// 0: the device has no such client.
[[nodiscard]] std::size_t max_message(heci::client_id client, const heci_maxima &maxima);

// Shared with every coroutine and handle of the device: each may be the last to go.
struct firmware::impl : std::enable_shared_from_this<firmware::impl> {
    using self_ptr = std::shared_ptr<impl>;
    class handle;

    impl(net::any_io_executor ex, profile p, core::random_source &random, core::log to,
         device_state from, crypto with);

    [[nodiscard]] error_code open_refusal(std::optional<heci::client_id> client);
    void admit(heci::client_id client);
    [[nodiscard]] std::size_t links_to(heci::client_id client) const;
    [[nodiscard]] std::size_t most_links_to(heci::client_id client) const;
    // A cancelled wait stops the device.
    static awaitable<void> until_stopped(self_ptr me);
    // Waits until one more program may connect to the client.
    static awaitable<void> room_for(self_ptr me, heci::client_id client);
    void stop() noexcept;
    void reset_links() noexcept;
    [[nodiscard]] command_reply answer(decltype(command_client::answer) function,
                                       core::const_bytes request);
    void forget(const lme_link &ended);
    void about_to_answer() const {
        if (keep)
            keep(state);
    }

    static awaitable<std::unique_ptr<core::message_stream>> connect(self_ptr me,
                                                                    heci::client_id client);
    [[nodiscard]] static std::unique_ptr<core::message_stream>
    link_in_memory(const self_ptr &me, heci::client_id client);
    static awaitable<void> serve_link(self_ptr me, std::unique_ptr<core::message_stream> below,
                                      link_ptr link);
    static awaitable<void> serve_lme(self_ptr me, core::message_stream &stream, link_ptr link);
    static awaitable<void> serve_port(self_ptr me, std::unique_ptr<core::byte_stream> connection,
                                      std::uint16_t port);
    // The second for a connection of which it is not known yet whether it is taken.
    static awaitable<void> serve_lms(self_ptr me, std::unique_ptr<core::byte_stream> connection,
                                     std::uint16_t port);
    static awaitable<void> accept_lms(self_ptr me, std::unique_ptr<core::byte_stream> connection,
                                      std::uint16_t port);
    static awaitable<void> vanish(self_ptr me, core::duration gone);
    void go_away();
    [[nodiscard]] bool lme_is_away() const { return core::now(executor) < lme_back; }

    net::any_io_executor executor;
    profile device;
    core::log log;
    device_state state;
    crypto with;
    faults orders;
    wsman_server server;
    core::task_group tasks;
    device_ports ports;
    std::list<link_ptr> links;
    std::optional<core::duration> vanishing; // how long the LME client will be away
    core::time_point lme_back{};
    firmware_counters past; // all but what live links know
    std::function<void(const device_state &)> keep;
    bool stopped = false;
    core::notifier stopping, freed; // freed: a link has ended
};

// The device as a host program sees it.
class firmware::impl::handle : public heci::device {
  public:
    explicit handle(self_ptr simulated) : device_(std::move(simulated)) {}

    awaitable<std::unique_ptr<core::message_stream>> connect(heci::client_id client) override {
        return impl::connect(device_, client);
    }
    std::string name() const override { return "simulated device " + device_->device.name; }

  private:
    self_ptr device_;
};

} // namespace costrand::sim
