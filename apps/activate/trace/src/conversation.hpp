// SPDX-License-Identifier: Apache-2.0
// conversation: the HTTP exchanges or TLS records on one connection to AMT, whatever carries it.
// Sans-io. Keeps the head of an HTTP message until it is read, and wipes it: a digest is in it.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/trace/event.hpp>
#include <costrand/trace/recorder.hpp>
#include <costrand/trace/tls_summary.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace costrand::trace {

class conversation {
  public:
    conversation(recorder &to, std::optional<std::uint64_t> channel) : to_(to), channel_(channel) {}
    conversation(conversation &&) = default;
    ~conversation() {
        core::wipe(out_.head);
        core::wipe(in_.head);
    }

    void sent(core::const_bytes data) { take(out_, data); }
    void received(core::const_bytes data) { take(in_, data); }
    // The connection is over: what is half there is told.
    void ended();

  private:
    enum class state { between, head, body, chunks, tls, unknown };
    struct direction {
        direction(party from_, party to_) : from(from_), to(to_) {}
        party from, to;
        state now = state::between;
        std::string head; // of an HTTP message, until it is whole
        std::string what; // of the message that passes
        std::uint64_t seen = 0, left = 0;
        std::string tail; // of the chunks
        tls_summary tls;
    };

    void take(direction &d, core::const_bytes data);
    core::const_bytes take_head(direction &d, core::const_bytes data);
    core::const_bytes take_body(direction &d, core::const_bytes data);
    core::const_bytes take_chunks(direction &d, core::const_bytes data);
    void read_head(direction &d);
    void whole(direction &d);
    void tell(direction &d, layer on, std::string what, std::string detail, std::uint64_t size);

    recorder &to_;
    std::optional<std::uint64_t> channel_;
    direction out_{party::client, party::amt}, in_{party::amt, party::client};
    std::optional<std::int64_t> asked_; // when the last request was whole
};

} // namespace costrand::trace
