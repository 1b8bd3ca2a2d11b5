// SPDX-License-Identifier: Apache-2.0
// rps_server: a small provisioning server. It plays the conversations that were recorded with the
// real one, plain and through TLS tunnels: same calls, same order, same pauses, same last words.
// Profiles, certificates and stored passwords live in the object; nothing is kept elsewhere.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/certificates.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/rps_faults.hpp>
#include <costrand/sim/rps_profile.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

// One WS-Management call that the server made, in the words of the recordings: "AMT_GeneralSettings
// Get", with `subject` the selector of a Delete, the InstanceID of a Put or the RequestedState of a
// RequestStateChange.
struct rps_call {
    std::string name;
    std::string subject;
    int status = 0; // HTTP; 0: no answer, or none that could be understood

    friend bool operator==(const rps_call &, const rps_call &) = default;
};

struct rps_counters {
    std::size_t sessions = 0;
    std::size_t messages_sent = 0;
    std::size_t messages_received = 0;
    std::size_t tunnels = 0; // begun, each with a ClientHello
    std::size_t repeats = 0; // calls sent again after a time-out, a reset or a broken reply
    // What the server waited by its own will: pauses between calls, not for answers.
    core::duration own_waits{};
};

// All members are called on the strand of the clients' streams.
class rps_server {
  public:
    // The random source outlives the server.
    rps_server(rps_options options, crypto with, core::random_source &random, core::log log);
    // With real_crypto().
    rps_server(rps_options options, core::random_source &random, core::log log);
    rps_server(const rps_server &) = delete;
    rps_server &operator=(const rps_server &) = delete;
    ~rps_server();

    // One session, first message to last word, with a client whose websocket is open. Completes
    // when the client is gone, or rps_timings::linger after the last word; a server that a fault or
    // the recordings make silent waits for the client to go. `client` outlives the call and is
    // closed by it. Several sessions may run at a time. What the client does wrong, its dropping
    // the connection included, ends the session and is no error. Cancellation: ends the session.
    [[nodiscard]] awaitable<void> serve(core::message_stream &client);

    // See rps_faults.hpp.
    void order(rps_fault fault);
    // Whether every fault with a number of times has acted as often as ordered.
    [[nodiscard]] bool all_acted() const noexcept;
    // How often the `index`-th that was ordered, from 0, acted so far.
    [[nodiscard]] std::size_t acted(std::size_t index) const;
    void clear_orders() noexcept;

    // The password the server stored for a device (lower-case UUID) when it activated it.
    void store_password(std::string uuid, core::secret password);
    [[nodiscard]] const core::secret *stored_password(std::string_view uuid) const;

    // DER. What a device must know to let this server activate it to admin control, and what the
    // server gives devices to trust. Made at the first call, or when a session first needs them.
    [[nodiscard]] const der_bytes &provisioning_root();
    [[nodiscard]] const der_bytes &mps_root();

    // Of all sessions so far.
    [[nodiscard]] const std::vector<rps_call> &calls() const noexcept;
    [[nodiscard]] const rps_counters &counters() const noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace costrand::sim
