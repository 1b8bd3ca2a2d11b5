// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/tls_switch.hpp>

#include <costrand/activate/failure.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace costrand::activate {

namespace {

using wsman::tls_mode;

// Behind CommitChanges the ports restart, which may take 60 s (wsman.md 2.4).
constexpr std::chrono::seconds restart_limit{60};
// Of a port that takes a connection and is mute; our choice.
constexpr std::chrono::seconds look_limit{15};
constexpr std::chrono::seconds between_looks{1};

std::string say(tls_mode mode) {
    switch (mode) {
    case tls_mode::server:
        return "AMT takes connections over TLS only";
    case tls_mode::server_and_plain:
        return "AMT takes connections over TLS, and others";
    case tls_mode::mutual:
        return "AMT takes connections over TLS only, from the network of clients with a "
               "certificate";
    case tls_mode::mutual_and_plain:
        return "AMT takes connections over TLS, from the network of clients with a certificate, "
               "and "
               "others";
    case tls_mode::off:
        break;
    }
    return "AMT's TLS is off";
}

// Nothing: it could not be looked at this time, for the reason in `why`.
awaitable<std::optional<bool>> try_to_look(amt_client &amt, tls_mode mode, std::string &why) {
    try {
        co_await amt.find_again();
        auto look = wsman::has_tls(amt.get(), mode);
        co_return co_await core::with_deadline(look_limit, std::move(look));
    } catch (const error &e) {
        why = e.why().text;
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled || e.code() == wsman::errc::unauthorized)
            throw;
        why = e.code().message();
    }
    co_return std::nullopt;
}

// Until AMT answers on one of its ports. False: it does not within the limit.
awaitable<bool> see(amt_client &amt, const environment &env, tls_mode mode, std::string &why) {
    const auto end = core::now(env.executor) + restart_limit;
    while (core::now(env.executor) < end) {
        co_await core::sleep_for(between_looks);
        const auto seen = co_await try_to_look(amt, mode, why);
        if (seen && !*seen)
            throw error(exit_code::tls_configuration_failed,
                        "AMT said yes, and tells other TLS settings afterwards");
        if (seen)
            co_return true;
    }
    co_return false;
}

awaitable<std::string> say_roots(wsman::client &amt) {
    const auto roots = co_await wsman::count_client_roots(amt);
    if (roots == 0)
        co_return "; no root certificate is in AMT below which a client could have one, so nobody "
                  "gets in over the network until one is added";
    co_return std::string();
}

} // namespace

awaitable<std::string> switch_tls(amt_client &amt, const environment &env,
                                  wsman::tls_settings wanted) {
    const auto mode = wanted.mode;
    const bool answered = co_await wsman::set_tls(amt.get(), std::move(wanted));
    env.step("waiting for AMT's ports");
    std::string why;
    const bool seen = co_await see(amt, env, mode, why);
    if (!seen && !answered)
        throw error(exit_code::tls_configuration_failed,
                    "AMT gave no answer to CommitChanges and is not reached since: " + why);
    if (!seen)
        co_return say(mode) + "; it said yes and is not reached since: " + why;
    if (mode == tls_mode::off)
        (void)co_await wsman::remove_tls_certificate(amt.get());
    if (mode == tls_mode::mutual || mode == tls_mode::mutual_and_plain) {
        const auto more = co_await say_roots(amt.get());
        co_return say(mode) + more;
    }
    co_return say(mode);
}

} // namespace costrand::activate
