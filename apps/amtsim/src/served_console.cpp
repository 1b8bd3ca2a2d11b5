// SPDX-License-Identifier: Apache-2.0
#include "served_console.hpp"

#include "desk.hpp"

#include <costrand/sim/serve.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace costrand::amtsim {

namespace {

// As the real console writes one: every key, used or not.
constexpr std::string_view before_passwords = R"(id: 0
name: PROFILE
tags:
    - costrand
configuration:
    generalSettings:
        sharedFQDN: false
        networkInterfaceEnabled: 0
        pingResponseEnabled: false
    network:
        wired:
            dhcpEnabled: true
            ipSyncEnabled: true
            sharedStaticIP: false
            ipAddress: ""
            subnetMask: ""
            defaultGateway: ""
            primaryDNS: ""
            secondaryDNS: ""
            authentication: ""
            ieee8021x: null
        wireless:
            wifiSyncEnabled: false
            uefiWiFiSyncEnabled: false
            profiles: []
        proxy: []
    tls:
        signingAuthority: ""
        mutualAuthentication: false
        enabled: false
        trustedCN: []
        allowNonTLS: false
    redirection:
        enabled: true
        services:
            kvm: true
            sol: true
            ider: true
        userConsent: All
    userAccounts:
        userAccounts: []
    enterpriseAssistant:
        url: ""
        username: ""
        password: ""
    amtSpecific:
        controlMode: ccmactivate
)";
constexpr std::string_view fixed_password = R"(        adminPassword: C0nsole!Pass
        generateRandomPassword: false
)";
constexpr std::string_view random_password = R"(        adminPassword: ""
        generateRandomPassword: true
)";
constexpr std::string_view behind_passwords = R"(        provisioningCert: ""
        provisioningCertPwd: ""
        mebxPassword: ""
        generateRandomMEBXPassword: false
        cira:
            mpsUsername: ""
            mpsPassword: ""
            mpsAddress: ""
            mpsPort: 0
            mpsCert: ""
            environmentDetection: []
            generateRandomPassword: false
    bmcSpecific:
        adminPassword: ""
    dashSpecific:
        adminPassword: ""
    redfishSpecific:
        adminPassword: ""
)";

core::secret built_in(std::string_view name, std::string_view password) {
    std::string text(before_passwords);
    constexpr std::string_view place = "PROFILE";
    text.replace(text.find(place), place.size(), name);
    return core::secret(text.append(password).append(behind_passwords));
}

core::secret read_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("--console-profile: the file " + path + " cannot be read");
    return core::secret(std::string(std::istreambuf_iterator<char>(file), {}));
}

sim::console_options options_of(const settings &options) {
    sim::console_options out;
    out.password = core::secret(options.console_password);
    out.profiles.emplace("ccm", built_in("ccm", fixed_password));
    out.profiles.emplace("ccm-random", built_in("ccm-random", random_password));
    for (const auto &path : options.console_profiles)
        out.profiles.insert_or_assign(std::filesystem::path(path).stem().string(), read_file(path));
    return out;
}

constexpr std::int64_t day = 24 * 60 * 60;

sim::certificate_subject named(const char *name) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    sim::certificate_subject out;
    out.common_name = name;
    out.organization = "costrand";
    out.not_before = std::chrono::duration_cast<std::chrono::seconds>(now).count() - day;
    out.not_after = out.not_before + 30 * day;
    return out;
}

sim::identity make_identity(sim::key_source &keys) {
    auto root = named("Small console root");
    root.authority = true;
    auto leaf = named("localhost");
    leaf.dns_names = {"localhost"};
    leaf.extended_usages = {"serverAuth"};
    return sim::make_issued(sim::make_root(root, keys.next_key()), leaf, keys.next_key());
}

} // namespace

served_console::served_console(net::any_io_executor executor, const settings &options,
                               const std::string &folder, core::random_source &random,
                               core::log log)
    : server_(options_of(options), random, std::move(log)),
      shown_(make_identity(*crypto_of(options).keys)),
      root_file_(folder + "/console-root.pem"),
      plain_(executor, "127.0.0.1", std::uint16_t{0}),
      secure_(executor, "127.0.0.1", std::uint16_t{0}) {
    for (const auto &fault : options.console_faults)
        server_.order(fault);
    std::ofstream file(root_file_);
    file << sim::chain_pem({shown_.chain.back()});
    if (!file.flush())
        throw std::runtime_error("the file " + root_file_ + " cannot be written");
}

void served_console::start(core::task_group &tasks) {
    tasks.spawn(sim::serve_console_port(server_, plain_, sim::identity()));
    tasks.spawn(sim::serve_console_port(server_, secure_, shown_));
}

std::string served_console::told() const {
    return "console http://127.0.0.1:" + std::to_string(plain_.port()) +
           "\nconsole-tls https://localhost:" + std::to_string(secure_.port()) + " root " +
           root_file_ + "\n";
}

} // namespace costrand::amtsim
