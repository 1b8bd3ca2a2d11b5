// SPDX-License-Identifier: Apache-2.0
// Deactivation and the maintenance tasks (15.9).
#include "rps_run.hpp"

#include "encoding.hpp"

#include <array>
#include <string>
#include <utility>

namespace costrand::sim {

namespace {

std::string_view http_reason(int status) {
    return status == 400 ? " Bad Request" : status == 500 ? " Internal Server Error" : "";
}

// "synctime failed at STATE 400 Bad Request".
script_end task_failed(rps_run &run, std::string_view state, const amt_reply &reply) {
    std::string text = run.order.maintenance + " failed at " + std::string(state);
    if (reply.end == call_end::unauthorized)
        text = run.order.maintenance + " failed Unable to authenticate with AMT";
    else if (reply.end == call_end::refused)
        text += ' ' + std::to_string(reply.status) + std::string(http_reason(reply.status));
    run.status.set("Status", std::move(text));
    return script_end::error;
}

script_end task_failed(rps_run &run, std::string_view why) {
    run.status.set("Status", run.order.maintenance + " failed at " + std::string(why));
    return script_end::error;
}

awaitable<script_end> sync_time(rps_run &run) {
    const auto read = co_await read_clock(run);
    if (!read.ok())
        co_return task_failed(run, "GET_LOW_ACCURACY_TIME_SYNCH", read);
    const auto set = co_await set_clock(run, std::string(read.body().value("Ta0")));
    if (!set.ok())
        co_return task_failed(run, "SET_HIGH_ACCURACY_TIME_SYNCH", set);
    co_return script_end::success;
}

awaitable<script_end> sync_host_name(rps_run &run) {
    constexpr std::string_view state = "PUT_GENERAL_SETTINGS";
    const auto read = co_await run.amt.call(amt_get("AMT_GeneralSettings"));
    if (!read.ok())
        co_return task_failed(run, "GET_GENERAL_SETTINGS", read);
    auto settings = read.body();
    const auto &name = run.order.facts.host.hostname;
    if (name.empty() || name == settings.value("HostName"))
        co_return task_failed(
            run, std::string(state) + " at put AMT_GeneralSettings " +
                     (name.empty() ? "missing host name" : "host name already synchronized"));
    write_property(settings, "HostName", name);
    const auto put = co_await run.amt.call(amt_put("AMT_GeneralSettings", settings, ""));
    if (!put.ok())
        co_return task_failed(run, state, put);
    co_return script_end::success;
}

// The wired port with the host's addresses; with DHCP it has none of its own.
wsman::xml_element port_with(const wsman::xml_element &current, const rps::ip_configuration &ip) {
    auto port = current;
    const bool dhcp = port.value("DHCPEnabled") == "true";
    write_property(port, "IpSyncEnabled", dhcp ? "true" : "false");
    write_property(port, "SharedStaticIp", "false");
    const std::array addresses = {
        std::pair("IPAddress", &ip.ip_address), std::pair("SubnetMask", &ip.netmask),
        std::pair("DefaultGateway", &ip.gateway), std::pair("PrimaryDNS", &ip.primary_dns),
        std::pair("SecondaryDNS", &ip.secondary_dns)};
    for (const auto &[name, value] : addresses) {
        if (dhcp)
            drop_property(port, name);
        else if (!value->empty())
            write_property(port, name, *value);
    }
    return port;
}

awaitable<script_end> sync_ip(rps_run &run) {
    constexpr std::string_view state = "PUT_ETHERNET_PORT_SETTINGS";
    const auto ports = co_await run.amt.read_all("AMT_EthernetPortSettings");
    if (!ports.ok())
        co_return task_failed(run, ports.enumerated ? "PULL_ETHERNET_PORT_SETTINGS"
                                                    : "ENUMERATE_ETHERNET_PORT_SETTINGS");
    const auto *wired = pick_ports(ports.items).wired;
    const auto &ip = run.order.facts.ip;
    if (!wired)
        co_return task_failed(run, std::string(state) + " no wired settings on device");
    if (wired->value("IPAddress") == ip.ip_address)
        co_return task_failed(run, std::string(state) + " IPAddress already synchronized");
    const auto wanted = port_with(*wired, ip);
    const auto put =
        co_await run.amt.call(amt_put("AMT_EthernetPortSettings", wanted, "InstanceID"));
    if (!put.ok())
        co_return task_failed(run, state, put);
    co_return script_end::success;
}

awaitable<script_end> change_password(rps_run &run) {
    const auto read = co_await run.amt.call(amt_get("AMT_GeneralSettings"));
    if (!read.ok())
        co_return task_failed(run, "GET_GENERAL_SETTINGS", read);
    core::secret wanted = run.order.new_password;
    if (wanted.empty())
        wanted = random_password(run.shared.random);
    const auto digest = from_hex(admin_digest(read.body().value("DigestRealm"), wanted).reveal());
    const std::string raw = base64(digest.value());
    const amt_parameters parameters{{"Username", "admin"}, {"DigestPassword", raw}};
    const auto set = co_await run.amt.call(
        amt_invoke("AMT_AuthorizationService", "SetAdminAclEntryEx", parameters));
    if (!set.ok())
        co_return task_failed(run, "SET_ADMIN_ACL_ENTRY", set);
    run.shared.passwords[run.order.facts.uuid] = wanted;
    co_return script_end::success;
}

// Through a tunnel where the device takes nothing else; that it is done so is unproven.
void enter(rps_run &run) {
    run.amt.set_user("admin", run.order.facts.password);
    if (run.order.facts.tls_enforced)
        run.amt.begin_tunnel(tunnel_proof::active);
}

awaitable<script_end> do_task(rps_run &run) {
    const auto &task = run.order.maintenance;
    if (task == "synctime")
        co_return co_await sync_time(run);
    if (task == "synchostname")
        co_return co_await sync_host_name(run);
    if (task == "syncip")
        co_return co_await sync_ip(run);
    if (task == "changepassword")
        co_return co_await change_password(run);
    co_return script_end::success; // syncdeviceinfo: the first message holds it all
}

} // namespace

awaitable<amt_reply> read_clock(rps_run &run) {
    const amt_parameters none;
    co_return co_await run.amt.call(
        amt_invoke("AMT_TimeSynchronizationService", "GetLowAccuracyTimeSynch", none));
}

// The server's own clock agrees with AMT's to the second, as in the recording.
awaitable<amt_reply> set_clock(rps_run &run, std::string time) {
    const amt_parameters times{{"Ta0", time}, {"Tm1", time}, {"Tm2", time}};
    co_return co_await run.amt.call(
        amt_invoke("AMT_TimeSynchronizationService", "SetHighAccuracyTimeSynch", times));
}

awaitable<script_end> maintain(rps_run &run) {
    enter(run);
    const auto end = co_await do_task(run);
    if (end == script_end::success)
        run.status.set("Status", run.order.maintenance + " completed succesfully"); // so spelt
    co_return end;
}

awaitable<script_end> deactivate(rps_run &run) {
    enter(run);
    const amt_parameters mode{{"ProvisioningMode", "1"}};
    const auto reply =
        co_await run.amt.call(amt_invoke("AMT_SetupAndConfigurationService", "Unprovision", mode));
    if (!reply.ok()) {
        run.status.set("Status", reply.end == call_end::unauthorized
                                     ? "Unable to authenticate with AMT"
                                     : "Unknown error has occured");
        co_return script_end::error;
    }
    run.shared.passwords.erase(run.order.facts.uuid);
    run.shared.device_certificates.erase(run.order.facts.uuid);
    run.status.set("Status", "Deactivated");
    co_return script_end::success;
}

} // namespace costrand::sim
