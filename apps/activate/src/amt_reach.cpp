// SPDX-License-Identifier: Apache-2.0
#include "amt_reach.hpp"

#include <costrand/transports/heci_watchdog.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/transports/tls.hpp>
#include <costrand/wsman/on_die_chain.hpp>

#include <string_view>
#include <utility>

namespace costrand::activate {

namespace {

constexpr std::string_view component = "wsman";

} // namespace

amt_reach::amt_reach(const environment &env, const settings &options, bool skip_check)
    : env_(env),
      way_(env, options),
      skip_check_(skip_check) {}

awaitable<void> amt_reach::find(bool set_up) {
    set_up_ = set_up;
    const auto told = co_await heci::query_enablement(*env_.device, env_.heci_limits, env_.log);
    if (told && told->known && !told->enabled)
        env_.log.warn(component, "AMT is switched off on this machine: it may not answer");
    const bool tls = told && told->tls_enforced;
    if (tls && !set_up && !skip_check_)
        platform_ = co_await heci::query_platform_id(*env_.device, env_.heci_limits, env_.log);
    co_await way_.find(tls, set_up || !told);
}

awaitable<std::unique_ptr<core::byte_stream>> amt_reach::dial() {
    auto below = co_await way_.dialer()(way_.port());
    if (!is_tls())
        co_return below;
    transports::tls_client_options how;
    how.certificate_chain_pem = shown_chain_;
    how.private_key_pem = shown_key_;
    how.trust.check = transports::tls_trust::kind::judged;
    how.trust.judge = [this](const auto &chain) { return believes(chain); };
    co_return co_await transports::tls_connect(std::move(below), std::move(how));
}

void amt_reach::show(std::string chain_pem, core::secret key) {
    shown_chain_ = std::move(chain_pem);
    shown_key_ = std::move(key);
}

bool amt_reach::is_tls() const {
    return way_.port() == transports::lms_tls_port;
}

bool amt_reach::believes(const std::vector<std::vector<std::byte>> &chain) {
    if (skip_check_ || set_up_)
        return true;
    if (!chain.empty() && wsman::has_hash(chain.front(), expected_))
        return true;
    core::const_bytes serial;
    if (platform_)
        serial = platform_->csme;
    tls_fault_ = wsman::fault_of_on_die_chain(chain, serial);
    return tls_fault_.empty();
}

} // namespace costrand::activate
