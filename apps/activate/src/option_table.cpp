// SPDX-License-Identifier: Apache-2.0
// The one table of the options of an activation. Parsing, environment, config.yaml and the help
// text are made of it.
#include <costrand/activate/option_rows.hpp>
#include <costrand/activate/options.hpp>

#include <array>

namespace costrand::activate {

namespace {

using enum value_kind;
using enum standing;

using namespace option_rows;

constexpr std::string_view activate_command = "activate";

constexpr option_spec own(std::string_view name, char letter, std::string_view environment,
                          value_kind kind, std::string_view value_name, standing state,
                          std::string_view help) {
    return row(activate_command, name, letter, environment, kind, value_name, state, help);
}

constexpr std::array server_way = {
    url_row(activate_command),
    own("profile", 0, "RPC_PROFILE", text, "NAME", works,
        "the profile's name on that server; `costrand activate` takes a file, too"),
    own("dns", 'd', "RPC_DNS", text, "SUFFIX", works,
        "DNS suffix to report instead of the device's own"),
    own("hostname", 0, "RPC_HOSTNAME", text, "NAME", works,
        "host name to report instead of this machine's"),
    own("name", 0, "RPC_NAME", text, "NAME", works, "friendly name of the device"),
    uuid_row(activate_command),
};

constexpr std::array run = {
    own("from-trace", 0, "", text, "FILE", works,
        "only make the page of --report, from a file that --trace wrote; nothing is activated"),
    one_of("amt16|amt18|amt19-tls-enforced", "",
           own("demo", 0, "", toggle, "", works,
               "show it without hardware: a simulated device, a small server and this client, in "
               "one process over real sockets. amt16 (the default) is set up in plain, amt18 and "
               "amt19-tls-enforced to admin control mode with TLS")),
};

constexpr std::array idle_and_later = {
    secret(own("key", 'k', "CONFIG_ENCRYPTION_KEY", text, "KEY", no_effect,
               "for encrypted profile files")),
    secret(own("mebxpassword", 0, "MEBX_PASSWORD", text, "PASSWORD", no_effect,
               "for a local activation")),

    own("local", 'l', "RPC_LOCAL", toggle, "", later, "activation without a server"),
    own("ccm", 0, "RPC_CCM", toggle, "", later, "local activation to client control mode"),
    own("acm", 0, "RPC_ACM", toggle, "", later, "local activation to admin control mode"),
    own("stopConfig", 0, "RPC_STOP_CONFIG", toggle, "", later,
        "only stop a configuration under way"),
    own("skipIPRenew", 0, "RPC_SKIP_IP_RENEW", toggle, "", later,
        "no DHCP renewal after a local activation"),
    secret(own("provisioningCert", 0, "PROVISIONING_CERT", text, "BASE64", later,
               "provisioning certificate of a local activation")),
    secret(own("provisioningCertPwd", 0, "PROVISIONING_CERT_PASSWORD", text, "PASSWORD", later,
               "its password")),
};

constexpr auto table =
    joined(server_way, transport_row(activate_command), device_row(activate_command),
           server_run_rows(activate_command), run, password_row, server_rows, output_rows,
           std::array{row({}, "table", 't', "RPC_TABLE", toggle, "", no_effect,
                          "table layout of other commands")},
           amt_trust_row, lms_rows, http_server_rows, idle_and_later);

} // namespace

option_table options() noexcept {
    return table;
}

} // namespace costrand::activate
