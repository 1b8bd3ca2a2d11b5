// SPDX-License-Identifier: Apache-2.0
// What ccapi_roundtrip's client says to a credential cache server, over KCM and over the native
// pipe: requests as bytes, and what of the replies the next request needs. Blocking, no event loop
// here.
#pragma once

#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/frame.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/endian.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace costrand::bench {

using bytes = std::vector<std::byte>;

enum class operation { default_and_principal, store, fetch };

// One connection, and what a talk remembers of it.
struct connection {
    int fd = -1;
    bytes received;                           // a reply, as far as it is there
    std::optional<ccapi::identifier> fetched; // native: its iterator over the credentials
    bool midway = false; // the reply that comes next does not complete the operation
};

inline void send_all(int fd, const bytes &request) {
    for (std::size_t sent = 0; sent < request.size();) {
        const auto n = ::send(fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
        if (n <= 0)
            throw std::runtime_error("the server took no request");
        sent += static_cast<std::size_t>(n);
    }
}

// The words of one protocol. A message is what lies in the stream, the length included.
class talk {
  public:
    virtual ~talk() = default;

    virtual void greet(connection &) {}
    // An empty cache, the default, with so many credentials.
    virtual void prepare(connection &, std::size_t credentials) = 0;
    // The first request of an operation.
    virtual const bytes &begin(operation what, connection &of) = 0;
    // Its next one, after this reply; null when it is complete. Throws on a reply that is an error.
    virtual const bytes *go_on(operation what, connection &of, core::const_bytes reply) = 0;

    // Size of the message that begins with these bytes, as far as they tell; else 0.
    [[nodiscard]] std::size_t size_of(core::const_bytes message) const noexcept {
        constexpr std::size_t length = 4;
        if (message.size() < length)
            return 0;
        return length + uncounted() + core::load_be<std::uint32_t>(message.data());
    }
    bytes ask(connection &of, const bytes &request) {
        send_all(of.fd, request);
        return take(of);
    }

  protected:
    [[nodiscard]] virtual std::size_t uncounted() const noexcept = 0;

    bytes take(connection &of) const {
        bytes reply(4);
        for (std::size_t got = 0; got < reply.size();) {
            const auto n = ::recv(of.fd, reply.data() + got, reply.size() - got, 0);
            if (n <= 0)
                throw std::runtime_error("the server closed the connection");
            got += static_cast<std::size_t>(n);
            if (const auto size = size_of(core::const_bytes(reply).first(got)); size > 0)
                reply.resize(size);
        }
        return reply;
    }
};

// docs/spec/kcm.md. The credential is fetched by its UUID.
[[nodiscard]] std::unique_ptr<talk> kcm_talk();
// docs/spec/ccapi.md. A credential is fetched with an iterator's `next`; at the end of the list
// comes another iterator, whose making counts as a part of the operation.
[[nodiscard]] std::unique_ptr<talk> native_talk();

} // namespace costrand::bench
