// SPDX-License-Identifier: Apache-2.0
// The device end of the recorded tunnel runs, and a client before it: a TLS server whose
// certificate changes as theirs did, and a relay that knows no more than it must. What it answers
// is a recorded_device's.
#pragma once

#include "rps_device.hpp"
#include "rps_relay.hpp"

#include <costrand/sim/crypto.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

// How it differs from the recorded one.
struct tls_device_manner {
    bool keeps_first_certificate = false; // whatever is committed
    bool session_per_call = false;        // every reply ends the TLS connection
    bool drops_after_commit = false;      // each CommitChanges ends the TLS connection
    bool tls13 = true;
    bool starts_with_own = false; // signed by itself, as after an activation
    std::size_t deaf_hellos = 0;  // so many ClientHellos get no answer
    bool acknowledges = true;     // port switches
};

class tls_device {
  public:
    tls_device(std::string_view conversation, tls_device_manner how,
               sim::crypto with = sim::pooled_crypto());

    // The root above its first certificate.
    [[nodiscard]] const sim::der_bytes &on_die_root() const noexcept { return on_die_root_; }

    // The reply to one request, whichever way it came.
    [[nodiscard]] std::string answer(const std::string &request);
    // One connection to its TLS port, until either end goes.
    static awaitable<void> serve(std::shared_ptr<tls_device> self,
                                 std::unique_ptr<core::byte_stream> below);
    // One connection to its plain port, for one request.
    static awaitable<void> serve_plain(std::shared_ptr<tls_device> self,
                                       std::unique_ptr<core::byte_stream> connection);

    // In a tunnel, the next call of this name is done but not answered; with `hang_up` the
    // connection is cut off instead.
    void swallow(std::string call, bool hang_up) {
        swallowed_ = std::move(call);
        hangs_up_ = hang_up;
    }

    recorded_device answers;
    tls_device_manner how;
    // Calls in the order in which they came in: "IPS_HostBasedSetupService Get".
    std::vector<std::string> asked;

  private:
    void make_first_certificate();
    void make_answers();
    void learn(const std::string &call, const std::string &request);

    sim::crypto crypto_;
    sim::der_bytes on_die_root_;
    sim::identity shown_;
    core::secret key_;
    std::vector<sim::der_bytes> given_; // the certificate that was added
    std::string swallowed_;
    bool hangs_up_ = false;
};

// Plays a whole run, with plain and tunnelled rounds.
awaitable<relayed_run> play_tunnel(net::any_io_executor executor, rps_rig &rig,
                                   std::shared_ptr<tls_device> device, std::string first);

// What the recorded devices of these runs say of themselves, and a server that believes them.
rps::device_facts tunnel_facts(int control_mode, bool enforced);
sim::rps_options tunnel_options(const tls_device &device);

} // namespace costrand::test
