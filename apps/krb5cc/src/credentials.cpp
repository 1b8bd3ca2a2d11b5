// SPDX-License-Identifier: Apache-2.0
// The table of credentials, and how their C structures are made of decoded ones and back.
#include "call.hpp"

#include <cstddef>
#include <limits>
#include <span>

namespace costrand::krb5cc {
namespace {

using ccapi::typed_data;

// Whoever is given the structures may not write through their pointers.
char *text_of(const std::string &text) noexcept {
    return const_cast<char *>(text.c_str());
}

cc_data view_of(const typed_data &from) noexcept {
    const bool empty = from.bytes.empty();
    return {from.type, static_cast<cc_uint32>(from.bytes.size()),
            empty ? nullptr : const_cast<std::byte *>(from.bytes.data())};
}

// Null for an empty one; else with a null pointer at the end.
cc_data **list_of(std::span<cc_data> items, std::vector<cc_data *> &pointers) {
    if (items.empty())
        return nullptr;
    for (auto &item : items)
        pointers.push_back(&item);
    pointers.push_back(nullptr);
    return pointers.data();
}

bool read(const cc_data &from, typed_data &to) {
    if (!from.data && from.length > 0)
        return false;
    to.type = from.type;
    const auto *bytes = static_cast<const std::byte *>(from.data);
    to.bytes.assign(bytes, bytes + from.length);
    return true;
}

bool read(cc_data *const *from, std::vector<typed_data> &to) {
    if (!from)
        return true;
    for (; *from; ++from) {
        to.emplace_back();
        if (!read(**from, to.back()))
            return false;
    }
    return true;
}

cc_int32 release(cc_credentials_t c) noexcept {
    return guarded([&] {
        if (!c)
            return errc::bad_param;
        delete &of(c);
        return errc::no_error;
    });
}

cc_int32 compare(cc_credentials_t c, cc_credentials_t other, cc_uint32 *equal) noexcept {
    return guarded([&] {
        if (!c || !other || !equal)
            return errc::bad_param;
        *equal = of(c).id == of(other).id ? 1 : 0;
        return errc::no_error;
    });
}

} // namespace

const cc_credentials_f credentials_functions = {release, compare};

credentials::credentials(ccapi::identifier name, ccapi::credential from)
    : cc_credentials_d{&all, &credentials_functions},
      id(std::move(name)),
      held(std::move(from)) {
    for (const auto &address : held.addresses)
        items.push_back(view_of(address));
    for (const auto &entry : held.authdata)
        items.push_back(view_of(entry));
    v5.client = text_of(held.client);
    v5.server = text_of(held.server);
    v5.keyblock = view_of(held.keyblock);
    v5.authtime = held.authtime;
    v5.starttime = held.starttime;
    v5.endtime = held.endtime;
    v5.renew_till = held.renew_till;
    v5.is_skey = held.is_skey;
    v5.ticket_flags = held.ticket_flags;
    const std::span all_items(items);
    v5.addresses = list_of(all_items.first(held.addresses.size()), addresses);
    v5.ticket = view_of(held.ticket);
    v5.second_ticket = view_of(held.second_ticket);
    v5.authdata = list_of(all_items.subspan(held.addresses.size()), authdata);
    all.version = ccapi::credentials_v5;
    all.credentials.credentials_v5 = &v5;
}

core::result<ccapi::credential> read_credential(const cc_credentials_v5_t &from) {
    ccapi::credential out;
    if (!from.client || !from.server)
        return make_error_code(errc::bad_param);
    out.client = from.client;
    out.server = from.server;
    out.authtime = from.authtime;
    out.starttime = from.starttime;
    out.endtime = from.endtime;
    out.renew_till = from.renew_till;
    out.is_skey = from.is_skey;
    out.ticket_flags = from.ticket_flags;
    if (!read(from.keyblock, out.keyblock) || !read(from.addresses, out.addresses) ||
        !read(from.ticket, out.ticket) || !read(from.second_ticket, out.second_ticket) ||
        !read(from.authdata, out.authdata))
        return make_error_code(errc::bad_param);
    return out;
}

} // namespace costrand::krb5cc
