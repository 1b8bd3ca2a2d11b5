// SPDX-License-Identifier: Apache-2.0
// The program costrand: which command, its options, its run, the exit status.
#include "os_facts.hpp"

#include <costrand/activate/amt_client.hpp>
#include <costrand/activate/execute.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/activate/program.hpp>
#include <costrand/activate/shell.hpp>
#include <costrand/commands/amtinfo.hpp>
#include <costrand/commands/command.hpp>
#include <costrand/commands/configure.hpp>
#include <costrand/commands/diagnostics.hpp>
#include <costrand/commands/firmware_logs.hpp>
#include <costrand/commands/inventory.hpp>
#include <costrand/commands/local.hpp>
#include <costrand/commands/profile_activation.hpp>
#include <costrand/commands/remote.hpp>
#include <costrand/commands/report.hpp>
#include <costrand/core/error.hpp>
#include <costrand/trace/output.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
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

std::size_t help_columns() {
    const auto columns = stdout_columns();
    return columns == 0 ? 80 : std::min<std::size_t>(columns, 120);
}

std::string shown(const device_info &info, const amtinfo_settings &options) {
    const auto what = describe(info);
    if (options.base.json)
        return as_json(what, info.failure ? &*info.failure : nullptr);
    return options.table ? as_table(what, stdout_columns()) : as_text(what, stdout_columns());
}

awaitable<void> ask_wsman(const activate::environment &env, const amtinfo_settings &options,
                          device_info &info) {
    activate::amt_client amt(env, options.base, options.skip_amt_cert_check);
    std::exception_ptr failed;
    try {
        co_await read_over_wsman(amt, env, options.show, info);
    } catch (...) {
        failed = std::current_exception();
    }
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await amt.close();
    if (failed)
        std::rethrow_exception(failed);
    co_await net::this_coro::reset_cancellation_state(net::enable_terminal_cancellation());
}

awaitable<void> tell_device(net::any_io_executor executor, const amtinfo_settings &options,
                            activate::console &says, bool &told) {
    auto env = activate::host_environment(executor, options.base, says);
    const auto device = activate::open_device(options.base);
    env.device = device.get();
    system_facts system;
    system.smbios_uuid = &smbios_uuid;
    auto info = co_await read_device_info(env, system, options.show);
    if (options.show.needs_wsman() && info.heci_usable)
        co_await ask_wsman(env, options, info);
    says.result(shown(info, options));
    told = true;
    if (info.failure && !info.uuid) // there is nothing to send it under
        throw activate::error(*info.failure);
    if (options.base.management) {
        auto seen = inventory_of(info, env.hostname(),
                                 activate::utc_stamp(std::chrono::system_clock::now()));
        co_await send_inventory(env, options.base, std::move(seen));
    }
    if (info.failure)
        throw activate::error(*info.failure);
}

int run_amtinfo(const activate::option_values &values, std::vector<activate::notice> notices) {
    auto options = make_amtinfo_settings(values, notices);
    if (options.base.management)
        activate::use_environment_proxy(options.base, &activate::environment_variable);
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

awaitable<std::vector<fetched_class>> fetch(activate::amt_client &amt,
                                            const activate::environment &env,
                                            const diagnostics_settings &options) {
    co_await amt.open();
    co_return co_await fetch_classes(amt.get(), options.classes, env);
}

void check_written(const std::string &path, error_code why) {
    if (why)
        throw activate::error(activate::exit_code::incorrect_command_line_parameters,
                              "--output " + activate::printable(path, 300) + ": " + why.message());
}

// `file` is open where the result goes to one.
awaitable<void> tell_classes(net::any_io_executor executor, const diagnostics_settings &options,
                             activate::console &says, trace::output &file) {
    auto env = activate::host_environment(executor, options.base, says);
    const auto device = activate::open_device(options.base);
    env.device = device.get();
    activate::amt_client amt(env, options.base, options.skip_amt_cert_check);
    std::vector<fetched_class> classes;
    std::exception_ptr failed;
    try {
        classes = co_await fetch(amt, env, options);
    } catch (...) {
        failed = std::current_exception();
    }
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await amt.close();
    if (failed)
        std::rethrow_exception(failed);
    const auto text = shown_classes(classes, options.format, file.is_open() ? 0 : stdout_columns());
    if (!file.is_open()) {
        says.result(text);
        co_return;
    }
    file.clear();
    check_written(options.output, file.write(text));
}

// `file` is open where --output names one; else it is made when there is something to write.
awaitable<void> tell_log(net::any_io_executor executor, const diagnostics_settings &options,
                         activate::console &says, trace::output &file) {
    auto env = activate::host_environment(executor, options.base, says);
    const auto device = activate::open_device(options.base);
    env.device = device.get();
    firmware_log log;
    if (options.task == diagnostics_task::cira)
        log = co_await read_cira_log(env);
    else
        log = co_await read_csme_log(env);
    auto path = options.output;
    if (path.empty()) {
        path = log_file_name(log, activate::utc_stamp(std::chrono::system_clock::now()));
        check_written(path, file.open(path));
    }
    file.clear();
    check_written(path, file.write(log.content));
    says.result(options.base.json ? log_json(log, path) : log_text(log, path));
}

int run_diagnostics(const command_spec &command, const activate::option_values &values,
                    std::vector<activate::notice> notices) {
    const auto options = make_diagnostics_settings(values, notices);
    activate::console says(activate::console_for(options.base));
    for (const auto &[level, line] : notices)
        says.log_line(level, line);
    if (options.task == diagnostics_task::help) {
        says.result(command_help(command, help_columns()));
        return 0;
    }
    if (options.task == diagnostics_task::list_classes) {
        says.result(class_list());
        return 0;
    }
    trace::output file;
    if (!options.output.empty())
        check_written(options.output, file.open(options.output));
    const auto task = options.task == diagnostics_task::get_classes ? &tell_classes : &tell_log;
    auto end = activate::execute(
        [&](net::any_io_executor strand) { return task(strand, options, says, file); }, says);
    if (end.signal != 0 && end.why)
        end.why->text = "interrupted by " + std::string(activate::signal_name(end.signal));
    return activate::finish(end, options.base, says);
}

int run_version(bool json) {
    const auto build = activate::about_this_build();
    report_section about{std::string(program), "", "", report_section::shape::top, {{}}};
    const auto add = [&](std::string_view key, std::string_view label, std::string_view value) {
        about.entries.front().rows.push_back({key, std::string(label), "", std::string(value)});
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
    if (values.is_on("help")) {
        activate::write_text(STDOUT_FILENO, words.empty() ? program_help()
                                                          : command_help(command, help_columns()));
        return 0;
    }
    if (values.is_on("version")) {
        activate::write_text(STDOUT_FILENO, values.is_on("json") ? activate::version_json(program)
                                                                 : activate::version_text(program));
        return 0;
    }
    if (command.id == command_id::diagnostics)
        return run_diagnostics(command, values, std::move(notices));
    if (command.id == command_id::configure) {
        const auto what = make_configure_settings(values, notices);
        if (what.task != configure_task::help)
            return run_configure(what, notices);
        activate::write_text(STDOUT_FILENO, command_help(command, help_columns()));
        return 0;
    }
    if (command.id == command_id::maintenance) {
        auto what = make_maintenance_settings(values, notices);
        if (what.action != activate::what_to_do::help)
            return activate::run_with_server(std::move(what), std::move(notices));
        activate::write_text(STDOUT_FILENO, command_help(command, help_columns()));
        return 0;
    }
    if (words.size() > 1)
        throw activate::error(activate::exit_code::incorrect_command_line_parameters,
                              "unexpected argument \"" + activate::printable(words[1], 60) + "\"");
    switch (command.id) {
    case command_id::version:
        return run_version(values.is_on("json"));
    case command_id::activate:
        if (is_profile_activation(values))
            return run_profile_activation(make_profile_settings(values, notices), notices);
        return run_local(make_activate_settings(values, notices), notices);
    case command_id::deactivate:
        if (is_remote_deactivation(values)) {
            auto what = make_remote_deactivation(values, notices);
            return activate::run_with_server(std::move(what), std::move(notices));
        }
        return run_local(make_deactivate_settings(values, notices), notices);
    case command_id::amtinfo:
    case command_id::maintenance:
    case command_id::configure:
    case command_id::diagnostics:
        break;
    }
    return run_amtinfo(values, std::move(notices));
}

bool asks_for_words(const activate::option_values &values) {
    return values.is_on("help") || values.is_on("version");
}

int run(int argc, char **argv) {
    const std::span<char *> arguments(argv + std::min(argc, 1),
                                      static_cast<std::size_t>(std::max(argc - 1, 0)));
    std::vector<activate::notice> notices;
    try {
        const auto &command = chosen_command(arguments);
        const auto values =
            activate::read_options(command.options, activate::sources_of(arguments), notices);
        if (command.id == command_id::activate && !asks_for_words(values) &&
            !is_profile_activation(values) && !is_local_activation(values, notices))
            return activate::run_program(argc, argv, "costrand activate");
        activate::hide_secrets(command.options, arguments);
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
    return costrand::commands::run(argc, argv);
}
