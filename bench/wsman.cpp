// SPDX-License-Identifier: Apache-2.0
// What a WS-Management exchange costs its client, at the level of HTTP and Digest, once a nonce is
// known and a connection open: a Get of about 700 bytes, a reply of about 1500 in one chunk.
//   tcp: over loopback to a server of plain sockets that looks at no digest; beside it, in the same
//        rounds, a floor: a plain program that sends the same bytes, written beforehand, and counts
//        those of the reply. rate = requests of ours in a second / those of the floor.
//   apf: over an APF channel of a SEQPACKET pair; the peer is the simulated firmware's LME.
// CPU and allocations are those of the client's thread; all threads share one core. Arguments:
// number of rounds (7 unless given), then requests in a round (4000).
#include "bench_main.hpp"

#include <costrand/apf/session.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/lme.hpp>
#include <costrand/transports/heci_socket.hpp>
#include <costrand/transports/tcp.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/http.hpp>
#include <costrand/wsman/http_client.hpp>
#include <costrand/wsman/http_shapes.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace costrand;

namespace {
thread_local std::uint64_t allocations = 0;
} // namespace

void *operator new(std::size_t size) {
    ++allocations;
    if (void *p = std::malloc(size))
        return p;
    throw std::bad_alloc();
}
void operator delete(void *p) noexcept {
    std::free(p);
}
void operator delete(void *p, std::size_t) noexcept {
    std::free(p);
}

namespace {

constexpr std::uint16_t amt_port = 16992;
constexpr std::string_view challenge =
    R"(Digest realm="Digest:A4070000000000000000000000000000", nonce="Xk3mAAAAAADkqRzPq0V0",)"
    R"(stale="false",qop="auth")";

std::string soap_get() {
    wsman::request_envelope get;
    get.action = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";
    get.resource_uri = "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_GeneralSettings";
    get.message_id = "1";
    return wsman::build_request(get).value();
}

std::string text_of(const std::vector<std::byte> &bytes) {
    return std::string(core::as_text(bytes));
}

const std::string &ok_reply() {
    static const std::string text = text_of(wsman::serialize(
        wsman::soap_response(200, "Tue, 16 Jun 2026 10:00:00 GMT", "Intel(R) Active Management",
                             std::string(1300, 'x'), wsman::after_reply::keep_open)));
    return text;
}
const std::string &refusal() {
    static const std::string text = text_of(wsman::serialize(wsman::unauthorized_response(
        challenge, "Intel(R) Active Management", std::string(60, 'x'))));
    return text;
}
std::string_view answer_to(std::string_view header) {
    return header.find("\r\nAuthorization: ") == header.npos ? refusal() : ok_reply();
}

// What one client did in one round, for each request.
struct cost {
    double wall_us = 0, cpu_us = 0, allocated = 0;
};

class stopwatch {
  public:
    [[nodiscard]] cost each(std::size_t requests) const {
        const auto n = static_cast<double>(requests);
        return {static_cast<double>(bench::wall_ns() - wall_) / n / 1000,
                static_cast<double>(bench::thread_cpu_ns() - cpu_) / n / 1000,
                static_cast<double>(allocations - allocated_) / n};
    }

  private:
    std::uint64_t wall_ = bench::wall_ns(), cpu_ = bench::thread_cpu_ns();
    std::uint64_t allocated_ = allocations;
};

void require(bool done, const char *what) {
    if (!done)
        throw std::runtime_error(what);
}

void send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        require(n > 0, "send");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    out.sin_port = htons(port);
    return out;
}

// One connection after the other, in a thread of its own.
class plain_server {
  public:
    plain_server() {
        listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        auto address = loopback(0);
        socklen_t size = sizeof address;
        auto *const generic = reinterpret_cast<sockaddr *>(&address);
        require(::bind(listening_, generic, size) == 0 && ::listen(listening_, 8) == 0 &&
                    ::getsockname(listening_, generic, &size) == 0,
                "listen");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~plain_server() {
        ::shutdown(listening_, SHUT_RDWR); // ends accept
        thread_.join();
        ::close(listening_);
    }
    plain_server(const plain_server &) = delete;
    plain_server &operator=(const plain_server &) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  private:
    void run() {
        for (;;) {
            const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0)
                return;
            const int on = 1;
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            serve(socket);
            ::close(socket);
        }
    }
    static void serve(int socket) {
        std::string pending;
        std::array<char, 16 * 1024> buffer;
        for (;;) {
            const auto n = ::recv(socket, buffer.data(), buffer.size(), 0);
            if (n <= 0)
                return;
            pending.append(buffer.data(), static_cast<std::size_t>(n));
            while (const auto whole = request_size(pending)) {
                send_all(socket, answer_to(std::string_view(pending).substr(0, whole)));
                pending.erase(0, whole);
            }
        }
    }
    // 0: not complete.
    static std::size_t request_size(std::string_view bytes) {
        constexpr std::string_view length = "\r\nContent-Length: ";
        const auto end = bytes.find("\r\n\r\n");
        const auto field = bytes.find(length);
        if (end == bytes.npos || field > end)
            return 0;
        const auto body = std::strtoul(bytes.data() + field + length.size(), nullptr, 10);
        return bytes.size() < end + 4 + body ? 0 : end + 4 + body;
    }

    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

// What our client sends, with a digest that nobody looks at.
std::string floor_request() {
    const auto body = soap_get();
    return "POST /wsman HTTP/1.1\r\nHost: 127.0.0.1:16992\r\n"
           "Content-Type: application/soap+xml; charset=utf-8\r\nAuthorization: Digest "
           "username=\"admin\",realm=\"Digest:A4070000000000000000000000000000\","
           "nonce=\"Xk3mAAAAAADkqRzPq0V0\",uri=\"/wsman\",qop=\"auth\","
           "response=\"cde84e50695bac815dad8b7920b88a2a\",nc=\"00000001\","
           "cnonce=\"0123456789abcdef\"\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

cost run_floor(std::uint16_t port, std::size_t requests) {
    const auto request = floor_request();
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    require(::connect(socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0,
            "connect");
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::array<char, 16 * 1024> buffer;
    const stopwatch watch;
    for (std::size_t i = 0; i < requests; ++i) {
        send_all(socket, request);
        for (std::size_t got = 0; got < ok_reply().size();) {
            const auto n = ::recv(socket, buffer.data(), buffer.size(), 0);
            require(n > 0, "recv");
            got += static_cast<std::size_t>(n);
        }
    }
    const auto out = watch.each(requests);
    ::close(socket);
    return out;
}

awaitable<cost> timed_posts(core::dialer dial, std::size_t requests) {
    const auto random = core::seeded_random(1);
    wsman::http_client_options options;
    options.password = core::secret("P@ssw0rd");
    wsman::http_client http(std::move(dial), std::move(options), *random, core::log());
    const auto body = soap_get();
    constexpr int until_warm = 3; // the nonce, and that the server keeps connections
    for (int i = 0; i < until_warm; ++i) {
        const auto answer = co_await http.post(body, wsman::when_lost::repeat);
        require(answer.status == 200, "status");
    }
    const auto dials = http.counters().dials, before = http.counters().requests;
    const stopwatch watch;
    for (std::size_t i = 0; i < requests; ++i)
        (void)co_await http.post(body, wsman::when_lost::repeat);
    const auto out = watch.each(requests);
    require(http.counters().dials == dials && http.counters().requests == before + requests,
            "one request must be one round trip on the same connection");
    co_return out;
}

awaitable<void> tcp_client(std::uint16_t port, std::size_t requests, cost &out) {
    core::dialer dial = [port] {
        return transports::tcp_connect("127.0.0.1", port, std::chrono::seconds(5));
    };
    out = co_await timed_posts(std::move(dial), requests);
}

cost run_tcp(std::uint16_t port, std::size_t requests) {
    net::io_context context(1);
    cost out;
    core::spawn(core::make_session_strand(context), tcp_client(port, requests, out), core::rethrow);
    context.run();
    return out;
}

// The web server behind the simulated firmware's channel.
awaitable<void> serve_channel(std::unique_ptr<core::byte_stream> channel) {
    wsman::http_connection http(*channel);
    for (;;) {
        auto next = co_await core::as_result(wsman::read_request(http, wsman::http_limits()));
        if (!next || !*next)
            co_return; // the client closed
        const bool known = (*next)->request.headers.find("Authorization") != nullptr;
        const auto &answer = known ? ok_reply() : refusal();
        co_await core::write_all(*channel, net::buffer(answer));
        if (!known)
            co_return;
    }
}

awaitable<void> apf_client(core::message_stream &link, std::size_t requests, cost &out) {
    apf::session session(link, apf::session_options(), core::log());
    core::task_group group(co_await net::this_coro::executor);
    group.spawn(session.run());
    core::dialer dial = [&session] { return session.open_channel(amt_port); };
    auto measured = co_await core::as_result(timed_posts(std::move(dial), requests));
    session.stop();
    co_await group.join();
    out = measured.value(); // throws what went wrong
}

cost run_apf(std::size_t requests) {
    net::io_context near(1), far(1);
    const auto near_strand = core::make_session_strand(near);
    const auto far_strand = core::make_session_strand(far);
    auto [ours, theirs] = heci::socket_message_pair(near_strand, far_strand, 4196);
    const auto device = sim::amt16();
    sim::faults none([] { return core::time_point(); }); // orders nothing, asks no time
    auto services = [](std::uint16_t) -> sim::lme_link::service {
        return [](std::unique_ptr<core::byte_stream> c) { return serve_channel(std::move(c)); };
    };
    sim::lme_link firmware(*theirs, device, none, services, core::log());
    cost out;
    core::spawn(far_strand, firmware.run(), core::rethrow);
    core::spawn(near_strand, apf_client(*ours, requests, out), core::rethrow);
    std::thread other([&far] { far.run(); });
    near.run();
    ours->close();
    other.join();
    return out;
}

double median(const std::vector<cost> &rounds, double cost::*what) {
    std::vector<double> values;
    for (const auto &one : rounds)
        values.push_back(one.*what);
    return bench::spread_of(std::move(values)).median;
}

void print(const char *title, const std::vector<cost> &rounds) {
    std::printf("  %-10s %6.1f us a request, CPU of the client %5.1f us, allocations %.1f\n", title,
                median(rounds, &cost::wall_us), median(rounds, &cost::cpu_us),
                median(rounds, &cost::allocated));
}

} // namespace

int main(int argc, char **argv) {
    const int rounds = argc > 1 ? std::max(5, std::atoi(argv[1])) : 7;
    const auto requests = argc > 2 ? std::max(100UL, std::strtoul(argv[2], nullptr, 10)) : 4000UL;
    bench::print_head("wsman: one Get with Digest, as its client sees it");
    if (!bench::stay_on_one_core())
        std::puts("  could not stay on one core: the numbers are not comparable");
    std::printf("  rounds:   %d of %lu requests, medians\n", rounds, requests);
    const plain_server server;
    std::vector<cost> floor, tcp, apf;
    std::vector<double> rate;
    for (int i = 0; i < rounds; ++i) {
        floor.push_back(run_floor(server.port(), requests));
        tcp.push_back(run_tcp(server.port(), requests));
        apf.push_back(run_apf(requests));
        rate.push_back(floor.back().wall_us / tcp.back().wall_us);
    }
    print("floor, tcp", floor);
    print("ours, tcp", tcp);
    const auto r = bench::spread_of(rate);
    std::printf("  rate of ours to the floor's: %.2f [%.2f-%.2f]\n", r.median, r.least, r.most);
    print("ours, apf", apf);
}
