// SPDX-License-Identifier: Apache-2.0
// rps_tunnel: the server's end of a TLS connection to AMT that goes through its client: TLS records
// in `tls_data` messages (rps-session section 8). Knows HTTP replies, no calls and no pauses.
// Private to sim/src/rps*.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>

#include "rps_authority.hpp"
#include "rps_http.hpp"
#include "rps_link.hpp"
#include "rps_shared.hpp"

#include <memory>
#include <optional>

namespace costrand::sim {

class rps_tunnel {
  public:
    // All outlive the tunnel. What reads the tunnel is a child of the session.
    rps_tunnel(rps_link &link, rps_shared &shared, core::task_group &session);
    rps_tunnel(const rps_tunnel &) = delete;
    rps_tunnel &operator=(const rps_tunnel &) = delete;
    ~rps_tunnel() { drop(); }

    // What AMT has to prove from now on, when a tunnel is made.
    void expect(tunnel_proof proof) noexcept { proof_ = proof; }

    // A handshake was made, and nobody has ended the connection since.
    [[nodiscard]] bool up() const noexcept;
    // Ends it on this side. Says nothing to anybody, as the real server (recorded).
    void drop();

    // A new tunnel, from its ClientHello on; the one before is dropped. False: AMT did not answer
    // in time, not in TLS, or without the proof. Errors: those of the link.
    [[nodiscard]] awaitable<bool> shake_hands(core::duration limit);

    enum class heard {
        reply,  // whole
        broken, // bytes that are no HTTP reply
        gone,   // the connection is gone
        ended,  // AMT ended it in good order before the first byte of a reply
        none,   // nothing whole in time
    };
    struct answer {
        heard what = heard::none;
        rps_http_reply http = {};
    };
    // One request and its reply, in a tunnel that is up. Errors: those of the link.
    [[nodiscard]] awaitable<answer> talk(core::const_bytes request, core::duration limit);

  private:
    struct live;
    static awaitable<void> read_on(std::shared_ptr<live> tunnel);
    static awaitable<answer> hear(std::shared_ptr<live> tunnel);

    rps_link &link_;
    rps_shared &shared_;
    core::task_group &session_;
    tunnel_proof proof_ = tunnel_proof::on_die;
    std::shared_ptr<live> live_;
};

} // namespace costrand::sim
