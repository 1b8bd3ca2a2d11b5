// SPDX-License-Identifier: Apache-2.0
// diagnostics: the options of its three subjects; and the first, wsman: the names of WS-Management
// classes, and what a device says of them. The others are in firmware_logs.hpp.
#pragma once

#include <costrand/activate/cli.hpp>
#include <costrand/activate/options.hpp>
#include <costrand/activate/wiring.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/wsman/client.hpp>
#include <costrand/wsman/xml.hpp>

#include <functional>
#include <string>
#include <vector>

namespace costrand::commands {

enum class diagnostics_task { help, list_classes, get_classes, cira, csme };
enum class wsman_format { json, xml, table };

struct diagnostics_settings {
    activate::settings base; // device, transport, password, output
    diagnostics_task task = diagnostics_task::help;
    std::vector<std::string> classes; // by their names, which are known
    wsman_format format = wsman_format::json;
    std::string output; // a file; empty: stdout, of a log a new file in the working directory
    bool skip_amt_cert_check = false;
};

[[nodiscard]] activate::option_table diagnostics_options() noexcept;

// The words behind "diagnostics" are "cira", "csme", or "wsman" (or "ws-man"), "list" or "get", and
// class names. Throws activate::error 28: what is not understood, and a class that is not known.
[[nodiscard]] diagnostics_settings
make_diagnostics_settings(const activate::option_values &values,
                          std::vector<activate::notice> &notices);

// The classes that are read by --all, one a line (rpc-cli.md 10.1).
[[nodiscard]] std::string class_list();

// What a device says of one class.
struct fetched_class {
    std::string name;
    bool single = true; // read by Get: there is one instance
    std::vector<wsman::xml_element> instances;
    std::string failure; // why there are none; empty: it succeeded
};

// Reads one class after the other. One that the device refuses, or answers with what is not
// understood, has its failure: alone it is thrown as activate::error, among several it is only
// warned of. Everything else (no connection, wrong password) is thrown and ends the reading.
// All objects outlive the call.
[[nodiscard]] awaitable<std::vector<fetched_class>>
fetch_classes(wsman::client &from, const std::vector<std::string> &classes,
              const activate::environment &env);

// One class alone: its object, or an array where it has instances. Several: an array of
// {"class", "status": "ok", "response"} and {"class", "status": "fetch_failed", "message"}. XML:
// one element for each instance, in an element of ours. Ends with a newline.
[[nodiscard]] std::string shown_classes(const std::vector<fetched_class> &classes,
                                        wsman_format format, std::size_t columns);

} // namespace costrand::commands
