// SPDX-License-Identifier: Apache-2.0
// diagnostics cira and csme: logs that the firmware keeps, read over HECI alone and written to a
// file (rpc-cli.md 10).
#pragma once

#include <costrand/activate/wiring.hpp>
#include <costrand/commands/report.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/transports/amthi_cira_log.hpp>

#include <string>
#include <string_view>

namespace costrand::commands {

struct firmware_log {
    std::string title;   // "CIRA log"
    std::string ending;  // of a file's name: "ciralog.txt"
    std::string content; // of the file
    report values;       // for JSON, too
};

// What AMT remembers of its connections to presence servers: the file is text. Throws
// activate::error with the exit code of the cause; a status of the firmware is 1000 and it.
[[nodiscard]] awaitable<firmware_log> read_cira_log(const activate::environment &env);

// The flash log of the CSME: the file has its bytes. Throws as the above; 10 for a firmware that
// gives none out.
[[nodiscard]] awaitable<firmware_log> read_csme_log(const activate::environment &env);

[[nodiscard]] report describe(const heci::cira_log &log);

// "20260820T100000Z_ciralog.txt", from a stamp as activate::utc_stamp makes it.
[[nodiscard]] std::string log_file_name(const firmware_log &log, std::string_view stamp);

// What is told of a log that is in `file`. JSON: {"status", "file"} and the values. Both end with a
// newline.
[[nodiscard]] std::string log_text(const firmware_log &log, std::string_view file);
[[nodiscard]] std::string log_json(const firmware_log &log, std::string_view file);

} // namespace costrand::commands
