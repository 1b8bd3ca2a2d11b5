// SPDX-License-Identifier: Apache-2.0
// failure: how a run ends when it does not succeed: the exit code, and a text that names the real
// cause and what to do. Thrown as activate::error by everything in this library.
#pragma once

#include <costrand/activate/exit_code.hpp>

#include <boost/system/error_code.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::activate {

// One that a run of several steps has behind it.
struct finished_step {
    std::string step;
    bool done = false; // else skipped
    std::string text;  // what is so now, or why it was skipped
};

struct failure {
    exit_code code = exit_code::generic_failure;
    std::string text;                      // printable; no secrets
    std::vector<finished_step> steps = {}; // before it ended so
};

// "Error 20: MissingOrIncorrectURL - Details: ..."
[[nodiscard]] std::string to_string(const failure &f);

class error : public std::exception {
  public:
    explicit error(failure f) : failure_(std::move(f)) {}
    error(exit_code code, std::string text) : failure_{code, std::move(text)} {}

    [[nodiscard]] const failure &why() const noexcept { return failure_; }
    const char *what() const noexcept override { return failure_.text.c_str(); }

  private:
    failure failure_;
};

// What `error_code` means for the user. `subject` is what was being done or used, "/dev/mei0";
// `detail` is what the parts know beyond the code. Either may be empty.
[[nodiscard]] failure explain(const boost::system::error_code &error_code, std::string_view subject,
                              std::string_view detail);

// Without control characters, which could rewrite the terminal; at most `limit` characters.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit);

} // namespace costrand::activate
