// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/profile_activation.hpp>

#include <costrand/activate/console.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/shell.hpp>
#include <costrand/commands/run_as_root.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/random.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::commands {

namespace {

using activate::exit_code;

std::int64_t seconds_since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// Without a console.
awaitable<void> run_file(const activate::environment &env, const profile_settings &what,
                         core::random_source &random, activate::profile_report &out) {
    activate::profile_request request;
    request.wanted = *what.order.given;
    what.order.amend(request.wanted);
    request.source = what.order.source;
    request.skip_amt_cert_check = what.order.skip_amt_cert_check;
    request.now = what.order.now;
    co_await activate::run_profile(env, what.base, std::move(request), random, out);
}

std::string summary(const profile_settings &what, const activate::profile_report &made) {
    if (what.base.json)
        return activate::profile_json(made, what.base);
    const auto &console = what.base.management;
    auto out = activate::profile_text(made, what.order.given ? what.order.source : console->text);
    if (console)
        out += "  Console       " + console->where.origin() + " has the device's record\n";
    return out;
}

awaitable<void> on_this_machine(net::any_io_executor executor, const profile_settings &what,
                                activate::profile_report &out, activate::console &says) {
    auto env = activate::host_environment(executor, what.base, says);
    if (what.base.skip_cert_check && what.base.management)
        env.log.warn("console", "the console's certificate is not verified");
    const auto device = activate::open_device(what.base);
    env.device = device.get();
    const auto random = core::system_random();
    if (what.base.management)
        co_await activate::activate_with_console(env, what.base, what.order, *random, out);
    else
        co_await run_file(env, what, *random, out);
    says.result(summary(what, out));
}

// Options that only mean something to a console.
constexpr std::array<std::string_view, 7> for_consoles = {
    "hostname",   "uuid",          "skip-cert-check", "auth-username",
    "auth-token", "auth-password", "devices-endpoint"};

} // namespace

bool is_profile_activation(const activate::option_values &values) {
    if (values.given("demo") || values.given("from-trace"))
        return false;
    constexpr std::array<std::string_view, 3> modes = {"ccm", "acm", "stopConfig"};
    const auto mode = std::find_if(modes.begin(), modes.end(),
                                   [&](std::string_view name) { return values.is_on(name); });
    const auto url = values.text("url");
    if (!url.empty())
        return mode == modes.end() && activate::is_console_url(url) && !values.is_on("local");
    if (!activate::is_profile_file(values.text("profile")))
        return false;
    if (mode != modes.end())
        throw activate::error(exit_code::invalid_parameter_combination,
                              named(values, "profile") + " and " + named(values, *mode) +
                                  " exclude each other: the profile says what becomes of the "
                                  "device");
    return true;
}

profile_settings make_profile_settings(const activate::option_values &values,
                                       std::vector<activate::notice> &notices) {
    activate::refuse_later(values);
    activate::note_without_effect(values, notices);
    const bool from_file = values.text("url").empty();
    if (values.given("profile") && !from_file)
        throw activate::error(exit_code::invalid_parameter_combination,
                              named(values, "profile") +
                                  " and an http:// or https:// --url exclude each other: that URL "
                                  "names the profile");
    constexpr std::array<std::string_view, 3> of_servers = {"trace", "report", "tls-tunnel"};
    for (const auto name : of_servers)
        if (values.given(name))
            notices.emplace_back(core::log_level::warn,
                                 named(values, name) +
                                     " has no effect here: there is no provisioning server");
    profile_settings out;
    out.base.action = activate::what_to_do::activate;
    activate::read_output_settings(values, out.base);
    activate::read_way_settings(values, out.base);
    const std::string_view console = from_file ? "auth-endpoint" : "url";
    if (!from_file || activate::is_console_url(values.text(console)))
        activate::read_console_settings(values, console, out.base);
    else
        for (const auto name : for_consoles)
            if (values.given(name))
                notices.emplace_back(core::log_level::warn,
                                     named(values, name) +
                                         " has no effect here: --auth-endpoint names no console "
                                         "(https://...) that is to know the device");
    out.base.password = values["password"].text;
    out.base.hostname = values.text("hostname");
    out.base.friendly_name = values.text("name");
    out.order.key = values["key"].text;
    if (from_file) {
        out.order.source = values.text("profile");
        out.order.given = activate::read_profile(out.order.source, out.order.key, notices);
    }
    out.order.skip_amt_cert_check = values.is_on("skip-amt-cert-check");
    out.order.now = &seconds_since_1970;
    out.order.amend = [certificate = values["provisioningCert"].text,
                       password = values["provisioningCertPwd"].text,
                       mebx = values["mebxpassword"].text](activate::profile &p) {
        if (!certificate.empty()) {
            p.certificate = certificate;
            p.certificate_password = password;
        }
        if (!mebx.empty()) {
            p.mebx_password = mebx;
            p.random_mebx_password = false;
        }
    };
    return out;
}

int run_profile_activation(profile_settings what, const std::vector<activate::notice> &notices) {
    activate::use_environment_proxy(what.base, &activate::environment_variable);
    activate::profile_report report;
    return run_as_root(
        what.base, notices,
        [&](net::any_io_executor strand, activate::console &says) {
            return on_this_machine(strand, what, report, says);
        },
        [&] {
            const char *record =
                what.base.management ? "; the console's record may be as it was before" : "";
            return activate::progress_text(report) + record;
        },
        [&] { return activate::finished_steps(report); });
}

} // namespace costrand::commands
