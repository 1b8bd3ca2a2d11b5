// SPDX-License-Identifier: Apache-2.0
// amt_reach: connections to the web server of the AMT in this machine: the way, TLS where AMT takes
// nothing else, and whether what it shows then is believed. Used by whoever talks WS-Management to
// it (amt_client, local).
#pragma once

#include "amt_way.hpp"

#include <costrand/core/secret.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/heci_upid.hpp>
#include <costrand/wsman/admin_setup.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace costrand::activate {

class amt_reach {
  public:
    // skip_check: any certificate is believed. Environment and options outlive this.
    amt_reach(const environment &env, const settings &options, bool skip_check);

    // Finds the way. set_up: AMT has been activated, and shows a certificate that it made itself,
    // which nothing here can be compared with. Else a chain that it shows has to be the one made on
    // the die of this platform. Errors: those of amt_way::find.
    [[nodiscard]] awaitable<void> find(bool set_up);
    // A dialer's call: a connection to AMT's web server.
    [[nodiscard]] awaitable<std::unique_ptr<core::byte_stream>> dial();

    // What AMT asks for and has announced once a host-based configuration is begun.
    void show(std::string chain_pem, core::secret key);
    void expect(wsman::leaf_hash theirs) { expected_ = std::move(theirs); }

    [[nodiscard]] bool is_tls() const;
    [[nodiscard]] const amt_way &way() const noexcept { return way_; }
    // What was wrong with the certificates of the last connection; empty: nothing.
    [[nodiscard]] const std::string &tls_fault() const noexcept { return tls_fault_; }

    [[nodiscard]] awaitable<void> close() { return way_.close(); }

  private:
    bool believes(const std::vector<std::vector<std::byte>> &chain);

    const environment &env_;
    amt_way way_;
    bool skip_check_;
    bool set_up_ = false;
    std::optional<heci::platform_id> platform_;
    std::string shown_chain_;
    core::secret shown_key_;
    wsman::leaf_hash expected_;
    std::string tls_fault_;
};

} // namespace costrand::activate
