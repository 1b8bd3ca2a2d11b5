// SPDX-License-Identifier: Apache-2.0
// The challenge of ccs_authenticate (ccapi.md 11.6): a client puts a number into a file that only
// its user can write, and whoever answers must have raised it there. For the client library and the
// server; the messages that name the file are not known here.
#pragma once

#include <costrand/transports/ccapi_pipe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::transports {

// One file, as long as this object lives.
class pipe_challenge {
  public:
    // Makes the file in the place's folder, which exists. Both numbers are random: one is part of
    // its name. Throws system_error.
    pipe_challenge(const pipe_place &place, std::uint64_t unique, std::uint32_t number);
    pipe_challenge(const pipe_challenge &) = delete;
    pipe_challenge &operator=(const pipe_challenge &) = delete;
    ~pipe_challenge();

    // Without the folder: what the server is told.
    [[nodiscard]] std::string_view name() const noexcept;
    // Whether the number was raised by one, in the file and in the answer.
    [[nodiscard]] bool is_met_by(std::uint32_t answer) const noexcept;

  private:
    std::string path_;
    int fd_ = -1;
    std::uint32_t expected_ = 0;
};

// The server's part: raises the number in the file of that name, and gives it. Nothing, and nothing
// is written, for a name that is none of the place's challenges, and for a file that is a link, not
// the user's alone, or not of four bytes.
[[nodiscard]] std::optional<std::uint32_t> meet_challenge(const pipe_place &place,
                                                          std::string_view name);

} // namespace costrand::transports
