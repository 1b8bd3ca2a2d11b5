// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/firmware_logs.hpp>

#include <costrand/activate/console.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/rps/messages.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_hotham.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace costrand::commands {

namespace {

constexpr std::string_view component = "diagnostics";

class rows {
  public:
    rows &add(std::string_view key, std::string_view label, std::string_view value) {
        out_.push_back({key, std::string(label), "", rps::printable(value)});
        return *this;
    }
    rows &number(std::string_view key, std::string_view label, std::uint32_t value) {
        add(key, label, std::to_string(value));
        out_.back().as = report_row::form::number;
        return *this;
    }
    rows &flag(std::string_view key, std::string_view label, bool value) {
        add(key, label, value ? "true" : "false");
        out_.back().as = report_row::form::boolean;
        return *this;
    }
    // None is left out.
    rows &moment(std::string_view key, std::string_view label, std::uint32_t seconds) {
        using clock = std::chrono::system_clock;
        if (seconds == 0)
            return *this;
        return add(key, label,
                   activate::utc_stamp(clock::time_point(std::chrono::seconds(seconds))));
    }
    template <std::size_t size>
    rows &word(std::string_view key, std::string_view label, std::uint32_t value,
               const std::array<std::string_view, size> &words) {
        if (value >= size || words[value].empty())
            return add(key, label, "unknown (" + std::to_string(value) + ")");
        return add(key, label, words[value]);
    }
    rows &trigger(std::uint32_t value) {
        return word<2>("trigger", "Trigger", value, {"user initiated", "alert"});
    }
    rows &authentication(std::uint32_t value) {
        return word<3>("authentication", "Authentication", value,
                       {"", "certificates", "user name and password"});
    }
    report_section section(std::string title, std::string_view key) {
        const auto shape = key.empty() ? report_section::shape::top : report_section::shape::object;
        return {title, title, key, shape, {{"", std::move(out_), "", ""}}};
    }

  private:
    std::vector<report_row> out_;
};

report_section describe(const heci::cira_log::summary_part &s) {
    return rows()
        .flag("tunnelOpen", "Tunnel Open", s.open)
        .number("state", "State", s.state)
        .moment("lastKeepAlive", "Last Keep-Alive", s.last_keep_alive)
        .number("keepAliveInterval", "Keep-Alive Interval (s)", s.keep_alive_interval)
        .number("lastConnectionStatus", "Last Connection Status", s.connection_status)
        .moment("lastConnectionTime", "Last Connection Time", s.connection_time)
        .number("lastTunnelStatus", "Last Tunnel Status", s.tunnel_status)
        .moment("lastTunnelOpened", "Last Tunnel Opened", s.opened)
        .moment("lastTunnelClosed", "Last Tunnel Closed", s.closed)
        .section("Summary", "summary");
}

report_section describe(const heci::cira_log::tunnel &t) {
    rows out;
    out.moment("opened", "Opened", t.opened)
        .trigger(t.trigger)
        .add("mpsHostname", "MPS Hostname", t.server);
    if (t.through_proxy)
        out.add("proxy", "Proxy", t.proxy);
    return out.authentication(t.authentication)
        .word<3>("interface", "Interface", t.interface, {"wired", "wireless", "none"})
        .moment("lastKeepAlive", "Last Keep-Alive", t.last_keep_alive)
        .number("keepAliveInterval", "Keep-Alive Interval (s)", t.keep_alive_interval)
        .moment("closed", "Closed", t.closed)
        .flag("closedByMps", "Closed by MPS", t.closed_by_server)
        .number("apfReason", "APF Reason", t.apf_reason)
        .number("closureReason", "Closure Reason", t.closure_reason)
        .section("Last Tunnel", "lastTunnel");
}

report_section describe(const heci::cira_log::attempt &a) {
    return rows()
        .moment("time", "Time", a.time)
        .trigger(a.trigger)
        .add("mpsHostname", "MPS Hostname", a.server)
        .authentication(a.authentication)
        .section("Last Failed Connection", "lastFailedConnection");
}

template <typename T>
awaitable<T> need(awaitable<T> op, const activate::environment &env, std::string what) {
    auto got = co_await core::as_result(std::move(op));
    if (got)
        co_return std::move(*got);
    if (got.error() == core::cond::cancelled)
        throw system_error(got.error());
    throw activate::error(
        activate::explain(got.error(), env.device->name(), "reading the " + what));
}

} // namespace

report describe(const heci::cira_log &log) {
    report out;
    out.push_back(rows().number("version", "Version", log.version).section("CIRA Log", ""));
    out.push_back(describe(log.summary));
    if (log.last_tunnel)
        out.push_back(describe(*log.last_tunnel));
    if (log.last_failure)
        out.push_back(describe(*log.last_failure));
    return out;
}

awaitable<firmware_log> read_cira_log(const activate::environment &env) {
    env.step("reading the CIRA log of " + env.device->name(), true);
    heci::amthi amt(*env.device, env.heci_limits, env.log);
    const auto log = co_await need(amt.read_cira_log(), env, "CIRA log");
    firmware_log out;
    out.title = "CIRA log";
    out.ending = "ciralog.txt";
    out.values = describe(log);
    out.content = as_text(out.values, 0);
    co_return out;
}

awaitable<firmware_log> read_csme_log(const activate::environment &env) {
    env.step("reading the CSME flash log of " + env.device->name(), true);
    auto got =
        co_await core::as_result(heci::read_flash_log(*env.device, env.heci_limits, env.log));
    if (!got && got.error() == heci::errc::no_client)
        throw activate::error(activate::exit_code::generic_failure,
                              env.device->name() + ": this firmware gives out no flash log");
    if (!got && got.error() == core::cond::cancelled)
        throw system_error(got.error());
    if (!got)
        throw activate::error(
            activate::explain(got.error(), env.device->name(), "reading the CSME flash log"));
    if (got->bytes.size() < got->size)
        env.log.warn(component, "the firmware gave out ", got->bytes.size(), " bytes of a log of ",
                     got->size);
    firmware_log out;
    out.title = "CSME flash log";
    out.ending = "csme_flash_log.bin";
    out.content = std::string(core::as_text(got->bytes));
    out.values.push_back(
        rows()
            .number("bytes", "Bytes", static_cast<std::uint32_t>(got->bytes.size()))
            .number("logSize", "Log Size", got->size)
            .section("CSME Flash Log", ""));
    co_return out;
}

std::string log_file_name(const firmware_log &log, std::string_view stamp) {
    std::string out;
    for (const char c : stamp)
        if (c != '-' && c != ':')
            out += c;
    return out + '_' + log.ending;
}

std::string log_text(const firmware_log &log, std::string_view file) {
    return "The " + log.title + " (" + std::to_string(log.content.size()) + " bytes) is in " +
           activate::printable(file, 300) + '\n';
}

std::string log_json(const firmware_log &log, std::string_view file) {
    report told;
    told.push_back(rows().add("status", "", "success").add("file", "", file).section("", ""));
    told.insert(told.end(), log.values.begin(), log.values.end());
    return as_json(told, nullptr);
}

} // namespace costrand::commands
