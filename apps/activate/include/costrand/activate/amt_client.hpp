// SPDX-License-Identifier: Apache-2.0
// amt_client: WS-Management with the AMT of this machine, found and logged in to: over the LMS or
// LME, plain or TLS, as admin or as the local system account. For commands that ask or set up a
// device; activation has its own way, because it changes what is written here.
#pragma once

#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/rps/executor.hpp>
#include <costrand/transports/amthi_messages.hpp>
#include <costrand/wsman/client.hpp>

#include <memory>

namespace costrand::activate {

class amt_client {
  public:
    // `env` and `options` outlive it. `skip_check`: over TLS, whatever AMT shows is believed.
    // close() is awaited before its end.
    amt_client(const environment &env, const settings &options, bool skip_check);
    amt_client(const amt_client &) = delete;
    amt_client &operator=(const amt_client &) = delete;
    ~amt_client();

    // Finds AMT and chooses the user: admin where a password is given and the device is activated,
    // the local system account otherwise. Throws activate::error. Cancellation: what is open stays
    // so until close().
    [[nodiscard]] awaitable<void> open();

    // After open(): looks for AMT anew, whose ports have changed; the user stays. Errors and
    // cancellation as open(); may be called again after an error.
    [[nodiscard]] awaitable<void> find_again();

    // After open().
    [[nodiscard]] wsman::client &get() noexcept;
    // As it was then.
    [[nodiscard]] heci::control_mode mode() const noexcept;

    // How AMT is reached.
    [[nodiscard]] rps::amt_path path() const noexcept;

    // What made TLS with AMT fail, beyond the error code; usually empty.
    [[nodiscard]] const std::string &tls_fault() const noexcept;

    // Ends what is open in good order. In a cancelled coroutine: reset its state before. If it is
    // cancelled itself, call it again.
    [[nodiscard]] awaitable<void> close();

  private:
    class impl;
    std::unique_ptr<impl> impl_;
};

} // namespace costrand::activate
