// SPDX-License-Identifier: Apache-2.0
// Threads, forks and servers that come and go, under the library.
#include "live_server.hpp"
#include "objects.hpp"

#include "../ccapid/clients.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace costrand::test;

namespace {

cc_int32 lock(const ccache &c, cc_lock_types type, cc_lock_modes mode) {
    return cc_ccache_lock(c.get(), type, mode);
}

// A handle of its own for another thread.
ccache again(const char *name) {
    return open(new_context(), name);
}

// Comes back when somebody waits for a write lock that only readers are in the way of: then no
// further reader is let in (4, strict order).
void await_waiting_writer(const ccache &c) {
    while (lock(c, cc_lock_read, cc_lock_noblock) == ccNoError)
        REQUIRE(cc_ccache_unlock(c.get()) == ccNoError);
}

// The exit status of `body` in a child of this process.
int in_child(const std::function<int()> &body) {
    const int pid = ::fork();
    if (pid == 0)
        ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("a thread that waits for a lock keeps no other thread from its answers") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    (void)create(context, "two");
    REQUIRE(lock(c, cc_lock_read, cc_lock_block) == ccNoError);
    cc_int32 got = -1;
    std::thread writer([&] { got = lock(again("one"), cc_lock_write, cc_lock_block); });
    std::thread([&] { await_waiting_writer(again("one")); }).join();
    CHECK(open(context, "two"));
    const auto iterator = iterate(context);
    CHECK(got == -1);
    CHECK(cc_ccache_unlock(c.get()) == ccNoError);
    writer.join();
    CHECK(got == ccNoError);
}

TEST_CASE("a thread's locks go with it, its iterators stay") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    (void)create(context, "two");
    for (const char *name : {"a", "b"})
        CHECK(store(c, ticket(name)) == ccNoError);
    ccache_iterator ccaches;
    credentials_iterator tickets;
    std::thread([&] {
        const auto own = again("one");
        CHECK(lock(own, cc_lock_write, cc_lock_block) == ccNoError);
        ccaches = iterate(new_context());
        tickets = iterate(own);
        CHECK(next(tickets));
    }).join();
    CHECK(lock(c, cc_lock_write, cc_lock_block) == ccNoError);
    const auto second = next(tickets);
    CHECK(second->data->credentials.credentials_v5->server == std::string("b"));
    cc_ccache_t handle = nullptr;
    CHECK(cc_ccache_iterator_next(ccaches.get(), &handle) == ccNoError);
    const ccache first(handle);
    const auto copy = taken<cc_credentials_iterator_d>(
        [&](auto *out) { return cc_credentials_iterator_clone(tickets.get(), out); });
    cc_credentials_t none = nullptr;
    CHECK(cc_credentials_iterator_next(copy.get(), &none) == ccIteratorEnd);
}

TEST_CASE("three that wait for a thread's write lock get it one after the other when it exits") {
    const endpoint_folder folder;
    const live_server server(folder);
    (void)create(new_context(), "one");
    native_client watch(folder.endpoint());
    std::promise<void> is_held, may_exit;
    std::thread holder([&] {
        CHECK(lock(again("one"), cc_lock_write, cc_lock_block) == ccNoError);
        is_held.set_value();
        may_exit.get_future().wait();
    });
    is_held.get_future().wait();
    std::atomic<int> inside{0}, most{0}, granted{0};
    std::vector<std::thread> waiting;
    for (const auto type : {cc_lock_write, cc_lock_upgrade, cc_lock_write})
        waiting.emplace_back([&, type] {
            // The second one takes it twice: a read lock that it raises.
            const auto own = again("one");
            const auto begin = type == cc_lock_write ? cc_lock_write : cc_lock_read;
            granted += lock(own, begin, cc_lock_block) == ccNoError;
            most = std::max(most.load(), ++inside);
            if (type == cc_lock_upgrade)
                granted += lock(own, type, cc_lock_block) == ccNoError;
            --inside; // and exits with it, too
        });
    while (watch.status().lock_waiters < 3) {
    }
    CHECK(granted == 0);
    may_exit.set_value();
    for (auto &t : waiting)
        t.join();
    holder.join();
    CHECK(granted == 4);
    CHECK(most == 1);
    const auto own = again("one");
    CHECK(lock(own, cc_lock_write, cc_lock_block) == ccNoError);
}

TEST_CASE("many threads work at once, each on ccaches of its own") {
    const endpoint_folder folder;
    const live_server server(folder);
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < 8; ++n)
        threads.emplace_back([n, &failures] {
            const auto name = std::to_string(n);
            cc_context_t made = nullptr;
            failures += cc_initialize(&made, 7, nullptr, nullptr) != ccNoError;
            const context own(made);
            for (int round = 0; round < 20; ++round) {
                cc_ccache_t handle = nullptr;
                failures += cc_context_create_ccache(made, name.c_str(), cc_credentials_v5,
                                                     name.c_str(), &handle) != ccNoError;
                const ccache c(handle);
                failures += store(c, ticket(name.c_str())) != ccNoError;
                cc_credentials_iterator_t iterator = nullptr;
                failures += cc_ccache_new_credentials_iterator(handle, &iterator) != ccNoError;
                const credentials_iterator i(iterator);
                cc_credentials_t held = nullptr;
                failures += cc_credentials_iterator_next(iterator, &held) != ccNoError;
                const credentials t(held);
                failures += t->data->credentials.credentials_v5->server != name;
            }
        });
    for (auto &t : threads)
        t.join();
    CHECK(failures == 0);
}

TEST_CASE("a thread that is cancelled while it waits ends behind the call, and holds nothing") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto c = create(new_context(), "one");
    REQUIRE(lock(c, cc_lock_read, cc_lock_block) == ccNoError);
    std::atomic<cc_int32> got{-1};
    std::thread writer([&] {
        const auto own = again("one");
        got = lock(own, cc_lock_write, cc_lock_block);
        ::pthread_testcancel();
        got = -2;
    });
    std::thread([&] { await_waiting_writer(again("one")); }).join();
    ::pthread_cancel(writer.native_handle());
    CHECK(cc_ccache_unlock(c.get()) == ccNoError);
    writer.join();
    CHECK(got == ccNoError);
    CHECK(lock(c, cc_lock_write, cc_lock_block) == ccNoError);
}

TEST_CASE("a wait for changes sees each change after the last one that it told") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    CHECK(cc_context_wait_for_change(context.get()) == ccNoError);
    CHECK(cc_ccache_wait_for_change(c.get()) == ccNoError);
    // Between two calls: the second is answered at once.
    CHECK(cc_ccache_set_principal(c.get(), cc_credentials_v5, "b") == ccNoError);
    CHECK(cc_context_wait_for_change(context.get()) == ccNoError);
    CHECK(cc_ccache_wait_for_change(c.get()) == ccNoError);
    // Within one, or between: it is answered.
    std::thread waits([&] { CHECK(cc_ccache_wait_for_change(c.get()) == ccNoError); });
    const auto other = again("one");
    CHECK(cc_ccache_set_principal(other.get(), cc_credentials_v5, "c") == ccNoError);
    waits.join();
}

TEST_CASE("a child of fork is another client: the parent's locks are in its way") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    REQUIRE(lock(c, cc_lock_write, cc_lock_block) == ccNoError);
    const auto iterator = iterate(context);
    CHECK(in_child([&] {
              if (lock(c, cc_lock_write, cc_lock_noblock) != ccErrCCacheLocked)
                  return 1;
              cc_ccache_t made = nullptr;
              const auto code = cc_context_create_ccache(context.get(), "child", 2, "a", &made);
              return code == ccNoError ? 0 : 2;
          }) == 0);
    // The parent goes on where it was.
    CHECK(open(context, "child"));
    cc_ccache_t handle = nullptr;
    CHECK(cc_ccache_iterator_next(iterator.get(), &handle) == ccNoError);
    const ccache first(handle);
    CHECK(cc_ccache_unlock(c.get()) == ccNoError);
}

TEST_CASE("a fork while other threads are in calls leaves those and the child with all they need") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    REQUIRE(lock(c, cc_lock_read, cc_lock_block) == ccNoError);
    cc_int32 got = -1;
    std::thread writer([&] { got = lock(again("one"), cc_lock_write, cc_lock_block); });
    std::thread([&] { await_waiting_writer(again("one")); }).join();
    std::atomic<bool> stop{false};
    std::thread iterates([&] {
        while (!stop)
            (void)iterate(context);
    });
    for (int n = 0; n < 20; ++n)
        CHECK(in_child([&] {
                  if (lock(c, cc_lock_write, cc_lock_noblock) != ccErrCCacheLocked)
                      return 1;
                  return iterate(context) ? 0 : 2;
              }) == 0);
    stop = true;
    iterates.join();
    CHECK(cc_ccache_unlock(c.get()) == ccNoError);
    writer.join();
    CHECK(got == ccNoError);
}

TEST_CASE("a child that lives on without a call does not keep its dead parent's locks") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto c = create(new_context(), "one");
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    // The parent is a child of this test; its own child lives until `ends` is closed.
    CHECK(in_child([&] {
              if (lock(c, cc_lock_write, cc_lock_block) != ccNoError)
                  return 1;
              if (::fork() == 0) {
                  char byte = 0;
                  ::close(ends[1]);
                  (void)!::read(ends[0], &byte, 1);
                  ::_exit(0);
              }
              return 0;
          }) == 0);
    CHECK(lock(c, cc_lock_write, cc_lock_block) == ccNoError);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE(
    "a program loads and closes the library again and again, and its threads and forks end well") {
    const endpoint_folder folder;
    const live_server server(folder);
    (void)create(new_context(), "one");
    const int pid = ::fork();
    if (pid == 0) {
        ::execl(COSTRAND_LOADER, COSTRAND_LOADER, COSTRAND_LIBRARY, static_cast<char *>(nullptr));
        ::_exit(127);
    }
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a program that closes all descriptors is served again, and its own stay open") {
    const endpoint_folder folder;
    const live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    CHECK(in_child([&] {
              // A thread's own connection, and that of the process.
              if (store(c, ticket("a")) != ccNoError || !iterate(c))
                  return 1;
              ::close_range(3, ~0u, 0);
              std::vector<int> own; // in the places of those that were the library's
              for (int n = 0; n < 20; ++n)
                  own.push_back(::dup(STDERR_FILENO));
              if (store(c, ticket("b")) != ccNoError || !next(iterate(c)))
                  return 2;
              for (const int fd : own)
                  if (::fcntl(fd, F_GETFD) < 0)
                      return 3;
              return 0;
          }) == 0);
    CHECK(next(iterate(c)));
}

TEST_CASE("with a new server contexts go on, what the old one kept is gone with the right code") {
    const endpoint_folder folder;
    const auto context = new_context();
    cc_time_t before = 0, after = 0;
    ccache c;
    ccache_iterator ccaches;
    credentials_iterator tickets;
    credentials held;
    {
        const live_server server(folder);
        c = create(context, "one");
        CHECK(store(c, ticket("a")) == ccNoError);
        ccaches = iterate(context);
        tickets = iterate(c);
        held = next(tickets);
        CHECK(cc_context_wait_for_change(context.get()) == ccNoError);
        CHECK(cc_context_get_change_time(context.get(), &before) == ccNoError);
    }
    const live_server server(folder);
    cc_ccache_t none = nullptr;
    cc_credentials_t no_credentials = nullptr;
    CHECK(cc_context_open_ccache(context.get(), "one", &none) == ccErrCCacheNotFound);
    CHECK(cc_ccache_iterator_next(ccaches.get(), &none) == ccErrInvalidCCacheIterator);
    CHECK(cc_credentials_iterator_next(tickets.get(), &no_credentials) ==
          ccErrInvalidCredentialsIterator);
    CHECK(cc_ccache_set_default(c.get()) == ccErrInvalidCCache);
    CHECK(cc_ccache_destroy(c.get()) == ccErrInvalidCCache);
    // The restart is a change, and time does not go back.
    CHECK(cc_context_wait_for_change(context.get()) == ccNoError);
    CHECK(cc_context_get_change_time(context.get(), &after) == ccNoError);
    CHECK(after > before);
    const auto fresh = create(context, "one");
    CHECK(cc_ccache_remove_credentials(fresh.get(), held.get()) == ccErrInvalidCredentials);
    cc_uint32 equal = 7;
    CHECK(cc_ccache_compare(c.get(), fresh.get(), &equal) == ccNoError);
    CHECK(equal == 0);
}

TEST_CASE("when the server goes, its going is a change, and calls that need one are 223") {
    const endpoint_folder folder;
    live_server server(folder);
    const auto context = new_context();
    const auto c = create(context, "one");
    const auto iterator = iterate(c);
    cc_time_t before = 0, after = 0;
    CHECK(cc_context_get_change_time(context.get(), &before) == ccNoError);
    CHECK(cc_ccache_wait_for_change(c.get()) == ccNoError);
    cc_int32 waited = -1;
    std::thread waits([&] { waited = cc_ccache_wait_for_change(c.get()); });
    server.kill();
    waits.join();
    CHECK(waited == ccErrServerUnavailable);
    CHECK(default_name(context) == "Initial default ccache");
    CHECK(cc_context_get_change_time(context.get(), &after) == ccNoError);
    CHECK(after >= before);
    CHECK(cc_ccache_set_default(c.get()) == ccErrServerUnavailable);
    CHECK(store(c, ticket("a")) == ccErrServerUnavailable);
    CHECK(cc_context_lock(context.get(), cc_lock_read, cc_lock_block) == ccErrServerUnavailable);
}

TEST_CASE("a call that needs a server starts one, which outlives the program's contexts") {
    started_servers servers;
    const endpoint_folder folder(COSTRAND_CCAPID);
    (void)create(new_context(), "one");
    const auto c = open(new_context(), "one");
    CHECK(store(c, ticket("host/a@A.ORG")) == ccNoError);
    CHECK(servers.end() == 1);
    // And the next one, in the place of the one that ended.
    CHECK(cc_ccache_set_default(c.get()) == ccErrInvalidCCache);
    CHECK(servers.end() == 1);
}

TEST_CASE("threads that need a server at the same time start one together") {
    started_servers servers;
    const endpoint_folder folder(COSTRAND_CCAPID);
    std::vector<std::thread> threads;
    std::atomic<int> created{0};
    for (int n = 0; n < 8; ++n)
        threads.emplace_back([n, &created] {
            cc_context_t context = nullptr;
            cc_ccache_t made = nullptr;
            if (cc_initialize(&context, 7, nullptr, nullptr) == ccNoError &&
                cc_context_create_ccache(context, std::to_string(n).c_str(), 2, "a", &made) ==
                    ccNoError &&
                cc_ccache_release(made) == ccNoError && cc_context_release(context) == ccNoError)
                ++created;
        });
    for (auto &t : threads)
        t.join();
    CHECK(created == 8);
    const auto context = new_context();
    for (int n = 0; n < 8; ++n)
        CHECK(open(context, std::to_string(n).c_str()));
    CHECK(servers.end() == 1);
}

TEST_CASE("a wait for changes starts a server, too, and is answered") {
    started_servers servers;
    const endpoint_folder folder(COSTRAND_CCAPID);
    const auto context = new_context();
    CHECK(cc_context_wait_for_change(context.get()) == ccNoError);
    CHECK(servers.end() == 1);
}

TEST_CASE("a server that does not see the client's folder is not trusted") {
    const endpoint_folder its_own;
    const live_server server(its_own);
    const endpoint_folder folder;
    REQUIRE(::symlink(its_own.endpoint().c_str(), folder.endpoint().c_str()) == 0);
    cc_ccache_t made = nullptr;
    const auto context = new_context();
    CHECK(cc_context_create_ccache(context.get(), "one", 2, "a", &made) == ccErrServerInsecure);
    CHECK(!made);
}
