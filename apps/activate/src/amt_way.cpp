// SPDX-License-Identifier: Apache-2.0
#include "amt_way.hpp"

#include <costrand/apf/errc.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/transports/heci_lme.hpp>

#include <string_view>
#include <utility>

namespace costrand::activate {

namespace {

constexpr std::string_view component = "activate";

} // namespace

amt_way::amt_way(const environment &env, const settings &options)
    : env_(env),
      options_(options),
      background_(env.executor) {}

// LMS first, unless the user chose. One that takes connections and answers none is not used: each
// of the server's requests would wait for it in vain.
awaitable<void> amt_way::find(bool tls_enforced, bool plain_may_be_closed) {
    if (tls_enforced)
        port_ = transports::lms_tls_port;
    if (options_.transport != transport_choice::lme) {
        env_.step("looking for " + lms_name(), true);
        lms_failure_ = co_await probe_lms();
        if (!lms_failure_) {
            env_.log.trace(component, "Using existing LMS");
            co_return;
        }
        if (options_.transport == transport_choice::lms)
            throw error(explain(lms_failure_, lms_name(), {}));
        env_.log.trace(component, "LMS dial failed (", lms_failure_,
                       "); falling back to LME (in-band HECI/APF)");
    }
    path_ = rps::amt_path::lme;
    co_await open_lme();
    if (plain_may_be_closed && port_ == transports::lms_plain_port)
        co_await try_plain_channel();
}

awaitable<void> amt_way::close() {
    if (host_)
        host_->stop();
    background_.cancel();
    // A lost link showed where it was used.
    (void)co_await core::as_result(background_.join());
    host_.reset();
}

rps::amt_dialer amt_way::dialer() {
    if (path_ == rps::amt_path::lme)
        return [host = &*host_](std::uint16_t port) { return host->open_channel(port); };
    return env_.dial_lms;
}

// What is wrong with the LMS; nothing when it can be used. When its plain port is closed the TLS
// port may be open: a device whose TLS was configured takes nothing else.
awaitable<error_code> amt_way::probe_lms() {
    auto failure = co_await probe_port();
    if (failure != transports::lms_errc::not_running || port_ == transports::lms_tls_port)
        co_return failure;
    port_ = transports::lms_tls_port;
    const auto tls_failure = co_await probe_port();
    if (!tls_failure)
        co_return error_code();
    port_ = transports::lms_plain_port;
    co_return failure;
}

awaitable<error_code> amt_way::probe_port() {
    auto dialled = co_await core::as_result(env_.dial_lms(port_));
    lms_takes_connections_ = dialled.has_value();
    if (dialled && port_ == transports::lms_tls_port)
        co_return error_code(); // who speaks first there is the server
    if (dialled)
        co_return co_await transports::ask_lms(**dialled, transports::lms_options().limit);
    if (dialled.error() == core::cond::cancelled)
        throw system_error(dialled.error());
    co_return dialled.error();
}

std::string amt_way::lms_name() const {
    return "the LMS on 127.0.0.1:" + std::to_string(port_);
}

awaitable<void> amt_way::open_lme() {
    env_.step("opening the APF session over LME");
    apf::link_dialer dial = [env = &env_, dials = 0]() mutable {
        if (++dials > 1)
            env->log.warn(component, "mei device unavailable, reinitializing");
        return heci::open_lme(*env->device, env->heci_limits, env->log);
    };
    host_.emplace(env_.executor, std::move(dial), apf::host_options(), env_.log);
    background_.spawn(host_->run());
    auto ready = co_await core::as_result(host_->ready());
    if (ready)
        co_return;
    if (ready.error() == core::cond::cancelled)
        throw system_error(ready.error());
    throw error(explain_lme(ready.error()));
}

awaitable<void> amt_way::try_plain_channel() {
    auto plain = co_await core::as_result(host_->open_channel(transports::lms_plain_port));
    if (plain)
        (*plain)->close();
    else if (plain.error() == core::cond::cancelled)
        throw system_error(plain.error());
    else if (plain.error() == apf::errc::open_connect_failed ||
             plain.error() == apf::errc::open_prohibited)
        port_ = transports::lms_tls_port;
}

// A sick LMS may be what holds the device.
failure amt_way::explain_lme(error_code why) const {
    failure out = explain(why, "the LME client of " + env_.device->name(), {});
    if (lms_failure_ && lms_failure_ != transports::lms_errc::not_running)
        out.text += "; before, " + lms_name() + ": " + lms_failure_.message();
    return out;
}

} // namespace costrand::activate
