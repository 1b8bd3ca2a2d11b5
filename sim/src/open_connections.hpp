// SPDX-License-Identifier: Apache-2.0
// The connections to a device's local ports that are open now, so that all of them can be dropped.
// Private to sim.
#pragma once

#include <costrand/core/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>

namespace costrand::sim {

class open_connections {
  public:
    static constexpr std::size_t uncut = std::numeric_limits<std::size_t>::max();

    struct entry {
        std::unique_ptr<core::byte_stream> stream;
        std::uint64_t number = 0;
    };
    // The stream that is to be used instead of `below`; while it lives it is in the list. It is cut
    // off when so many bytes were written.
    [[nodiscard]] entry add(std::unique_ptr<core::byte_stream> below, std::size_t cut_after);

    // Closes all but one; 0: all.
    void drop_all_but(std::uint64_t number) noexcept;

  private:
    using table = std::map<std::uint64_t, core::byte_stream *>;
    class listed_stream;

    std::shared_ptr<table> all_ = std::make_shared<table>();
    std::uint64_t last_ = 0;
};

} // namespace costrand::sim
