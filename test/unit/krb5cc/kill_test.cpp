// SPDX-License-Identifier: Apache-2.0
// SIGKILL at every step of every call: each system call that the client makes, or the server, is a
// step.
#include "live_server.hpp"
#include "objects.hpp"

#include "../ccapid/clients.hpp"

#include <sys/ptrace.h>

#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <string>
#include <thread>

using namespace costrand;
using namespace costrand::test;

namespace {

// A stop at a system call; others are signals.
constexpr int at_system_call = SIGTRAP | 0x80;

bool set_options(int pid) {
    return ::ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) ==
           0;
}

// All calls of a user, some of them with a lock held. Its own ccaches are called "a" and "b".
int all_calls() {
    cc_context_t context = nullptr;
    cc_ccache_t a = nullptr, b = nullptr, first = nullptr;
    cc_ccache_iterator_t ccaches = nullptr;
    cc_credentials_iterator_t tickets = nullptr;
    cc_credentials_t held = nullptr;
    cc_time_t time = 0;
    cc_string_t name = nullptr;
    const ticket t("host/a@A.ORG", "0123456789abcdef", 16);
    const auto is_good = [](std::initializer_list<cc_int32> codes) {
        for (const auto code : codes)
            if (code != ccNoError)
                return false;
        return true;
    };
    if (!is_good({cc_initialize(&context, 7, nullptr, nullptr),
                  cc_context_get_change_time(context, &time),
                  cc_context_lock(context, cc_lock_write, cc_lock_block),
                  cc_context_create_ccache(context, "a", 2, "alice@A.ORG", &a),
                  cc_context_create_ccache(context, "b", 2, "alice@A.ORG", &b),
                  cc_ccache_lock(a, cc_lock_read, cc_lock_block),
                  cc_ccache_lock(a, cc_lock_upgrade, cc_lock_block),
                  cc_ccache_store_credentials(a, &t.all),
                  cc_context_get_default_ccache_name(context, &name), cc_string_release(name),
                  cc_context_new_ccache_iterator(context, &ccaches),
                  cc_ccache_iterator_next(ccaches, &first), cc_ccache_release(first),
                  cc_ccache_new_credentials_iterator(a, &tickets),
                  cc_credentials_iterator_next(tickets, &held),
                  cc_ccache_remove_credentials(a, held), cc_credentials_release(held),
                  cc_ccache_store_credentials(a, &t.all), cc_ccache_set_default(b)}))
        return 1;
    return is_good({cc_ccache_unlock(a), cc_ccache_move(a, b),
                    cc_credentials_iterator_release(tickets), cc_ccache_iterator_release(ccaches),
                    cc_ccache_destroy(b), cc_context_unlock(context), cc_context_release(context)})
               ? 0
               : 2;
}

// Whether this process may trace a server, which is not dumpable. It goes on when the thread ends.
bool may_trace(const live_server &server) {
    bool out = false;
    std::thread([&] { out = ::ptrace(PTRACE_SEIZE, server.pid(), nullptr, nullptr) == 0; }).join();
    if (!out)
        MESSAGE("skipped: the system lets this user trace no server");
    return out;
}

// A client process that is killed when it has stopped so often; its exit status, if it ended
// before; nothing: killed.
std::optional<int> run_client(int steps) {
    const int pid = ::fork();
    if (pid == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        ::_exit(all_calls());
    }
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(WIFSTOPPED(status));
    REQUIRE(set_options(pid));
    for (int step = 0; step < steps; ++step) {
        ::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr);
        ::waitpid(pid, &status, 0);
        if (!WIFSTOPPED(status))
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    return std::nullopt;
}

// What is left of dead clients, as soon as the server has seen their end.
ccapi::server_status settled(native_client &watch) {
    auto now = watch.status();
    for (int patience = 0; patience < 1000 && now.clients + now.iterators + now.locks_held > 0;
         ++patience)
        now = watch.status();
    return now;
}

// Lets a server run, and kills it when it begins its system call of that number. It is the tracer's
// thread that must do all of this.
class killer {
  public:
    killer(int pid, int steps) : pid_(pid), steps_(steps) {
        std::promise<bool> attached;
        auto is_attached = attached.get_future();
        thread_ = std::thread([this, &attached] { run(attached); });
        REQUIRE(is_attached.get());
    }
    killer(const killer &) = delete;
    killer &operator=(const killer &) = delete;
    // Whether the server was killed before this call; it is dead now.
    bool end() {
        const bool was_dead = is_dead_;
        ::kill(pid_, SIGKILL);
        thread_.join();
        return was_dead;
    }

  private:
    void run(std::promise<bool> &attached) {
        const bool is_ours = ::ptrace(PTRACE_SEIZE, pid_, nullptr, PTRACE_O_TRACESYSGOOD) == 0 &&
                             ::ptrace(PTRACE_INTERRUPT, pid_, nullptr, nullptr) == 0 &&
                             next_stop() != 0;
        attached.set_value(is_ours);
        if (!is_ours)
            return;
        bool inside = true; // in the wait that was interrupted
        for (int step = 0; step < steps_;) {
            ::ptrace(PTRACE_SYSCALL, pid_, nullptr, nullptr);
            const int signal = next_stop();
            if (signal == 0)
                return;
            if (signal != at_system_call)
                continue;
            inside = !inside;
            step += inside;
        }
        is_dead_ = true; // before the client can see it
        ::kill(pid_, SIGKILL);
        (void)next_stop();
    }
    // The signal; 0: it is dead. Its status is left to its owner.
    int next_stop() const {
        siginfo_t about{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &about, WSTOPPED | WEXITED | WNOWAIT);
        if (about.si_code != CLD_TRAPPED && about.si_code != CLD_STOPPED)
            return 0;
        int status = 0;
        ::waitpid(pid_, &status, 0);
        return WSTOPSIG(status);
    }

    int pid_, steps_;
    std::atomic<bool> is_dead_{false};
    std::thread thread_;
};

// What a client has when its server goes.
struct objects {
    context root = new_context();
    ccache one = create(root, "one"), other = create(root, "other");
    bool is_ready = store(one, ticket("host/a@A.ORG")) == ccNoError &&
                    cc_ccache_lock(other.get(), cc_lock_write, cc_lock_block) == ccNoError;
    ccache_iterator ccaches = iterate(root);
    credentials_iterator tickets = iterate(one);
    credentials first = next(iterate(one));
};

struct tried_call {
    const char *name;
    std::function<cc_int32(objects &)> call;
    std::set<cc_int32> codes; // beside no error
};

template <typename T>
cc_int32 dropped(cc_int32 code, T *made) {
    return code == ccNoError ? made->functions->release(made) : code;
}

const tried_call tried[] = {
    {"default name",
     [](auto &o) {
         cc_string_t made = nullptr;
         const auto code = cc_context_get_default_ccache_name(o.root.get(), &made);
         return dropped(code, made);
     },
     {}},
    {"open",
     [](auto &o) {
         cc_ccache_t made = nullptr;
         const auto code = cc_context_open_ccache(o.root.get(), "one", &made);
         return dropped(code, made);
     },
     {ccErrCCacheNotFound}},
    {"create",
     [](auto &o) {
         cc_ccache_t made = nullptr;
         const auto code = cc_context_create_ccache(o.root.get(), "two", 2, "a@A.ORG", &made);
         return dropped(code, made);
     },
     {ccErrServerUnavailable}},
    {"store",
     [](auto &o) { return store(o.one, ticket("host/b@A.ORG")); },
     {ccErrServerUnavailable}},
    {"next credentials",
     [](auto &o) {
         cc_credentials_t made = nullptr;
         const auto code = cc_credentials_iterator_next(o.tickets.get(), &made);
         return dropped(code, made);
     },
     {ccErrServerUnavailable}},
    {"lock",
     [](auto &o) { return cc_ccache_lock(o.one.get(), cc_lock_write, cc_lock_block); },
     {ccErrServerUnavailable}},
    {"unlock", [](auto &o) { return cc_ccache_unlock(o.other.get()); }, {ccErrServerUnavailable}},
    {"move",
     [](auto &o) { return cc_ccache_move(o.one.get(), o.other.get()); }, // which keeps the handle
     {ccErrServerUnavailable}},
    {"remove",
     [](auto &o) { return cc_ccache_remove_credentials(o.one.get(), o.first.get()); },
     {ccErrServerUnavailable}},
    {"set default",
     [](auto &o) { return cc_ccache_set_default(o.other.get()); },
     {ccErrServerUnavailable}},
    {"wait for change",
     [](auto &o) { return cc_context_wait_for_change(o.root.get()); },
     {ccErrServerUnavailable}},
    {"destroy",
     [](auto &o) {
         const auto code = cc_ccache_destroy(o.one.get());
         if (code == ccNoError)
             (void)o.one.release(); // it is released with it
         return code;
     },
     {ccErrServerUnavailable}},
};

// One life of a server that is killed when the call has taken it so many steps. False: it was done
// before.
bool is_killed_amid(const tried_call &what, int steps) {
    const endpoint_folder folder;
    std::optional<live_server> server(std::in_place, folder);
    objects held;
    REQUIRE(held.is_ready);
    killer kills(server->pid(), steps);
    const auto code = what.call(held);
    const bool was_killed = kills.end();
    CHECK_MESSAGE((code == ccNoError || what.codes.contains(code)), std::string(what.name),
                  ", step ", steps, ": ", code);
    server.reset();
    const live_server next_one(folder);
    CHECK(create(held.root, "next"));
    cc_ccache_t gone = nullptr;
    CHECK(cc_context_open_ccache(held.root.get(), "one", &gone) == ccErrCCacheNotFound);
    return was_killed;
}

} // namespace

TEST_CASE("a client that is killed at any step of its calls leaves no lock and no iterator") {
    const endpoint_folder folder;
    const live_server server(folder);
    if (!may_trace(server))
        return;
    native_client watch(folder.endpoint());
    int steps = 0;
    std::optional<int> ended;
    for (; !ended; steps += 2) { // begin and end of a system call: nothing lies between two of them
        ended = run_client(steps);
        const auto left = settled(watch);
        REQUIRE(left.clients == 0);
        REQUIRE(left.locks_held == 0);
        REQUIRE(left.iterators == 0);
        REQUIRE(left.pending == 0);
        REQUIRE(left.caches <= 2); // which are as good as before
    }
    CHECK(*ended == 0);
    CHECK(steps > 100);
    CHECK(settled(watch).caches == 0);
}

TEST_CASE(
    "a server that is killed at any step of a call costs the right code, the next one serves") {
    {
        const endpoint_folder folder;
        if (!may_trace(live_server(folder)))
            return;
    }
    for (const auto &what : tried) {
        int steps = 1;
        while (is_killed_amid(what, steps))
            ++steps;
        CHECK_MESSAGE(steps > 2, std::string(what.name));
    }
}
