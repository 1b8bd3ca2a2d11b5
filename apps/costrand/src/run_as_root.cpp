// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/run_as_root.hpp>

#include <costrand/activate/execute.hpp>
#include <costrand/activate/host.hpp>
#include <costrand/activate/process.hpp>
#include <costrand/activate/shell.hpp>

namespace costrand::commands {

int run_as_root(const activate::settings &options, const std::vector<activate::notice> &notices,
                const command_body &body, const std::function<std::string()> &left_behind,
                const std::function<std::vector<activate::finished_step>()> &steps) {
    activate::console says(activate::console_for(options));
    for (const auto &[level, line] : notices)
        says.log_line(level, line);
    activate::end_of_run end;
    if (!activate::is_root() && !options.device.starts_with("unix:")) {
        end.why = activate::failure{activate::exit_code::incorrect_permissions,
                                    "the management engine device is for root only: use sudo"};
        return activate::finish(end, options, says);
    }
    end = activate::execute([&](net::any_io_executor strand) { return body(strand, says); }, says);
    if (end.signal != 0 && end.why)
        end.why->text = "interrupted by " + std::string(activate::signal_name(end.signal)) + ": " +
                        left_behind();
    if (end.why && steps)
        end.why->steps = steps();
    return activate::finish(end, options, says);
}

} // namespace costrand::commands
