// SPDX-License-Identifier: Apache-2.0
// dispatch_core: from the bytes of a request to a call of collection_core, and back to the bytes of
// its reply (docs/spec/ccapi.md 8). What a server driver feeds; knows no frames and no streams.
#pragma once

#include <costrand/ccapi/collection_core.hpp>
#include <costrand/ccapi/identifier.hpp>
#include <costrand/ccapi/messages.hpp>
#include <costrand/ccapi/types.hpp>
#include <costrand/ccapi/wakes.hpp>

#include <optional>
#include <string_view>

namespace costrand::ccapi {

class dispatch_core {
  public:
    // server: the identity of this life of the server. The collection outlives this.
    dispatch_core(collection_core &collection, const uuid &server)
        : collection_(collection),
          server_(to_text(server)) {}

    // The reply to one request, or nothing: it waits, and the reply will be reply_to a wake of
    // `who`. Whatever the payload is, it is answered.
    [[nodiscard]] std::optional<wiped_bytes> handle(client_id from, ticket who, const_bytes payload,
                                                    turn &t);

    [[nodiscard]] static wiped_bytes reply_to(const wake &w);

  private:
    struct call; // one request with all that its handling needs

    [[nodiscard]] std::string_view server() const noexcept {
        return {server_.data(), server_.size()};
    }
    // The object's UUID; nil, which names nothing, for other servers and other texts.
    [[nodiscard]] uuid object_of(const identifier_view &id) const noexcept;

    std::optional<wiped_bytes> on_context(const call &c);
    std::optional<wiped_bytes> on_ccache(const call &c);
    wiped_bytes on_ccache_value(const call &c);
    wiped_bytes on_iterator(const call &c);
    wiped_bytes on_next_credential(const call &c);

    collection_core &collection_;
    uuid_text server_;
};

} // namespace costrand::ccapi
