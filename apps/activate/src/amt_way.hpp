// SPDX-License-Identifier: Apache-2.0
// amt_way: how one run reaches AMT. The LMS where one answers, the LME client where none does; and
// which of AMT's ports takes connections. Private to the wiring.
#pragma once

#include <costrand/activate/failure.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/apf/host.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/rps/executor.hpp>
#include <costrand/transports/lms_tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace costrand::activate {

class amt_way {
  public:
    // `env` and `options` outlive it. close() is awaited before its end.
    amt_way(const environment &env, const settings &options);

    // Chooses. `tls_enforced`: the device said so. `plain_may_be_closed`: it takes perhaps nothing
    // else without having said so; its plain port is tried then. Throws activate::error when AMT
    // cannot be reached. Cancellation: what is open stays so until close().
    [[nodiscard]] awaitable<void> find(bool tls_enforced, bool plain_may_be_closed);

    // Ends what is open in good order. In a cancelled coroutine: reset its state before. If it is
    // cancelled itself, call it again.
    [[nodiscard]] awaitable<void> close();

    // Of what was found. The dialer is usable until close().
    [[nodiscard]] rps::amt_dialer dialer();
    [[nodiscard]] rps::amt_path path() const noexcept { return path_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] bool lms_takes_connections() const noexcept { return lms_takes_connections_; }

  private:
    awaitable<error_code> probe_lms();
    awaitable<error_code> probe_port();
    awaitable<void> open_lme();
    awaitable<void> try_plain_channel();
    [[nodiscard]] std::string lms_name() const;
    [[nodiscard]] failure explain_lme(error_code why) const;

    const environment &env_;
    const settings &options_;
    core::task_group background_;
    std::optional<apf::host> host_;
    rps::amt_path path_ = rps::amt_path::lms;
    std::uint16_t port_ = transports::lms_plain_port;
    error_code lms_failure_;
    bool lms_takes_connections_ = false;
};

} // namespace costrand::activate
