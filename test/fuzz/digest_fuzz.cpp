// SPDX-License-Identifier: Apache-2.0
// The header fields of Digest: a challenge and an answer that were understood are the same after
// they were written and read again; a client answers what it accepted so that a server can read it;
// nobody gets in by any bytes.
#include "fuzz.hpp"

#include <costrand/core/random.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/digest.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::wsman;
using fuzz::demand;

namespace {

void check_challenges(std::string_view field) {
    const auto challenges = parse_challenges(field);
    if (!challenges)
        return;
    demand(!challenges->empty(), "an understood field holds a challenge");
    for (const auto &c : *challenges) {
        const auto written = format_challenge(c);
        if (!written)
            continue;
        const auto again = parse_challenge(*written);
        demand(again && again->realm == c.realm && again->nonce == c.nonce &&
                   again->opaque == c.opaque && again->stale == c.stale && again->auth == c.auth &&
                   again->auth_int == c.auth_int && again->algorithm == c.algorithm,
               "a challenge is the same when it is written and read again");
    }
}

void check_authorization(std::string_view field) {
    const auto answer = parse_authorization(field);
    if (!answer)
        return;
    const auto written = format_authorization(*answer);
    if (!written)
        return;
    const auto again = parse_authorization(*written);
    demand(again && again->username == answer->username && again->realm == answer->realm &&
               again->nonce == answer->nonce && again->uri == answer->uri &&
               again->response == answer->response && again->qop == answer->qop &&
               again->nc == answer->nc && again->cnonce == answer->cnonce &&
               again->opaque == answer->opaque && again->algorithm == answer->algorithm,
           "an answer is the same when it is written and read again");
}

void check_client(std::string_view field, core::random_source &random) {
    digest_client client("admin", core::secret("P@ssw0rd"), random);
    if (!client.accept(field))
        return;
    for (const std::uint32_t turn : {1U, 2U}) {
        const auto value = client.authorization(digest_target());
        if (!value)
            continue;
        const auto read = parse_authorization(*value);
        demand(read && read->realm == client.challenge().realm &&
                   read->nonce == client.challenge().nonce,
               "the client's answer can be read, and is to this challenge");
        demand(read->qop == digest_qop::none || read->nc == turn, "the count rises by one");
    }
}

void check_server(std::string_view field, core::random_source &random) {
    digest_server_options options;
    options.realm = "Digest:A4070000000000000000000000000000";
    digest_server server(options, random);
    demand(server.issue(false).has_value(), "a server can ask");
    const auto verdict = server.verify(field, digest_target(), [](std::string_view) {
        return std::optional(core::secret("0123456789abcdef0123456789abcdef"));
    });
    demand(!verdict || verdict->verdict != digest_verdict::accepted, "nobody gets in by chance");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto field = core::as_text(fuzz::input(data, size));
    const auto random = core::seeded_random(1);
    check_challenges(field);
    check_authorization(field);
    check_client(field, *random);
    check_server(field, *random);
    return 0;
}
