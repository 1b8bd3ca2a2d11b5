// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/errc.hpp>

#include <costrand/core/error.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace costrand::rps {

namespace {

// Exit codes: the published table of the reference client. Text: what happened, then what to do.
struct entry {
    errc code;
    int exit_code;
    const char *text;
};

constexpr std::array entries = {
    entry{errc::unsendable_profile, 21,
          "the profile name is empty, holds a blank or begins with '-': the server cannot read "
          "such a name, rename the profile"},
    entry{errc::unsendable_password, 23,
          "the password is empty, holds a blank or begins with '-': the server cannot read such a "
          "password in a command"},
    entry{errc::connection_closed, 10,
          "the provisioning server closed the connection before it said success or error: look "
          "into the server's log"},
    entry{errc::server_silent, 10,
          "the provisioning server fell silent: look into the server's log; the limit is "
          "--server-timeout"},
    entry{errc::message_too_large, 113, "the provisioning server sent a message above 16 MiB"},
    entry{errc::not_json, 113,
          "the provisioning server sent something that is not JSON: is the URL that of RPS "
          "(usually ending in /activate)?"},
    entry{errc::malformed_message, 113,
          "the provisioning server sent JSON that is not a message of its protocol"},
    entry{errc::bad_base64, 113, "unable to decode base64 payload from RPS"},
    entry{errc::empty_payload, 113,
          "the provisioning server asked to send an empty message to AMT"},
    entry{errc::unknown_method, 113,
          "the provisioning server sent a message of a kind that this version does not know"},
    entry{errc::protocol_version, 10,
          "the provisioning server and this program speak different protocol versions (ours is "
          "4.0.0)"},
    entry{
        errc::bad_port_switch, 113,
        "the provisioning server sent a port_switch that cannot be followed: it needs a port from "
        "1 to 65535 and a delay in seconds"},
    entry{errc::amt_connect_failed, 71, "no connection to AMT"},
    entry{errc::port_switch_failed, 71,
          "AMT's TLS port took no connection after the server's port switch: wait a minute and try "
          "again"},
    entry{errc::amt_no_reply, 71, "AMT did not answer in time"},
    entry{errc::amt_reply_incomplete, 101, "AMT's reply broke off or is not HTTP"},
    entry{errc::response_too_large, 101,
          "AMT's reply is larger than the provisioning server accepts (102400 characters)"},
    entry{errc::server_error, 10, "the provisioning server reported an error"},
    entry{errc::password_mismatch, 70,
          "the AMT password is not the one that the provisioning server has stored for this "
          "device"},
    entry{errc::amt_authentication_failed, 100,
          "AMT refused the provisioning server's credentials"},
    entry{errc::activation_failed, 102, "the activation failed"},
    entry{errc::network_failed, 103, "the network configuration failed"},
    entry{errc::cira_failed, 104, "the CIRA configuration failed"},
    entry{errc::tls_failed, 105, "the TLS configuration failed"},
    entry{errc::wifi_failed, 106, "the wireless configuration failed"},
    entry{errc::not_activated, 109, "the device is not activated"},
    entry{errc::deactivation_failed, 110, "the deactivation failed"},
    entry{errc::already_activated, 111,
          "the device is already activated in another control mode: deactivate it first"},
    entry{errc::unknown_profile, 21, "the provisioning server does not have this profile"},
    entry{errc::unknown_domain, 111,
          "the provisioning server has no provisioning certificate for the device's DNS suffix: "
          "add the domain there, or give the suffix with --dns"},
    entry{errc::firmware_refused, 111,
          "the provisioning server refuses this AMT firmware: it needs an update"},
    entry{errc::untrusted_root, 102,
          "AMT does not trust the root of the provisioning certificate: its hash is not in the "
          "device"},
    entry{errc::sync_clock_failed, 150, "the clock was not synchronised"},
    entry{errc::sync_hostname_failed, 151, "the host name was not synchronised"},
    entry{errc::sync_ip_failed, 152, "the IP address was not synchronised"},
    entry{errc::change_password_failed, 153, "the AMT password was not changed"},
    entry{errc::sync_device_info_failed, 154, "the device information was not synchronised"},
};

constexpr const entry *find(int code) noexcept {
    const auto index = static_cast<std::size_t>(code - 1);
    return code >= 1 && index < entries.size() ? &entries[index] : nullptr;
}

constexpr bool in_order() {
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (static_cast<std::size_t>(entries[i].code) != i + 1)
            return false;
    return true;
}
static_assert(in_order(), "one entry for each enumerator, in the order of the enum");
static_assert(entries.size() == static_cast<std::size_t>(errc::sync_device_info_failed));

class category final : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "rps"; }
    std::string message(int value) const override {
        const entry *known = find(value);
        return known ? known->text : "unknown error";
    }
    bool equivalent(int value,
                    const boost::system::error_condition &condition) const noexcept override {
        const auto code = static_cast<errc>(value);
        if (condition == core::cond::timed_out)
            return code == errc::server_silent || code == errc::amt_no_reply;
        return boost::system::error_category::equivalent(value, condition);
    }
};

} // namespace

const boost::system::error_category &error_category() noexcept {
    static const category instance;
    return instance;
}

int exit_code(const boost::system::error_code &error) noexcept {
    constexpr int generic_failure = 10;
    if (!error)
        return 0;
    const entry *known = error.category() == error_category() ? find(error.value()) : nullptr;
    return known ? known->exit_code : generic_failure;
}

} // namespace costrand::rps
