// SPDX-License-Identifier: Apache-2.0
#include "promises.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace costrand::simulation {

namespace {

using namespace std::chrono_literals;

// Reading the facts, each command with its own limit; then for each message of the server the
// longest silence of the other side.
constexpr core::duration facts_limit = 10min;
constexpr core::duration message_limit = 120s;

std::size_t count(const sim::firmware &device, std::string_view class_name) {
    const auto *found = device.state().objects.find_name(class_name);
    return found ? found->instances.size() : 0;
}

// What the device lacks of what a success promises. A device that was set up before is reached in
// plain, and what it had is removed first: then TLS is what the server says that it is.
broken_promises missing(const order &o, const activate::report &said, const sim::firmware &device) {
    broken_promises out;
    const auto mode = o.admin_control() ? sim::control_mode::admin : sim::control_mode::client;
    if (device.mode() != mode)
        out.emplace_back("success is reported, and the device is not in that control mode");
    const bool tls = device.state().tls && device.state().tls->enabled;
    if ((o.before ? said.outcome.tls_configuration == "Configured" : o.with_tls()) && !tls)
        out.emplace_back("success is reported, and the device has no TLS");
    if (o.with_cira() && count(device, "AMT_RemoteAccessPolicyAppliesToMPS") == 0)
        out.emplace_back("success is reported, and the device knows no presence server");
    return out;
}

// A device that became active in a run that failed: the text must say so, or the report does.
bool tells_of_activation(const end_of_run &end) {
    const auto why = end.why();
    const std::string told = why.text + (end.report ? end.report->device_note : "");
    return told.find("control mode") != told.npos ||
           (end.report && end.report->outcome.mode != rps::control_mode::unknown);
}

} // namespace

std::string outcome_of(const end_of_run &end) {
    if (end.cancelled)
        return "signal";
    if (end.success())
        return "success";
    return "code " + std::to_string(static_cast<int>(end.why().code));
}

broken_promises check_left_over(const scenario &s, const sim::firmware &device) {
    broken_promises out;
    if (device.open_channels() != 0)
        out.push_back(std::to_string(device.open_channels()) + " channels are left behind");
    if (device.open_links() != 0)
        out.push_back(std::to_string(device.open_links()) + " HECI links are left behind");
    // Where a message was lost, those behind it come out of order.
    const bool lossy = std::ranges::any_of(s.device_faults, [](const device_fault &f) {
        return f.order.kind == sim::fault_kind::silence ||
               f.order.kind == sim::fault_kind::drop_message;
    });
    if (device.counters().protocol_errors != 0 && !lossy)
        out.emplace_back("the firmware counts a protocol error of the client");
    return out;
}

broken_promises check_duration(core::duration taken, std::size_t server_messages) {
    if (taken > facts_limit + message_limit * static_cast<long>(server_messages + 2))
        return {"it lasted longer than its limits allow"};
    return {};
}

broken_promises check_report(const scenario &s, const end_of_run &end, const sim::firmware &device,
                             bool was_set_up) {
    if (end.cancelled)
        return s.signal_at ? broken_promises()
                           : broken_promises{"it says that it was cancelled, and nobody did"};
    if (end.success())
        return missing(s.order, *end.report, device);
    broken_promises out;
    const auto why = end.why();
    if (static_cast<int>(why.code) == 0 || why.text.empty())
        out.emplace_back("a failure without a cause");
    if (s.faultless())
        out.push_back("without faults it failed: " + why.text);
    const bool became_active = device.mode() != sim::control_mode::none && !was_set_up;
    if (became_active && !tells_of_activation(end))
        out.push_back("the device is activated, and the failure does not say so: " + why.text);
    return out;
}

} // namespace costrand::simulation
