// SPDX-License-Identifier: Apache-2.0
// What a supervisor sees of the processes that it supervises: their memory and their descriptors.
// Each question may fail because the process is gone; nothing here throws for that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

namespace costrand::amtsim {

// Names an open file whatever descriptors there are for it (dup, fork, sent over a socket).
using inode = std::pair<dev_t, ino_t>;

// Whole or not at all. `task` is a thread's id.
[[nodiscard]] bool read_memory(pid_t task, std::uint64_t from, void *to, std::size_t size);
[[nodiscard]] bool write_memory(pid_t task, std::uint64_t to, const void *from, std::size_t size);

// A text that ends with 0, at most PATH_MAX long.
[[nodiscard]] std::optional<std::string> read_text(pid_t task, std::uint64_t from);

[[nodiscard]] std::optional<std::string> link_target(const std::string &link);

// What the task's descriptor stands for.
[[nodiscard]] std::optional<inode> inode_of(pid_t task, int fd);

// A descriptor of our own for the open file behind the task's; -1. The caller closes it.
[[nodiscard]] int copy_descriptor(pid_t task, int fd);
// The same for an open file that any process has; -1 when none has it any more.
[[nodiscard]] int copy_from_holder(const inode &file);

} // namespace costrand::amtsim
