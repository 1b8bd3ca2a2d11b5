// SPDX-License-Identifier: Apache-2.0
// More clients than a server likes, and clients that do not behave: it goes on with all others.
#include "clients.hpp"

#include "../krb5cc/live_server.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <sys/resource.h>

// Their allocators end a program that finds no memory, and touch an eighth of what is asked for.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COSTRAND_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COSTRAND_SANITIZED
#endif

using namespace costrand;
using namespace costrand::ccapi;
using namespace costrand::test;

namespace {

#if defined(COSTRAND_SANITIZED)
constexpr std::size_t natives = 400, kcms = 100;
#else
constexpr std::size_t natives = 4'000, kcms = 1'000;
#endif

constexpr std::uint16_t kcm_get_default_cache = 20;

// Of this process, as many as it may have; as they were when it goes.
class many_descriptors {
  public:
    many_descriptors() {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
        const rlimit now{before_.rlim_max, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &now) == 0);
    }
    many_descriptors(const many_descriptors &) = delete;
    many_descriptors &operator=(const many_descriptors &) = delete;
    ~many_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

    [[nodiscard]] bool are_at_least(rlim_t wanted) const { return before_.rlim_max >= wanted; }

  private:
    rlimit before_{};
};

// Nothing: it is not permitted to look.
std::optional<long> open_descriptors(const live_server &of) {
    std::error_code why;
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(of.pid()) + "/fd", why);
    if (why)
        return std::nullopt;
    return std::distance(begin(all), end(all));
}

// The limit of a running server.
class limited {
  public:
    limited(const live_server &of, __rlimit_resource what, rlim_t soft)
        : pid_(of.pid()),
          what_(what) {
        REQUIRE(::prlimit(pid_, what_, nullptr, &before_) == 0);
        const rlimit now{soft, before_.rlim_max};
        REQUIRE(::prlimit(pid_, what_, &now, nullptr) == 0);
    }
    limited(const limited &) = delete;
    limited &operator=(const limited &) = delete;
    ~limited() { ::prlimit(pid_, what_, &before_, nullptr); }

  private:
    int pid_;
    __rlimit_resource what_;
    rlimit before_{};
};

request default_name() {
    request r;
    r.what = message_id::context_get_default_ccache_name;
    return r;
}

bool is_served(native_client &client) {
    return client.call(default_name()).text == initial_default_name;
}

// A slow client's: `others` is served after each.
void say_slowly(socket_client &link, core::const_bytes bytes, native_client &others) {
    for (const auto &byte : bytes) {
        REQUIRE(link.send_bytes({&byte, 1}));
        REQUIRE(is_served(others));
    }
}

} // namespace

TEST_CASE("5,000 clients at once are served, whatever the soft limit of descriptors") {
    const many_descriptors ours;
    if (!ours.are_at_least(natives + kcms + 200)) {
        MESSAGE("skipped: the hard limit of descriptors (ulimit -Hn) is too low");
        return;
    }
    const endpoint_folder folder;
    const std::string kcm = folder.endpoint() + "-kcm";
    const live_server server(folder, {kcm, 64});
    native_client first(folder.endpoint());
    REQUIRE(first.connect() == errc::no_error);
    const auto before = open_descriptors(server);
    {
        std::vector<native_client> clients;
        std::vector<kcm_client> mit;
        for (std::size_t i = 0; i < natives; ++i)
            clients.emplace_back(folder.endpoint());
        for (std::size_t i = 0; i < kcms; ++i)
            mit.emplace_back(kcm);
        for (auto &c : clients)
            REQUIRE(c.link.send_bytes(c.frame(frame_type::connect)));
        for (auto &c : mit)
            REQUIRE(c.link.send_bytes(c.request(kcm_get_default_cache)));
        std::size_t served = 0;
        for (auto &c : clients)
            served += c.connected() == errc::no_error;
        CHECK(served == natives);
        for (auto &c : clients)
            REQUIRE(c.link.send_bytes(c.frame(default_name())));
        for (auto &c : clients)
            served += c.answer_to(message_id::context_get_default_ccache_name).text ==
                      initial_default_name;
        CHECK(served == 2 * natives);
        for (auto &c : mit)
            served += c.answer().starts_with("00000000");
        CHECK(served == 2 * natives + kcms);
        CHECK(is_served(first));
    }
    // Behind the end of all others.
    native_client last(folder.endpoint());
    CHECK(last.connect() == errc::no_error);
    last.link.close();
    auto after = open_descriptors(server);
    for (int patience = 0; patience < 1000 && after != before; ++patience) {
        first.ping();
        after = open_descriptors(server);
    }
    CHECK(after == before);
}

TEST_CASE("clients beyond what there are descriptors for are refused in words, and later served") {
    constexpr rlim_t descriptors = 128, served = 64;
    const endpoint_folder folder;
    const std::string kcm = folder.endpoint() + "-kcm";
    const live_server server(folder, {kcm, 0, descriptors});
    std::vector<native_client> clients;
    for (rlim_t i = 0; i < served; ++i) {
        clients.emplace_back(folder.endpoint());
        CHECK(clients.back().connect() == errc::no_error);
    }
    for (int i = 0; i < 200; ++i) {
        native_client one_more(folder.endpoint());
        CHECK(one_more.connect() == errc::client_not_found);
        CHECK(one_more.link.receive().empty()); // and hung up
    }
    kcm_client mit(kcm);
    (void)mit.link.send_bytes(mit.request(kcm_get_default_cache));
    CHECK(mit.link.receive().empty());
    for (auto &c : clients)
        CHECK(is_served(c));
    clients.pop_back();
    auto refused = errc::client_not_found;
    for (int patience = 0; patience < 100 && refused != errc::no_error; ++patience) {
        native_client next(folder.endpoint());
        refused = next.connect(); // the other's end may not have been seen yet
    }
    CHECK(refused == errc::no_error);
}

TEST_CASE("while no descriptor is free new clients are turned away, the others are served") {
    const endpoint_folder folder;
    live_server server(folder);
    native_client first(folder.endpoint());
    REQUIRE(first.connect() == errc::no_error);
    const auto open = open_descriptors(server);
    if (!open) {
        MESSAGE("skipped: the system does not let this user see the server's descriptors");
        return;
    }
    std::optional<limited> exhausted(std::in_place, server, RLIMIT_NOFILE,
                                     static_cast<rlim_t>(*open));
    std::vector<native_client> served; // in what was being closed when they were counted
    for (int i = 0; i < 20; ++i) {
        native_client next(folder.endpoint());
        if (next.connect() == errc::no_error)
            served.push_back(std::move(next));
        CHECK(is_served(first));
    }
    CHECK(served.size() <= 2);
    server.await_log("turned away");
    exhausted.reset();
    native_client next(folder.endpoint());
    CHECK(next.connect() == errc::no_error);
    CHECK(is_served(next));
}

#if !defined(COSTRAND_SANITIZED)
TEST_CASE("a client for whom there is no memory is hung up on, the others are served") {
    const endpoint_folder folder;
    const live_server server(folder);
    native_client first(folder.endpoint());
    REQUIRE(first.connect() == errc::no_error);
    std::uint64_t pages = 0;
    std::ifstream("/proc/" + std::to_string(server.pid()) + "/statm") >> pages;
    REQUIRE(pages > 0);
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::optional<limited> exhausted(std::in_place, server, RLIMIT_AS, pages * page);
    for (int i = 0; i < 3; ++i) {
        native_client next(folder.endpoint());
        CHECK(next.connect() == errc::bad_internal_message);
        CHECK(is_served(first));
    }
    exhausted.reset();
    native_client next(folder.endpoint());
    CHECK(next.connect() == errc::no_error);
    CHECK(is_served(next));
}
#endif

TEST_CASE("a client that never reads is dropped at 4 MiB of replies, the others are served") {
    const endpoint_folder folder;
    const live_server server(folder);
    native_client first(folder.endpoint()), never_reads(folder.endpoint());
    REQUIRE(first.connect() == errc::no_error);
    const std::string much(64 * 1024, 'x');
    std::size_t said = 0;
    bool is_taken = true;
    while (is_taken && said < 64 * much.size() * 4) {
        is_taken =
            never_reads.link.send_bytes(never_reads.frame(frame_type::ping, core::as_bytes(much)));
        said += much.size();
        CHECK(is_served(first));
    }
    CHECK_FALSE(is_taken);
    CHECK(said > 64 * much.size());
}

TEST_CASE("clients whose bytes come one by one are served, and the others meanwhile") {
    const endpoint_folder folder;
    const std::string kcm = folder.endpoint() + "-kcm";
    const live_server server(folder, {kcm});
    native_client others(folder.endpoint()), slow(folder.endpoint());
    kcm_client slow_mit(kcm);
    REQUIRE(others.connect() == errc::no_error);
    say_slowly(slow.link, slow.frame(frame_type::connect), others);
    CHECK(slow.connected() == errc::no_error);
    say_slowly(slow.link, slow.frame(default_name()), others);
    CHECK(slow.answer_to(message_id::context_get_default_ccache_name).text == initial_default_name);
    say_slowly(slow_mit.link, slow_mit.request(kcm_get_default_cache), others);
    CHECK(slow_mit.answer().starts_with("00000000"));
}
