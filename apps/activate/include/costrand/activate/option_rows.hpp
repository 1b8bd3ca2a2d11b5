// SPDX-License-Identifier: Apache-2.0
// Rows of option tables: how one is written, and those that several commands have in common.
// Included by the sources that make a table, and by nobody else.
#pragma once

#include <costrand/activate/cli.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace costrand::activate::option_rows {

// `command` is empty for an option of all commands.
constexpr option_spec row(std::string_view command, std::string_view name, char letter,
                          std::string_view environment, value_kind kind,
                          std::string_view value_name, standing state, std::string_view help) {
    return {name, letter, environment, kind, value_name, {}, command, state, false, {}, help};
}
constexpr option_spec global(std::string_view name, char letter, std::string_view environment,
                             value_kind kind, std::string_view value_name, standing state,
                             std::string_view help) {
    return row({}, name, letter, environment, kind, value_name, state, help);
}
constexpr option_spec secret(option_spec spec) {
    spec.secret = true;
    return spec;
}
constexpr option_spec fallback(std::string_view value, option_spec spec) {
    spec.fallback = value;
    return spec;
}
constexpr option_spec one_of(std::string_view choices, std::string_view value, option_spec spec) {
    spec.choices = choices;
    spec.fallback = value;
    return spec;
}

// One table of several parts, in their order.
template <std::size_t... sizes>
constexpr std::array<option_spec, (sizes + ...)>
joined(const std::array<option_spec, sizes> &...parts) {
    std::array<option_spec, (sizes + ...)> out{};
    std::size_t at = 0;
    const auto add = [&](const auto &part) {
        for (const option_spec &spec : part)
            out[at++] = spec;
    };
    (add(parts), ...);
    return out;
}

// How AMT is reached.
constexpr std::array<option_spec, 1> transport_row(std::string_view command) {
    return {one_of("lms|lme|auto", "auto",
                   row(command, "transport", 0, "RPC_TRANSPORT", value_kind::choice, "",
                       standing::works,
                       "how AMT is reached: through the LMS service, through the kernel driver, or "
                       "the first of the two that is there"))};
}
constexpr std::array<option_spec, 1> device_row(std::string_view command) {
    return {row(command, "device", 0, "RPC_DEVICE", value_kind::text, "PATH", standing::works,
                "the HECI device node, or unix:PATH for a simulated one; without it the machine's "
                "own is looked for")};
}

// The provisioning server and the way to it.
constexpr option_spec url_row(std::string_view command) {
    return row(command, "url", 'u', "RPC_URL", value_kind::text, "URL", standing::works,
               "the provisioning server: ws://HOST[:PORT]/activate or wss://...");
}
constexpr option_spec uuid_row(std::string_view command) {
    return row(command, "uuid", 0, "RPC_UUID", value_kind::text, "UUID", standing::works,
               "UUID to report instead of the device's own");
}
constexpr std::array<option_spec, 5> server_run_rows(std::string_view command) {
    using enum value_kind;
    return {
        row(command, "proxy", 0, "RPC_PROXY", login, "URL", standing::works,
            "the proxy before the server: http://[USER:PASSWORD@]HOST:PORT or socks5://...; "
            "--proxy= for none; when not given, https_proxy (for ws http_proxy), all_proxy and "
            "no_proxy decide"),
        fallback("120",
                 row(command, "server-timeout", 0, "RPC_SERVER_TIMEOUT", seconds, "SECONDS",
                     standing::works, "give up after so long without a word from the server")),
        row(command, "tls-tunnel", 0, "RPC_TLS_TUNNEL", toggle, "", standing::works,
            "ask the server to talk TLS with AMT itself, through this program; devices that take "
            "TLS only do so anyway"),
        row(command, "trace", 0, "RPC_TRACE", text, "FILE", standing::works,
            "write what happens to FILE, a JSON object a line: times, names and sizes, no secrets"),
        row(command, "report", 0, "RPC_REPORT", text, "FILE", standing::works,
            "in the end write FILE, an HTML page with the sequence diagram of the run"),
    };
}

inline constexpr std::array password_row = {
    secret(global("password", 0, "AMT_PASSWORD", value_kind::text, "PASSWORD", standing::works,
                  "AMT's admin password; needed when the device is activated already"))};

inline constexpr std::array server_rows = {
    global("tenantid", 0, "TENANT_ID", value_kind::text, "ID", standing::works,
           "tenant on the server"),
    global("skip-cert-check", 'n', "RPC_SKIP_CERT_CHECK", value_kind::toggle, "", standing::works,
           "do not verify the server's certificate"),
};

inline constexpr std::array output_rows = {
    one_of("trace|debug|info|warn|error|fatal|panic", "info",
           global("log-level", 0, "RPC_LOG_LEVEL", value_kind::choice, "", standing::works,
                  "how much is told on stderr")),
    global("verbose", 'v', "RPC_VERBOSE", value_kind::toggle, "", standing::works,
           "log level trace"),
    global("json", 'j', "RPC_JSON", value_kind::toggle, "", standing::works,
           "results and log lines as JSON"),
    global("no-color", 0, "NO_COLOR", value_kind::toggle, "", standing::works,
           "no colours on a terminal"),
    global("help", 'h', "", value_kind::toggle, "", standing::works, "this text"),
    global("version", 0, "", value_kind::toggle, "", standing::works, "the version"),
};

// Options of the reference client that change nothing here.
inline constexpr std::array amt_trust_row = {
    global("skip-amt-cert-check", 0, "RPC_SKIP_AMT_CERT_CHECK", value_kind::toggle, "",
           standing::no_effect, "AMT's own certificate is not seen in a plain activation"),
};
inline constexpr std::array lms_rows = {
    fallback("localhost", global("lmsaddress", 0, "RPC_LMSADDRESS", value_kind::text, "HOST",
                                 standing::no_effect, "127.0.0.1 is used")),
    fallback("16992", global("lmsport", 0, "RPC_LMSPORT", value_kind::text, "PORT",
                             standing::no_effect, "16992 or 16993 is used")),
};
inline constexpr std::array http_server_rows = {
    secret(global("auth-token", 0, "AUTH_TOKEN", value_kind::text, "TOKEN", standing::no_effect,
                  "for http servers")),
    global("auth-username", 0, "AUTH_USERNAME", value_kind::text, "NAME", standing::no_effect,
           "for http servers"),
    secret(global("auth-password", 0, "AUTH_PASSWORD", value_kind::text, "PASSWORD",
                  standing::no_effect, "for http servers")),
    global("auth-endpoint", 0, "AUTH_ENDPOINT", value_kind::text, "URL", standing::no_effect,
           "for http servers"),
    global("devices-endpoint", 0, "DEVICES_ENDPOINT", value_kind::text, "URL", standing::no_effect,
           "for http servers"),
};

// Of the commands that ask a management console.
inline constexpr std::array console_rows = {
    global("auth-username", 0, "AUTH_USERNAME", value_kind::text, "NAME", standing::works,
           "the user on the management console"),
    secret(global("auth-password", 0, "AUTH_PASSWORD", value_kind::text, "PASSWORD",
                  standing::works, "that user's password")),
    secret(global("auth-token", 0, "AUTH_TOKEN", value_kind::text, "TOKEN", standing::works,
                  "the console's bearer token, instead of a user and a password")),
    global("auth-endpoint", 0, "AUTH_ENDPOINT", value_kind::text, "URL", standing::works,
           "the console's log-in, as URL or path; without it /api/v1/authorize, then "
           "/mps/login/api/v1/authorize"),
    global("devices-endpoint", 0, "DEVICES_ENDPOINT", value_kind::text, "URL", standing::works,
           "the console's device records, as URL or path; without it /api/v1/devices"),
};

} // namespace costrand::activate::option_rows
