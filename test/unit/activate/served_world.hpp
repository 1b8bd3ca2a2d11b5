// SPDX-License-Identifier: Apache-2.0
// A simulated machine, a small server and a proxy to it, that this process serves over sockets.
#pragma once

#include <costrand/activate/demo.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/tcp.hpp>

#include <support/proxies.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace costrand::test {

// Serves on a thread of its own as long as it lives.
class served_world {
    void on_strand(std::function<void()> work) { net::post(strand_, std::move(work)); }
    template <typename Question>
    auto ask(Question question) {
        std::promise<decltype(question())> answer;
        on_strand([&] { answer.set_value(question()); });
        return answer.get_future().get();
    }

  public:
    served_world() : strand_(core::make_session_strand(context_)) {
        core::spawn(strand_, live(), [this](std::exception_ptr e) { failure_ = e; });
        thread_ = std::thread([this] { context_.run(); });
        started_.get_future().wait();
    }
    served_world(const served_world &) = delete;
    served_world &operator=(const served_world &) = delete;
    ~served_world() {
        on_strand([this] {
            over_ = true;
            end_.notify_all();
        });
        thread_.join();
        CHECK_FALSE(failure_);
    }

    // Arguments that lead the program here.
    std::vector<std::string> arguments(const std::string &profile) const {
        return {"-u",          url_, "--profile", profile, "--device", "unix:" + heci_,
                "--transport", "lme"};
    }
    std::string heci() const { return heci_; }
    std::string url() const { return url_; }
    // An HTTP proxy to the server, for joe with the password hunter2.
    std::string proxy(const std::string &user_and_password) const {
        return "http://" + user_and_password + "@127.0.0.1:" + std::to_string(proxy_port_);
    }
    std::vector<std::string> asked_of_proxy() {
        return ask([this] { return *asked_; });
    }

    sim::control_mode mode() {
        return ask([this] { return world_->device().mode(); });
    }
    std::string password() {
        return ask([this] {
            const auto &uuid = world_->device().device_profile().uuid;
            return std::string(world_->server().stored_password(uuid)->reveal());
        });
    }

  private:
    awaitable<void> live() {
        activate::demo_options how;
        how.profile = "lab";
        how.timings.after_activation = {};
        world_.emplace(strand_, how, core::log());
        heci_ = world_->heci_path();
        url_ = world_->server_url();
        const auto server_port = activate::parse_server_url(url_).where.port;
        transports::tcp_acceptor acceptor(strand_, "127.0.0.1", 0);
        proxy_port_ = acceptor.port();
        proxy_rules rules;
        rules.authorization = "Basic am9lOmh1bnRlcjI="; // joe:hunter2
        core::task_group proxies(strand_);
        proxies.spawn(run_proxy(acceptor, rules, server_port, asked_));
        started_.set_value();
        while (!over_)
            co_await end_.wait();
        proxies.cancel();
        co_await proxies.join();
        co_await world_->stop();
        world_.reset();
    }
    std::optional<activate::demo_world> world_;
    std::string heci_, url_;
    std::uint16_t proxy_port_ = 0;
    asked_targets asked_ = std::make_shared<std::vector<std::string>>();
    std::promise<void> started_;
    core::notifier end_;
    bool over_ = false;
    std::exception_ptr failure_;
    net::io_context context_{1};
    net::any_io_executor strand_;
    std::thread thread_;
};

} // namespace costrand::test
