// SPDX-License-Identifier: Apache-2.0
// A HECI device some of whose calls fail as a driver's do.
#pragma once

#include "scenario.hpp"

#include <costrand/core/awaitable.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/transports/heci_device.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace costrand::simulation {

class flaky_heci final : public heci::device {
    using call = heci_failure::call;
    using counts = std::array<std::size_t, 3>; // by call

    struct plan {
        std::vector<heci_failure> failures;
        counts seen{}, failed{};

        // Counts the call and throws when it is one that fails.
        void happens(call which) {
            const auto index = static_cast<std::size_t>(which);
            ++seen[index];
            for (const auto &f : failures) {
                if (f.which != which || f.at != seen[index])
                    continue;
                ++failed[index];
                throw system_error(make_error_code(f.error));
            }
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
        // A link that failed once is dead for both directions.
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

    // From now on, counted anew; empty: no call fails.
    void fail(std::vector<heci_failure> what) {
        *plan_ = plan();
        plan_->failures = std::move(what);
    }
    // How many calls failed.
    [[nodiscard]] std::size_t failed(call which) const noexcept {
        return plan_->failed[static_cast<std::size_t>(which)];
    }

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
