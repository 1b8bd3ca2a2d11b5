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

constexpr std::array table = {
    global("kcm-socket", 0, "CCAPID_KCM_SOCKET", text, "PATH", works,
           "speaks KCM there, too, to the same caches: for stock MIT and Heimdal clients"),
    global("per-session", 0, "CCAPID_PER_SESSION", toggle, "", works,
           "caches of this login session alone, not of the user"),
    one_of("trace|debug|info|warn|error", "info",
           global("log-level", 0, "CCAPID_LOG_LEVEL", choice, "", works,
                  "how much is told on stderr; never names of caches, principals or tickets")),
    global("verbose", 'v', "CCAPID_VERBOSE", toggle, "", works, "log level debug"),
    global("json", 'j', "CCAPID_JSON", toggle, "", works, "log lines as JSON"),
    global("help", 'h', "", toggle, "", works, "this text"),
    global("version", 0, "", toggle, "", works, "the version"),
};

core::log_level level_named(std::string_view name) {
    for (const auto level : {core::log_level::trace, core::log_level::debug, core::log_level::warn,
                             core::log_level::error})
        if (name == core::to_string(level))
            return level;
    return core::log_level::info;
}

[[noreturn]] void refuse(const std::string &why) {
    throw activate::error(activate::exit_code::incorrect_command_line_parameters, why);
}

} // namespace

activate::option_table options() noexcept {
    return table;
}

settings read_settings(std::vector<std::string> arguments,
                       const std::function<const char *(const char *)> &environment) {
    activate::option_sources sources;
    sources.arguments = std::move(arguments);
    sources.environment = environment;
    std::vector<activate::notice> notices; // of secrets and config files, which we have none of
    const auto values = activate::read_options(table, std::move(sources), notices);
    if (!values.words.empty())
        refuse("\"" + activate::printable(values.words.front(), 60) +
               "\": there are no commands, only options; --help lists them");
    settings out;
    out.kcm_socket = values.text("kcm-socket");
    if (!out.kcm_socket.empty() && !out.kcm_socket.starts_with('/'))
        refuse("--kcm-socket " + activate::printable(out.kcm_socket, 120) +
               ": an absolute path is needed, the one that krb5.conf names as kcm_socket");
    out.per_session = values.is_on("per-session");
    out.log_level =
        values.is_on("verbose") ? core::log_level::debug : level_named(values.text("log-level"));
    out.json = values.is_on("json");
    if (values.is_on("version"))
        out.action = what_to_do::version;
    if (values.is_on("help"))
        out.action = what_to_do::help;
    return out;
}

std::string help_text() {
    constexpr std::size_t width = 80;
    return "costrand-ccapid keeps the Kerberos credential caches of one user in memory, for\n"
           "programs that use the CCAPI and, with --kcm-socket, for those that use KCM.\n"
           "\n"
           "Usage: costrand-ccapid [options]\n"
           "\n" +
           activate::describe_options(table, width) +
           "\n"
           "It serves until SIGTERM or SIGINT, and ends with 0 then; what it kept is gone.\n"
           "1: a socket is not to be had; 2: wrong use.\n";
}

} // namespace costrand::ccapid
