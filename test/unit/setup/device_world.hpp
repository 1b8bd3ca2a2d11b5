// SPDX-License-Identifier: Apache-2.0
// A simulated device, the client that a program on its host has, over the LMS or over LME, and the
// host interface beside it.
#pragma once

#include <costrand/apf/host.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/firmware.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_lme.hpp>
#include <costrand/wsman/classes/calls.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/setup.hpp>

#include <support/run_coro.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

enum class way { lms, lme };

inline constexpr std::string_view good_password = "P@ssw0rd"; // of wsman.md 2.3's example
inline constexpr std::uint16_t plain_port = 16992, tls_port = 16993;

inline sim::profile plain_profile() {
    return sim::without_delays(sim::amt16());
}
inline sim::profile tls_profile() {
    return sim::without_delays(sim::built_in_profile("amt19-tls-enforced"));
}

// To be ended by end(), within the test coroutine.
class device_world {
  public:
    device_world(net::any_io_executor ex, way how, const sim::profile &p,
                 const std::function<void(sim::device_state &)> &prepare = {})
        : device(ex, p, *random, core::log(), state_of(p, *random, core::now(ex), prepare), with),
          heci(device.heci()),
          amthi(*heci, heci_limits, core::log()),
          how_(how),
          tasks_(ex),
          host_(
              ex, [this] { return heci::open_lme(*heci, heci_limits, core::log()); },
              apf::host_options(), core::log()) {
        means.log = log();
        means.read_mode = [this] { return read_mode(); };
        means.read_provisioning_state = [this] { return read_state(); };
        means.unprovision_by_host = [this] { return unprovision(); };
        means.stop_configuration = [this] { return amthi.stop_configuration(); };
        if (how_ == way::lme)
            tasks_.spawn(host_.run());
    }

    // As the local system account, whose password the host interface tells.
    awaitable<void> log_in() {
        auto account = co_await amthi.read_local_account();
        make_client(std::move(account.user), std::move(account.password));
    }
    void make_client(std::string user, core::secret password) {
        wsman::client_options options;
        options.user = std::move(user);
        options.password = std::move(password);
        amt.emplace([this] { return dial(); }, std::move(options), *random, log());
    }

    // The error that the operation ends with; nothing: none.
    template <typename Result>
    awaitable<std::optional<wsman::setup_error>> failure(awaitable<Result> op) {
        std::optional<wsman::setup_error> out;
        try {
            (void)co_await std::move(op);
        } catch (const wsman::setup_error &e) {
            out = e;
        }
        co_return out;
    }

    // Client control mode, for tests of what comes behind it.
    awaitable<void> activate() {
        co_await log_in();
        auto asked = wsman::activation(core::secret(good_password));
        const auto done = co_await wsman::activate_client(*amt, std::move(asked), means);
        CHECK(done.after == wsman::control_mode::client);
    }

    awaitable<void> end() {
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        amt.reset();
        amthi.close();
        host_.stop();
        (void)co_await core::as_result(tasks_.join());
        device.stop();
        co_await device.run();
        CHECK(device.open_links() == 0);
    }

    // How often a call was answered by the device, whatever the answer.
    [[nodiscard]] std::size_t calls(std::string_view name) const {
        const auto &all = device.calls();
        return static_cast<std::size_t>(
            std::ranges::count(all, std::string(name), &sim::call_record::call));
    }

    std::unique_ptr<core::random_source> random = core::seeded_random(5);
    sim::crypto with = sim::bare_crypto();
    sim::firmware device;
    heci::timeouts heci_limits;
    std::unique_ptr<heci::device> heci;
    heci::amthi amthi;
    wsman::setup_means means;
    std::optional<wsman::client> amt;
    std::string logged;
    std::size_t mode_reads = 0;
    std::optional<bool> over_tls;      // else as the device enforces it
    std::vector<sim::der_bytes> shown; // by AMT on its TLS port
    // Before each look at the control mode: what is thrown there is its failure.
    std::function<void()> before_mode;

  private:
    static sim::device_state state_of(const sim::profile &p, core::random_source &random,
                                      core::time_point now,
                                      const std::function<void(sim::device_state &)> &prepare) {
        auto state = sim::new_device(p, random, now);
        if (prepare)
            prepare(state);
        return state;
    }

    core::log log() {
        return {core::log_level::trace, [this](core::log_level, std::string_view, auto line) {
                    logged += std::string(line) + "\n";
                }};
    }

    awaitable<std::unique_ptr<core::byte_stream>> dial() {
        const bool tls = over_tls.value_or(device.device_profile().tls_enforced);
        const auto port = tls ? tls_port : plain_port;
        std::unique_ptr<core::byte_stream> below;
        if (how_ == way::lme)
            below = co_await host_.open_channel(port);
        else
            below = co_await device.dial_lms(port);
        if (!tls)
            co_return below;
        sim::chain_judge anybody = [this](const auto &chain) {
            shown = chain;
            return true;
        };
        co_return co_await with.tls->connect(std::move(below), std::move(anybody));
    }

    awaitable<wsman::control_mode> read_mode() {
        ++mode_reads;
        if (before_mode)
            before_mode();
        const auto mode = co_await amthi.read_control_mode();
        co_return static_cast<wsman::control_mode>(mode);
    }
    awaitable<wsman::provisioning_state> read_state() {
        const auto state = co_await amthi.read_provisioning_state();
        co_return static_cast<wsman::provisioning_state>(state);
    }
    awaitable<void> unprovision() {
        if (on_unprovision)
            on_unprovision();
        co_await amthi.unprovision();
    }

  public:
    std::function<void()> on_unprovision; // what is thrown there is its failure

  private:
    way how_;
    core::task_group tasks_;
    apf::host host_;
};

inline constexpr std::size_t few_teardowns = 5; // a set-up is long

// For in_world: the device is in admin control mode, with good_password.
inline void in_admin_control(sim::device_state &state) {
    const auto ha1 = wsman::digest_ha1("admin", state.digest_realm, core::secret(good_password));
    sim::enter_admin_control(state, *ha1);
}

// A test with a device of its own, which is ended whatever happens.
inline void in_world(way how, const std::function<awaitable<void>(device_world &)> &body,
                     const sim::profile &p = plain_profile(),
                     const std::function<void(sim::device_state &)> &prepare = {}) {
    run_coro(
        [&](coro_environment env) -> awaitable<void> {
            device_world w(env.executor, how, p, prepare);
            std::exception_ptr failed;
            try {
                co_await body(w);
            } catch (...) {
                failed = std::current_exception();
            }
            co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
            co_await w.end();
            if (failed)
                std::rethrow_exception(failed);
        },
        few_teardowns);
}

// The same for the client of admin, on a device in admin control mode.
inline void with_admin(const std::function<awaitable<void>(device_world &)> &body,
                       const sim::profile &p = plain_profile(), way how = way::lms,
                       const std::function<void(sim::device_state &)> &prepare = {}) {
    in_world(
        how,
        [&body](device_world &w) -> awaitable<void> {
            w.make_client("admin", core::secret(good_password));
            co_await body(w);
        },
        p,
        [&prepare](sim::device_state &state) {
            in_admin_control(state);
            if (prepare)
                prepare(state);
        });
}

// How it failed; no error if it did not. Cancellation goes on.
template <typename Result>
awaitable<error_code> failure(awaitable<Result> op) {
    error_code out;
    try {
        (void)co_await std::move(op);
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled)
            throw;
        out = e.code();
    }
    co_return out;
}

template <typename T>
awaitable<std::size_t> count(wsman::client &from) {
    const auto all = co_await wsman::all_instances<T>(from);
    co_return all.size();
}

} // namespace costrand::test
