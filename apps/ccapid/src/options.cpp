// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapid/options.hpp>

#include <costrand/activate/exit_code.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/option_rows.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace costrand::ccapid {
namespace {

using namespace activate::option_rows;
using enum activate::value_kind;
constexpr auto works = activate::standing::works;

// Where stock clients look for it: kcm.md 1.
constexpr std::string_view usual_kcm_socket = "/var/run/.heim_org.h5l.kcm-socket";

// Of a server that nobody asked for by name. Our choice.
constexpr std::chrono::seconds rest_of_started{600};

constexpr std::array table = {
    global("kcm-socket", 0, "CCAPID_KCM_SOCKET", text, "PATH", works,
           "speaks KCM there, too, to the same caches: for stock MIT and Heimdal clients"),
    global("per-session", 0, "CCAPID_PER_SESSION", toggle, "", works,
           "caches of this login session alone, not of the user"),
    global(
        "system", 0, "CCAPID_SYSTEM", toggle, "", works,
        "serves KCM clients of all users, each with caches of his own, and nobody over CCAPI; at "
        "/var/run/.heim_org.h5l.kcm-socket unless --kcm-socket says otherwise"),
    global("idle-exit", 0, "CCAPID_IDLE_EXIT", seconds, "SECONDS", works,
           "ends when nobody was there and no cache was kept for that long"),
    global(
        "status", 0, "", toggle, "", works,
        "asks the server that runs what it holds: numbers, nothing of the tickets; with --json as "
        "one JSON object"),
    global("auto-started", 0, "", toggle, "", works,
           "for the client library: it waits until descriptor 3 is closed, which says: it listens; "
           "and --idle-exit=600"),
    one_of("trace|debug|info|warn|error", "info",
           global("log-level", 0, "CCAPID_LOG_LEVEL", choice, "", works,
                  "how much is told on stderr; never names of caches, principals or tickets")),
    global("verbose", 'v', "CCAPID_VERBOSE", toggle, "", works, "log level debug"),
    global("json", 'j', "CCAPID_JSON", toggle, "", works, "log lines, or the --status, as JSON"),
    global("help", 'h', "", toggle, "", works, "this text"),
    global("version", 0, "", toggle, "", works, "the version"),
};

} // namespace

activate::option_table options() noexcept {
    return table;
}

settings read_settings(std::vector<std::string> arguments,
                       const activate::environment_reader &environment) {
    settings out;
    const auto values =
        activate::read_daemon_options(table, std::move(arguments), environment, out);
    out.kcm_socket = values.text("kcm-socket");
    if (!out.kcm_socket.empty() && !out.kcm_socket.starts_with('/'))
        throw activate::error(activate::exit_code::incorrect_command_line_parameters,
                              "--kcm-socket " + activate::printable(out.kcm_socket, 120) +
                                  ": an absolute path is needed, the one that krb5.conf names as "
                                  "kcm_socket");
    out.status = values.is_on("status");
    out.system = values.is_on("system");
    out.per_session = values.is_on("per-session");
    out.auto_started = values.is_on("auto-started");
    if (out.system && (out.per_session || out.auto_started))
        throw activate::error(
            activate::exit_code::incorrect_command_line_parameters,
            "--system is a server for all users, and has no meaning with " +
                activate::named(values, out.per_session ? "per-session" : "auto-started"));
    if (out.system && out.kcm_socket.empty())
        out.kcm_socket = usual_kcm_socket;
    if (const auto rest = values.text("idle-exit"); !rest.empty())
        out.idle_exit = std::chrono::seconds(std::stoul(rest));
    else if (out.auto_started)
        out.idle_exit = rest_of_started;
    return out;
}

std::string help_text() {
    constexpr std::size_t width = 80;
    return "costrand-ccapid keeps the Kerberos credential caches of one user in memory, for\n"
           "programs that use the CCAPI and, with --kcm-socket, for those that use KCM; with\n"
           "--system those of all users, for KCM.\n"
           "\n"
           "Usage: costrand-ccapid [options]\n"
           "\n" +
           activate::describe_options(table, width) +
           "\n"
           "It serves until SIGTERM or SIGINT, or --idle-exit, and ends with 0 then; what it kept\n"
           "is gone.\n"
           "1: a socket is not to be had, or a server cannot be asked; 2: wrong use; 3: there is\n"
           "no server to ask.\n";
}

} // namespace costrand::ccapid
