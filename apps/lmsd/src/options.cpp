// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <costrand/activate/option_rows.hpp>

#include <array>
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

} // namespace

activate::option_table options() noexcept {
    return table;
}

settings read_settings(std::vector<std::string> arguments,
                       const activate::environment_reader &environment) {
    settings out;
    const auto values =
        activate::read_daemon_options(table, std::move(arguments), environment, out);
    out.device = values.text("device");
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
