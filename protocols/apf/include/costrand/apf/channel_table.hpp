// SPDX-License-Identifier: Apache-2.0
// channel_table: the channels of one session by our own number, and the choice of numbers.
// session_core owns it.
#pragma once

#include <costrand/apf/channel_core.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace costrand::apf {

// Which numbers one side gives to its channels: first, first + 1, ... highest, lowest, ... and so
// on in a circle, without those in use.
struct number_range {
    std::uint32_t first = 2;
    std::uint32_t lowest = 1;
    std::uint32_t highest = 31;
    // The number of the latest channel is not given to the next one: a late message of the old
    // channel can then be told from one of the new.
    bool spare_latest = true;
    // When none is free: take one whose CHANNEL_CLOSE the peer has not answered.
    bool reclaim = true;
};

// Hosts count as the known clients do. Firmware has eight slots, 0 is one of them, and only the
// host's CHANNEL_CLOSE frees them.
inline constexpr number_range host_numbers{};
inline constexpr number_range firmware_numbers{0, 0, 7, false, false};

struct channel_entry {
    channel_core core;
    std::uint64_t serial = 0; // tells this channel from the next one of the same number
    bool credit_due = false;
};

class channel_table {
  public:
    explicit channel_table(number_range range)
        : range_(range),
          next_(range.first),
          entries_(std::size_t{range.highest} - range.lowest + 1) {}

    // Null for a number that is not in use. Valid until the table is destroyed.
    [[nodiscard]] channel_entry *find(std::uint32_t number) noexcept {
        if (number < range_.lowest || number > range_.highest)
            return nullptr;
        auto &entry = entries_[number - range_.lowest];
        return entry.core.state() == channel_state::gone ? nullptr : &entry;
    }

    // Whether one of our channels has this number on the peer's side.
    [[nodiscard]] bool peer_uses(std::uint32_t peer_number) const noexcept {
        for (const auto &e : entries_)
            if (e.core.has_peer() && e.core.peer_number() == peer_number)
                return true;
        return false;
    }

    // Puts a channel under the next free number. A peer that never answers CHANNEL_CLOSE must not
    // use our numbers up: hosts then take the next one that waits for that answer.
    [[nodiscard]] std::optional<std::uint32_t> add(const channel_core &core) {
        auto number = walk(channel_state::gone);
        if (!number && range_.reclaim)
            number = walk(channel_state::close_sent);
        if (!number)
            return std::nullopt;
        entries_[*number - range_.lowest] = {core, ++serial_, false};
        next_ = *number == range_.highest ? range_.lowest : *number + 1;
        return number;
    }

    // Where the walk stands; the next session goes on from here.
    [[nodiscard]] std::uint32_t next_number() const noexcept { return next_; }

  private:
    [[nodiscard]] std::optional<std::uint32_t> walk(channel_state wanted) const noexcept {
        // The circle ends at the latest number.
        const std::size_t steps = entries_.size() - (range_.spare_latest ? 1 : 0);
        for (std::size_t i = 0; i < steps; ++i) {
            const std::size_t at = (next_ - range_.lowest + i) % entries_.size();
            if (entries_[at].core.state() == wanted)
                return static_cast<std::uint32_t>(range_.lowest + at);
        }
        return std::nullopt;
    }

    number_range range_;
    std::uint32_t next_;
    std::uint64_t serial_ = 0;
    std::vector<channel_entry> entries_;
};

} // namespace costrand::apf
