// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/amt_client.hpp>

#include "amt_way.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_watchdog.hpp>
#include <costrand/transports/tls.hpp>
#include <costrand/wsman/on_die_chain.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::activate {

namespace {

constexpr std::string_view component = "wsman";

} // namespace

class amt_client::impl {
  public:
    impl(const environment &env, const settings &options, bool skip_check)
        : env_(env),
          password_(options.password),
          skip_check_(skip_check),
          amt_(*env.device, env.heci_limits, env.log),
          options_(options),
          way_(std::in_place, env, options),
          random_(core::system_random()) {}

    awaitable<void> open() {
        env_.step("reading the device's state over " + env_.device->name(), true);
        mode_ = co_await need(amt_.read_control_mode(), "control mode");
        set_up_ = mode_ != heci::control_mode::none;
        wsman::client_options how;
        if (set_up_ && !password_.empty()) {
            how.password = password_;
        } else {
            auto account = co_await need(amt_.read_local_account(), "local system account");
            how.user = std::move(account.user);
            how.password = std::move(account.password);
        }
        co_await find();
        client_.emplace([this] { return dial(); }, std::move(how), *random_, env_.log);
    }

    awaitable<void> find_again() {
        client_->disconnect();
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        co_await way_->close();
        co_await net::this_coro::reset_cancellation_state(net::enable_terminal_cancellation());
        way_.emplace(env_, options_);
        co_await find();
    }

    wsman::client &get() noexcept { return *client_; }
    heci::control_mode mode() const noexcept { return mode_; }
    const std::string &tls_fault() const noexcept { return tls_fault_; }

    awaitable<void> close() {
        client_.reset();
        amt_.close();
        co_await way_->close();
    }

  private:
    awaitable<void> find() {
        const auto told = co_await heci::query_enablement(*env_.device, env_.heci_limits, env_.log);
        if (told && told->known && !told->enabled)
            env_.log.warn(component, "AMT is switched off on this machine: it may not answer");
        co_await way_->find(told && told->tls_enforced, set_up_ || !told);
    }

    template <typename T>
    awaitable<T> need(awaitable<T> op, std::string_view what) {
        auto got = co_await core::as_result(std::move(op));
        if (got)
            co_return std::move(*got);
        if (got.error() == core::cond::cancelled)
            throw system_error(got.error());
        throw error(explain(got.error(), env_.device->name(), "reading the " + std::string(what)));
    }

    awaitable<std::unique_ptr<core::byte_stream>> dial() {
        auto below = co_await way_->dialer()(way_->port());
        if (way_->port() != transports::lms_tls_port)
            co_return below;
        transports::tls_client_options how;
        how.trust.check = transports::tls_trust::kind::judged;
        how.trust.judge = [this](const auto &chain) { return believes(chain); };
        co_return co_await transports::tls_connect(std::move(below), std::move(how));
    }

    // A device that is set up shows a certificate that it made itself: there is nothing to compare
    // it with.
    bool believes(const std::vector<std::vector<std::byte>> &chain) {
        if (skip_check_ || set_up_)
            return true;
        tls_fault_ = wsman::fault_of_on_die_chain(chain, {});
        return tls_fault_.empty();
    }

    const environment &env_;
    core::secret password_;
    bool skip_check_;
    heci::amthi amt_;
    const settings &options_;
    std::optional<amt_way> way_;
    std::unique_ptr<core::random_source> random_;
    std::optional<wsman::client> client_;
    heci::control_mode mode_{};
    bool set_up_ = false;
    std::string tls_fault_;
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

const std::string &amt_client::tls_fault() const noexcept {
    return impl_->tls_fault();
}

awaitable<void> amt_client::close() {
    return impl_->close();
}

} // namespace costrand::activate
