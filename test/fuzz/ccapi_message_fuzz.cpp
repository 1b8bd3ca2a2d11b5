// SPDX-License-Identifier: Apache-2.0
// CCAPI requests, replies and credentials: what one is, is exactly what we write of it. And a
// conversation of three clients with the server's cores: each message is answered or waits, every
// answer can be read, the limits hold, and of clients that went nothing is left.
//
// A conversation: of each message a byte that says the client, its length as u16, and its bytes.
#include "collection.hpp"

#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/dispatch_core.hpp>

#include <algorithm>

using namespace costrand;
using namespace costrand::ccapi;
using fuzz::demand;

namespace {

constexpr client_id clients = 3;

void check_request(const_bytes payload) {
    const auto request = decode_request(payload);
    if (!request)
        return;
    const auto written = encode_request(*request);
    demand(written && std::ranges::equal(*written, payload),
           "a request is the same bytes when it is read and written again");
}

void check_replies(const_bytes payload) {
    for (const auto &row : ccapi::detail::table::rows) {
        const auto reply = decode_reply(row.what, payload);
        if (!reply)
            continue;
        demand(std::ranges::equal(encode_reply(row.what, *reply), payload),
               "a reply is the same bytes when it is read and written again");
    }
}

void check_credential_codec(const_bytes payload) {
    const auto credential = decode_credential(payload);
    demand(credential.has_value() == (check_credential(payload) == errc::no_error),
           "what is checked is what can be read");
    if (!credential)
        return;
    const auto written = encode_credential(*credential);
    demand(written && std::ranges::equal(*written, payload),
           "a credential is the same bytes when it is read and written again");
}

void converse(const_bytes bytes) {
    fuzz::counting_source random;
    collection_core collection(random, fuzz::few(), 1000);
    dispatch_core server(collection, collection.id());
    core::byte_reader in(bytes);
    cc_time now = 1000;
    ticket last = 0;
    while (in.remaining() > 0) {
        const client_id from = 1 + in.u8() % clients;
        const auto payload =
            in.bytes(std::min<std::size_t>(in.be<std::uint16_t>(), in.remaining()));
        if (in.failed())
            break;
        turn t(++now);
        const auto request = decode_request(payload);
        const auto answer = server.handle(from, ++last, payload, t);
        if (!answer) {
            demand(request && find_row(static_cast<std::uint32_t>(request->what))->may_wait,
                   "only what may wait has no answer");
        } else if (request) {
            demand(decode_reply(request->what, *answer).has_value(), "an answer can be read");
        } else {
            const auto said = decode_reply(message_id::context_release, *answer);
            demand(said && said->error != errc::no_error, "what cannot be read is an error");
        }
        for (const auto &w : t.woken)
            demand(!dispatch_core::reply_to(w).empty(), "who is woken gets an answer");
        fuzz::demand_within(collection);
    }
    for (client_id gone = 1; gone <= clients; ++gone) {
        turn t(++now);
        collection.drop_client(gone, t);
    }
    const auto counts = collection.counts();
    demand(counts.iterators == 0 && counts.locks_held == 0 && counts.locks_waiting == 0 &&
               counts.change_waiters == 0,
           "of clients that went nothing is left");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    check_request(bytes);
    check_replies(bytes);
    check_credential_codec(bytes);
    converse(bytes);
    return 0;
}
