// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/command.hpp>

#include <costrand/rps/errc.hpp>

#include <array>
#include <string>

namespace costrand::rps {

namespace {

// RPS cuts the command at single blanks and takes what begins with '-' for an option.
bool can_be_sent(std::string_view word) {
    return !word.empty() && word.front() != '-' && word.find(' ') == std::string_view::npos;
}

core::result<command> with_password(task kind, std::string_view before,
                                    const core::secret &password, std::string_view after,
                                    bool force) {
    if (!can_be_sent(password.reveal()))
        return make_error_code(errc::unsendable_password);
    constexpr std::string_view forced = " -f";
    std::string text;
    text.reserve(before.size() + password.reveal().size() + after.size() + forced.size());
    text += before;
    text += password.reveal();
    text += after;
    if (force)
        text += forced;
    return command{kind, core::secret(std::move(text))};
}

constexpr std::string_view maintenance_prefix = "maintenance -password ";

} // namespace

core::result<command> make_activate(std::string_view profile) {
    if (!can_be_sent(profile))
        return make_error_code(errc::unsendable_profile);
    return command{task::activate, core::secret("activate --profile " + std::string(profile))};
}

core::result<command> make_deactivate(const core::secret &password, bool force) {
    return with_password(task::deactivate, "deactivate --password ", password, "", force);
}

core::result<command> make_maintenance(const core::secret &password, maintenance_task what,
                                       bool force) {
    static constexpr std::array options = {" --synctime", " --synchostname", " --syncip",
                                           " --syncdeviceinfo"};
    return with_password(task::maintenance, maintenance_prefix, password,
                         options[static_cast<std::size_t>(what)], force);
}

core::result<command> make_change_password(const core::secret &password,
                                           const core::secret &new_password, bool force) {
    if (!new_password.empty() && !can_be_sent(new_password.reveal()))
        return make_error_code(errc::unsendable_password);
    std::string option = " --changepassword";
    if (!new_password.empty()) {
        option.reserve(option.size() + 1 + new_password.reveal().size());
        option += ' ';
        option += new_password.reveal();
    }
    auto made = with_password(task::maintenance, maintenance_prefix, password, option, force);
    core::wipe(option);
    return made;
}

} // namespace costrand::rps
