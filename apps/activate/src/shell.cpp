// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/shell.hpp>

#include <costrand/activate/process.hpp>
#include <costrand/activate/wiring.hpp>

#include <chrono>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace costrand::activate {

console_options console_for(const settings &options) {
    console_options out;
    out.out = [](std::string_view text) { write_text(STDOUT_FILENO, text); };
    out.err = [](std::string_view text) { write_text(STDERR_FILENO, text); };
    out.wall_clock = [] { return std::chrono::system_clock::now(); };
    out.threshold = options.log_level;
    out.json = options.json;
    // A trace scrolls: a live line below it would only flicker.
    const bool terminal = is_terminal(STDERR_FILENO);
    out.live = terminal && !options.json && options.log_level > core::log_level::debug;
    out.colour = out.live && !options.no_color;
    if (out.live)
        out.columns = [] { return terminal_columns(STDERR_FILENO); };
    return out;
}

const char *environment_variable(const char *name) {
    return std::getenv(name);
}

option_sources sources_of(std::span<char *> arguments) {
    option_sources out;
    out.arguments.assign(arguments.begin(), arguments.end());
    out.environment = &environment_variable;
    out.config_file = "config.yaml";
    return out;
}

void hide_environment_secrets(option_table table) {
    for (const option_spec &spec : table) {
        const std::string variable(spec.environment);
        char *text = variable.empty() ? nullptr : std::getenv(variable.c_str());
        if (text && holds_secret(spec, text)) {
            core::wipe(text, std::char_traits<char>::length(text));
            ::unsetenv(variable.c_str());
        }
    }
}

settings settings_for_complaints(std::span<char *> arguments) {
    settings out;
    const char *variable = std::getenv("RPC_JSON");
    out.json = variable && std::string_view(variable) == "true";
    for (const std::string_view argument : arguments)
        out.json =
            out.json || argument == "--json" || argument == "--json=true" || argument == "-j";
    return out;
}

int finish(const end_of_run &end, const settings &options, console &says) {
    if (end.why) {
        says.fail(*end.why);
        if (options.json)
            says.result(end.signal == 0 ? failure_json(*end.why)
                                        : interrupted_json(*end.why, signal_name(end.signal)));
    }
    if (end.signal != 0)
        die_by(end.signal);
    return end.why ? process_status(end.why->code) : 0;
}

} // namespace costrand::activate
