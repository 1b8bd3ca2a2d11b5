// SPDX-License-Identifier: Apache-2.0
// Client control mode: rpc-cli.md 7.1.
#include "setup_run.hpp"

#include <utility>

namespace costrand::wsman {

awaitable<setup_result> activate_client(client &amt, activation what, const setup_means &means) {
    setup_run run(amt, means, "the local system account");
    const auto before = co_await run.mode_before();
    if (before != control_mode::none)
        setup_run::fail(setup_step::read_mode, setup_errc::already_activated,
                        "the device is in " + to_string(before) + " already: deactivate it first",
                        before);
    check_password(what.password);
    const auto ha1 = co_await run.new_ha1(what.password);
    auto failed =
        co_await run.call(setup_step::set_up, setup_service, "Setup", password_parameters(ha1));
    auto result =
        co_await run.settled(setup_step::set_up, before, control_mode::client, std::move(failed));
    co_await run.become_admin(std::move(what.password), result);
    if (what.tls_enforced)
        co_await run.commit(result);
    co_return result;
}

} // namespace costrand::wsman
