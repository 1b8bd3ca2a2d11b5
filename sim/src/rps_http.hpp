// SPDX-License-Identifier: Apache-2.0
// The provisioning server's HTTP and Digest client: one request as it writes it, one reply as it
// reads it (rps-session section 14). Sans-io. Private to sim/src/rps*.
#pragma once

#include <costrand/core/bytes.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/http_message.hpp>
#include <costrand/wsman/http_shapes.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

// Unlike wsman::digest_client it counts all its answers in one row, whatever the nonce, as the real
// server does (recorded: two nonces, nc 1 and 2), and its cnonce is short and of base 36.
class rps_digest {
  public:
    // The random source outlives the object.
    explicit rps_digest(core::random_source &random) : random_(random) {}

    // Keeps realm, nonce and count: AMT takes `admin` with the nonce of the local account.
    void set_user(std::string user, core::secret password);
    // False for what holds no Digest challenge; the one there was stays.
    bool accept(std::string_view www_authenticate);

    // The value for the next request; empty before the first challenge.
    [[nodiscard]] core::result<std::string> authorization();

  private:
    std::string make_cnonce();

    core::random_source &random_;
    std::string user_;
    core::secret password_;
    std::optional<wsman::digest_challenge> challenge_;
    std::uint32_t count_ = 0;
};

// "admin:REALM:password" hashed: what Setup and SetAdminAclEntryEx carry.
[[nodiscard]] core::secret admin_digest(std::string_view realm, const core::secret &password);

// The bytes of one request. `host` is "UUID:16992". In a tunnel the connection is kept open.
[[nodiscard]] std::vector<std::byte> wrap_request(std::string_view host,
                                                  std::string_view authorization,
                                                  std::string envelope, wsman::after_reply then);

struct rps_http_reply {
    int status = 0;
    std::string challenge; // WWW-Authenticate, may be empty
    std::string body;
};

// One whole reply of plain mode. Nothing for what the real server calls a parse error: bytes that
// are not exactly one reply, and a 200 whose body is not chunked or is empty.
[[nodiscard]] std::optional<rps_http_reply> unwrap_plain_reply(std::string_view bytes);
// One reply out of a tunnel: either kind of body will do. Nothing for a 200 that is empty.
[[nodiscard]] std::optional<rps_http_reply> read_reply(wsman::http_response in);

} // namespace costrand::sim
