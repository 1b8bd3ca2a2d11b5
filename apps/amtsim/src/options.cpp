// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace costrand::amtsim {
namespace {

namespace po = boost::program_options;

constexpr std::size_t most_devices = 10'000;

po::options_description common_options() {
    po::options_description out;
    out.add_options()("profile", po::value<std::string>()->value_name("NAME|FILE"),
                      "the device: a built-in profile (default amt16) or a JSON file")(
        "faults", po::value<std::string>()->value_name("TEXT|FILE"),
        "what goes wrong, and when: \"busy on lme for 3s; open-failure value 4 times 2\"")(
        "seed", po::value<std::uint64_t>()->value_name("N"), "the same random values in each run")(
        "log", po::value<std::string>()->value_name("FILE"),
        "append every message there, decoded, secrets masked")(
        "state", po::value<std::string>()->value_name("FILE"),
        "keep the device's state there: it goes on after a restart (of several devices: FILE.0, "
        "FILE.1, ...)")("lms", "an LMS is there as well")(
        "verbose,v", "tell what the device does, on stderr")("help,h", "this text");
    return out;
}

po::options_description serve_options() {
    po::options_description out;
    out.add_options()("count,n", po::value<std::size_t>()->value_name("COUNT"),
                      "how many devices (default 1)")(
        "folder", po::value<std::string>()->value_name("PATH"),
        "where the HECI sockets are made (default: a new folder in the temporary one)")(
        "rps", "the small provisioning server, too; its profiles: ccm, acm, acm-random, and with a "
               "presence server ccm-cira, acm-cira, with TLS ccm-tls, acm-tls, with wireless "
               "networks acm-wifi")("rps-profile", po::value<std::string>()->value_name("NAME"),
                                    "one more name for its profile ccm (default demo)")(
        "console", "a management console, too, with and without TLS; its user is standalone, its "
                   "profiles are ccm and ccm-random")(
        "console-password", po::value<std::string>()->value_name("PASSWORD"),
        "of that user (default G@ppm0ym)")(
        "console-profile", po::value<std::vector<std::string>>()->value_name("FILE"),
        "one more profile: a YAML file, whose name without .yaml is the profile's; may be given "
        "several times")("console-fault",
                         po::value<std::vector<std::string>>()->value_name("METHOD=STATUS"),
                         "the next request of that method about a device gets that HTTP status; "
                         "may be given several times");
    return out;
}

struct described {
    std::string heading;
    po::options_description options;
};

// All that --help lists.
std::vector<described> described_options() {
    return {{"Options", common_options()}, {"Options of serve", serve_options()}};
}

std::optional<std::string> read_file(const std::string &path) {
    std::ifstream file(path);
    if (!file)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

sim::profile read_profile(const std::string &name) {
    const auto names = sim::built_in_profiles();
    const bool is_file = name.find('/') != name.npos || name.ends_with(".json");
    if (!is_file)
        return sim::built_in_profile(name);
    const auto text = read_file(name);
    if (!text)
        throw usage_error("--profile: the file " + name + " cannot be read");
    return sim::parse_profile(name, *text);
}

std::vector<sim::fault> read_faults(const std::string &given) {
    if (const auto text = read_file(given))
        return sim::parse_faults(given, *text);
    return sim::parse_faults("--faults", given);
}

sim::console_fault read_console_fault(const std::string &given) {
    const auto equals = given.find('=');
    sim::console_fault out;
    out.method = given.substr(0, equals);
    const auto status = equals == given.npos ? std::string() : given.substr(equals + 1);
    if (status.size() != 3 || status.find_first_not_of("0123456789") != status.npos ||
        status < "400" || status > "599")
        throw usage_error("--console-fault wants METHOD=STATUS, with a status from 400 to 599");
    out.status = std::stoi(status);
    return out;
}

void read_console(const po::variables_map &values, settings &to) {
    to.console = values.contains("console");
    to.console_password = values.contains("console-password")
                              ? values["console-password"].as<std::string>()
                              : "G@ppm0ym"; // the real one's, before somebody changes it
    if (values.contains("console-profile"))
        to.console_profiles = values["console-profile"].as<std::vector<std::string>>();
    if (values.contains("console-fault"))
        for (const auto &one : values["console-fault"].as<std::vector<std::string>>())
            to.console_faults.push_back(read_console_fault(one));
}

bool is_of_calls(const sim::fault &order) {
    using enum sim::fault_kind;
    return order.kind == connect_fails || order.kind == read_fails || order.kind == write_fails;
}

po::variables_map parse(const std::vector<std::string> &arguments, bool serve) {
    auto known = common_options();
    if (serve)
        known.add(serve_options());
    po::variables_map values;
    auto parsed = po::command_line_parser(arguments).options(known).run();
    for (const auto &option : parsed.options)
        if (option.position_key >= 0)
            throw usage_error("\"" + option.value.front() +
                              "\": no such option; --help lists them");
    po::store(std::move(parsed), values);
    return values;
}

void read_values(const po::variables_map &values, settings &to) {
    to.profile = values.contains("profile") ? read_profile(values["profile"].as<std::string>())
                                            : sim::amt16();
    if (values.contains("faults"))
        to.faults = read_faults(values["faults"].as<std::string>());
    if (values.contains("seed"))
        to.seed = values["seed"].as<std::uint64_t>();
    to.lms = values.contains("lms");
    to.profile.lms = to.lms;
    if (values.contains("state"))
        to.state_file = values["state"].as<std::string>();
    if (values.contains("log"))
        to.log_file = values["log"].as<std::string>();
    to.verbose = values.contains("verbose");
    if (values.contains("count"))
        to.count = values["count"].as<std::size_t>();
    if (to.count < 1 || to.count > most_devices)
        throw usage_error("--count wants a number from 1 to " + std::to_string(most_devices));
    if (values.contains("folder"))
        to.folder = values["folder"].as<std::string>();
    to.rps = values.contains("rps");
    if (values.contains("rps-profile"))
        to.rps_profile = values["rps-profile"].as<std::string>();
    read_console(values, to);
    if (values.contains("help"))
        to.action = what_to_do::help;
}

} // namespace

settings read_settings(const std::vector<std::string> &arguments) {
    settings out;
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h")
        return out;
    if (arguments[0] == "--version") {
        out.action = what_to_do::version;
        return out;
    }
    if (arguments[0] == "--list-faults") {
        out.action = what_to_do::list_faults;
        return out;
    }
    if (arguments[0] == "--list-profiles") {
        out.action = what_to_do::list_profiles;
        return out;
    }
    const bool serve = arguments[0] == "serve";
    if (!serve && arguments[0] != "run")
        throw usage_error("\"" + arguments[0] + "\" is no command: there are run and serve");
    out.action = serve ? what_to_do::serve : what_to_do::run;
    const auto dashes = std::ranges::find(arguments, "--");
    std::vector<std::string> ours(arguments.begin() + 1, dashes);
    if (dashes != arguments.end())
        out.command.assign(dashes + 1, arguments.end());
    try {
        read_values(parse(ours, serve), out);
    } catch (const po::error &e) {
        throw usage_error(std::string(e.what()) + "; --help lists the options");
    } catch (const usage_error &) {
        throw;
    } catch (const std::runtime_error &e) { // of a profile or of faults
        throw usage_error(e.what());
    }
    if (out.action == what_to_do::run && out.command.empty())
        throw usage_error("run: which program? amtsim run [options] -- PROGRAM [ARGUMENTS]");
    if (out.action == what_to_do::serve && !out.command.empty())
        throw usage_error("serve takes no program: use run");
    if (out.action == what_to_do::serve && std::ranges::any_of(out.faults, is_of_calls))
        throw usage_error("--faults: connect-fails, read-fails and write-fails are faults of a "
                          "program's calls: only run shows them");
    return out;
}

std::string help_text() {
    std::ostringstream out;
    out << "costrand-amtsim gives any program a simulated Intel AMT device.\n"
           "\n"
           "  costrand-amtsim run [options] -- PROGRAM [ARGUMENTS]\n"
           "      PROGRAM, unmodified, finds a /dev/mei0 (with --lms an LMS on 16992 and 16993, "
           "too);\n"
           "      its exit code is ours\n"
           "  costrand-amtsim serve [options]\n"
           "      devices as HECI sockets (--device unix:PATH of our programs) and LMS ports\n"
           "  costrand-amtsim --list-profiles | --list-faults\n";
    for (const auto &[heading, options] : described_options())
        out << '\n' << heading << ":\n" << options;
    return out.str();
}

std::vector<option_group> option_groups() {
    std::vector<option_group> out;
    for (const auto &[heading, options] : described_options()) {
        option_group group{heading, {}};
        for (const auto &option : options.options()) {
            namespace style = po::command_line_style;
            const auto shortest = option->canonical_display_name(style::allow_dash_for_short);
            const bool has_letter = shortest.size() == 2 && shortest[0] == '-';
            const bool takes_value = option->semantic()->max_tokens() > 0;
            group.options.push_back({option->long_name(), has_letter ? shortest[1] : '\0',
                                     takes_value ? option->format_parameter() : std::string(),
                                     option->description()});
        }
        out.push_back(std::move(group));
    }
    return out;
}

} // namespace costrand::amtsim
