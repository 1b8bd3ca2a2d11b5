// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/daemon.hpp>

#include <costrand/activate/console.hpp>
#include <costrand/activate/exit_code.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/core/spawn.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <utility>

#include <unistd.h>

namespace costrand::activate {

namespace {

constexpr int failed = 1, wrong_use = 2;

void tell_stdout(std::string_view text) {
    write_text(STDOUT_FILENO, text);
}
void tell_stderr(std::string_view text) {
    write_text(STDERR_FILENO, text);
}

core::log_level level_named(std::string_view name) {
    for (const auto level : {core::log_level::trace, core::log_level::debug, core::log_level::warn,
                             core::log_level::error})
        if (name == core::to_string(level))
            return level;
    return core::log_level::info;
}

// Throws what the service threw, unless a signal came before.
void serve_until_signal(const daemon &what, console &says) {
    std::exception_ptr failure;
    bool asked = false;
    net::cancellation_signal cancel;
    net::io_context context(1);
    // One thread runs the context, so it is its own strand; a tenth of the CPU time of a small
    // request went into another one.
    const net::any_io_executor strand = context.get_executor();
    net::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](error_code ec, int number) {
        if (ec)
            return; // the service has ended
        asked = true;
        signals.clear(); // a second one has its default effect
        says.log_line(core::log_level::info, "stops: " + std::string(signal_name(number)));
        net::post(strand, [&] { cancel.emit(net::cancellation_type::terminal); });
    });
    core::spawn(strand, what.service(says.log()),
                net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) {
                    failure = thrown;
                    signals.cancel();
                }));
    context.run();
    cancel.slot().clear(); // what it holds refers to the context
    if (failure && !asked)
        std::rethrow_exception(failure);
}

} // namespace

option_values read_daemon_options(option_table table, std::vector<std::string> arguments,
                                  const environment_reader &environment, daemon_settings &out) {
    option_sources sources;
    sources.arguments = std::move(arguments);
    sources.environment = environment;
    std::vector<notice> notices; // of secrets and config files, which a daemon has none of
    auto values = read_options(table, std::move(sources), notices);
    if (!values.words.empty())
        throw error(exit_code::incorrect_command_line_parameters,
                    "\"" + printable(values.words.front(), 60) +
                        "\": there are no commands, only options; --help lists them");
    out.log_level =
        values.is_on("verbose") ? core::log_level::debug : level_named(values.text("log-level"));
    out.json = values.is_on("json");
    if (values.is_on("version"))
        out.action = daemon_action::version;
    if (values.is_on("help"))
        out.action = daemon_action::help;
    return values;
}

int run_daemon(const daemon_settings &how, const daemon &what) {
    if (how.action == daemon_action::help) {
        tell_stdout(what.help);
        return 0;
    }
    if (how.action == daemon_action::version) {
        tell_stdout(std::string(what.name) + ' ' + std::string(what.version) + '\n');
        return 0;
    }
    console_options shown;
    shown.out = &tell_stdout;
    shown.err = &tell_stderr;
    shown.wall_clock = &std::chrono::system_clock::now;
    shown.threshold = how.log_level;
    shown.json = how.json;
    console says(shown);
    try {
        serve_until_signal(what, says);
    } catch (const std::exception &e) {
        says.log_line(core::log_level::error, e.what());
        return failed;
    }
    return 0;
}

int refuse_use(std::string_view program, const error &why) {
    tell_stderr(std::string(program) + ": " + why.why().text + '\n');
    return wrong_use;
}

} // namespace costrand::activate
