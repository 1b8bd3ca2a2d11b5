// SPDX-License-Identifier: Apache-2.0
// What a request costs a credential cache server: costrand-ccapid over KCM and over its native
// pipe, and beside it, in the same rounds and with the same client, heimdal-kcm. One client thread
// keeps one request of each connection on its way; all processes share one core. What counts is the
// server's own CPU time for each operation, read from outside; times of a reply are the wall's.
//   --ccapid PATH   the built daemon
//   --kcm PATH      Debian's heimdal-kcm, as unpacked by test/integration/kerberos/fetch.sh; its
//                   socket's path is compiled in, so it gets a /run of its own (unshare -rm)
//   --rounds N      7 unless given
//   --only N        this number of connections, for a profiler
#include "cache_server.hpp"
#include "cache_talk.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include <sys/epoll.h>
#include <sys/resource.h>

using namespace costrand;
using bench::operation;

namespace {

constexpr std::size_t credentials = 1000; // in the cache that is fetched from
constexpr std::size_t stores = 1000;      // into an empty one
constexpr std::size_t reads = 6000;

struct options {
    std::string ccapid, kcm;
    int rounds = 7;
    std::vector<std::size_t> connections{1, 8, 64, 512};
};

struct server {
    const char *title;
    std::unique_ptr<bench::talk> talk;
    std::string socket;
    const bench::cache_server *process;
};

struct cost {
    double server_us = 0, client_us = 0; // CPU of one operation
    double each_s = 0;                   // operations in a second
    double p50_us = 0, p99_us = 0;
};

// The connections of one cell, and the loop that keeps each of them busy.
class crowd {
  public:
    crowd(server &with, std::size_t count)
        : with_(with),
          members_(count),
          begun_(count),
          poll_(::epoll_create1(EPOLL_CLOEXEC)) {
        for (std::size_t i = 0; i < count; ++i) {
            members_[i].fd = bench::connect_to(with.socket);
            if (members_[i].fd < 0)
                throw std::runtime_error("the server takes no more connections");
            with.talk->greet(members_[i]);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, members_[i].fd, &event);
        }
    }
    crowd(const crowd &) = delete;
    crowd &operator=(const crowd &) = delete;
    ~crowd() {
        for (const auto &member : members_)
            ::close(member.fd);
        ::close(poll_);
    }

    bench::connection &first() { return members_.front(); }

    cost run(operation what, std::size_t operations) {
        what_ = what;
        to_begin_ = operations;
        took_ns_.clear();
        const auto server_began = with_.process->own_cpu_ns();
        const auto client_began = bench::process_cpu_ns(), began = bench::wall_ns();
        for (std::size_t i = 0; i < members_.size() && to_begin_ > 0; ++i)
            begin(i);
        while (took_ns_.size() < operations)
            wait();
        const auto wall = bench::wall_ns() - began, client = bench::process_cpu_ns() - client_began;
        const auto server = with_.process->own_cpu_ns() - server_began;
        std::sort(took_ns_.begin(), took_ns_.end());
        const auto n = static_cast<double>(operations);
        const auto at = [&](std::size_t hundredth) {
            return static_cast<double>(took_ns_[took_ns_.size() * hundredth / 100]) / 1e3;
        };
        return {static_cast<double>(server) / 1e3 / n, static_cast<double>(client) / 1e3 / n,
                n / (static_cast<double>(wall) / 1e9), at(50), at(99)};
    }

  private:
    void begin(std::size_t i) {
        --to_begin_;
        begun_[i] = bench::wall_ns();
        bench::send_all(members_[i].fd, with_.talk->begin(what_, members_[i]));
    }
    void wait() {
        std::array<epoll_event, 64> events{};
        const int n = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < n; ++i)
            read(events[static_cast<std::size_t>(i)].data.u64);
    }
    void read(std::size_t i) {
        auto &member = members_[i];
        std::array<std::byte, 8192> buffer;
        const auto n = ::recv(member.fd, buffer.data(), buffer.size(), 0);
        if (n <= 0)
            throw std::runtime_error("the server closed a connection");
        member.received.insert(member.received.end(), buffer.begin(), buffer.begin() + n);
        const auto size = with_.talk->size_of(member.received);
        if (size == 0 || member.received.size() < size)
            return;
        const auto *next = with_.talk->go_on(what_, member, member.received);
        member.received.clear();
        if (next) {
            bench::send_all(member.fd, *next);
            return;
        }
        took_ns_.push_back(bench::wall_ns() - begun_[i]);
        if (to_begin_ > 0)
            begin(i);
    }

    server &with_;
    std::vector<bench::connection> members_;
    std::vector<std::uint64_t> begun_, took_ns_;
    int poll_;
    operation what_{};
    std::size_t to_begin_ = 0;
};

cost measure(server &with, operation what, std::size_t connections) {
    crowd clients(with, connections);
    with.talk->prepare(clients.first(), what == operation::store ? 0 : credentials);
    return clients.run(what, what == operation::store ? stores : reads);
}

template <typename Value>
bench::spread over(const std::vector<cost> &rounds, const Value &value) {
    std::vector<double> values;
    for (const auto &round : rounds)
        values.push_back(value(round));
    return bench::spread_of(values);
}

void report(const server &s, const std::vector<cost> &rounds, const std::vector<cost> *peer) {
    const auto cpu = over(rounds, [](const cost &c) { return c.server_us; });
    std::printf("    %-16s %6.2f [%5.2f-%5.2f] %9.1f %9.1f %9.0f %8.2f", s.title, cpu.median,
                cpu.least, cpu.most, over(rounds, [](const cost &c) { return c.p50_us; }).median,
                over(rounds, [](const cost &c) { return c.p99_us; }).median,
                over(rounds, [](const cost &c) { return c.each_s; }).median,
                over(rounds, [](const cost &c) { return c.client_us; }).median);
    if (peer && peer != &rounds) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < rounds.size(); ++i)
            ratios.push_back(rounds[i].server_us / (*peer)[i].server_us);
        const auto ratio = bench::spread_of(ratios);
        std::printf("   %4.2f [%4.2f-%4.2f]", ratio.median, ratio.least, ratio.most);
    }
    std::printf("\n");
}

void compare(std::vector<server> &servers, const options &how) {
    struct row {
        operation what;
        const char *title;
    };
    constexpr row rows[] = {{operation::default_and_principal, "default name, then its principal"},
                            {operation::store, "store of a ticket of 1 KiB"},
                            {operation::fetch, "fetch of a ticket of 1 KiB"}};
    for (const auto &row : rows) {
        for (const auto connections : how.connections) {
            std::map<const server *, std::vector<cost>> costs;
            for (int round = 0; round < how.rounds; ++round)
                for (auto &s : servers)
                    costs[&s].push_back(measure(s, row.what, connections));
            std::printf("\n  %s, connections: %zu\n", row.title, connections);
            std::printf("    %-16s %6s %13s %9s %9s %9s %8s   %s\n", "", "CPU us", "[least-most]",
                        "p50 us", "p99 us", "each s", "client", "CPU / heimdal-kcm's");
            for (const auto &s : servers)
                report(s, costs[&s], how.kcm.empty() ? nullptr : &costs[&servers.front()]);
            std::fflush(stdout);
        }
    }
}

options read(int count, char **words) {
    options out;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string name = words[i], value = words[i + 1];
        if (name == "--ccapid")
            out.ccapid = value;
        else if (name == "--kcm")
            out.kcm = value;
        else if (name == "--rounds")
            out.rounds = std::max(1, std::stoi(value));
        else if (name == "--only")
            out.connections = {std::stoul(value)};
        else
            throw std::runtime_error(name + ": no such option");
    }
    if (out.ccapid.empty())
        throw std::runtime_error("--ccapid PATH is needed");
    return out;
}

// The unpacked program finds its libraries beside itself: usr/sbin/kcm, usr/lib/<machine>.
std::string libraries_of(const std::string &kcm) {
    const auto lib = std::filesystem::path(kcm).parent_path().parent_path() / "lib";
    std::string out;
    for (const auto &entry : std::filesystem::directory_iterator(lib))
        if (entry.path().filename().string().ends_with("-linux-gnu"))
            out += (out.empty() ? "" : ":") + entry.path().string();
    return out;
}

// A folder of the user's own for the sockets, as long as the benchmark runs.
struct own_folder {
    std::string path = "/tmp/ccapi-bench-XXXXXX";
    own_folder() {
        if (!::mkdtemp(path.data()))
            throw std::runtime_error("no folder for the sockets");
    }
    ~own_folder() { std::filesystem::remove_all(path); }
};

void run(const options &how) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max; // 512 connections, in the servers, too
    ::setrlimit(RLIMIT_NOFILE, &files);
    bench::print_head("ccapi_roundtrip: own CPU of a credential cache server");
    if (!bench::stay_on_one_core())
        std::printf("  NOT on one core: the system refuses\n");

    const own_folder folder;
    const std::string native = folder.path + "/ep", kcm = folder.path + "/kcm";
    std::vector<server> servers;
    std::unique_ptr<bench::cache_server> heimdal;
    if (!how.kcm.empty()) {
        const std::vector<std::string> command{
            "unshare", "-rm", "sh", "-c", "mount -t tmpfs none /run && exec \"$0\"", how.kcm};
        heimdal = std::make_unique<bench::cache_server>(
            command, std::vector<std::string>{"LD_LIBRARY_PATH=" + libraries_of(how.kcm),
                                              "KRB5_CONFIG=/dev/null"});
        const auto socket =
            "/proc/" + std::to_string(heimdal->process()) + "/root/run/.heim_org.h5l.kcm-socket";
        heimdal->wait_for(socket);
        servers.push_back({"heimdal-kcm", bench::kcm_talk(), socket, heimdal.get()});
    }
    const bench::cache_server own({how.ccapid, "--kcm-socket", kcm, "--log-level", "warn"},
                                  {"CCAPI_ENDPOINT=" + native});
    own.wait_for(kcm);
    servers.push_back({"costrand, KCM", bench::kcm_talk(), kcm, &own});
    servers.push_back({"costrand, native", bench::native_talk(), native, &own});
    compare(servers, how);
}

} // namespace

int main(int count, char **words) {
    try {
        run(read(count, words));
    } catch (const std::exception &e) {
        std::fprintf(stderr, "ccapi_roundtrip: %s\n", e.what());
        return 1;
    }
}
