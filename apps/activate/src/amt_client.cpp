// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/amt_client.hpp>

#include "amt_reach.hpp"

#include <costrand/activate/amt_queries.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/transports/heci_amthi.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::activate {

class amt_client::impl {
  public:
    impl(const environment &env, const settings &options, bool skip_check)
        : env_(env),
          password_(options.password),
          amt_(*env.device, env.heci_limits, env.log),
          options_(options),
          skip_check_(skip_check),
          reach_(std::in_place, env, options, skip_check),
          random_(core::system_random()) {}

    awaitable<void> open() {
        env_.step("reading the device's state over " + env_.device->name(), true);
        mode_ = co_await needed(env_, amt_.read_control_mode(), "control mode");
        const bool set_up = mode_ != heci::control_mode::none;
        wsman::client_options how;
        if (set_up && !password_.empty()) {
            how.password = password_;
        } else {
            auto account = co_await needed(env_, amt_.read_local_account(), "local system account");
            how.user = std::move(account.user);
            how.password = std::move(account.password);
        }
        co_await reach_->find(set_up);
        client_.emplace([this] { return reach_->dial(); }, std::move(how), *random_, env_.log);
    }

    awaitable<void> find_again() {
        client_->disconnect();
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        co_await reach_->close();
        co_await net::this_coro::reset_cancellation_state(net::enable_terminal_cancellation());
        reach_.emplace(env_, options_, skip_check_);
        co_await reach_->find(mode_ != heci::control_mode::none);
    }

    wsman::client &get() noexcept { return *client_; }
    heci::control_mode mode() const noexcept { return mode_; }
    rps::amt_path path() const noexcept { return reach_->way().path(); }
    const std::string &tls_fault() const noexcept { return reach_->tls_fault(); }

    awaitable<void> close() {
        client_.reset();
        amt_.close();
        co_await reach_->close();
    }

  private:
    const environment &env_;
    core::secret password_;
    heci::amthi amt_;
    const settings &options_;
    bool skip_check_;
    std::optional<amt_reach> reach_;
    std::unique_ptr<core::random_source> random_;
    std::optional<wsman::client> client_;
    heci::control_mode mode_{};
};

amt_client::amt_client(const environment &env, const settings &options, bool skip_check)
    : impl_(std::make_unique<impl>(env, options, skip_check)) {}

amt_client::~amt_client() = default;

awaitable<void> amt_client::open() {
    return impl_->open();
}

awaitable<void> amt_client::find_again() {
    return impl_->find_again();
}

wsman::client &amt_client::get() noexcept {
    return impl_->get();
}

heci::control_mode amt_client::mode() const noexcept {
    return impl_->mode();
}

rps::amt_path amt_client::path() const noexcept {
    return impl_->path();
}

const std::string &amt_client::tls_fault() const noexcept {
    return impl_->tls_fault();
}

awaitable<void> amt_client::close() {
    return impl_->close();
}

} // namespace costrand::activate
