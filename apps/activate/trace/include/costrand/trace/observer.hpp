// SPDX-License-Identifier: Apache-2.0
// observer: who looks at a stream from beside it, and the streams that let it. Sans-io observers
// turn what passes into events of a recorder; the streams change nothing of what passes.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/stream.hpp>

#include <memory>

namespace costrand::trace {

class observer {
  public:
    virtual ~observer() = default;
    // The bytes of one message, or of one call of a byte stream; valid during the call.
    virtual void sent(core::const_bytes data) = 0;
    virtual void received(core::const_bytes data) = 0;
    // A call failed (not: it was cancelled or the stream closed under it), or we closed: no error.
    // May come more than once.
    virtual void ended(const error_code &why) = 0;
};

// A stream that tells `who` of all that passes through `below`, and owns both. What a caller of
// `below` may count on holds for it, too.
[[nodiscard]] std::unique_ptr<core::message_stream>
observe(std::unique_ptr<core::message_stream> below, std::unique_ptr<observer> who);
[[nodiscard]] std::unique_ptr<core::byte_stream> observe(std::unique_ptr<core::byte_stream> below,
                                                         std::unique_ptr<observer> who);

} // namespace costrand::trace
