// SPDX-License-Identifier: Apache-2.0
// A conversation over KCM, each request behind its length: every reply is one and within its limit,
// what is kept are credentials, and a KCM credential is the same bytes when it comes back.
#include "collection.hpp"

#include <costrand/ccapi/kcm_codec.hpp>
#include <costrand/ccapi/kcm_credential.hpp>
#include <costrand/ccapi/kcm_face.hpp>

#include <algorithm>
#include <variant>

using namespace costrand;
using namespace costrand::ccapi;
using fuzz::demand;

namespace {

constexpr std::uint32_t user = 1000;

// No client sends names without a type or without components: the CCAPI's text cannot tell them.
bool is_whole(const kcm::principal_view &name) {
    return name.type != 0 && name.count != 0;
}

void check_credential_mapping(const_bytes bytes) {
    const auto credential = kcm::decode_credential(bytes);
    if (!credential)
        return;
    const auto native = kcm::to_ccapi(*credential);
    demand(native && check_credential(*native) == errc::no_error, "its CCAPI form is a credential");
    if (!is_whole(credential->client) || !is_whole(credential->server))
        return;
    wiped_bytes reply;
    kcm::reply_writer out(reply);
    kcm::write_credential(out, *native, {credential->client.type, credential->server.type});
    const auto again = kcm::decode_credential(out.result());
    demand(again && std::ranges::equal(out.result(), bytes.first(out.result().size())),
           "a credential is the same bytes when it comes back");
}

void converse(const_bytes bytes) {
    fuzz::counting_source random;
    collection_core collection(random, fuzz::few(), 1000);
    kcm_face face(collection, user);
    core::byte_reader in(bytes);
    cc_time now = 1000;
    wiped_bytes reply;
    while (in.remaining() >= 4) {
        const auto size = std::min<std::size_t>(in.be<std::uint32_t>(), in.remaining());
        turn t(++now);
        if (!face.handle(in.bytes(size), t, reply))
            return;
        demand(reply.size() >= 8 && reply.size() <= kcm::max_message_size,
               "a reply has its codes and is within its limit");
        demand(core::load_be<std::uint32_t>(reply.data()) == 0, "the outer code is 0");
        fuzz::demand_within(collection);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    check_credential_mapping(fuzz::input(data, size));
    converse(fuzz::input(data, size));
    return 0;
}
