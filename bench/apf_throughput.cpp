// SPDX-License-Identifier: Apache-2.0
// One APF channel, our session to the simulated firmware's LME, over a SEQPACKET pair; beside it a
// bare C loop of the same messages. Each end has a thread, all on one core; what is compared is the
// CPU time of both ends per payload message, because the wall clock of a shared machine lies.
// C = bare / costrand: 1 is equal, higher is better. Arguments: number of rounds (default 7), then
// payload and window of a single case, for a profiler.
#include "baseline/seqpacket.h"
#include "bench_main.hpp"

#include <costrand/apf/session.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/sim/lme.hpp>
#include <costrand/transports/heci_socket.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace costrand;

namespace {

constexpr std::uint16_t port = 16992;
constexpr std::size_t header = 9; // of CHANNEL_DATA

// Counts what passes; used in a round that is not timed.
class counting_stream : public core::message_stream {
  public:
    explicit counting_stream(core::message_stream &below) : below_(below) {}
    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        ++messages;
        return below_.receive(buffer);
    }
    awaitable<void> send(net::const_buffer message) override {
        ++messages;
        return below_.send(message);
    }
    bool try_send(net::const_buffer message) override {
        const bool sent = below_.try_send(message);
        messages += sent ? 1 : 0;
        return sent;
    }
    std::size_t max_message_size() const noexcept override { return below_.max_message_size(); }
    void close() noexcept override { below_.close(); }
    net::any_io_executor get_executor() noexcept override { return below_.get_executor(); }

    std::uint64_t messages = 0;

  private:
    core::message_stream &below_;
};

struct work {
    std::size_t payload = 0;
    std::uint64_t count = 0;
    std::uint32_t window = 4096;
};

// The channel's other end: takes all of it, then says so with one byte.
awaitable<void> swallow(std::unique_ptr<core::byte_stream> channel, std::uint64_t total) {
    std::vector<std::byte> buffer(64 * 1024);
    for (std::uint64_t got = 0; got < total;)
        got += co_await channel->read_some(net::buffer(buffer));
    co_await core::write_all(*channel, net::buffer(buffer, 1));
    (void)co_await core::as_result(channel->read_some(net::buffer(buffer))); // the host's close
}

awaitable<std::uint64_t> timed_writes(apf::session &session, work w) {
    const auto channel = co_await session.open_channel(port);
    const std::vector<std::byte> data(w.payload, std::byte{0x5a});
    const auto start = bench::process_cpu_ns();
    for (std::uint64_t i = 0; i < w.count; ++i)
        co_await core::write_all(*channel, net::buffer(data));
    std::byte all_arrived{};
    co_await core::read_exactly(*channel, net::buffer(&all_arrived, 1));
    co_return bench::process_cpu_ns() - start;
}

awaitable<void> client(core::message_stream &link, work w, std::uint64_t &used) {
    apf::session session(link, apf::session_options(), core::log());
    core::task_group group(co_await net::this_coro::executor);
    group.spawn(session.run());
    auto measured = co_await core::as_result(timed_writes(session, w));
    session.stop();
    co_await group.join();
    used = measured.value(); // throws what went wrong
}

// The CPU time of both ends for the work; with `messages`, how many messages it took.
std::uint64_t run_costrand(work w, std::uint64_t *messages) {
    net::io_context near(1), far(1);
    const auto near_strand = core::make_session_strand(near);
    const auto far_strand = core::make_session_strand(far);
    auto [ours, theirs] =
        heci::socket_message_pair(near_strand, far_strand, w.payload + header + 100);
    counting_stream counted(*ours);
    auto device = sim::amt16();
    device.lme.window = w.window;
    sim::faults none([] { return core::time_point(); }); // orders nothing, asks no time
    auto serve = [total = w.payload * w.count](std::uint16_t) -> sim::lme_link::service {
        return
            [total](std::unique_ptr<core::byte_stream> c) { return swallow(std::move(c), total); };
    };
    sim::lme_link firmware(*theirs, device, none, serve, core::log());
    std::uint64_t used = 0;
    core::spawn(far_strand, firmware.run(), core::rethrow);
    core::spawn(near_strand, client(messages ? counted : *ours, w, used), core::rethrow);
    std::thread other([&far] { far.run(); });
    near.run();
    ours->close();
    other.join();
    if (messages)
        *messages = counted.messages;
    return used;
}

void measure(work w, int rounds) {
    std::uint64_t ours = 0, theirs = 0;
    work few = w;
    few.count = 1000;
    run_costrand(few, &ours);
    baseline_seqpacket(few.payload, few.window, few.count, &theirs);

    std::vector<double> costrand_ns, bare_ns, ratio;
    for (int i = 0; i < rounds; ++i) {
        std::uint64_t ignored = 0;
        const auto per = static_cast<double>(w.count);
        bare_ns.push_back(
            static_cast<double>(baseline_seqpacket(w.payload, w.window, w.count, &ignored)) / per);
        costrand_ns.push_back(static_cast<double>(run_costrand(w, nullptr)) / per);
        if (bare_ns.back() <= 0)
            throw std::runtime_error("the baseline could not run");
        ratio.push_back(bare_ns.back() / costrand_ns.back());
    }
    const auto c = bench::spread_of(ratio);
    std::printf("  %5zu B, window %6u: bare %6.0f ns, costrand %6.0f ns, C %.2f [%.2f-%.2f]; "
                "messages for each payload: bare %.2f, costrand %.2f\n",
                w.payload, w.window, bench::spread_of(bare_ns).median,
                bench::spread_of(costrand_ns).median, c.median, c.least, c.most,
                static_cast<double>(theirs) / 1000, static_cast<double>(ours) / 1000);
}

} // namespace

int main(int argc, char **argv) {
    const int rounds = argc > 1 ? std::max(5, std::atoi(argv[1])) : 7;
    bench::print_head(
        "apf_throughput: CPU of both ends per payload message, one channel, SEQPACKET");
    if (!bench::stay_on_one_core())
        std::puts("  could not stay on one core: the numbers are not comparable");
    std::printf("  rounds:   %d, median [least-most]\n", rounds);
    if (argc == 4) {
        measure({std::strtoul(argv[2], nullptr, 10), 40'000,
                 static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10))},
                rounds);
        return 0;
    }
    for (const auto payload : {4087u, 1024u, 64u})
        measure({payload, 40'000, 4096}, rounds);
    measure({4087, 40'000, 65536}, rounds);
}
