// SPDX-License-Identifier: Apache-2.0
// libcostrand_krb5cc as programs see it, before a running costrand-ccapid.
#include "live_server.hpp"
#include "objects.hpp"
#include "walk.h"

#include "../ccapi/freed_memory.hpp"

#include <CredentialsCache2.h>

#include <cstring>
#include <set>
#include <vector>

using namespace costrand::test;

TEST_CASE("a C99 program and a C++ program go through every member of every table") {
    const endpoint_folder folder;
    const live_server server(folder);
    CHECK(walk_v3_c99() == 0);
    CHECK(walk_v3_cxx() == 0);
}

TEST_CASE("programs of version 2, in C99 and C++, have all their calls") {
    const endpoint_folder folder;
    const live_server server(folder);
    CHECK(walk_v2_c99() == 0);
    CHECK(walk_v2_cxx() == 0);
}

TEST_CASE("versions 2 to 7 give the same objects, others are refused and nothing is touched") {
    for (cc_int32 version : {2, 3, 4, 5, 6, 7}) {
        cc_context_t made = nullptr;
        cc_int32 supported = 0;
        CHECK(cc_initialize(&made, version, &supported, nullptr) == ccNoError);
        CHECK(supported == 7);
        CHECK(new_context()->functions == made->functions);
        CHECK(cc_context_release(made) == ccNoError);
    }
    for (cc_int32 version : {-1, 0, 1, 8}) {
        auto *const untouched = reinterpret_cast<cc_context_t>(8);
        auto *made = untouched;
        cc_int32 supported = 5;
        const char *vendor = nullptr;
        CHECK(cc_initialize(&made, version, &supported, &vendor) == ccErrBadAPIVersion);
        CHECK(made == untouched);
        CHECK(supported == 5);
        CHECK(!vendor);
    }
    CHECK(cc_initialize(nullptr, 7, nullptr, nullptr) == ccErrBadParam);
}

TEST_CASE("a null argument is 202 in every call that takes one, and no server is asked") {
    const endpoint_folder nobody_there;
    const auto c = new_context();
    const auto &f = *c->functions;
    cc_context_t no_context = nullptr;
    cc_ccache_t made = nullptr;
    cc_uint32 number = 0;
    CHECK(f.release(no_context) == ccErrBadParam);
    CHECK(f.get_change_time(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.get_default_ccache_name(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.open_ccache(c.get(), nullptr, &made) == ccErrBadParam);
    CHECK(f.open_ccache(c.get(), "a", nullptr) == ccErrBadParam);
    CHECK(f.open_default_ccache(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.create_ccache(c.get(), nullptr, 2, "a", &made) == ccErrBadParam);
    CHECK(f.create_ccache(c.get(), "a", 2, nullptr, &made) == ccErrBadParam);
    CHECK(f.create_ccache(c.get(), "a", 2, "a", nullptr) == ccErrBadParam);
    CHECK(f.create_default_ccache(c.get(), 2, nullptr, &made) == ccErrBadParam);
    CHECK(f.create_default_ccache(c.get(), 2, "a", nullptr) == ccErrBadParam);
    CHECK(f.create_new_ccache(c.get(), 2, nullptr, &made) == ccErrBadParam);
    CHECK(f.create_new_ccache(c.get(), 2, "a", nullptr) == ccErrBadParam);
    CHECK(f.new_ccache_iterator(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.compare(c.get(), nullptr, &number) == ccErrBadParam);
    CHECK(f.compare(c.get(), c.get(), nullptr) == ccErrBadParam);
    CHECK(f.lock(nullptr, cc_lock_read, cc_lock_block) == ccErrBadParam);
    CHECK(f.unlock(nullptr) == ccErrBadParam);
    CHECK(f.wait_for_change(nullptr) == ccErrBadParam);
    CHECK(!made);
}

TEST_CASE("null arguments of ccaches, iterators and credentials are 202, too") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    const auto &f = *c->functions;
    cc_uint32 number = 0;
    cc_ccache_t no_ccache = nullptr;
    cc_credentials_t no_credentials = nullptr;
    CHECK(f.release(nullptr) == ccErrBadParam);
    CHECK(f.destroy(nullptr) == ccErrBadParam);
    CHECK(f.get_credentials_version(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.get_name(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.get_principal(c.get(), 2, nullptr) == ccErrBadParam);
    CHECK(f.set_principal(c.get(), 2, nullptr) == ccErrBadParam);
    CHECK(f.store_credentials(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.remove_credentials(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.new_credentials_iterator(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.move(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.get_last_default_time(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.get_change_time(c.get(), nullptr) == ccErrBadParam);
    CHECK(f.compare(c.get(), nullptr, &number) == ccErrBadParam);
    CHECK(f.compare(c.get(), c.get(), nullptr) == ccErrBadParam);
    CHECK(f.get_kdc_time_offset(c.get(), 2, nullptr) == ccErrBadParam);

    const auto ccaches = iterate(context);
    CHECK(ccaches->functions->next(ccaches.get(), nullptr) == ccErrBadParam);
    CHECK(ccaches->functions->next(nullptr, &no_ccache) == ccErrBadParam);
    CHECK(ccaches->functions->clone(ccaches.get(), nullptr) == ccErrBadParam);
    CHECK(ccaches->functions->release(nullptr) == ccErrBadParam);
    const auto tickets = iterate(c);
    CHECK(tickets->functions->next(tickets.get(), nullptr) == ccErrBadParam);
    CHECK(tickets->functions->next(nullptr, &no_credentials) == ccErrBadParam);
    CHECK(tickets->functions->clone(tickets.get(), nullptr) == ccErrBadParam);
    CHECK(tickets->functions->release(nullptr) == ccErrBadParam);
}

TEST_CASE(
    "credentials that cannot be said are 202, of another version 212, and nothing is stored") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto c = create(new_context(), "one");
    ticket t("host/a@A.ORG");
    t.v5.client = nullptr;
    CHECK(store(c, t) == ccErrBadParam);
    t.v5.client = t.v5.server;
    t.v5.server = nullptr;
    CHECK(store(c, t) == ccErrBadParam);
    t.v5.server = t.v5.client;
    t.v5.ticket = {0, 4, nullptr}; // a length, and nothing there
    CHECK(store(c, t) == ccErrBadParam);
    t.v5.ticket = {};
    t.all.credentials.credentials_v5 = nullptr;
    CHECK(store(c, t) == ccErrBadParam);
    t.all.credentials.credentials_v5 = &t.v5;
    for (cc_uint32 version : {0u, 1u, 3u}) {
        t.all.version = version;
        CHECK(store(c, t) == ccErrBadCredentialsVersion);
    }
    // More than a message can hold.
    std::vector<char> much(17 * 1024 * 1024, 'x');
    t.all.version = cc_credentials_v5;
    t.v5.ticket = {0, static_cast<cc_uint32>(much.size()), much.data()};
    CHECK(store(c, t) == ccErrBadParam);
    const auto iterator = iterate(c);
    cc_credentials_t none = nullptr;
    CHECK(cc_credentials_iterator_next(iterator.get(), &none) == ccIteratorEnd);
    CHECK(!none);
}

TEST_CASE("a version that is not 2 is 212, and a failed create changes nothing") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    CHECK(store(c, ticket("host/a@A.ORG")) == ccNoError);
    cc_ccache_t made = nullptr;
    cc_string_t text = nullptr;
    cc_time_t time = 0;
    for (cc_uint32 version : {0u, 1u, 3u}) {
        CHECK(cc_context_create_ccache(context.get(), "one", version, "b", &made) ==
              ccErrBadCredentialsVersion);
        CHECK(cc_context_create_default_ccache(context.get(), version, "b", &made) ==
              ccErrBadCredentialsVersion);
        CHECK(cc_context_create_new_ccache(context.get(), version, "b", &made) ==
              ccErrBadCredentialsVersion);
        CHECK(cc_ccache_get_principal(c.get(), version, &text) == ccErrBadCredentialsVersion);
        CHECK(cc_ccache_set_principal(c.get(), version, "b") == ccErrBadCredentialsVersion);
        CHECK(cc_ccache_get_kdc_time_offset(c.get(), version, &time) == ccErrBadCredentialsVersion);
        CHECK(cc_ccache_set_kdc_time_offset(c.get(), version, 1) == ccErrBadCredentialsVersion);
        CHECK(cc_ccache_clear_kdc_time_offset(c.get(), version) == ccErrBadCredentialsVersion);
    }
    CHECK(!made);
    CHECK(next(iterate(c)));
}

TEST_CASE("a handle of a ccache that another one destroyed gives 205 in every call") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    const auto other = create(context, "two");
    CHECK(store(c, ticket("host/a@A.ORG")) == ccNoError);
    const auto iterator = iterate(c);
    const auto held = next(iterator);
    auto *const same = open(context, "one").release(); // the macros name their argument twice
    CHECK(cc_ccache_destroy(same) == ccNoError);

    cc_uint32 number = 0;
    cc_string_t text = nullptr;
    cc_time_t time = 0;
    cc_credentials_iterator_t tickets = nullptr;
    cc_credentials_t none = nullptr;
    auto *const h = c.get();
    CHECK(cc_ccache_destroy(h) == ccErrInvalidCCache);
    CHECK(cc_ccache_set_default(h) == ccErrInvalidCCache);
    CHECK(cc_ccache_get_credentials_version(h, &number) == ccErrInvalidCCache);
    CHECK(cc_ccache_get_name(h, &text) == ccErrInvalidCCache);
    CHECK(cc_ccache_get_principal(h, 2, &text) == ccErrInvalidCCache);
    CHECK(cc_ccache_set_principal(h, 2, "b") == ccErrInvalidCCache);
    CHECK(store(c, ticket("host/a@A.ORG")) == ccErrInvalidCCache);
    CHECK(cc_ccache_remove_credentials(h, held.get()) == ccErrInvalidCCache);
    CHECK(cc_ccache_new_credentials_iterator(h, &tickets) == ccErrInvalidCCache);
    CHECK(cc_ccache_move(h, other.get()) == ccErrInvalidCCache);
    CHECK(cc_ccache_move(other.get(), h) == ccErrInvalidCCache);
    CHECK(cc_ccache_lock(h, cc_lock_read, cc_lock_block) == ccErrInvalidCCache);
    CHECK(cc_ccache_unlock(h) == ccErrInvalidCCache);
    CHECK(cc_ccache_get_last_default_time(h, &time) == ccErrInvalidCCache);
    CHECK(cc_ccache_get_change_time(h, &time) == ccErrInvalidCCache);
    CHECK(cc_ccache_get_kdc_time_offset(h, 2, &time) == ccErrInvalidCCache);
    CHECK(cc_ccache_set_kdc_time_offset(h, 2, 1) == ccErrInvalidCCache);
    CHECK(cc_ccache_clear_kdc_time_offset(h, 2) == ccErrInvalidCCache);
    CHECK(cc_ccache_wait_for_change(h) == ccErrInvalidCCache);
    CHECK(cc_credentials_iterator_next(iterator.get(), &none) == ccErrInvalidCredentialsIterator);
    // What was fetched is the caller's, whatever became of the ccache.
    CHECK(std::strcmp(held->data->credentials.credentials_v5->server, "host/a@A.ORG") == 0);
}

TEST_CASE("1000 ccaches and 1000 credentials come once each, in their order") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    constexpr int count = 1000;
    for (int n = 0; n < count; ++n)
        (void)create(context, std::to_string(n).c_str());
    const auto ccaches = iterate(context);
    cc_ccache_t handle = nullptr;
    int seen = 0;
    for (; cc_ccache_iterator_next(ccaches.get(), &handle) == ccNoError; ++seen) {
        const ccache c(handle);
        const auto name =
            taken<cc_string_d>([&](auto *out) { return cc_ccache_get_name(c.get(), out); });
        REQUIRE(name->data == std::to_string(seen));
    }
    CHECK(seen == count);
    const auto c = open(context, "0");
    for (int n = 0; n < count; ++n)
        REQUIRE(store(c, ticket(std::to_string(n).c_str())) == ccNoError);
    const auto tickets = iterate(c);
    cc_credentials_t held = nullptr;
    for (seen = 0; cc_credentials_iterator_next(tickets.get(), &held) == ccNoError; ++seen) {
        const credentials t(held);
        REQUIRE(t->data->credentials.credentials_v5->server == std::to_string(seen));
    }
    CHECK(seen == count);
}

TEST_CASE("credentials may be removed while they are iterated, as Heimdal does") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto c = create(new_context(), "one");
    for (const char *name : {"a", "b", "c", "d"})
        CHECK(store(c, ticket(name)) == ccNoError);
    const auto iterator = iterate(c);
    std::string seen;
    cc_credentials_t held = nullptr;
    while (cc_credentials_iterator_next(iterator.get(), &held) == ccNoError) {
        const credentials t(held);
        seen += t->data->credentials.credentials_v5->server;
        CHECK(cc_ccache_remove_credentials(c.get(), t.get()) == ccNoError);
    }
    CHECK(seen == "abcd");
}

TEST_CASE("no block of the library's memory is freed with a session key in it") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto c = create(new_context(), "one");
    const freed_memory freed;
    CHECK(store(c, ticket("host/a@A.ORG", key_pattern.data(), key_pattern.size())) == ccNoError);
    {
        const auto held = next(iterate(c));
        const auto &key = held->data->credentials.credentials_v5->keyblock;
        REQUIRE(key.length == key_pattern.size());
        CHECK(std::memcmp(key.data, key_pattern.data(), key.length) == 0);
    }
    CHECK(freed.found() == 0);
}

TEST_CASE("without a server the world is empty, and nobody starts one to see that") {
    const endpoint_folder nobody_there;
    const auto context = new_context();
    cc_ccache_t made = nullptr;
    cc_time_t time = 77;
    CHECK(default_name(context) == "Initial default ccache");
    CHECK(cc_context_open_ccache(context.get(), "one", &made) == ccErrCCacheNotFound);
    CHECK(cc_context_open_default_ccache(context.get(), &made) == ccErrCCacheNotFound);
    CHECK(cc_context_get_change_time(context.get(), &time) == ccNoError);
    const auto iterator = iterate(context);
    const auto copy = taken<cc_ccache_iterator_d>(
        [&](auto *out) { return cc_ccache_iterator_clone(iterator.get(), out); });
    for (const auto *each : {&iterator, &copy})
        CHECK(cc_ccache_iterator_next(each->get(), &made) == ccIteratorEnd);
    CHECK(cc_context_create_ccache(context.get(), "one", 2, "a", &made) ==
          ccErrServerUnavailable); // it cannot be started here
    CHECK(!made);
}
