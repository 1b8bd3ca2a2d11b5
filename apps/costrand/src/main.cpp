// SPDX-License-Identifier: Apache-2.0
// The program costrand: which command, its options, its run, the exit status.
#include "os_facts.hpp"

#include <costrand/activate/execute.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/activate/shell.hpp>
#include <costrand/commands/amtinfo.hpp>
#include <costrand/commands/command.hpp>
#include <costrand/commands/local.hpp>
#include <costrand/commands/report.hpp>

#include <algorithm>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

namespace costrand::commands {

namespace {

constexpr std::string_view program = "costrand";

// 0: no terminal.
std::size_t stdout_columns() {
    return activate::is_terminal(STDOUT_FILENO) ? activate::terminal_columns(STDOUT_FILENO) : 0;
}

std::string shown(const device_info &info, const amtinfo_settings &options) {
    const auto what = describe(info);
    if (options.base.json)
        return as_json(what, info.failure ? &*info.failure : nullptr);
    return options.table ? as_table(what, stdout_columns()) : as_text(what, stdout_columns());
}

awaitable<void> tell_device(net::any_io_executor executor, const amtinfo_settings &options,
                            activate::console &says, bool &told) {
    auto env = activate::host_environment(executor, options.base, says);
    const auto device = activate::open_device(options.base);
    env.device = device.get();
    system_facts system;
    system.smbios_uuid = &smbios_uuid;
    system.address_of = &address_of;
    const auto info = co_await read_device_info(env, system, options.show);
    says.result(shown(info, options));
    told = true;
    if (info.failure)
        throw activate::error(*info.failure);
}

int run_amtinfo(const activate::option_values &values, std::vector<activate::notice> notices) {
    auto options = make_amtinfo_settings(values, notices);
    activate::console says(activate::console_for(options.base));
    for (const auto &[level, line] : notices)
        says.log_line(level, line);
    bool told = false;
    auto end = activate::execute(
        [&](net::any_io_executor strand) { return tell_device(strand, options, says, told); },
        says);
    if (end.signal != 0 && end.why)
        end.why->text = "interrupted by " + std::string(activate::signal_name(end.signal));
    options.base.json = options.base.json && !told; // one object on stdout, not two
    return activate::finish(end, options.base, says);
}

int run_version(bool json) {
    const auto build = activate::about_this_build();
    report_section about{program, program, "", report_section::shape::top, {{}}};
    const auto add = [&](std::string_view key, std::string_view label, std::string_view value) {
        about.entries.front().rows.push_back({key, label, "", std::string(value)});
    };
    add("app", "", program);
    add("version", "Version", build.version);
    add("protocol", "Protocol", build.protocol);
    add("compiler", "Compiler", build.compiler);
    add("platform", "Platform", build.platform);
    activate::write_text(STDOUT_FILENO, json ? as_json({about}, nullptr) : as_text({about}, 0));
    return 0;
}

int run_command(const command_spec &command, const activate::option_values &values,
                std::vector<activate::notice> notices) {
    const auto &words = values.words;
    if (const std::size_t named = !words.empty() && words.front() == command.name ? 1 : 0;
        words.size() > named)
        throw activate::error(activate::exit_code::incorrect_command_line_parameters,
                              "unexpected argument \"" + activate::printable(words[named], 60) +
                                  "\"");
    if (values.is_on("help")) {
        const auto columns = stdout_columns();
        activate::write_text(
            STDOUT_FILENO,
            words.empty()
                ? program_help()
                : command_help(command, columns == 0 ? 80 : std::min<std::size_t>(columns, 120)));
        return 0;
    }
    if (values.is_on("version")) {
        activate::write_text(STDOUT_FILENO, values.is_on("json") ? activate::version_json(program)
                                                                 : activate::version_text(program));
        return 0;
    }
    switch (command.id) {
    case command_id::version:
        return run_version(values.is_on("json"));
    case command_id::activate:
        return run_local(make_activate_settings(values, notices), notices);
    case command_id::deactivate:
        return run_local(make_deactivate_settings(values, notices), notices);
    case command_id::amtinfo:
        break;
    }
    return run_amtinfo(values, std::move(notices));
}

int run(std::span<char *> arguments) {
    std::vector<activate::notice> notices;
    try {
        const auto &command = chosen_command(arguments);
        auto sources = activate::sources_of(arguments);
        activate::hide_secrets(command.options, arguments);
        const auto values = activate::read_options(command.options, std::move(sources), notices);
        activate::hide_environment_secrets(command.options);
        return run_command(command, values, notices);
    } catch (const activate::error &e) { // the options are not in order
        const auto options = activate::settings_for_complaints(arguments);
        activate::console says(activate::console_for(options));
        for (const auto &[level, line] : notices)
            says.log_line(level, line);
        return activate::finish({e.why(), 0}, options, says);
    } catch (const std::bad_alloc &) {
        activate::write_text(STDERR_FILENO, "costrand: out of memory\n");
    }
    return activate::process_status(activate::exit_code::generic_failure);
}

} // namespace

} // namespace costrand::commands

int main(int argc, char **argv) {
    costrand::activate::protect_process();
    return costrand::commands::run(
        {argv + std::min(argc, 1), static_cast<std::size_t>(std::max(argc - 1, 0))});
}
