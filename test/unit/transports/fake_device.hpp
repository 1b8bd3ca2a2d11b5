// SPDX-License-Identifier: Apache-2.0
// A heci::device whose attempts are a script, and a firmware end that answers from another one.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/transports/heci_device.hpp>

#include <boost/asio/this_coro.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

// Serves one link until it ends.
using link_server = std::function<awaitable<void>(std::unique_ptr<core::message_stream>)>;

class fake_device : public heci::device {
  public:
    explicit fake_device(core::task_group &servers) : servers_(servers) {}

    // The next attempts, in order: an error, or a link that `server` serves. The last one stays.
    void then_fail(error_code why) { script_.push_back({why, {}}); }
    void then_serve(link_server server) { script_.push_back({{}, std::move(server)}); }

    awaitable<std::unique_ptr<core::message_stream>> connect(heci::client_id client) override {
        const auto executor = co_await net::this_coro::executor;
        attempts_.push_back(core::now(executor));
        clients_.push_back(client);
        const auto now = script_.front();
        if (script_.size() > 1)
            script_.pop_front();
        if (now.failure)
            throw system_error(now.failure);
        auto ends = sim::memory_message_pair(executor);
        servers_.spawn(now.server(std::move(ends.second)));
        co_return std::move(ends.first);
    }

    std::string name() const override { return "/dev/fake0"; }

    [[nodiscard]] const std::vector<core::time_point> &attempts() const { return attempts_; }
    [[nodiscard]] const std::vector<heci::client_id> &clients() const { return clients_; }

  private:
    struct step {
        error_code failure;
        link_server server;
    };

    core::task_group &servers_;
    std::deque<step> script_;
    std::vector<core::time_point> attempts_;
    std::vector<heci::client_id> clients_;
};

} // namespace costrand::test
