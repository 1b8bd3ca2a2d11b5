// SPDX-License-Identifier: Apache-2.0
// What the program needs of its process and operating system. POSIX; all system calls of the
// program that are not streams are behind this header.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace costrand::activate {

// No core dump, no other user's debugger: the memory holds passwords. A closed pipe on stdout ends
// no activation half-way.
void protect_process() noexcept;

// Keeps all pages of this process, from their first use on, out of the swap space. False: it may
// not, and nothing was changed. A limit on locked memory (RLIMIT_MEMLOCK) counts addresses, not
// used pages: under one, later memory would be refused, so it must be unlimited or not apply to us.
[[nodiscard]] bool lock_memory() noexcept;

// So many descriptors, or as many as the hard limit has. Gives how many this process may have now.
[[nodiscard]] std::size_t allow_descriptors(std::size_t wanted) noexcept;

[[nodiscard]] bool is_root() noexcept;

// Whether a file descriptor is a terminal that understands cursor codes.
[[nodiscard]] bool is_terminal(int fd) noexcept;
// Columns of the terminal; 80 when it does not say.
[[nodiscard]] std::size_t terminal_columns(int fd) noexcept;

// All of it, whatever is interrupted; a file descriptor that fails takes no more.
void write_text(int fd, std::string_view text) noexcept;

// This machine's name as it is set, with or without a domain, and its domain as far as it is known.
// The second may block for a name lookup.
[[nodiscard]] std::string os_hostname();
[[nodiscard]] std::string os_dns_suffix();

// The IPv4 address of the network interface with that MAC, and its mask; empty: there is none.
struct os_interface {
    std::string address, mask;
};
[[nodiscard]] os_interface os_interface_of(const std::array<std::byte, 6> &mac);

// Asks on the terminal behind stdin, without echo. Completes with one line; error 23 when the
// terminal ended instead. Cancelled: the echo is on again.
[[nodiscard]] awaitable<core::secret> ask_without_echo(std::string_view question);

// "SIGINT"
[[nodiscard]] std::string_view signal_name(int number) noexcept;
// Whoever started us wants this signal ignored (nohup, a background job of a script).
[[nodiscard]] bool is_ignored(int number) noexcept;
// Ends the process by the signal's default action.
[[noreturn]] void die_by(int number) noexcept;

} // namespace costrand::activate
