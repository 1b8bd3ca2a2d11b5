// SPDX-License-Identifier: Apache-2.0
// The HECI device and the two dialers of an activation, observed.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/trace/recorder.hpp>
#include <costrand/transports/heci_device.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace costrand::trace {

// Both outlive the device and its streams.
class observed_device final : public heci::device {
  public:
    observed_device(heci::device &below, recorder &to) : below_(below), to_(to) {}

    [[nodiscard]] awaitable<std::unique_ptr<core::message_stream>>
    connect(heci::client_id client) override;
    [[nodiscard]] std::string name() const override { return below_.name(); }

  private:
    heci::device &below_;
    recorder &to_;
};

using lms_dialer = std::function<awaitable<std::unique_ptr<core::byte_stream>>(std::uint16_t port)>;
using server_dialer = std::function<awaitable<std::unique_ptr<core::message_stream>>()>;

// The same dialers; `to` outlives them and their streams.
[[nodiscard]] lms_dialer observed(lms_dialer dial, recorder &to);
[[nodiscard]] server_dialer observed(server_dialer dial, recorder &to);

} // namespace costrand::trace
