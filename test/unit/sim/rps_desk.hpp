// SPDX-License-Identifier: Apache-2.0
// A simulated machine with an LMS and a small provisioning server that it trusts, side by side: the
// conversations that both really have. In memory and in virtual time.
#pragma once

#include "rps_relay.hpp"

#include <costrand/sim/firmware.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace costrand::test {

// A whole activation is long: a few places to stop at will do.
inline constexpr std::size_t few_teardowns = 6;

// One run, as its client and the server saw it.
struct desk_run {
    std::vector<sim::rps_call> calls;
    std::vector<std::string> steps; // the calls, with ClientHellos and port switches among them
    rps::frame last;
    std::size_t resets = 0;

    // The last word is a success no part of which failed.
    [[nodiscard]] bool succeeded() const {
        return last.method == "success" && last.message.find("Failure") == std::string::npos;
    }
};

// The recorded device, without waits of its own.
[[nodiscard]] sim::profile recorded_machine();
// The same with a wireless port.
[[nodiscard]] sim::profile wireless_machine();
// The same, of which nothing but the TLS port is there.
[[nodiscard]] sim::profile enforcing_machine();

// A test that is cancelled leaves the device running: it lives in the frame, and ends with it.
class desk {
    std::unique_ptr<core::random_source> random_ = core::seeded_random(3);
    net::any_io_executor executor_;

  public:
    explicit desk(net::any_io_executor executor, sim::profile machine = recorded_machine(),
                  sim::crypto with = sim::pooled_crypto());
    // One that trusts this root instead of the server's.
    desk(net::any_io_executor executor, const sim::der_bytes &root);

    // What its host says of the device now: of an active one, the password that the server stored.
    [[nodiscard]] rps::device_facts facts() const;

    // From the first message to the last word.
    awaitable<desk_run> play(std::string command, rps::device_facts facts);
    // The device as it is now.
    awaitable<desk_run> activate(std::string profile);
    // The same, asking for the tunnel.
    awaitable<desk_run> activate_into_tunnel(std::string profile);

    // Another device takes its place: the same one, as it left the factory.
    awaitable<void> replace_device();
    awaitable<void> finish();

    rps_rig rig;
    std::unique_ptr<sim::firmware> device;

  private:
    static sim::profile trusting(sim::profile machine, const sim::der_bytes &root);
    std::unique_ptr<sim::firmware> make_device();
    awaitable<void> stop_device();

    sim::profile machine_;
    sim::crypto crypto_;
};

} // namespace costrand::test
