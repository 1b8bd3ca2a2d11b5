// SPDX-License-Identifier: Apache-2.0
// The watchdog ("manageability") client: whether AMT is enabled, switching that, and the timer that
// an operating system keeps alive (heci.md 10). A message is a header of four bytes (command, count
// of the bytes after the count, sub-command, version), then data.
#include <costrand/sim/amthi.hpp>

#include <costrand/transports/heci_status.hpp>
#include <costrand/transports/heci_watchdog.hpp>

#include <chrono>

namespace costrand::sim {
namespace {

using heci::status;

constexpr std::size_t header_size = 4;
constexpr std::uint8_t state_independence = 0x05, management_control = 0x02, version = 0x10;
constexpr std::uint8_t is_change_enabled = 0x51, set_operational_state = 0x53;
constexpr std::uint8_t start_timer = 0x13, stop_timer = 0x14, timer_started = 0x83;
constexpr std::uint8_t no_watchdog_wanted = 0x01;

struct watchdog_request {
    std::uint8_t command, sub_command;
    core::const_bytes data;
};

std::optional<watchdog_request> decode(core::const_bytes message) {
    core::byte_reader from(message);
    const auto command = from.u8();
    const auto count = from.u8();
    const auto sub_command = from.u8();
    if (from.u8() != version || from.failed() || count + 2u != message.size())
        return std::nullopt;
    return watchdog_request{command, sub_command, message.subspan(header_size)};
}

// AMT is enabled and disabled before it is set up, not after (heci.md 10.2).
bool change_allowed(const command_context &on) {
    return on.device.reports_amt_state && on.device.watchdog.change_allowed &&
           on.state.provisioning == provisioning_state::pre;
}

std::vector<std::byte> tell_enablement(const command_context &on) {
    heci::amt_enablement told;
    told.known = on.device.reports_amt_state;
    told.enabled = on.state.amt_enabled;
    told.change_allowed = change_allowed(on);
    told.tls_enforced = on.device.tls_enforced;
    return {heci::encode(told)};
}

// Which status refuses what: assumed.
status change_amt(std::byte wanted, const command_context &on) {
    if (wanted != std::byte{0} && wanted != std::byte{1})
        return status::invalid_parameter;
    if (!change_allowed(on))
        return status::not_permitted;
    on.state.amt_enabled = wanted == std::byte{1};
    return status::success;
}

std::vector<std::byte> set_amt(core::const_bytes request, core::const_bytes data,
                               const command_context &on) {
    std::vector<std::byte> reply(request.begin(), request.begin() + header_size);
    core::byte_writer(reply).le(static_cast<std::uint32_t>(change_amt(data[0], on)));
    return reply;
}

// Zero seconds are refused: assumed, as is the status.
std::vector<std::byte> start(std::uint16_t seconds, const command_context &on) {
    const bool wanted = on.device.watchdog.required;
    if (wanted && seconds > 0)
        on.state.powered.watchdog_due = on.now + std::chrono::seconds(seconds);
    std::vector<std::byte> reply;
    core::byte_writer to(reply);
    to.u8(management_control);
    to.u8(4);
    to.u8(timer_started);
    to.u8(version);
    to.u8(seconds > 0 ? 0 : static_cast<std::uint8_t>(status::invalid_parameter));
    to.u8(wanted ? 0 : no_watchdog_wanted);
    return reply;
}

} // namespace

command_reply answer_watchdog(core::const_bytes request, const command_context &on) {
    settle(on.state, on.device, on.now);
    const auto asked = decode(request);
    if (!asked)
        return std::nullopt;
    const auto is = [&asked](std::uint8_t command, std::uint8_t sub_command) {
        return asked->command == command && asked->sub_command == sub_command;
    };
    if (is(state_independence, is_change_enabled) && asked->data.empty())
        return tell_enablement(on);
    if (is(state_independence, set_operational_state) && asked->data.size() == 1)
        return set_amt(request, asked->data, on);
    if (is(management_control, start_timer) && asked->data.size() >= sizeof(std::uint16_t))
        return start(core::byte_reader(asked->data).le<std::uint16_t>(), on);
    if (is(management_control, stop_timer))
        on.state.powered.watchdog_due.reset(); // unanswered
    return std::nullopt;
}

} // namespace costrand::sim
