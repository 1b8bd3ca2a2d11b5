// SPDX-License-Identifier: Apache-2.0
// The composition root: options, console, the world of the run, the exit status.
#include <costrand/activate/program.hpp>

#include <costrand/activate/console.hpp>
#include <costrand/activate/demo.hpp>
#include <costrand/activate/execute.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/activate/shell.hpp>
#include <costrand/activate/tracing.hpp>
#include <costrand/activate/wiring.hpp>

#include <exception>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

namespace costrand::activate {

namespace {

int tell_version(const settings &options, std::string_view name) {
    const std::string text = options.json ? version_json(name) : version_text(name);
    write_text(STDOUT_FILENO, text);
    return 0;
}

using run_function = awaitable<void> (*)(net::any_io_executor, const settings &, console &,
                                         trace::recorder *);

int run_observed(run_function what, const settings &options, console &says) {
    std::optional<tracing> files;
    try {
        files.emplace(options, says);
    } catch (const error &e) {
        return finish({e.why(), 0}, options, says);
    }
    const auto end = execute(
        [&](net::any_io_executor strand) { return what(strand, options, says, files->recorder()); },
        says);
    files->finish(end);
    return finish(end, options, says);
}

int activate_for_real(const settings &options, console &says) {
    if (!is_root() && !options.device.starts_with("unix:"))
        return finish({failure{exit_code::incorrect_permissions,
                               "the management engine device is for root only: use sudo"},
                       0},
                      options, says);
    return run_observed(&activate_here, options, says);
}

int page_of_trace(const settings &options, console &says) {
    end_of_run end;
    try {
        make_page_of_trace(options, says);
    } catch (const error &e) {
        end.why = e.why();
    }
    return finish(end, options, says);
}

void use_environment(settings &options, std::vector<notice> &notices) {
    use_environment_proxy(options, &environment_variable);
    use_environment_limits(options, &environment_variable, notices);
}

void tell(console &says, const std::vector<notice> &notices) {
    for (const auto &[level, line] : notices)
        says.log_line(level, line);
}

int run(const option_values &values, std::vector<notice> notices, std::string_view name) {
    settings options;
    read_output_settings(values, options);
    try {
        options = make_settings(values, notices);
        use_environment(options, notices);
    } catch (const error &e) {
        console says(console_for(options));
        tell(says, notices);
        return finish({e.why(), 0}, options, says);
    }
    if (options.action == what_to_do::help) {
        write_text(STDOUT_FILENO,
                   full_help(name, is_terminal(STDOUT_FILENO)
                                       ? std::min<std::size_t>(terminal_columns(STDOUT_FILENO), 120)
                                       : 80));
        return 0;
    }
    if (options.action == what_to_do::version)
        return tell_version(options, name);

    console says(console_for(options));
    tell(says, notices);
    if (options.action == what_to_do::make_page)
        return page_of_trace(options, says);
    if (!options.demo)
        return activate_for_real(options, says);
    return run_observed(&run_demo, options, says);
}

} // namespace

int run_with_server(settings options, std::vector<notice> notices) {
    std::optional<failure> refused;
    try {
        use_environment(options, notices);
    } catch (const error &e) {
        refused = e.why();
    }
    console says(console_for(options));
    tell(says, notices);
    if (refused)
        return finish({std::move(refused), 0}, options, says);
    return activate_for_real(options, says);
}

int run_program(int argc, char **argv, std::string_view name) {
    protect_process();
    if (argc < 2) {
        write_text(STDOUT_FILENO, short_help(name));
        return 0;
    }
    const std::span<char *> arguments(argv + 1, static_cast<std::size_t>(argc - 1));
    std::vector<notice> notices;
    try {
        auto sources = sources_of(arguments);
        hide_secrets(options(), arguments);
        const auto values = read_options(options(), std::move(sources), notices);
        hide_environment_secrets(options());
        return run(values, std::move(notices), name);
    } catch (const error &e) { // the options themselves are not in order
        const auto options = settings_for_complaints(arguments);
        console says(console_for(options));
        tell(says, notices);
        return finish({e.why(), 0}, options, says);
    } catch (const std::bad_alloc &) {
        write_text(STDERR_FILENO, "out of memory\n");
    }
    return process_status(exit_code::generic_failure);
}

} // namespace costrand::activate
