// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/with_console.hpp>

#include <costrand/activate/console.hpp>
#include <costrand/activate/execute.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/management_console.hpp>
#include <costrand/activate/profile.hpp>
#include <costrand/activate/shell.hpp>
#include <costrand/core/awaitable.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace costrand::commands {

namespace {

using activate::exit_code;

awaitable<void> download(net::any_io_executor executor, const console_settings &what,
                         activate::console &says) {
    const auto env = activate::host_environment(executor, what.base, says);
    if (what.base.skip_cert_check)
        env.log.warn("console", "the console's certificate is not verified");
    const auto &access = *what.base.management;
    activate::management_console console(access, env.ask_console, env.log);
    env.step("asking the console for the profile");
    co_await console.log_in();
    const auto text = co_await console.fetch_profile();
    std::vector<activate::notice> notices;
    (void)activate::parse_profile(text.reveal(), access.text, what.key, notices);
    for (const auto &[level, line] : notices)
        env.log.write(level, "console", line);
    throw activate::error(exit_code::incorrect_command_line_parameters,
                          "the profile at " + access.text +
                              " is downloaded and in order, but carrying out a console's profile "
                              "is not in this version yet: nothing was changed");
}

} // namespace

bool is_console_activation(const activate::option_values &values) {
    constexpr std::array<std::string_view, 6> others = {"local",      "ccm",  "acm",
                                                        "stopConfig", "demo", "from-trace"};
    return activate::is_console_url(values.text("url")) &&
           std::none_of(others.begin(), others.end(),
                        [&](std::string_view name) { return values.given(name); });
}

console_settings make_console_settings(const activate::option_values &values,
                                       std::vector<activate::notice> &notices) {
    activate::refuse_later(values);
    if (values.given("profile"))
        throw activate::error(exit_code::invalid_parameter_combination,
                              named(values, "profile") +
                                  " and an http:// or https:// --url exclude each other: that URL "
                                  "names the profile");
    activate::note_without_effect(values, notices);
    console_settings out;
    activate::read_output_settings(values, out.base);
    activate::read_console_settings(values, values.text("url"), out.base);
    out.key = values["key"].text;
    return out;
}

int run_with_console(console_settings what, const std::vector<activate::notice> &notices) {
    activate::use_environment_proxy(what.base, &activate::environment_variable);
    activate::console says(activate::console_for(what.base));
    for (const auto &[level, line] : notices)
        says.log_line(level, line);
    auto end = activate::execute(
        [&](net::any_io_executor strand) { return download(strand, what, says); }, says);
    if (end.signal != 0 && end.why)
        end.why->text = "interrupted: nothing was changed";
    return activate::finish(end, what.base, says);
}

} // namespace costrand::commands
