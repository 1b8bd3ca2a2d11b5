// SPDX-License-Identifier: Apache-2.0
// How a pipe_place is chosen, apart from the process whose it is; and what must hold of its files.
#pragma once

#include "unique_fd.hpp"

#include <costrand/transports/ccapi_pipe.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace costrand::transports {

// The facts that a place follows from.
struct place_facts {
    std::uint32_t user = 0;
    pipe_environment environment;
    std::function<bool(const std::string &path)> is_folder;
    std::function<std::string()> audit_session; // the kernel's number in decimal, or nothing
};

[[nodiscard]] core::result<pipe_place> place_from(const place_facts &facts, pipe_scope scope);

// Creates the folder where the place says so, and checks it. Throws system_error.
void prepare_folder(const pipe_place &place);

// Throws folder_insecure, or folder_missing. Nothing for a place that is not private.
void check_folder(const pipe_place &place);

// The lock file, locked. Throws being_started, lock_insecure, or what the system says.
[[nodiscard]] heci::unique_fd take_lock(const pipe_place &place);

// A system's error of a call on a file of the folder, as our own code where there is one.
[[nodiscard]] error_code from_file_errno(int value) noexcept;

} // namespace costrand::transports
