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

struct sequence {
    const char *device;
    const char *profile;
    bool tls_tunnel;
};
constexpr std::array sequences = {
    sequence{"amt11", "ccm", false},      sequence{"amt15", "ccm-cira", false},
    sequence{"amt16", "ccm", false},      sequence{"amt18", "ccm", false},
    sequence{"amt21", "ccm-cira", false}, sequence{"amt16", "ccm-tls", false},
    sequence{"amt18", "ccm-tls", true},   sequence{"amt19-tls-enforced", "ccm-tls", false},
};

struct device_fault {
    const char *name;
    sim::fault_kind kind;
};
using sim::fault_kind;
constexpr std::array device_faults = {
    device_fault{"not-ready", fault_kind::not_ready},
    device_fault{"busy", fault_kind::busy},
    device_fault{"reset-on-send", fault_kind::reset_on_send},
    device_fault{"reset-after", fault_kind::reset_after},
    device_fault{"silence", fault_kind::silence},
    device_fault{"reset-before-reply", fault_kind::reset_before_reply},
    device_fault{"drop-message", fault_kind::drop_message},
    device_fault{"open-failure", fault_kind::open_failure},
    device_fault{"slots-taken", fault_kind::slots_taken},
    device_fault{"confirmation-late", fault_kind::confirmation_late},
    device_fault{"confirmation-never", fault_kind::confirmation_never},
    device_fault{"window", fault_kind::window},
    device_fault{"window-zero", fault_kind::window_zero},
    device_fault{"overrun", fault_kind::overrun},
    device_fault{"replay-close", fault_kind::replay_close},
    device_fault{"lms-refused", fault_kind::lms_refused},
    device_fault{"lms-mute", fault_kind::lms_mute},
    device_fault{"lms-closes", fault_kind::lms_closes},
    device_fault{"tls-refused", fault_kind::tls_refused},
    device_fault{"tls-mute", fault_kind::tls_mute},
    device_fault{"tls-late", fault_kind::tls_late},
    device_fault{"tls-cut", fault_kind::tls_cut},
    device_fault{"lme-vanishes", fault_kind::lme_vanishes},
    device_fault{"tls-restarts", fault_kind::tls_restarts},
    device_fault{"http-silence", fault_kind::http_silence},
    device_fault{"http-delay", fault_kind::http_delay},
    device_fault{"close-before", fault_kind::close_before},
    device_fault{"close-within", fault_kind::close_within},
    device_fault{"close-after", fault_kind::close_after},
    device_fault{"chop", fault_kind::chop},
    device_fault{"http-status", fault_kind::http_status},
    device_fault{"soap-fault", fault_kind::soap_fault},
    device_fault{"return-value", fault_kind::return_value},
    device_fault{"pad", fault_kind::pad},
};

struct server_fault {
    const char *name;
    sim::rps_fault_kind kind;
};
using sim::rps_fault_kind;
constexpr std::array server_faults = {
    server_fault{"drop-before", rps_fault_kind::drop_before},
    server_fault{"rps-silence", rps_fault_kind::silence},
    server_fault{"raw-text", rps_fault_kind::raw_text},
    server_fault{"plain-error", rps_fault_kind::plain_error},
    server_fault{"bad-base64", rps_fault_kind::bad_base64},
    server_fault{"null-payload", rps_fault_kind::null_payload},
    server_fault{"unknown-method", rps_fault_kind::unknown_method},
    server_fault{"padded", rps_fault_kind::padded},
    server_fault{"late", rps_fault_kind::late},
    server_fault{"in-two", rps_fault_kind::in_two},
    server_fault{"drop-after", rps_fault_kind::drop_after},
    server_fault{"heartbeat", rps_fault_kind::heartbeat},
    server_fault{"progress", rps_fault_kind::progress},
    server_fault{"hello-first", rps_fault_kind::hello_first},
    server_fault{"no-hello-first", rps_fault_kind::no_hello_first},
    server_fault{"hello-behind", rps_fault_kind::hello_behind},
    server_fault{"switch-behind", rps_fault_kind::switch_behind},
};

constexpr std::array delays = {core::duration(0ms), core::duration(1ms), core::duration(300ms),
                               core::duration(4s), core::duration(20s)};
// Of the websocket: two of them are less than the server's 12 s for a call.
constexpr std::array latencies = {core::duration(1ms), core::duration(300ms), core::duration(2s)};
constexpr std::array<std::size_t, 5> chops = {1, 7, 100, 1500, 1u << 30};
constexpr std::array heci_errors = {
    heci::errc::not_ready,       heci::errc::no_client,         heci::errc::busy,
    heci::errc::connect_refused, heci::errc::connect_timed_out, heci::errc::device_reset};

void order_device_fault(dice &d, scenario &s) {
    const auto &what = d.pick(device_faults);
    sim::fault f(what.kind);
    f.nth(1 + d.below(40)).repeat(1 + d.below(3));
    f.with(static_cast<std::uint32_t>(what.kind == fault_kind::chop          ? 1 + d.below(50)
                                      : what.kind == fault_kind::window      ? 1 + d.below(9)
                                      : what.kind == fault_kind::pad         ? 20'000
                                      : what.kind == fault_kind::http_status ? 503
                                      : what.kind == fault_kind::tls_cut     ? d.below(3000)
                                                                             : 1 + d.below(4)));
    f.after(d.pick(delays)).saying("InternalError");
    s.device_faults.push_back(std::move(f));
    s.device_fault_names.emplace_back(what.name);
}

void order_server_fault(dice &d, scenario &s) {
    const auto &what = d.pick(server_faults);
    sim::rps_fault f(what.kind);
    f.nth(1 + d.below(50)).bytes(1 + d.below(12)).after(d.pick(delays));
    switch (what.kind) {
    case rps_fault_kind::switch_behind:
        f.saying(R"({"port":"16993","delay":2})");
        break;
    case rps_fault_kind::padded:
        f.bytes(300'000);
        break;
    default:
        f.saying("simulated");
    }
    s.server_faults.push_back(std::move(f));
    s.server_fault_names.emplace_back(what.name);
}

} // namespace

scenario make_scenario(std::uint64_t seed, bool tls_crypto) {
    dice d(seed);
    scenario s;
    s.seed = seed;
    const auto &what = d.pick(sequences);
    s.device = what.device;
    s.profile = what.profile;
    s.tls_tunnel = what.tls_tunnel;
    s.lms = d.one_in(3);
    s.again = d.one_in(6);
    s.openssl = tls_crypto;
    s.websocket.chop = d.pick(chops);
    s.websocket.latency = d.one_in(4) ? d.pick(latencies) : core::duration(0);
    s.websocket.max_message_size = 16u << 20;
    s.websocket.capacity = 32u << 20;
    if (d.one_in(12)) // one run in twelve has none
        return s;
    const std::size_t number = 1 + d.below(3);
    for (std::size_t i = 0; i < number; ++i) {
        const std::size_t where = d.below(10);
        if (where < 6) {
            order_device_fault(d, s);
        } else if (where < 8) {
            order_server_fault(d, s);
        } else if (where == 8) {
            heci_failure f;
            f.which = static_cast<heci_failure::call>(d.below(3));
            f.at = 1 + d.below(f.which == heci_failure::call::connect ? 4 : 60);
            f.error = f.which == heci_failure::call::connect ? d.pick(heci_errors)
                                                             : heci::errc::device_reset;
            s.heci = f;
        } else if (d.one_in(2)) {
            s.signal_at = std::chrono::milliseconds(d.below(60'000));
        } else if (d.one_in(2)) {
            s.websocket.fail_read_at = 1 + d.below(60);
        } else {
            s.websocket.fail_write_at = 1 + d.below(60);
        }
    }
    return s;
}

std::string describe(const scenario &s) {
    std::string out = s.device + " over " + (s.lms ? "LMS" : "LME") + ", profile " + s.profile;
    if (s.tls_tunnel)
        out += ", tunnel asked for";
    if (s.again)
        out += ", activated before";
    for (std::size_t i = 0; i < s.device_faults.size(); ++i)
        out += "; " + s.device_fault_names[i] + " at " + std::to_string(s.device_faults[i].at) +
               " x" + std::to_string(s.device_faults[i].times);
    for (std::size_t i = 0; i < s.server_faults.size(); ++i)
        out += "; " + s.server_fault_names[i] + " at " + std::to_string(s.server_faults[i].at);
    if (s.heci)
        out += "; heci call " + std::to_string(static_cast<int>(s.heci->which)) + " number " +
               std::to_string(s.heci->at) + " fails: " + make_error_code(s.heci->error).message();
    if (s.signal_at)
        out += "; signal after " +
               std::to_string(
                   std::chrono::duration_cast<std::chrono::milliseconds>(*s.signal_at).count()) +
               " ms";
    if (s.websocket.fail_read_at != 0)
        out += "; websocket read " + std::to_string(s.websocket.fail_read_at) + " fails";
    if (s.websocket.fail_write_at != 0)
        out += "; websocket write " + std::to_string(s.websocket.fail_write_at) + " fails";
    return out;
}

} // namespace costrand::simulation
