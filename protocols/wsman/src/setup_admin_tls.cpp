// SPDX-License-Identifier: Apache-2.0
// Admin control mode of a device that takes TLS only: rpc-cli.md 7.3.
#include <costrand/wsman/admin_setup.hpp>

#include "base64.hpp"
#include "setup_run.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/retry.hpp>
#include <costrand/wsman/classes/return_values.hpp>
#include <costrand/wsman/xml.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace costrand::wsman {

namespace {

constexpr int most_starts = 3;
// Of CommitChanges: a MEBx password is needed first.
constexpr auto data_missing = static_cast<std::uint32_t>(pt_status::data_missing);

// `ha1` is hexadecimal; AMT wants base64 of the bytes here.
std::string admin_entry(const core::secret &ha1) {
    auto text = base64_of_hex(ha1.reveal());
    constexpr std::size_t markup = 80;
    std::string out;
    out.reserve(text.size() + markup);
    out += "<h:Username>admin</h:Username><h:DigestPassword>";
    out += text;
    out += "</h:DigestPassword>";
    core::wipe(text);
    return out;
}

using outcome = std::optional<setup_failure>;

awaitable<outcome> set_mebx_password(setup_run &run, core::secret password) {
    constexpr std::size_t escaped_at_most = 256;
    xml_writer parameters;
    parameters.reserve(escaped_at_most);
    parameters.element("h:Password", password.reveal());
    // check_password() let nothing through that XML cannot carry.
    auto markup = parameters.finish().value();
    co_return co_await run.call(setup_step::set_mebx_password, configuration_service,
                                "SetMEBxPassword", std::move(markup));
}

awaitable<outcome> commit(setup_run &run) {
    return run.call(setup_step::commit, configuration_service, "CommitChanges", "");
}

awaitable<outcome> configure(setup_run &run, core::secret password, core::secret mebx) {
    const auto ha1 = co_await run.new_ha1(password);
    auto failed = co_await run.call(setup_step::set_up, "AMT_AuthorizationService",
                                    "SetAdminAclEntryEx", admin_entry(ha1));
    const bool wanted = !mebx.empty();
    if (!failed && wanted)
        failed = co_await set_mebx_password(run, std::move(mebx));
    if (failed)
        co_return failed;
    failed = co_await commit(run);
    if (!failed || failed->return_value != data_missing || wanted)
        co_return failed;
    failed = co_await set_mebx_password(run, std::move(password));
    if (!failed)
        failed = co_await commit(run);
    co_return failed;
}

awaitable<void> begin(const tls_admin_activation &what, const setup_means &means) {
    core::retry_policy policy;
    policy.attempts = most_starts;
    policy.first_wait = means.times.start_again;
    auto start = [&what] { return what.start(hash_of_leaf(what.certificate)); };
    auto begun = co_await core::as_result(core::retry(std::move(policy), start));
    if (begun)
        co_return;
    if (begun.error() == core::cond::cancelled)
        throw system_error(begun.error());
    setup_run::fail(setup_step::start_configuration, begun.error(),
                    "Start configuration through the host interface: " + begun.error().message(),
                    control_mode::none);
}

// Best effort: the error that led here is what is told.
awaitable<void> stop(const setup_means &means) {
    auto done = co_await core::as_result(means.stop_configuration());
    if (!done && done.error() == core::cond::cancelled)
        throw system_error(done.error());
    if (!done)
        means.log.debug("wsman.setup", "Stop configuration: ", done.error());
}

} // namespace

awaitable<setup_result> activate_admin_over_tls(client &amt, tls_admin_activation what,
                                                const setup_means &means) {
    setup_run run(amt, means, "the password of admin");
    const auto before = co_await run.mode_before();
    if (before != control_mode::none)
        setup_run::fail(setup_step::read_mode, setup_errc::already_activated,
                        "the device is in " + to_string(before) + " already", before);
    check_password(what.password);
    if (!what.mebx_password.empty())
        check_password(what.mebx_password);
    check_provisioning_certificate(what.certificate, what.trust, what.now);

    std::exception_ptr failed;
    try {
        co_await begin(what, means);
        amt.disconnect();
        amt.set_user("admin", what.password);
        auto answered = co_await configure(run, what.password, std::move(what.mebx_password));
        auto result = co_await run.settled(setup_step::commit, before, control_mode::admin,
                                           std::move(answered));
        co_await run.become_admin(std::move(what.password), result);
        co_return result;
    } catch (const setup_error &e) {
        if (e.mode() == control_mode::admin)
            throw;
        failed = std::current_exception();
    }
    co_await stop(means);
    std::rethrow_exception(failed);
}

} // namespace costrand::wsman
