// SPDX-License-Identifier: Apache-2.0
// TLS of an activated device (rpc-cli.md 9, wsman.md 11.3): as the calls in configure.hpp, whose
// rules hold here, too. AMT makes the key itself; the certificate is of an authority that exists
// for this one signature.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/time.hpp>
#include <costrand/wsman/client.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace costrand::wsman {

// What AMT's network ports take. The ports for the host ask for no client certificate in any mode:
// it is the way back.
enum class tls_mode {
    server,           // TLS alone
    server_and_plain, // connections without TLS as well
    mutual,           // TLS alone, and clients below a root that AMT trusts
    mutual_and_plain,
    off,
};

struct tls_settings {
    tls_settings() = default; // no aggregate: GCC 12 destroys those twice in a co_await

    tls_mode mode = tls_mode::server;
    // Between the settings for the network and those for the host, as firmware likes it.
    core::duration pause = std::chrono::seconds(3);
    std::function<std::int64_t()> now; // seconds since 1970: AMT's clock and certificate
};

// Up to CommitChanges, behind which AMT restarts its ports: reach it anew, on the port that is open
// then, and see with has_tls(). A certificate that AMT has for TLS is kept as long as it is valid.
// False: the answer of CommitChanges was lost, which is common. errc::method_refused before
// anything is written when the device has no ports without TLS, and `mode` asks for them. What was
// added is deleted when AMT refuses what comes behind it.
[[nodiscard]] awaitable<bool> set_tls(client &amt, tls_settings wanted);

// Whether the settings that AMT tells are those of `mode`.
[[nodiscard]] awaitable<bool> has_tls(client &amt, tls_mode mode);

// How many certificates AMT lets clients in by, the authority's of set_tls() not counted: its key
// is gone.
[[nodiscard]] awaitable<std::size_t> count_client_roots(client &amt);

// Once TLS is off: deletes the certificate that AMT showed, its key, and its root if set_tls() made
// it. What AMT keeps stays. Gives how many objects are gone.
[[nodiscard]] awaitable<std::size_t> remove_tls_certificate(client &amt);

} // namespace costrand::wsman
