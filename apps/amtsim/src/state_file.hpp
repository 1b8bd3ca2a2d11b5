// SPDX-License-Identifier: Apache-2.0
// state_file: a device's state on disk (--state). It is replaced as a whole, so that a kill or a
// power failure at any moment leaves the former or the next state, never a part of one.
#pragma once

#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/device_state.hpp>
#include <costrand/sim/profile.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace costrand::amtsim {

class state_file {
  public:
    // Opens the file, or makes one with a new device's state. It is ours alone until the object
    // dies. Throws std::runtime_error with the cause: in use by another process, not readable, not
    // complete, of another version or profile. Such a file stays as it is. `now` is the time of the
    // device's source of time.
    state_file(std::string path, sim::profile p, core::random_source &random, core::time_point now);
    state_file(const state_file &) = delete;
    state_file &operator=(const state_file &) = delete;
    ~state_file();

    // As it was read or made.
    [[nodiscard]] const sim::device_state &state() const noexcept { return state_; }

    // Returns when the state is on disk; does nothing when it is what was written last. A failure
    // is told on stderr, and the next call tries again.
    void keep(const sim::device_state &state) noexcept;

  private:
    void load();
    void keep_or_throw(const sim::device_state &state);
    void replace(std::string_view text);

    std::string path_;
    sim::profile profile_;
    std::int64_t utc_at_zero_;
    sim::device_state state_;
    core::secret written_;
    int locked_ = -1; // the file that is there now
};

// Nothing for an empty path.
[[nodiscard]] std::unique_ptr<state_file> open_state(const std::string &path, const sim::profile &p,
                                                     core::random_source &random,
                                                     core::time_point now);

} // namespace costrand::amtsim
