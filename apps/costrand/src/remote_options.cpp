// SPDX-License-Identifier: Apache-2.0
// The options of rpc-cli.md 8 with a server, and of the maintenance tasks (rps-session.md 4.1).
#include <costrand/commands/remote.hpp>

#include <costrand/activate/errand.hpp>
#include <costrand/activate/local.hpp>
#include <costrand/activate/option_rows.hpp>
#include <costrand/commands/command.hpp>
#include <costrand/wsman/setup.hpp>

#include <boost/asio/ip/address_v4.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace costrand::commands {

namespace {

using namespace activate::option_rows;
using enum activate::value_kind;
using enum activate::standing;
using activate::exit_code;
using activate::maintenance;
using values_in = const activate::option_values &;

constexpr std::string_view command = "maintenance";

constexpr std::array way = {
    url_row(command),
    row(command, "force", 'f', "RPC_FORCE", toggle, "", works,
        "the server does not compare the AMT password with the one it has stored"),
    uuid_row(command),
};

constexpr std::array own = {
    secret(row(command, "newamtpassword", 0, "RPC_NEWAMTPASSWORD", text, "PASSWORD", works,
               "changepassword: the new password of AMT's admin; without it the server makes one, "
               "which nobody here is told")),
    row(command, "staticip", 0, "RPC_STATICIP", text, "IPV4", works,
        "syncip: the address, instead of this system's on the wired adapter"),
    row(command, "netmask", 0, "RPC_NETMASK", text, "IPV4", works,
        "syncip: its mask, instead of this system's"),
    row(command, "gateway", 0, "RPC_GATEWAY", text, "IPV4", works, "syncip: the gateway"),
    row(command, "primarydns", 0, "RPC_PRIMARYDNS", text, "IPV4", works, "syncip: a name server"),
    row(command, "secondarydns", 0, "RPC_SECONDARYDNS", text, "IPV4", works,
        "syncip: another name server"),
};

constexpr std::array unused = {
    global("table", 't', "RPC_TABLE", toggle, "", no_effect, "table layout of other commands"),
};

constexpr auto maintenance_table = joined(
    way, own, transport_row(command), device_row(command), server_run_rows(command), password_row,
    server_rows, output_rows, unused, amt_trust_row, lms_rows, http_server_rows);

struct task_spec {
    std::string_view name;
    maintenance what;
    std::string_view options; // of `own`, parted by blanks
    std::string_view summary;
};

constexpr std::array tasks = {
    task_spec{"syncclock", maintenance::sync_clock, "", "AMT's clock, after the server's"},
    task_spec{"synchostname", maintenance::sync_host_name, "",
              "AMT's host name, after this machine's"},
    task_spec{"syncip", maintenance::sync_ip, "staticip netmask gateway primarydns secondarydns",
              "the addresses of AMT's wired adapter, after this system's"},
    task_spec{"changepassword", maintenance::change_password, "newamtpassword",
              "the password of AMT's admin, in AMT and on the server"},
    task_spec{"syncdeviceinfo", maintenance::sync_device_info, "",
              "what the server knows of this device"},
};

[[noreturn]] void refuse(exit_code code, std::string text) {
    throw activate::error(code, std::move(text));
}
[[noreturn]] void refuse_syntax(std::string text) {
    refuse(exit_code::incorrect_command_line_parameters, std::move(text));
}

bool holds(std::string_view list, std::string_view word) {
    const auto at = list.find(word);
    return at != list.npos && (at == 0 || list[at - 1] == ' ') &&
           (at + word.size() == list.size() || list[at + word.size()] == ' ');
}

const task_spec &find(std::string_view word) {
    const auto found = std::find_if(tasks.begin(), tasks.end(),
                                    [&](const task_spec &one) { return one.name == word; });
    if (found == tasks.end())
        refuse_syntax('"' + activate::printable(word, 60) +
                      "\" is no maintenance task; maintenance --help lists them");
    return *found;
}

// On the command line alone: a file and an environment serve several tasks.
void refuse_others(values_in values, const task_spec &of) {
    for (const auto &spec : own)
        if (values[spec.name].from == activate::origin::command_line &&
            !holds(of.options, spec.name))
            refuse_syntax(named(values, spec.name) + " is no option of maintenance " +
                          std::string(of.name));
}

std::string ipv4(values_in values, std::string_view option, exit_code code) {
    auto text = values.text(option);
    error_code failed;
    if (!text.empty())
        (void)net::ip::make_address_v4(text, failed);
    if (failed)
        refuse(code, named(values, option) + ": \"" + activate::printable(text, 60) +
                         "\" is no IPv4 address");
    return text;
}

void read_addresses(values_in values, rps::ip_configuration &to) {
    to.ip_address = ipv4(values, "staticip", exit_code::missing_or_incorrect_static_ip);
    to.netmask = ipv4(values, "netmask", exit_code::missing_or_incorrect_network_mask);
    if (!to.ip_address.empty() && to.netmask.empty())
        refuse(exit_code::missing_or_incorrect_network_mask, "--netmask is needed with --staticip");
    to.gateway = ipv4(values, "gateway", exit_code::missing_or_incorrect_gateway);
    to.primary_dns = ipv4(values, "primarydns", exit_code::missing_or_incorrect_primary_dns);
    to.secondary_dns = ipv4(values, "secondarydns", exit_code::missing_or_incorrect_secondary_dns);
}

void read_new_password(values_in values, core::secret &to) {
    to = values["newamtpassword"].text;
    if (to.empty())
        return;
    try {
        wsman::check_password(to);
    } catch (const wsman::setup_error &e) {
        throw activate::error(activate::explain(e));
    }
}

// A password that is asked for later is looked at when it is there.
void check_passwords(const activate::settings &options) {
    const core::secret any("any");
    const auto &password = options.password.empty() ? any : options.password;
    const auto made = command_of(options.asked, "", password);
    if (!made)
        refuse(exit_code::missing_or_incorrect_password,
               "the AMT password: " + made.error().message());
}

activate::settings common_settings(values_in values, std::vector<activate::notice> &notices) {
    activate::note_without_effect(values, notices);
    activate::settings out;
    out.action = activate::what_to_do::activate;
    activate::read_output_settings(values, out);
    activate::read_way_settings(values, out);
    activate::read_server_settings(values, out);
    out.password = values["password"].text;
    out.asked.force = values.is_on("force");
    return out;
}

} // namespace

bool is_remote_deactivation(values_in values) {
    const auto url = values.text("url");
    const bool server = url.starts_with("ws://") || url.starts_with("wss://");
    for (const std::string_view name : {"local", "partial"})
        if (server && values.is_on(name))
            refuse(exit_code::invalid_parameter_combination,
                   named(values, name) + " is for a deactivation without a server and excludes a "
                                         "ws:// or wss:// --url");
    return !url.empty() && !values.is_on("local") && !activate::is_console_url(url);
}

activate::settings make_remote_deactivation(values_in values,
                                            std::vector<activate::notice> &notices) {
    auto out = common_settings(values, notices);
    out.asked.kind = rps::task::deactivate;
    check_passwords(out);
    return out;
}

activate::option_table maintenance_options() noexcept {
    return maintenance_table;
}

std::string maintenance_tasks() {
    constexpr std::size_t column = 18;
    std::string out;
    for (const auto &one : tasks)
        out += summary_line(one.name, one.summary, column);
    return out;
}

activate::settings make_maintenance_settings(values_in values,
                                             std::vector<activate::notice> &notices) {
    if (values.words.size() < 2)
        return {};
    if (values.words.size() > 2)
        refuse_syntax("unexpected argument \"" + activate::printable(values.words[2], 60) + '"');
    const auto &chosen = find(values.words[1]);
    refuse_others(values, chosen);
    auto out = common_settings(values, notices);
    out.asked.kind = rps::task::maintenance;
    out.asked.what = chosen.what;
    if (chosen.what == maintenance::sync_ip)
        read_addresses(values, out.asked.ip);
    if (chosen.what == maintenance::change_password)
        read_new_password(values, out.asked.new_password);
    check_passwords(out);
    return out;
}

} // namespace costrand::commands
