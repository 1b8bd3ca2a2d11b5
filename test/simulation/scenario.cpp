// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <array>
#include <chrono>
#include <random>
#include <string_view>

namespace costrand::simulation {

namespace {

using namespace std::chrono_literals;

// std::mt19937_64 is the same everywhere; the library's distributions are not.
class dice {
  public:
    explicit dice(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <typename T, std::size_t N>
    const T &pick(const std::array<T, N> &from) {
        return from[below(N)];
    }

  private:
    std::mt19937_64 engine_;
};

// Activations of every recorded kind, each on generations that differ in what they do to a client.
constexpr std::array orders = {
    order{"amt11", "ccm"},
    order{"amt15", "acm"},
    order{"amt15", "ccm-cira"},
    order{"amt16", "ccm"},
    order{"amt16", "acm-cira"},
    order{"amt16", "acm-wifi"},
    order{"amt16", "acm", false, "ccm"},
    order{"amt16", "ccm-tls", true},
    order{"amt18", "acm"},
    order{"amt18", "ccm-tls", true},
    order{"amt18", "acm-tls", true},
    order{"amt19-tls-enforced", "ccm-tls"},
    order{"amt19-tls-enforced", "acm-tls"},
    order{"amt21", "ccm-cira"},
    order{"amt21", "acm"},
};

struct device_kind {
    const char *name;
    sim::fault_kind kind;
};
using sim::fault_kind;
constexpr std::array device_kinds = {
    device_kind{"not-ready", fault_kind::not_ready},
    device_kind{"busy", fault_kind::busy},
    device_kind{"reset-on-send", fault_kind::reset_on_send},
    device_kind{"reset-after", fault_kind::reset_after},
    device_kind{"silence", fault_kind::silence},
    device_kind{"reset-before-reply", fault_kind::reset_before_reply},
    device_kind{"drop-message", fault_kind::drop_message},
    device_kind{"open-failure", fault_kind::open_failure},
    device_kind{"slots-taken", fault_kind::slots_taken},
    device_kind{"confirmation-late", fault_kind::confirmation_late},
    device_kind{"confirmation-never", fault_kind::confirmation_never},
    device_kind{"window", fault_kind::window},
    device_kind{"window-zero", fault_kind::window_zero},
    device_kind{"overrun", fault_kind::overrun},
    device_kind{"replay-close", fault_kind::replay_close},
    device_kind{"lms-refused", fault_kind::lms_refused},
    device_kind{"lms-mute", fault_kind::lms_mute},
    device_kind{"lms-closes", fault_kind::lms_closes},
    device_kind{"tls-refused", fault_kind::tls_refused},
    device_kind{"tls-mute", fault_kind::tls_mute},
    device_kind{"tls-late", fault_kind::tls_late},
    device_kind{"tls-cut", fault_kind::tls_cut},
    device_kind{"lme-vanishes", fault_kind::lme_vanishes},
    device_kind{"tls-restarts", fault_kind::tls_restarts},
    device_kind{"http-silence", fault_kind::http_silence},
    device_kind{"http-delay", fault_kind::http_delay},
    device_kind{"close-before", fault_kind::close_before},
    device_kind{"close-within", fault_kind::close_within},
    device_kind{"close-after", fault_kind::close_after},
    device_kind{"chop", fault_kind::chop},
    device_kind{"http-status", fault_kind::http_status},
    device_kind{"soap-fault", fault_kind::soap_fault},
    device_kind{"return-value", fault_kind::return_value},
    device_kind{"pad", fault_kind::pad},
};

struct server_kind {
    const char *name;
    sim::rps_fault_kind kind;
};
using sim::rps_fault_kind;
constexpr std::array server_kinds = {
    server_kind{"drop-before", rps_fault_kind::drop_before},
    server_kind{"rps-silence", rps_fault_kind::silence},
    server_kind{"raw-text", rps_fault_kind::raw_text},
    server_kind{"plain-error", rps_fault_kind::plain_error},
    server_kind{"bad-base64", rps_fault_kind::bad_base64},
    server_kind{"null-payload", rps_fault_kind::null_payload},
    server_kind{"unknown-method", rps_fault_kind::unknown_method},
    server_kind{"padded", rps_fault_kind::padded},
    server_kind{"late", rps_fault_kind::late},
    server_kind{"in-two", rps_fault_kind::in_two},
    server_kind{"drop-after", rps_fault_kind::drop_after},
    server_kind{"heartbeat", rps_fault_kind::heartbeat},
    server_kind{"progress", rps_fault_kind::progress},
    server_kind{"hello-first", rps_fault_kind::hello_first},
    server_kind{"no-hello-first", rps_fault_kind::no_hello_first},
    server_kind{"hello-behind", rps_fault_kind::hello_behind},
    server_kind{"switch-behind", rps_fault_kind::switch_behind},
};

constexpr std::array delays = {core::duration(0ms), core::duration(1ms), core::duration(300ms),
                               core::duration(4s), core::duration(20s)};
// Of the websocket: two of them are less than the server's 12 s for a call.
constexpr std::array latencies = {core::duration(1ms), core::duration(300ms), core::duration(2s)};
constexpr std::array<std::size_t, 5> chops = {1, 7, 100, 1500, 1u << 30};
// What the driver's calls say (heci.md 2), by cause.
constexpr std::array connect_errors = {
    heci::errc::no_driver,         heci::errc::no_permission, heci::errc::not_ready,
    heci::errc::no_client,         heci::errc::busy,          heci::errc::connect_refused,
    heci::errc::connect_timed_out, heci::errc::device_reset};
constexpr std::array transfer_errors = {heci::errc::device_reset, heci::errc::not_ready,
                                        heci::errc::no_client, heci::errc::busy};

std::uint32_t value_for(dice &d, fault_kind kind) {
    switch (kind) {
    case fault_kind::chop:
        return static_cast<std::uint32_t>(1 + d.below(50));
    case fault_kind::window:
        return d.one_in(2) ? 1 : static_cast<std::uint32_t>(2 + d.below(60));
    case fault_kind::pad:
        return 20'000;
    case fault_kind::http_status:
        return 503;
    case fault_kind::tls_cut:
        return static_cast<std::uint32_t>(d.below(3000));
    default:
        return static_cast<std::uint32_t>(1 + d.below(4));
    }
}

void order_device_fault(dice &d, scenario &s) {
    const auto &what = d.pick(device_kinds);
    sim::fault f(what.kind);
    f.nth(1 + d.below(40)).repeat(1 + d.below(3)).with(value_for(d, what.kind));
    f.after(d.pick(delays)).saying("InternalError");
    s.device_faults.push_back({what.name, std::move(f)});
}

void order_server_fault(dice &d, scenario &s) {
    const auto &what = d.pick(server_kinds);
    sim::rps_fault f(what.kind);
    f.nth(1 + d.below(50)).bytes(1 + d.below(12)).after(d.pick(delays)).saying("simulated");
    if (what.kind == rps_fault_kind::switch_behind)
        f.saying(R"({"port":"16993","delay":2})");
    if (what.kind == rps_fault_kind::padded)
        f.bytes(300'000);
    s.server_faults.push_back({what.name, std::move(f)});
}

void order_heci_failure(dice &d, scenario &s) {
    heci_failure f;
    f.which = static_cast<heci_failure::call>(d.below(3));
    const bool connect = f.which == heci_failure::call::connect;
    f.at = 1 + d.below(connect ? 6 : 80);
    f.error = connect ? d.pick(connect_errors) : d.pick(transfer_errors);
    s.heci.push_back(f);
}

// A connection between programs that ends, of either kind.
void order_drop(dice &d, scenario &s) {
    auto &which = s.lms && d.one_in(2) ? s.lms_conditions : s.websocket_conditions;
    (d.one_in(2) ? which.fail_read_at : which.fail_write_at) = 1 + d.below(60);
}

void order_something(dice &d, scenario &s) {
    const std::size_t where = d.below(20);
    if (where < 11)
        order_device_fault(d, s);
    else if (where < 15)
        order_server_fault(d, s);
    else if (where < 17)
        order_heci_failure(d, s);
    else if (where < 19)
        order_drop(d, s);
    else
        s.signal_at = std::chrono::milliseconds(d.below(60'000));
}

std::string text_of(const stream_conditions &c, const std::string &of) {
    std::string out;
    if (c.fail_read_at != 0)
        out += "; read " + std::to_string(c.fail_read_at) + " of " + of + " fails";
    if (c.fail_write_at != 0)
        out += "; write " + std::to_string(c.fail_write_at) + " of " + of + " fails";
    return out;
}

} // namespace

bool scenario::faultless() const noexcept {
    const auto drops = [](const stream_conditions &c) {
        return c.fail_read_at != 0 || c.fail_write_at != 0;
    };
    return device_faults.empty() && server_faults.empty() && heci.empty() && !signal_at &&
           !drops(websocket_conditions) && !drops(lms_conditions);
}

scenario make_scenario(std::uint64_t seed, bool tls_crypto) {
    dice d(seed);
    scenario s;
    s.seed = seed;
    s.order = d.pick(orders);
    s.lms = d.one_in(3);
    if (!s.order.before && d.one_in(6))
        s.order.before = s.order.profile;
    s.openssl = tls_crypto;
    s.websocket.chop = d.pick(chops);
    s.lms_conditions.chop = d.pick(chops);
    s.websocket.latency = d.one_in(4) ? d.pick(latencies) : core::duration(0);
    s.websocket.max_message_size = 16u << 20;
    s.websocket.capacity = 32u << 20;
    if (d.one_in(12)) // one run in twelve has none
        return s;
    const std::size_t number = 1 + d.below(3);
    for (std::size_t i = 0; i < number; ++i)
        order_something(d, s);
    return s;
}

std::string describe(const scenario &s) {
    std::string out = std::string(s.order.device) + " over " + (s.lms ? "LMS" : "LME") +
                      ", profile " + s.order.profile;
    if (s.order.tls_tunnel)
        out += ", tunnel asked for";
    if (s.order.before)
        out += ", activated before with profile " + std::string(s.order.before);
    for (const auto &f : s.device_faults)
        out += "; " + f.name + " at " + std::to_string(f.order.at) + " x" +
               std::to_string(f.order.times);
    for (const auto &f : s.server_faults)
        out += "; " + f.name + " at " + std::to_string(f.order.at);
    constexpr std::array<const char *, 3> calls = {"connect", "send", "receive"};
    for (const auto &f : s.heci)
        out += "; HECI " + std::string(calls[static_cast<std::size_t>(f.which)]) + " " +
               std::to_string(f.at) + " fails: " + make_error_code(f.error).message();
    if (s.signal_at)
        out += "; signal after " +
               std::to_string(
                   std::chrono::duration_cast<std::chrono::milliseconds>(*s.signal_at).count()) +
               " ms";
    return out + text_of(s.websocket_conditions, "the websocket") +
           text_of(s.lms_conditions, "the LMS connections");
}

std::vector<std::string> all_faults() {
    std::vector<std::string> out;
    for (const auto &k : device_kinds)
        out.emplace_back(k.name);
    for (const auto &k : server_kinds)
        out.emplace_back(k.name);
    for (const char *more :
         {"heci-connect", "heci-send", "heci-receive", "websocket-drop", "lms-drop", "signal"})
        out.emplace_back(more);
    return out;
}

std::vector<std::string> all_phases() {
    return {"facts", "link", "server", "plain", "setup", "tunnel", "switch"};
}

} // namespace costrand::simulation
