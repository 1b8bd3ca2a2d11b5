// SPDX-License-Identifier: Apache-2.0
// Makes the pages that trace_browser.sh shows to a browser, from runs in memory. They lie in the
// folder COSTRAND_TRACE_PAGES.
#include "integration/world.hpp"
#include "unit/trace/seen.hpp"

#include <costrand/trace/page.hpp>

#include <cstdlib>
#include <fstream>

using namespace costrand;
using namespace costrand::test;
using namespace std::chrono_literals;
using sim::fault;
using sim::fault_kind;

namespace {

void write(const std::string &name, const std::string &text) {
    const char *folder = std::getenv("COSTRAND_TRACE_PAGES");
    std::ofstream file(std::string(folder ? folder : ".") + "/" + name);
    file << text;
    CHECK(file.good());
}

trace::event start_of(std::string detail) {
    trace::event e;
    e.is = trace::kind::start;
    e.what = "costrand-activate";
    e.detail = std::move(detail);
    e.utc = "2026-08-20T10:00:00Z";
    return e;
}

void end_it(seen &s, const run_end &end) {
    trace::event e;
    e.is = trace::kind::end;
    e.what = end.code() == 0 ? "success" : "failed";
    e.detail = end.text();
    e.code = static_cast<std::uint64_t>(end.code());
    s.to.record(std::move(e));
}

awaitable<void> make_page(world &w, std::string name) {
    seen s;
    w.seen_by = &s.to;
    s.to.record(start_of("profile ccm, " + name));
    const auto end = co_await w.run();
    end_it(s, end);
    write(name + ".html", trace::make_page(s.events, 0));
    write(name + ".jsonl", s.lines());
}

} // namespace

TEST_CASE("page of a plain activation") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        co_await make_page(w, "plain");
        CHECK(w.device.mode() == sim::control_mode::client);
    });
}

TEST_CASE("page of a run with faults, retries, pauses, and a hostile server") {
    in_world(way::lme, [](world &w, coro_environment) -> awaitable<void> {
        fault refused(fault_kind::open_failure);
        w.device.inject().order(refused.repeat(2).with(4));
        fault lost(fault_kind::reset_after);
        w.device.inject().order(lost.on_apf(94).nth(5));
        fault mute(fault_kind::http_silence);
        w.device.inject().order(mute.on_call("AMT_RedirectionService.Get"));
        fault narrow(fault_kind::window);
        w.device.inject().order(narrow.nth(6).with(900));
        sim::rps_fault words(sim::rps_fault_kind::progress);
        w.server.order(words.nth(3).saying(
            "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"));
        co_await make_page(w, "faults");
    });
}

TEST_CASE("page of a run through the TLS tunnel") {
    run_coro(
        [](coro_environment env) -> awaitable<void> {
            const auto machine = sim::without_delays(sim::built_in_profile("amt19-tls-enforced"));
            auto serves = sim::recorded_rps_options();
            serves.domains.push_back({machine.dns_suffix, {}});
            world w(env.executor, machine, std::move(serves), sim::bare_crypto());
            co_await make_page(w, "tunnel");
        },
        few_teardowns);
}
