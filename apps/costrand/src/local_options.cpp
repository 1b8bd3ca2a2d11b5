// SPDX-License-Identifier: Apache-2.0
// The options of rpc-cli.md 6 and 8, as far as they are about this machine alone.
#include <costrand/commands/local.hpp>

#include <costrand/activate/option_rows.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace costrand::commands {

namespace {

using namespace activate::option_rows;
using enum activate::value_kind;
using enum activate::standing;
using activate::exit_code;

constexpr std::array activate_rows = {
    row("activate", "local", 'l', "RPC_LOCAL", toggle, "", works, "without a server"),
    row("activate", "ccm", 0, "RPC_CCM", toggle, "", works, "to client control mode"),
    row("activate", "acm", 0, "RPC_ACM", toggle, "", works,
        "to admin control mode, from client control mode too; needs --provisioningCert"),
    secret(row("activate", "provisioningCert", 0, "PROVISIONING_CERT", text, "BASE64", works,
               "the provisioning certificate with its key and chain: a PFX file in base64")),
    secret(row("activate", "provisioningCertPwd", 0, "PROVISIONING_CERT_PASSWORD", text, "PASSWORD",
               works, "the password of that file")),
    secret(row("activate", "mebxpassword", 0, "MEBX_PASSWORD", text, "PASSWORD", works,
               "of AMT's own menu; is set only with --acm on devices that take TLS only")),
    row("activate", "stopConfig", 0, "RPC_STOP_CONFIG", toggle, "", works,
        "only stop a configuration that was begun and not finished"),
    row("activate", "name", 0, "RPC_NAME", text, "NAME", works, "friendly name of the device"),
};

constexpr std::array activate_with_server = {
    row("activate", "url", 'u', "RPC_URL", text, "URL", works,
        "the provisioning server: ws://HOST[:PORT]/activate or wss://...; or a profile of a "
        "management console: "
        "https://HOST/api/v1/admin/profiles/export/NAME[?domainName=DOMAIN]"),
    secret(row("activate", "key", 'k', "CONFIG_ENCRYPTION_KEY", text, "KEY", works,
               "of an encrypted profile, instead of the key that the console sends along")),
    row("activate", "hostname", 0, "RPC_HOSTNAME", text, "NAME", works,
        "name or address to report to a server or console instead of this machine's"),
    row("activate", "uuid", 0, "RPC_UUID", text, "UUID", works,
        "UUID to report to a server or console instead of the device's own"),
    global("skip-cert-check", 'n', "RPC_SKIP_CERT_CHECK", toggle, "", works,
           "do not verify the certificate of the server or console"),
};

constexpr std::array activate_others = {
    row("activate", "skipIPRenew", 0, "RPC_SKIP_IP_RENEW", toggle, "", no_effect,
        "no address is renewed here"),
    row("activate", "dns", 'd', "RPC_DNS", text, "SUFFIX", no_effect,
        "what counts is AMT's own suffix"),
};

constexpr std::array deactivate_rows = {
    row("deactivate", "local", 'l', "RPC_LOCAL", toggle, "", works, "without a server"),
    row("deactivate", "partial", 0, "RPC_PARTIAL", toggle, "", works,
        "partial unprovisioning; from admin control mode only"),
};

constexpr std::array deactivate_through_server = {
    row("deactivate", "url", 'u', "RPC_URL", text, "URL", works,
        "the provisioning server that deactivates it: ws://HOST[:PORT]/activate or wss://...; or "
        "the management console that is to forget it: https://HOST"),
    row("deactivate", "force", 'f', "RPC_FORCE", toggle, "", works,
        "through a server: it does not compare the AMT password with the one it has stored"),
    uuid_row("deactivate"),
};

constexpr std::array common = {
    secret(global("password", 0, "AMT_PASSWORD", text, "PASSWORD", works,
                  "AMT's admin password: the one to set, or the one that is set; it is asked for "
                  "when it is needed and there is a terminal")),
    global("skip-amt-cert-check", 0, "RPC_SKIP_AMT_CERT_CHECK", toggle, "", works,
           "over TLS, do not look at what AMT shows before it is set up"),
};

constexpr std::array no_table = {
    global("table", 't', "RPC_TABLE", toggle, "", no_effect, "table layout of other commands"),
};
constexpr std::array no_server = {
    global("tenantid", 0, "TENANT_ID", text, "ID", no_effect, "there is no provisioning server"),
};

constexpr auto activate_table =
    joined(activate_rows, activate_with_server, transport_row("activate"), device_row("activate"),
           common, console_rows, output_rows, activate_others, no_table, no_server, lms_rows);
constexpr auto deactivate_table =
    joined(deactivate_rows, deactivate_through_server, transport_row("deactivate"),
           device_row("deactivate"), server_run_rows("deactivate"), common, server_rows,
           console_rows, output_rows, no_table, lms_rows);

// Options of an activation that mean nothing without a server or console.
constexpr std::array<std::string_view, 9> for_servers = {
    "key",           "hostname",   "uuid",          "skip-cert-check", "auth-username",
    "auth-password", "auth-token", "auth-endpoint", "devices-endpoint"};

[[noreturn]] void refuse(exit_code code, std::string text) {
    throw activate::error(code, std::move(text));
}
[[noreturn]] void exclude(const activate::option_values &values, std::string_view one,
                          std::string_view other) {
    refuse(exit_code::invalid_parameter_combination,
           named(values, one) + " and " + named(values, other) + " exclude each other");
}

local_settings common_settings(const activate::option_values &values,
                               std::vector<activate::notice> &notices) {
    activate::refuse_later(values);
    activate::note_without_effect(values, notices);
    local_settings out;
    activate::read_output_settings(values, out.base);
    activate::read_way_settings(values, out.base);
    out.base.password = values["password"].text;
    out.request.skip_amt_cert_check = values.is_on("skip-amt-cert-check");
    return out;
}

activate::local_goal goal_of(const activate::option_values &values) {
    const bool client = values.is_on("ccm"), admin = values.is_on("acm"),
               stop = values.is_on("stopConfig");
    if (client && admin)
        exclude(values, "ccm", "acm");
    if (stop && (client || admin))
        exclude(values, "stopConfig", client ? "ccm" : "acm");
    if (stop)
        return activate::local_goal::stop_configuration;
    if (!values.is_on("local"))
        refuse(exit_code::incorrect_command_line_parameters,
               "--ccm and --acm need --local: activation without a server");
    if (!client && !admin)
        refuse(exit_code::incorrect_command_line_parameters,
               "--local needs a mode: --ccm (client control) or --acm (admin control)");
    if (admin && !values.given("provisioningCert"))
        refuse(exit_code::incorrect_command_line_parameters,
               "--acm needs a provisioning certificate: set PROVISIONING_CERT or give "
               "--provisioningCert");
    return admin ? activate::local_goal::admin_control : activate::local_goal::client_control;
}

} // namespace

activate::option_table activate_options() noexcept {
    return activate_table;
}
activate::option_table deactivate_options() noexcept {
    return deactivate_table;
}

bool is_local_activation(const activate::option_values &values,
                         std::vector<activate::notice> &notices) {
    constexpr std::array<std::string_view, 4> asked = {"local", "ccm", "acm", "stopConfig"};
    if (std::none_of(asked.begin(), asked.end(),
                     [&](std::string_view name) { return values.is_on(name); }))
        return false;
    const std::string url = values.text("url");
    if (url.starts_with("ws://") || url.starts_with("wss://"))
        return false; // where it is refused
    if (values.given("profile"))
        refuse(exit_code::incorrect_command_line_parameters,
               named(values, "profile") +
                   " names a profile of a server, which an activation without a server does not "
                   "ask; the name of a file has a / in it, or ends in .yaml, .yml or .json");
    if (!url.empty())
        notices.emplace_back(core::log_level::warn, named(values, "url") +
                                                        " is not used by an activation without a "
                                                        "server");
    return true;
}

local_settings make_activate_settings(const activate::option_values &values,
                                      std::vector<activate::notice> &notices) {
    auto out = common_settings(values, notices);
    for (const std::string_view name : for_servers)
        if (values.given(name))
            notices.emplace_back(core::log_level::warn,
                                 named(values, name) + " has no effect here: there is no server");
    out.base.friendly_name = values.text("name");
    out.request.goal = goal_of(values);
    out.request.certificate = values["provisioningCert"].text;
    out.request.certificate_password = values["provisioningCertPwd"].text;
    out.request.mebx_password = values["mebxpassword"].text;
    return out;
}

local_settings make_deactivate_settings(const activate::option_values &values,
                                        std::vector<activate::notice> &notices) {
    auto out = common_settings(values, notices);
    const auto url = values.text("url");
    if (url.empty() && !values.is_on("local"))
        refuse(exit_code::incorrect_command_line_parameters,
               values.is_on("partial")
                   ? "--partial needs --local: it is for a deactivation without a server"
                   : "deactivate needs --url, the provisioning server or the management console, "
                     "or --local");
    if (!url.empty()) {
        if (values.is_on("partial"))
            refuse(exit_code::invalid_parameter_combination,
                   named(values, "partial") + " leaves the device set up in part: the console's "
                                              "record is still needed, and --url deletes it");
        activate::read_console_settings(values, "url", out.base);
    }
    out.request.goal = activate::local_goal::deactivation;
    out.request.partial = values.is_on("partial");
    return out;
}

} // namespace costrand::commands
