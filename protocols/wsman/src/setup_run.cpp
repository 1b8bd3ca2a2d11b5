// SPDX-License-Identifier: Apache-2.0
#include "setup_run.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/namespaces.hpp>

#include <utility>

namespace costrand::wsman {

namespace {

constexpr std::string_view component = "wsman.setup";

// Of the answer to a call that got lost (wsman.md 2.2).
constexpr int most_looks = 3;

void throw_if_cancelled(const error_code &why) {
    if (why == core::cond::cancelled)
        throw system_error(why);
}

} // namespace

std::string password_parameters(const core::secret &ha1, std::string_view others) {
    constexpr std::size_t markup = 160;
    std::string out;
    out.reserve(ha1.reveal().size() + others.size() +
                markup); // it must not move: that would leave a copy
    out += "<h:NetAdminPassEncryptionType>2</h:NetAdminPassEncryptionType>"
           "<h:NetworkAdminPassword>";
    out += ha1.reveal();
    out += "</h:NetworkAdminPassword>";
    out += others;
    return out;
}

bool is_unanswered(const setup_failure &why) {
    return why.code != setup_errc::method_refused && why.code != errc::fault &&
           why.code != errc::unauthorized;
}

void setup_run::fail(setup_step step, error_code code, std::string text,
                     std::optional<control_mode> now) {
    setup_failure why;
    why.step = step;
    why.code = code;
    why.text = std::move(text);
    throw setup_error(std::move(why), now);
}

setup_failure setup_run::explain(setup_step step, const std::string &what,
                                 const system_error &e) const {
    setup_failure why;
    why.step = step;
    why.code = e.code();
    if (e.code() == errc::unauthorized)
        why.text = what + ": AMT refused " + std::string(user_);
    else
        why.text = what + ": " + e.what();
    if (const auto *refused = dynamic_cast<const fault_error *>(&e)) {
        const auto in_practice = meaning(refused->fault());
        why.text = what + ": AMT answered with the fault " + to_string(refused->fault());
        if (!in_practice.empty())
            why.text += ": " + std::string(in_practice);
    }
    return why;
}

awaitable<control_mode> setup_run::mode_before() {
    auto mode = co_await core::as_result(means_.read_mode());
    if (mode)
        co_return *mode;
    throw_if_cancelled(mode.error());
    fail(setup_step::read_mode, mode.error(),
         "the device's control mode cannot be read: " + mode.error().message(), std::nullopt);
}

awaitable<std::optional<control_mode>> setup_run::look() {
    auto mode = co_await core::as_result(means_.read_mode());
    std::optional<control_mode> out;
    if (mode)
        out = *mode;
    else
        throw_if_cancelled(mode.error());
    co_return out;
}

awaitable<xml_element> setup_run::read(setup_step step, std::string_view class_name) {
    std::optional<setup_failure> failed;
    try {
        co_return co_await amt_.get(uri::of_class(class_name));
    } catch (const system_error &e) {
        throw_if_cancelled(e.code());
        failed = explain(step, std::string(class_name), e);
    }
    const auto now = co_await look();
    throw setup_error(std::move(*failed), now);
}

awaitable<core::secret> setup_run::new_ha1(core::secret password) {
    constexpr auto step = setup_step::read_general_settings;
    const auto settings = co_await read(step, "AMT_GeneralSettings");
    const std::string realm(settings.value("DigestRealm"));
    if (realm.empty()) {
        const auto now = co_await look();
        fail(step, setup_errc::reply_incomplete, "AMT_GeneralSettings without its DigestRealm",
             now);
    }
    auto ha1 = digest_ha1("admin", realm, password);
    if (!ha1)
        fail(step, ha1.error(), ha1.error().message(), control_mode::none);
    co_return std::move(*ha1);
}

awaitable<std::optional<setup_failure>> setup_run::call(setup_step step,
                                                        std::string_view class_name,
                                                        std::string_view method,
                                                        std::string parameters) {
    const std::string what = std::string(class_name) + "." + std::string(method);
    std::optional<setup_failure> failed;
    try {
        method_call asked(uri::of_class(class_name), std::string(method), std::move(parameters));
        const auto output = co_await amt_.invoke(std::move(asked));
        const auto value = return_value(output);
        if (value == 0u)
            co_return failed;
        failed.emplace();
        failed->step = step;
        failed->return_value = value;
        failed->code = value ? setup_errc::method_refused : setup_errc::reply_incomplete;
        failed->text = what + (value ? " was refused with " + setup_return_text(method, *value)
                                     : " was answered without a ReturnValue");
    } catch (const system_error &e) {
        throw_if_cancelled(e.code());
        failed = explain(step, what, e);
    }
    means_.log.debug(component, failed->text);
    co_return failed;
}

awaitable<setup_result> setup_run::settled(setup_step step, control_mode before,
                                           control_mode wanted,
                                           std::optional<setup_failure> failed) {
    // A device that said no has not begun anything that could still come true.
    const int looks = failed && !is_unanswered(*failed) ? 1 : most_looks;
    std::optional<control_mode> now;
    for (int i = 0; i < looks && now != wanted; ++i) {
        if (i > 0)
            co_await core::sleep_for(means_.times.mode_look);
        now = co_await look();
    }
    if (!failed && !now)
        means_.log.warn(component, "AMT said yes; its control mode cannot be read to see it");
    if (!failed && now && now != wanted)
        fail(step, setup_errc::not_in_effect,
             "AMT said yes, and should now be in another control mode", now);
    if (failed && now != wanted)
        throw setup_error(std::move(*failed), now);
    setup_result out;
    out.before = before;
    out.after = wanted;
    out.in_spite_of = std::move(failed);
    co_return out;
}

awaitable<void> setup_run::become_admin(core::secret password, const setup_result &so_far) {
    amt_.set_user("admin", std::move(password));
    user_ = "the password of admin";
    if (!so_far.in_spite_of)
        co_return;
    auto ask = amt_.get(uri::of_class("AMT_GeneralSettings"));
    auto known =
        co_await core::as_result(core::with_deadline(means_.times.owner_check, std::move(ask)));
    if (!known)
        throw_if_cancelled(known.error());
    if (!known && known.error() == errc::unauthorized)
        fail(so_far.in_spite_of->step, setup_errc::already_activated,
             so_far.in_spite_of->text +
                 "; somebody else activated the device meanwhile, with another password",
             so_far.after);
    means_.log.info(component, "activated, in spite of: ", so_far.in_spite_of->text);
}

awaitable<void> setup_run::commit(setup_result &so_far) {
    amt_.disconnect();
    auto failed = co_await call(setup_step::commit, configuration_service, "CommitChanges", "");
    if (!failed)
        co_return;
    // The ports restart behind it: the answer can be cut off (wsman.md 2.2).
    if (failed->code == errc::reply_lost) {
        so_far =
            co_await settled(setup_step::commit, so_far.before, so_far.after, std::move(failed));
        co_return;
    }
    co_await take_back();
    const auto now = co_await look();
    throw setup_error(std::move(*failed), now);
}

// Best effort: what the device is afterwards is looked at and told.
awaitable<void> setup_run::take_back() {
    constexpr auto step = setup_step::unprovision;
    const auto refused = co_await call(step, configuration_service, "Unprovision",
                                       "<h:ProvisioningMode>1</h:ProvisioningMode>");
    if (!refused || !means_.unprovision_by_host)
        co_return;
    auto by_host = co_await core::as_result(means_.unprovision_by_host());
    if (!by_host)
        throw_if_cancelled(by_host.error());
}

} // namespace costrand::wsman
