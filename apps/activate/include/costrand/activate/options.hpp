// SPDX-License-Identifier: Apache-2.0
// The options of an activation: the one table, and the checked settings that a run is made of.
// Shared by the programs that activate.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/errand.hpp>
#include <costrand/activate/management_console.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/rps/timeouts.hpp>
#include <costrand/transports/proxy.hpp>
#include <costrand/transports/websocket.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::activate {

// Every option that `rpc activate` knows, and ours.
[[nodiscard]] option_table options() noexcept;

// Where the provisioning server is.
struct server_url {
    transports::websocket_url where;
    std::string text; // as given
};

// ws:// and wss:// only. Throws error 20: other schemes, user-info, no host, a bad port.
[[nodiscard]] server_url parse_server_url(std::string_view text);

// The way to the provisioning server, and who says so: "--proxy", "https_proxy".
struct proxy_choice {
    transports::proxy_url where;
    std::string from;
};

enum class transport_choice { automatic, lms, lme };

enum class what_to_do { help, version, activate, make_page };

struct settings {
    what_to_do action = what_to_do::help;

    server_url server;                        // not set for a demo
    std::optional<console_access> management; // the console, of a run that has one
    std::optional<proxy_choice> proxy;
    bool never_proxy = false; // --proxy is given and empty: directly, whatever the environment says
    errand asked;             // of the server
    std::string profile;      // of an activation
    std::string tenant;
    core::secret password;                                 // AMT's; empty: not given
    std::string dns_suffix, hostname, friendly_name, uuid; // empty: not given

    transport_choice transport = transport_choice::automatic;
    std::string device; // path or unix:PATH; empty: look for it
    bool demo = false;
    std::string demo_device; // which; empty: not a demo
    bool skip_cert_check = false;
    bool tls_tunnel = false; // the server is asked to talk TLS with AMT itself
    std::chrono::seconds server_timeout{120};
    std::string trace, report; // files to write; empty: none
    std::string from_trace;    // of make_page: the file to read
    rps::timeouts limits;      // as the environment changes them

    core::log_level log_level = core::log_level::info;
    bool verbose = false;
    bool json = false;
    bool no_color = false;
};

// Checks the values against each other. Throws error with the documented code of each refusal; adds
// to `notices` what is accepted without effect.
[[nodiscard]] settings make_settings(const option_values &values, std::vector<notice> &notices);

// Where the options say nothing of a proxy: the one that the environment names for the server or
// the console, if any (https_proxy and so on, see transports::proxy_of_environment). Throws error.
void use_environment_proxy(settings &options, const transports::environment_reader &environment);

// The durations that the reference client takes from its environment: RPC_PORT_SWITCH_MAX_DELAY and
// RPC_PORT_SWITCH_EXTRA_DELAY (a bare number is seconds), RPC_LME_POST_KEYGEN_PAUSE_MS and
// RPC_LME_FIRST_BYTE_MS (milliseconds); each takes "60s" and "750ms" as well. What is no such text,
// or above a day, is warned of and ignored. RPC_LME_FIRST_BYTE_MS has no effect: nothing here waits
// for silence.
void use_environment_limits(settings &options, const transports::environment_reader &environment,
                            std::vector<notice> &notices);

// How AMT is reached: --transport and --device.
void read_way_settings(const option_values &values, settings &out);

// The server and the way to it, what it is told of the device, the files of the run: what every
// errand has in common. Throws error 20 for a URL that is no provisioning server's, 28 for a
// proxy's that is none, 37.
void read_server_settings(const option_values &values, settings &out);

// Whether a URL is that of a management console: http:// or https://, and not ws:// or wss://.
[[nodiscard]] bool is_console_url(std::string_view url) noexcept;

// The management console whose URL is in that option, and who asks it: --auth-...,
// --devices-endpoint,
// --skip-cert-check. Throws error 20 for a URL, 28 for half a log-in.
void read_console_access(const option_values &values, std::string_view option, settings &out);

// The same for a run that the console is told of, with --proxy and --uuid. Throws error 28 for a
// proxy that is none, and 37, too.
void read_console_settings(const option_values &values, std::string_view option, settings &out);

// The log level and form alone, for telling what make_settings refuses.
void read_output_settings(const option_values &values, settings &out);

// Usage, the three commands people need, and every option, for the program that is called so. The
// short one is for no arguments.
[[nodiscard]] std::string short_help(std::string_view program);
[[nodiscard]] std::string full_help(std::string_view program, std::size_t width);

} // namespace costrand::activate
