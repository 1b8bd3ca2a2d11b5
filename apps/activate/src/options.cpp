// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/options.hpp>

#include "proxy_option.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/activate/profile.hpp>
#include <costrand/rps/command.hpp>
#include <costrand/rps/payload.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>
#include <utility>

namespace costrand::activate {

namespace {

using enum exit_code;

[[noreturn]] void refuse(exit_code code, std::string text) {
    throw error(code, std::move(text));
}

bool has_scheme(std::string_view url, std::string_view scheme) {
    return url.size() > scheme.size() + 2 && url.substr(scheme.size(), 3) == "://" &&
           std::equal(scheme.begin(), scheme.end(), url.begin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

core::log_level log_level(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, core::log_level>, 7> levels = {{
        {"trace", core::log_level::trace},
        {"debug", core::log_level::debug},
        {"info", core::log_level::info},
        {"warn", core::log_level::warn},
        {"error", core::log_level::error},
        // Our lines have no level above error.
        {"fatal", core::log_level::off},
        {"panic", core::log_level::off},
    }};
    const auto found = std::find_if(levels.begin(), levels.end(),
                                    [&](const auto &level) { return level.first == name; });
    return found == levels.end() ? core::log_level::info : found->second;
}

// An option, and what the program says when it comes with a URL of a provisioning server.
constexpr std::array<std::string_view, 7> refused_with_server = {
    "local", "ccm", "acm", "stopConfig", "provisioningCert", "provisioningCertPwd", "skipIPRenew"};
constexpr std::array<std::string_view, 4> local_modes = {"local", "ccm", "acm", "stopConfig"};

bool any_given(const option_values &values, std::span<const std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return values.given(name); });
}

// The command may be named or not: a script changes only the program's name.
void check_words(const option_values &values) {
    if (values.words.empty())
        return;
    const std::string &first = values.words.front();
    if (first != "activate")
        refuse(incorrect_command_line_parameters,
               "\"" + printable(first, 60) +
                   "\": this program has one command, activate; --help lists its options");
    if (values.words.size() > 1)
        refuse(incorrect_command_line_parameters,
               "unexpected argument \"" + printable(values.words[1], 60) + "\"");
}

void refuse_local(const option_values &values) {
    if (values.given("ccm") && values.given("acm"))
        refuse(invalid_parameter_combination, "--ccm and --acm exclude each other");
    for (std::string_view name : local_modes)
        if (values.given(name))
            refuse(incorrect_command_line_parameters,
                   named(values, name) +
                       ": without a server activates `costrand activate --local`; this program "
                       "does it through a provisioning server, with --url and --profile");
}

void check_demo(const option_values &values) {
    for (std::string_view name : {"url", "device", "proxy"})
        if (values[name].from == origin::command_line)
            refuse(invalid_parameter_combination,
                   "--demo and --" + std::string(name) +
                       " exclude each other: a demonstration brings its own");
}

// Of the command's options none was given by anybody.
bool nothing_given(const option_values &values) {
    return std::none_of(values.table().begin(), values.table().end(), [&](const option_spec &spec) {
        return !spec.command.empty() && values[spec.name].from != origin::standard;
    });
}

void check_url(const option_values &values) {
    const std::string url = values.text("url");
    const bool local = any_given(values, local_modes);
    if (url.empty() || (is_console_url(url) && local)) {
        refuse_local(values);
        refuse(nothing_given(values) ? incorrect_command_line_parameters : missing_or_incorrect_url,
               values.given("profile")
                   ? "--url is missing: the provisioning server, as wss://HOST/activate (a profile "
                     "in a file, with a / in its name, is what `costrand activate` takes)"
                   : "--url and --profile are missing: give the provisioning server, as "
                     "wss://HOST/activate, and a profile's name");
    }
    if (is_console_url(url))
        refuse(missing_or_incorrect_url,
               "--url: a profile of a management console is what `costrand activate --url` takes; "
               "for a provisioning server write ws:// or wss://");
}

void check_profile(const option_values &values) {
    const std::string profile = values.text("profile");
    if (profile.empty())
        refuse(missing_or_incorrect_profile,
               "--profile is missing: the name of a profile on the provisioning server");
    if (is_profile_file(profile))
        refuse(
            missing_or_incorrect_profile,
            named(values, "profile") + ": \"" + printable(profile, 60) +
                "\" names a file, and a provisioning server (ws:// or wss://) takes the name of a "
                "profile that it has; `costrand activate --profile FILE`, without --url, carries "
                "the "
                "file out");
    const auto command = rps::make_activate(profile);
    if (!command)
        refuse(missing_or_incorrect_profile,
               "--profile \"" + printable(profile, 60) + "\": " + command.error().message());
}

void check_combination(const option_values &values) {
    for (std::string_view name : refused_with_server)
        if (values.given(name))
            refuse(invalid_parameter_combination,
                   named(values, name) +
                       " is for local activation and excludes a ws:// or wss:// --url");
}

// A page of an old trace, and nothing else.
void check_page(const option_values &values) {
    if (!values.given("report"))
        refuse(incorrect_command_line_parameters, "--from-trace needs --report: the page to write");
    for (std::string_view name : {"trace", "url", "demo"})
        if (values[name].from == origin::command_line && values.given(name))
            refuse(invalid_parameter_combination, "--from-trace and --" + std::string(name) +
                                                      " exclude each other: it only makes a page");
}

void check_uuid(const option_values &values) {
    if (!values.given("uuid") || rps::is_usable_uuid(values.text("uuid")))
        return;
    refuse(invalid_uuid, named(values, "uuid") + ": \"" + printable(values.text("uuid"), 60) +
                             "\" is not a device's UUID (36 characters, not one of the "
                             "placeholders of unprogrammed boards)");
}

transport_choice transport(std::string_view name) {
    return name == "lms"   ? transport_choice::lms
           : name == "lme" ? transport_choice::lme
                           : transport_choice::automatic;
}

std::string lower(std::string text) {
    for (char &c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

void read_files(const option_values &values, settings &out) {
    out.trace = values.text("trace");
    out.report = values.text("report");
}

void read_run(const option_values &values, settings &out) {
    check_uuid(values);
    out.tenant = values.text("tenantid");
    out.uuid = lower(values.text("uuid"));
    out.tls_tunnel = values.is_on("tls-tunnel");
    out.skip_cert_check = values.is_on("skip-cert-check");
    out.server_timeout = std::chrono::seconds(std::stoul(values.text("server-timeout")));
}

} // namespace

void read_server_settings(const option_values &values, settings &out) {
    const auto url = values.text("url");
    if (url.empty())
        refuse(missing_or_incorrect_url,
               "--url is missing: the provisioning server, as wss://HOST/activate");
    if (is_console_url(url))
        refuse(missing_or_incorrect_url, "--url: an http server is none of these: for a "
                                         "provisioning server write ws:// or wss://");
    out.server = parse_server_url(url);
    read_proxy(values["proxy"], out);
    read_run(values, out);
    read_files(values, out);
}

bool is_console_url(std::string_view url) noexcept {
    return has_scheme(url, "http") || has_scheme(url, "https");
}

void read_console_access(const option_values &values, std::string_view option, settings &out) {
    auto console = make_console_access(values.text(option), values.text("auth-endpoint"),
                                       values.text("devices-endpoint"), "--" + std::string(option));
    console.token = values["auth-token"].text;
    console.user = values.text("auth-username");
    console.password = values["auth-password"].text;
    if (console.token.empty() && console.user.empty() != console.password.empty())
        refuse(incorrect_command_line_parameters,
               console.user.empty() ? "the console's password needs its user: --auth-username"
                                    : "--auth-username needs a password: set AUTH_PASSWORD or "
                                      "give --auth-password");
    out.management = std::move(console);
    out.skip_cert_check = values.is_on("skip-cert-check");
}

void read_console_settings(const option_values &values, std::string_view option, settings &out) {
    read_console_access(values, option, out);
    check_uuid(values);
    out.uuid = lower(values.text("uuid"));
    out.action = what_to_do::activate;
    read_proxy(values["proxy"], out);
}

void read_way_settings(const option_values &values, settings &out) {
    out.transport = transport(values["transport"].text.reveal());
    out.device = values.text("device");
}

void read_output_settings(const option_values &values, settings &out) {
    out.verbose = values.is_on("verbose");
    out.log_level =
        out.verbose ? core::log_level::trace : log_level(values["log-level"].text.reveal());
    out.json = values.is_on("json");
    out.no_color = values.is_on("no-color");
}

settings make_settings(const option_values &values, std::vector<notice> &notices) {
    settings out;
    read_output_settings(values, out);
    if (values.is_on("help"))
        return out;
    out.action = what_to_do::version;
    if (values.is_on("version"))
        return out;
    read_files(values, out);
    out.from_trace = values.text("from-trace");
    if (!out.from_trace.empty()) {
        check_page(values);
        out.action = what_to_do::make_page;
        return out;
    }
    out.action = what_to_do::activate;

    check_words(values);
    out.demo = values.is_on("demo");
    if (out.demo) {
        check_demo(values);
        const std::string device = values.text("demo");
        out.demo_device = device == "true" ? "amt16" : device;
        refuse_local(values);
        refuse_later(values);
        if (values.given("profile"))
            check_profile(values);
        out.profile = values.given("profile") ? values.text("profile") : "demo";
    } else {
        check_url(values);
        out.server = parse_server_url(values.text("url"));
        check_combination(values);
        check_profile(values);
        refuse_later(values);
        read_proxy(values["proxy"], out);
        out.profile = values.text("profile");
    }
    note_without_effect(values, notices);
    read_run(values, out);

    out.password = values["password"].text;
    out.dns_suffix = values.text("dns");
    out.hostname = values.text("hostname");
    out.friendly_name = values.text("name");
    read_way_settings(values, out);
    if (out.demo)
        out.device.clear();
    return out;
}

server_url parse_server_url(std::string_view text) {
    auto parsed = transports::parse_websocket_url(text);
    if (parsed)
        return {std::move(*parsed), std::string(text)};
    // Whatever else is wrong with it: what may hold a password is not shown.
    if (parsed.error() == transports::websocket_errc::url_user_info || text.find('@') != text.npos)
        refuse(missing_or_incorrect_url, "--url: a user name or password before the host is "
                                         "refused: the provisioning server takes neither");
    refuse(missing_or_incorrect_url,
           "--url \"" + printable(text, 200) +
               "\" is not that of a provisioning server: write wss://HOST/activate or "
               "ws://HOST:8080/activate");
}

std::string short_help(std::string_view program) {
    const std::string name(program);
    return name +
           " activates Intel AMT through a provisioning server (RPS), with or without an LMS.\n"
           "\n"
           "  activate this machine:   sudo " +
           name +
           " -u wss://SERVER/activate --profile NAME\n"
           "  see it without hardware: " +
           name +
           " --demo\n"
           "  all options:             " +
           name + " --help\n";
}

std::string full_help(std::string_view program, std::size_t width) {
    return short_help(program) + "\nUsage: " + std::string(program) + " [options]\n\n" +
           describe_options(options(), width) +
           "\n"
           "Each value is taken from the command line, else from the environment, else from\n"
           "config.yaml in the working directory (the names above; those of activate under\n"
           "\"activate:\"), else it is the default.\n"
           "Results go to stdout, progress and log lines to stderr. The exit code is 0 only when\n"
           "all was done, else one of the documented codes; a run ended by SIGINT or SIGTERM dies\n"
           "by that signal.\n";
}

} // namespace costrand::activate
