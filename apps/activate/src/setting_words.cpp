// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/setting_words.hpp>

#include <costrand/wsman/errc.hpp>

namespace costrand::activate {

namespace {

std::string on_off(bool on) {
    return on ? "on" : "off";
}

std::string_view asked_before(wsman::ips::opt_in_required consent) {
    using wsman::ips::opt_in_required;
    return consent == opt_in_required::none  ? "no session"
           : consent == opt_in_required::kvm ? "KVM sessions"
                                             : "all sessions";
}

} // namespace

std::string words_of(const wsman::remote_features &set) {
    auto out = "KVM is " + on_off(set.kvm) + ", SOL " + on_off(set.sol) + ", IDER " +
               on_off(set.ider) + "; the user is asked before ";
    if (!set.consent)
        return out + "the same sessions as until now";
    return out + std::string(asked_before(*set.consent));
}

std::string words_of(const wsman::wired_settings &set) {
    if (set.dhcp)
        return "the wired port gets its addresses by DHCP";
    if (set.ip_sync)
        return "the wired port has the addresses of the operating system";
    return "the wired port has the address " + set.address;
}

std::string words_of(const wsman::cira_settings &set) {
    auto out = "AMT calls the presence server " + printable(set.address, 256) + " as " +
               printable(set.user, 16);
    if (set.home_domains.empty())
        return out + ", from every network";
    out += ", except in networks of";
    for (std::size_t i = 0; i < set.home_domains.size(); ++i)
        out += (i == 0 ? " " : ", ") + printable(set.home_domains[i], 191);
    return out;
}

std::string wifi_sync_words(bool with_system, bool with_uefi, bool can_share) {
    auto out = "wireless profiles of the system are " + std::string(with_system ? "" : "not ") +
               "taken over; ";
    if (!can_share)
        return out + "this device does not share them with the UEFI";
    return out + "they are " + (with_uefi ? "" : "not ") + "shared with the UEFI";
}

failure explain_setting(const system_error &e, std::string_view subject, exit_code general) {
    auto why = explain(e.code(), subject, "");
    if (e.code() == wsman::errc::method_refused || e.code() == wsman::errc::fault ||
        e.code() == wsman::errc::certificate_failed)
        why.text = std::string(subject) + ": " + printable(e.what(), 400);
    if (why.code == exit_code::wsman_message_error)
        why.code = general;
    return why;
}

} // namespace costrand::activate
