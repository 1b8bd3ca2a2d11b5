// SPDX-License-Identifier: Apache-2.0
// A HECI device one of whose calls fails as a driver's does.
#pragma once

#include "scenario.hpp"

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/heci_device.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace costrand::simulation {

class flaky_heci final : public heci::device {
    using call = heci_failure::call;

    struct plan {
        std::optional<heci_failure> failure;
        std::size_t connects = 0, sends = 0, receives = 0, acted = 0;

        // Counts the call and throws when it is the one that fails.
        void happens(call which) {
            std::size_t &count = which == call::connect ? connects
                                 : which == call::send  ? sends
                                                        : receives;
            ++count;
            if (!failure || failure->which != which || failure->at != count)
                return;
            ++acted;
            throw system_error(make_error_code(failure->error));
        }
    };

    class link final : public core::message_stream {
      public:
        link(std::unique_ptr<core::message_stream> below, std::shared_ptr<plan> plan)
            : below_(std::move(below)),
              plan_(std::move(plan)) {}

        awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
            fail_if_due(call::receive);
            co_return co_await below_->receive(buffer);
        }
        awaitable<void> send(net::const_buffer message) override {
            fail_if_due(call::send);
            co_await below_->send(message);
        }
        std::size_t max_message_size() const noexcept override {
            return below_->max_message_size();
        }
        void close() noexcept override { below_->close(); }
        net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

      private:
        // A link that was reset is dead for both directions.
        void fail_if_due(call which) {
            try {
                plan_->happens(which);
            } catch (const system_error &) {
                below_->close();
                throw;
            }
        }
        std::unique_ptr<core::message_stream> below_;
        std::shared_ptr<plan> plan_;
    };

  public:
    // The device below outlives this one.
    explicit flaky_heci(heci::device &below) : below_(below) {}

    // From now on, counted anew; nothing: no call fails.
    void fail(std::optional<heci_failure> what) {
        *plan_ = plan();
        plan_->failure = what;
    }
    [[nodiscard]] std::size_t acted() const noexcept { return plan_->acted; }

    awaitable<std::unique_ptr<core::message_stream>> connect(heci::client_id client) override {
        plan_->happens(call::connect);
        auto below = co_await below_.connect(client);
        co_return std::make_unique<link>(std::move(below), plan_);
    }
    std::string name() const override { return below_.name(); }

  private:
    heci::device &below_;
    std::shared_ptr<plan> plan_ = std::make_shared<plan>();
};

} // namespace costrand::simulation
