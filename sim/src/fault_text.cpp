// SPDX-License-Identifier: Apache-2.0
#include <costrand/sim/faults.hpp>

#include "encoding.hpp"
#include "lined_json.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace costrand::sim {
namespace {

struct kind_name {
    std::string_view text;
    fault_kind what;
    std::string_view help;
};

constexpr auto kinds = std::to_array<kind_name>({
    {"no-driver", fault_kind::no_driver, "open: ENOENT"},
    {"no-permission", fault_kind::no_permission, "open: EACCES"},
    {"not-ready", fault_kind::not_ready, "open: ENODEV"},
    {"no-client", fault_kind::no_client, "connect: ENOTTY"},
    {"busy", fault_kind::busy, "connect: EBUSY"},
    {"connect-fails", fault_kind::connect_fails, "connect: the errno that is given (run only)"},
    {"read-fails", fault_kind::read_fails, "read: the errno that is given (run only)"},
    {"write-fails", fault_kind::write_fails, "write: the errno that is given (run only)"},
    {"reset-on-send", fault_kind::reset_on_send, "the link dies instead of taking a message"},
    {"reset-after", fault_kind::reset_after, "the link dies when it has taken a message"},
    {"silence", fault_kind::silence, "the firmware takes messages and does nothing"},
    {"reset-before-reply", fault_kind::reset_before_reply,
     "the link dies instead of a message of the firmware"},
    {"drop-message", fault_kind::drop_message, "a message of the firmware is lost"},
    {"inject-message", fault_kind::inject_message,
     "the bytes as a message before one of the firmware"},
    {"open-failure", fault_kind::open_failure,
     "a CHANNEL_OPEN fails with the reason given as value"},
    {"slots-taken", fault_kind::slots_taken, "a CHANNEL_OPEN fails with reason 4: no slot is free"},
    {"confirmation-late", fault_kind::confirmation_late,
     "a CHANNEL_OPEN is confirmed after a time"},
    {"confirmation-never", fault_kind::confirmation_never,
     "a CHANNEL_OPEN takes a slot and is not answered"},
    {"window", fault_kind::window, "a channel's window begins as the value and never grows"},
    {"window-zero", fault_kind::window_zero, "a channel's window is 0 for a time"},
    {"overrun", fault_kind::overrun, "data beyond the host's window on an open channel"},
    {"replay-close", fault_kind::replay_close,
     "the last CHANNEL_CLOSE once more before a confirmation"},
    {"inject-before-confirmation", fault_kind::inject_before_confirmation,
     "the bytes as a message before a confirmation"},
    {"inject-after-confirmation", fault_kind::inject_after_confirmation,
     "the bytes as a message after a confirmation"},
    {"inject-when-ready", fault_kind::inject_when_ready,
     "the bytes as a message after the handshake"},
    {"lms-refused", fault_kind::lms_refused, "a connection to the LMS is refused"},
    {"lms-mute", fault_kind::lms_mute, "it is taken and never read"},
    {"lms-closes", fault_kind::lms_closes, "it is taken and closed"},
    {"tls-refused", fault_kind::tls_refused, "a connection to the TLS port is refused"},
    {"tls-mute", fault_kind::tls_mute, "it is taken and nothing is answered there"},
    {"tls-late", fault_kind::tls_late, "nothing is answered there for a time"},
    {"tls-cut", fault_kind::tls_cut, "it is cut off after that many bytes of the device"},
    {"lme-vanishes", fault_kind::lme_vanishes,
     "after an answer the LME client goes, and is away for a time"},
    {"tls-restarts", fault_kind::tls_restarts,
     "after an answer connections drop, and the TLS port is deaf for a time"},
    {"http-silence", fault_kind::http_silence, "a request is never answered"},
    {"http-delay", fault_kind::http_delay, "a request is answered after a time more"},
    {"close-before", fault_kind::close_before, "the connection ends instead of an answer"},
    {"close-within", fault_kind::close_within, "it ends in the middle of an answer"},
    {"close-after", fault_kind::close_after, "it ends after an answer"},
    {"chop", fault_kind::chop, "an answer goes out in pieces of that many bytes"},
    {"http-status", fault_kind::http_status, "an answer with the HTTP status given as value"},
    {"soap-fault", fault_kind::soap_fault,
     "an answer with a SOAP fault, its subcode given by saying"},
    {"return-value", fault_kind::return_value, "a method returns the value and does nothing"},
    {"pad", fault_kind::pad, "an answer's XML is at least that many bytes long"},
    {"raw-response", fault_kind::raw_response, "the bytes instead of an answer"},
});

struct client_name {
    std::string_view text;
    heci::client_id id;
};
constexpr auto clients = std::to_array<client_name>({{"amthi", heci::client::amthi},
                                                     {"lme", heci::client::lme},
                                                     {"watchdog", heci::client::watchdog},
                                                     {"mkhi", heci::client::mkhi},
                                                     {"upid", heci::client::upid},
                                                     {"hotham", heci::client::hotham}});

// What the calls of a mei driver fail with (docs/spec/heci.md 4), and what any call may.
struct errno_name {
    std::string_view text;
    int value;
};
constexpr auto errnos = std::to_array<errno_name>({{"EAGAIN", EAGAIN},
                                                   {"EBUSY", EBUSY},
                                                   {"EFAULT", EFAULT},
                                                   {"EFBIG", EFBIG},
                                                   {"EINTR", EINTR},
                                                   {"EINVAL", EINVAL},
                                                   {"EIO", EIO},
                                                   {"ENODEV", ENODEV},
                                                   {"ENOMEM", ENOMEM},
                                                   {"ENOTTY", ENOTTY},
                                                   {"EPERM", EPERM},
                                                   {"ETIME", ETIME},
                                                   {"ETIMEDOUT", ETIMEDOUT}});

std::string listed(auto &&names) {
    std::string all;
    for (const auto &one : names)
        all += (all.empty() ? "" : ", ") + std::string(one.text);
    return all;
}

// The words of one order; a text in quotes is one word.
class words {
  public:
    words(std::string_view file, std::size_t line, std::string_view text)
        : file_(file),
          line_(line),
          rest_(text) {}

    // Empty at the end.
    std::string_view next() {
        while (rest_.starts_with(' ') || rest_.starts_with('\t') || rest_.starts_with('\r'))
            rest_.remove_prefix(1);
        if (rest_.starts_with('"')) {
            const auto end = rest_.find('"', 1);
            if (end == rest_.npos)
                fail("the quotation mark is not closed");
            const auto word = rest_.substr(1, end - 1);
            rest_.remove_prefix(end + 1);
            return word;
        }
        const auto word = rest_.substr(0, rest_.find_first_of(" \t\r"));
        rest_.remove_prefix(word.size());
        return word;
    }
    std::string_view value(std::string_view behind) {
        const auto word = next();
        if (word.empty())
            fail("\"" + std::string(behind) + "\" wants a value");
        return word;
    }
    std::uint64_t number(std::string_view behind, std::uint64_t least, std::uint64_t most) {
        const auto word = value(behind);
        std::uint64_t n = 0;
        const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), n);
        if (failed != std::errc() || end != word.data() + word.size() || n < least || n > most)
            fail("\"" + std::string(behind) + "\" wants a number from " + std::to_string(least) +
                 " to " + std::to_string(most) + ", not \"" + std::string(word) + "\"");
        return n;
    }
    // "250ms", "3s" or "2m".
    core::duration duration(std::string_view behind) {
        const auto word = value(behind);
        std::uint32_t n = 0;
        const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), n);
        const std::string_view unit(end, static_cast<std::size_t>(word.data() + word.size() - end));
        if (failed == std::errc() && unit == "ms")
            return std::chrono::milliseconds(n);
        if (failed == std::errc() && unit == "s")
            return std::chrono::seconds(n);
        if (failed == std::errc() && unit == "m")
            return std::chrono::minutes(n);
        fail("\"" + std::string(behind) + "\" wants a time like 250ms, 3s or 2m, not \"" +
             std::string(word) + "\"");
    }
    [[noreturn]] void fail(std::string_view what) const { throw text_error(file_, line_, what); }

  private:
    std::string_view file_;
    std::size_t line_;
    std::string_view rest_;
};

fault read_order(words from) {
    const auto name = from.next();
    const auto *kind = std::ranges::find(kinds, name, &kind_name::text);
    if (kind == kinds.end())
        from.fail("there is no fault \"" + std::string(name) + "\"; there are: " + listed(kinds));
    fault order(kind->what);
    for (auto key = from.next(); !key.empty(); key = from.next()) {
        if (key == "on") {
            const auto word = from.value(key);
            const auto *client = std::ranges::find(clients, word, &client_name::text);
            if (client == clients.end())
                from.fail("there is no client \"" + std::string(word) +
                          "\"; there are: " + listed(clients));
            order.on(client->id);
        } else if (key == "apf") {
            order.on_apf(static_cast<std::uint8_t>(from.number(key, 1, 255)));
        } else if (key == "call") {
            order.on_call(std::string(from.value(key)));
        } else if (key == "nth") {
            order.nth(from.number(key, 1, 1'000'000'000));
        } else if (key == "times") {
            order.repeat(from.number(key, 1, 1'000'000'000));
        } else if (key == "for-ever") {
            order.for_ever();
        } else if (key == "for") {
            order.for_time(from.duration(key));
        } else if (key == "after") {
            order.after(from.duration(key));
        } else if (key == "value") {
            order.with(static_cast<std::uint32_t>(from.number(key, 0, 0xffffffff)));
        } else if (key == "errno") {
            const auto word = from.value(key);
            const auto *known = std::ranges::find(errnos, word, &errno_name::text);
            if (known == errnos.end())
                from.fail("there is no errno \"" + std::string(word) +
                          "\" here; there are: " + listed(errnos));
            order.with(static_cast<std::uint32_t>(known->value));
        } else if (key == "saying") {
            order.saying(std::string(from.value(key)));
        } else if (key == "bytes") {
            auto bytes = from_hex(from.value(key));
            if (!bytes)
                from.fail("\"bytes\" wants pairs of hexadecimal digits");
            order.sending(std::move(*bytes));
        } else {
            from.fail("there is no word \"" + std::string(key) +
                      "\"; there are: on, apf, call, nth, times, for-ever, for, after, value, "
                      "errno, saying, bytes");
        }
    }
    const bool fails = order.kind == fault_kind::connect_fails ||
                       order.kind == fault_kind::read_fails ||
                       order.kind == fault_kind::write_fails;
    if (fails && order.value == 0)
        from.fail("\"" + std::string(name) + "\" wants an errno, as in \"errno EAGAIN\"");
    return order;
}

} // namespace

std::vector<fault_help> known_faults() {
    std::vector<fault_help> out;
    for (const auto &one : kinds)
        out.push_back({one.text, one.help});
    return out;
}

bool needs_watched_calls(fault_kind kind) noexcept {
    using enum fault_kind;
    return kind == read_fails || kind == write_fails || kind == reset_on_send ||
           kind == reset_after || kind == reset_before_reply;
}

std::vector<fault> parse_faults(std::string_view file, std::string_view text) {
    std::vector<fault> orders;
    std::size_t line = 1;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto rest = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        bool quoted = false;
        std::size_t begin = 0;
        for (std::size_t i = 0; i <= rest.size(); ++i) {
            const char c = i < rest.size() ? rest[i] : ';';
            quoted ^= i < rest.size() && c == '"';
            const bool comment = !quoted && c == '#';
            if (quoted && i < rest.size())
                continue;
            if (c != ';' && !comment)
                continue;
            const auto order = rest.substr(begin, i - begin);
            begin = i + 1;
            if (order.find_first_not_of(" \t\r") != order.npos)
                orders.push_back(read_order(words(file, line, order)));
            if (comment)
                break;
        }
        ++line;
    }
    return orders;
}

} // namespace costrand::sim
