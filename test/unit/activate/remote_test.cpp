// SPDX-License-Identifier: Apache-2.0
// The built program against a simulated machine and server that this process serves over sockets.
#include "child.hpp"

#include <costrand/activate/demo.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/tcp.hpp>

#include <support/proxies.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <thread>

using namespace costrand;
using test::child_options;
using test::run_child;

namespace {

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
        how.after_activation = {};
        world_.emplace(strand_, how, core::log());
        heci_ = world_->heci_path();
        url_ = world_->server_url();
        const auto server_port = activate::parse_server_url(url_).where.port;
        transports::tcp_acceptor acceptor(strand_, "127.0.0.1", 0);
        proxy_port_ = acceptor.port();
        test::proxy_rules rules;
        rules.authorization = "Basic am9lOmh1bnRlcjI="; // joe:hunter2
        core::task_group proxies(strand_);
        proxies.spawn(test::run_proxy(acceptor, rules, server_port, asked_));
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
    test::asked_targets asked_ = std::make_shared<std::vector<std::string>>();
    std::promise<void> started_;
    core::notifier end_;
    bool over_ = false;
    std::exception_ptr failure_;
    net::io_context context_{1};
    net::any_io_executor strand_;
    std::thread thread_;
};

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("a simulated device behind a socket is activated without root's rights to a device") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("lab");
    const auto end = run_child(options);
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(has(end.out, "client control mode"));
    CHECK(world.mode() == sim::control_mode::client);
}

TEST_CASE("what the server refuses is told in its words, with the code of the cause") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("nope");
    const auto end = run_child(options);
    CHECK(end.status == 21);
    CHECK(has(end.err, "nope does not match list of available AMT profiles"));
    CHECK(world.mode() == sim::control_mode::none);
}

TEST_CASE("a server that is not there ends the run with its address and what to check") {
    served_world world;
    child_options options;
    options.arguments = {"-u",       "ws://127.0.0.1:1/activate", "--profile",   "lab",
                         "--device", "unix:" + world.heci(),      "--transport", "lme"};
    const auto end = run_child(options);
    CHECK(end.status == 10);
    CHECK(has(end.err, "ws://127.0.0.1:1/activate"));
    CHECK(has(end.err, "nothing listens there"));
}

TEST_CASE("a proxy leads to a server whose name only it knows, and is told without its password") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("lab");
    options.arguments[1] = "ws://rps.invalid/activate";
    options.environment["RPC_PROXY"] = world.proxy("joe:hunter2");
    const auto end = run_child(options);
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(world.mode() == sim::control_mode::client);
    CHECK(world.asked_of_proxy() == std::vector<std::string>{"rps.invalid:80"});
    CHECK(has(end.err, "ws://rps.invalid/activate through the proxy http://127.0.0.1:"));
    CHECK_FALSE(has(end.err, "hunter2"));
}

TEST_CASE("a proxy of the environment is used, but not for a server on this machine") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("nope");
    options.environment["all_proxy"] = world.proxy("joe:hunter2");
    CHECK(run_child(options).status == 21); // the server's answer
    CHECK(world.asked_of_proxy().empty());
    options.arguments[1] = "ws://rps.invalid/activate";
    CHECK(run_child(options).status == 21);
    CHECK(world.asked_of_proxy().size() == 1);
}

TEST_CASE("a proxy that refuses the user is 70, with what to check, and without the password") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("nope");
    options.arguments.insert(options.arguments.end(),
                             {"--json", "--proxy", world.proxy("joe:sesame")});
    const auto end = run_child(options);
    CHECK(end.status == 70);
    CHECK(has(end.err, "the proxy does not take the user and password"));
    CHECK_FALSE(has(end.err + end.out, "sesame"));
}

TEST_CASE("an activated device: 23 without a terminal; on one the password is asked for, unseen") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("lab");
    REQUIRE(run_child(options).status == 0);

    const auto blind = run_child(options);
    CHECK(blind.status == 23);
    CHECK(has(blind.err, "AMT_PASSWORD"));

    options.terminal = true;
    options.answer_when = "AMT password: ";
    options.answer = "wrong-answer\n";
    auto end = run_child(options);
    CHECK(end.status == 70); // the server compares it with its own
    CHECK_FALSE(has(end.out, "wrong-answer"));

    options.answer = world.password() + "\n";
    end = run_child(options);
    CHECK_MESSAGE(end.status == 0, end.out);
    CHECK_FALSE(has(end.out, world.password()));

    options.terminal = false;
    options.answer_when.clear();
    options.environment["AMT_PASSWORD"] = world.password();
    CHECK(run_child(options).status == 0);
}

TEST_CASE("a signal while the password is asked for ends the program, and lets the device go") {
    served_world world;
    child_options options;
    options.arguments = world.arguments("lab");
    REQUIRE(run_child(options).status == 0);
    options.terminal = true;
    options.watch = [](const std::string &told) {
        return has(told, "AMT password: ") ? SIGINT : 0;
    };
    const auto end = run_child(options);
    CHECK(end.signal == SIGINT);
    CHECK(has(end.out, "interrupted by SIGINT"));
    options.terminal = false;
    options.watch = nullptr;
    options.environment["AMT_PASSWORD"] = world.password();
    CHECK(run_child(options).status == 0);
}
