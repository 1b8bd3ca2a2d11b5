// SPDX-License-Identifier: Apache-2.0
// From options to the settings of configure: what several readers need, and those of the
// subcommands about certificates. Each throws activate::error as make_configure_settings() says.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/commands/configure.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::commands {

[[noreturn]] inline void refuse(activate::exit_code code, std::string text) {
    throw activate::error(code, std::move(text));
}
[[noreturn]] inline void refuse_syntax(std::string text) {
    refuse(activate::exit_code::incorrect_command_line_parameters, std::move(text));
}

using values_in = const activate::option_values &;

[[nodiscard]] unsigned number(values_in values, std::string_view option, unsigned least,
                              unsigned most);

void read_tls(values_in values, configure_settings &out);
void read_cira(values_in values, configure_settings &out);
void read_8021x(values_in values, configure_settings &out); // of wired and wireless

inline constexpr std::array<std::string_view, 7> ieee8021x_options = {
    "ieee8021xProfileName", "ieee8021xAuthenticationProtocol",
    "ieee8021xUsername",    "ieee8021xPassword",
    "ieee8021xClientCert",  "ieee8021xPrivateKey",
    "ieee8021xCACert"};

} // namespace costrand::commands
