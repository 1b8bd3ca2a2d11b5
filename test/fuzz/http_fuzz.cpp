// SPDX-License-Identifier: Apache-2.0
// HTTP messages, as requests and as replies: read in pieces they are what they are in one, they
// stay within the limits, and what was read is read again from what we write of it.
#include "fuzz.hpp"

#include <costrand/wsman/http_message.hpp>
#include <costrand/wsman/http_parser.hpp>

#include <algorithm>
#include <optional>

using namespace costrand;
using namespace costrand::wsman;
using fuzz::demand;

namespace {

template <typename Parser>
struct outcome {
    using message = decltype(std::declval<Parser &>().release());
    std::size_t used = 0;
    boost::system::error_code error;
    bool keeps_open = false;
    std::optional<message> what = {};
};

// Ended: the peer closes behind the last byte.
template <typename Parser>
outcome<Parser> read(core::const_bytes bytes, std::size_t piece, const http_limits &limits) {
    Parser parser(limits);
    outcome<Parser> out;
    while (out.used < bytes.size() && !parser.done()) {
        const auto next = bytes.subspan(out.used, std::min(piece, bytes.size() - out.used));
        const auto taken = parser.feed(next);
        if (!taken) {
            out.error = taken.error();
            return out;
        }
        demand(*taken == next.size() || parser.done(), "bytes are left only behind a message");
        out.used += *taken;
    }
    if (const auto ended = parser.end_of_stream(); !ended) {
        out.error = ended.error();
        return out;
    }
    out.keeps_open = parser.keep_alive();
    out.what = parser.release();
    return out;
}

bool same_start(const http_request &a, const http_request &b) {
    return a.method == b.method && a.target == b.target && a.minor_version == b.minor_version;
}
bool same_start(const http_response &a, const http_response &b) {
    return a.status == b.status && a.reason == b.reason && a.minor_version == b.minor_version;
}
template <typename Message>
bool same(const Message &a, const Message &b) {
    return same_start(a, b) && a.body == b.body && std::ranges::equal(a.headers, b.headers);
}

template <typename Parser>
void check(core::const_bytes bytes, const http_limits &limits) {
    const auto whole = read<Parser>(bytes, std::max<std::size_t>(1, bytes.size()), limits);
    for (const auto piece : {std::size_t{1}, std::size_t{7}}) {
        const auto parts = read<Parser>(bytes, piece, limits);
        demand(parts.error == whole.error, "in pieces it is the same error");
        if (!whole.what)
            continue;
        demand(parts.used == whole.used && parts.keeps_open == whole.keeps_open &&
                   same(*parts.what, *whole.what),
               "in pieces it is the same message");
    }
    if (!whole.what)
        return;
    demand(whole.what->body.size() <= limits.body_bytes, "the body is within its limit");
    demand(whole.what->headers.size() <= limits.header_fields, "so many fields at most");
    const auto written = serialize(*whole.what);
    http_limits wide; // a Content-Length may be added, and blanks
    wide.header_bytes *= 2;
    wide.header_fields *= 2;
    const auto again = read<Parser>(written, written.size(), wide);
    demand(again.what && again.used == written.size(), "what is written can be read");
    demand(same_start(*again.what, *whole.what) && again.what->body == whole.what->body,
           "what is written is the same message");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    http_limits narrow;
    narrow.header_bytes = 200;
    narrow.header_fields = 4;
    narrow.body_bytes = 100;
    http_limits as_rps;
    as_rps.utf16_chunk_sizes = true;
    for (const auto &limits : {http_limits(), narrow, as_rps}) {
        check<request_parser>(fuzz::input(data, size), limits);
        check<response_parser>(fuzz::input(data, size), limits);
    }
    return 0;
}
