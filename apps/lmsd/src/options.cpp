// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <costrand/activate/exit_code.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/option_rows.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace costrand::lmsd {
namespace {

using namespace activate::option_rows;
using enum activate::value_kind;
constexpr auto works = activate::standing::works;

constexpr std::array table = {
    global("device", 0, "LMSD_DEVICE", text, "PATH", works,
           "the HECI device node, or unix:PATH for a simulated one; without it the machine's own "
           "is looked for"),
    one_of("trace|debug|info|warn|error", "info",
           global("log-level", 0, "LMSD_LOG_LEVEL", choice, "", works,
                  "how much is told on stderr: debug names every client, trace every message's "
                  "length and type")),
    global("verbose", 'v', "LMSD_VERBOSE", toggle, "", works, "log level debug"),
    global("json", 'j', "LMSD_JSON", toggle, "", works, "log lines as JSON"),
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
        throw activate::error(activate::exit_code::incorrect_command_line_parameters,
                              "\"" + activate::printable(values.words.front(), 60) +
                                  "\": there are no commands, only options; --help lists them");
    settings out;
    out.device = values.text("device");
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
    return "costrand-lmsd is a local management service (LMS) for machines that have none:\n"
           "it carries connections to the ports 16992 and 16993 of 127.0.0.1 and ::1 to Intel\n"
           "AMT, over the kernel's management engine device.\n"
           "\n"
           "Usage: costrand-lmsd [options]\n"
           "\n" +
           activate::describe_options(table, width) +
           "\n"
           "It serves until SIGTERM or SIGINT, and ends with 0 then; 1: the device or a port\n"
           "is not to be had; 2: wrong use. Sockets that a service manager passes\n"
           "(sd_listen_fds) are taken instead of its own.\n";
}

} // namespace costrand::lmsd
