// SPDX-License-Identifier: Apache-2.0
// faults: what a test orders a simulated device to do wrong, and when. A fault is data: a kind, an
// event to count, how often, for how long. The faces ask at each event what is ordered for it.
#pragma once

#include <costrand/core/time.hpp>
#include <costrand/transports/heci_device.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

enum class fault_kind {
    // Event: a program opens the device and connects to a firmware client.
    no_driver,     // ENOENT
    no_permission, // EACCES
    not_ready,     // ENODEV at open
    no_client,     // ENOTTY
    busy,          // EBUSY
    // Event: a program's call of the driver, before it does anything: it fails with errno `value`.
    // Seen by programs that costrand-amtsim runs only.
    connect_fails, // once the firmware has accepted
    read_fails,
    write_fails,
    // Event: a message from the host to a firmware client.
    reset_on_send, // ENODEV: the link is dead and the message was not taken
    reset_after,   // the message was taken, then the link dies before any answer
    silence,       // the firmware takes messages, this one included, and does nothing
    // Event: a message from the firmware to the host.
    reset_before_reply, // the link dies instead
    drop_message,       // it is lost; for ever: the firmware is connected and mute
    inject_message,     // `bytes` as a message before it
    // Event: CHANNEL_OPEN from the host, acceptable in itself.
    open_failure,               // answered with CHANNEL_OPEN_FAILURE `value`
    slots_taken,                // the same with reason 4: others hold all slots
    confirmation_late,          // answered after `delay`
    confirmation_never,         // the slot is taken, nothing is said
    window,                     // the channel's window begins as `value` and never gets larger
    window_zero,                // the channel's window is 0 for `delay`, then it opens
    overrun,                    // as soon as the channel is open: data beyond the host's window
    replay_close,               // before the answer: the last CHANNEL_CLOSE once more
    inject_before_confirmation, // `bytes` as a message before the answer
    inject_after_confirmation,  // `bytes` as a message after the answer
    // Event: the LME handshake is done.
    inject_when_ready, // `bytes` as a message
    // Event: a connection to an LMS port.
    lms_refused,
    lms_mute,   // taken, never read
    lms_closes, // taken and closed at once
    // Event: a connection to the TLS port, over LME or the LMS.
    tls_refused, // failure 2, or refused by the LMS
    tls_mute,    // taken, and nothing that is said there is answered
    tls_late,    // nothing is answered for `delay`
    tls_cut,     // cut off when the device has sent `value` bytes, in the handshake or later
    // Event: an answer to an HTTP request has gone out.
    lme_vanishes, // the LME client goes, and connecting to it fails (ENODEV) for `delay`
    tls_restarts, // all connections to the ports drop, and the TLS port is deaf for `delay`
    // Event: a complete HTTP request on any transport, before it is answered.
    http_silence, // never answered
    http_delay,   // answered after `delay`
    close_before, // connection closed instead of the answer
    close_within, // closed after half of the answer
    close_after,  // closed after the answer, whatever the request says
    chop,         // the answer goes out in pieces of `value` bytes
    http_status,  // answered with status `value` and an HTML page
    soap_fault,   // answered with a SOAP fault (400), subcode `text`
    return_value, // a method answers `value` and does nothing
    pad,          // the answer's XML is at least `value` bytes long
    raw_response, // `bytes` instead of the answer
};

// Counts its event from when it is ordered: it acts on events number at .. at + times - 1.
struct fault {
    static constexpr std::size_t always = std::numeric_limits<std::size_t>::max();

    fault_kind kind;
    std::size_t at = 1;
    std::size_t times = 1;
    // Only events of this firmware client; of any when not set.
    std::optional<heci::client_id> client;
    // Of messages on LME: only those with this APF message number.
    std::optional<std::uint8_t> apf_type;
    // Of HTTP requests: only this one. "AMT_GeneralSettings.Get" or
    // "IPS_HostBasedSetupService.Setup"; of any when empty.
    std::string call;
    // Acts on every event from `at` on until so long after the first one; then `times` is not used.
    std::optional<core::duration> lasting;

    std::uint32_t value = 0;
    core::duration delay{};
    std::string text;
    std::vector<std::byte> bytes;

    explicit fault(fault_kind k) : kind(k) {}

    // For orders in one line: fault(fault_kind::busy).on(heci::client::lme).for_time(3s).
    fault &nth(std::size_t n) { return at = n, *this; }
    fault &repeat(std::size_t n) { return times = n, *this; }
    fault &for_ever() { return times = always, *this; }
    fault &for_time(core::duration d) { return lasting = d, *this; }
    fault &on(heci::client_id id) { return client = id, *this; }
    fault &on_apf(std::uint8_t type) { return client = heci::client::lme, apf_type = type, *this; }
    fault &on_call(std::string name) { return call = std::move(name), *this; }
    fault &with(std::uint32_t v) { return value = v, *this; }
    fault &after(core::duration d) { return delay = d, *this; }
    fault &saying(std::string s) { return text = std::move(s), *this; }
    fault &sending(std::vector<std::byte> b) { return bytes = std::move(b), *this; }
};

// Orders as text, one a line or separated by `;`, `#` begins a comment:
//   KIND [on CLIENT] [apf NUMBER] [call CLASS.OPERATION] [nth N] [times N | for-ever | for TIME]
//        [value N] [errno NAME] [after TIME] [saying "TEXT"] [bytes HEX]
// NAME is EAGAIN or another errno of a mei driver's calls; it is the value of the *-fails. KIND is
// a name of fault_kind with dashes ("open-failure"), CLIENT amthi, lme, watchdog, mkhi, upid or
// hotham, TIME like 250ms, 3s or 2m. `file` is for messages. Throws std::runtime_error with file,
// line and cause.
[[nodiscard]] std::vector<fault> parse_faults(std::string_view file, std::string_view text);

// The names of the kinds, each with what it does.
struct fault_help {
    std::string_view name, what;
};
[[nodiscard]] std::vector<fault_help> known_faults();

// Whether only a program whose read and write calls are watched sees that fault as a driver shows
// it: a reset, or an errno of theirs.
[[nodiscard]] bool needs_watched_calls(fault_kind kind) noexcept;

// One event, as a face reports it.
struct fault_event {
    fault_kind kind;
    std::optional<heci::client_id> client = std::nullopt;
    std::optional<std::uint8_t> apf_type = std::nullopt;
    std::string call = {};
};

class faults {
  public:
    // `now` tells the time for fault::lasting.
    explicit faults(std::function<core::time_point()> now) : now_(std::move(now)) {}

    void order(fault f) { orders_.push_back({std::move(f), 0, 0, std::nullopt}); }
    void clear() { orders_.clear(); }
    // Whether every fault with a number of times has acted as often as ordered.
    [[nodiscard]] bool all_acted() const;
    // How often faults acted so far.
    [[nodiscard]] std::size_t acted() const noexcept { return acted_; }
    // The same of one: the `index`-th that was ordered, from 0.
    [[nodiscard]] std::size_t acted(std::size_t index) const { return orders_.at(index).acted; }

    // For the faces: counts the event and gives the fault that acts on it, if any. Of several the
    // one ordered first acts; all of them count the event. Valid until the next call.
    [[nodiscard]] const fault *happens(const fault_event &event);

  private:
    struct entry {
        fault order;
        std::size_t seen;
        std::size_t acted;
        std::optional<core::time_point> first_acted;
    };
    [[nodiscard]] bool acts(entry &e);

    std::function<core::time_point()> now_;
    std::vector<entry> orders_;
    std::size_t acted_ = 0;
};

} // namespace costrand::sim
