// SPDX-License-Identifier: Apache-2.0
// amtinfo --sync: what was read, for the record that a console keeps of the device.
#include <costrand/commands/inventory.hpp>

#include <costrand/activate/amt_queries.hpp>
#include <costrand/activate/failure.hpp>
#include <costrand/activate/with_console.hpp>
#include <costrand/commands/report.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <initializer_list>
#include <utility>

namespace costrand::commands {

namespace {

using activate::exit_code;

// The words of the output: the console shows them to the same people.
std::string word_of(const report &all, std::string_view section, std::string_view key) {
    for (const auto &one : all) {
        if (one.key != section)
            continue;
        for (const auto &entry : one.entries)
            for (const auto &row : entry.rows)
                if (row.key == key)
                    return row.value;
    }
    return {};
}

std::string first_known(std::initializer_list<std::string> addresses) {
    for (const auto &one : addresses)
        if (!one.empty() && one != "0.0.0.0")
            return one;
    return {};
}

} // namespace

activate::console_inventory inventory_of(const device_info &info, const std::string &host_name,
                                         std::string seen_at) {
    if (!info.uuid || info.uuid->empty())
        throw activate::error(exit_code::invalid_uuid,
                              "the device's UUID could not be read, and the console knows devices "
                              "by it: nothing was sent");
    if (!heci::is_usable_uuid(*info.uuid))
        throw activate::error(exit_code::invalid_uuid,
                              "the device's UUID is " + activate::printable(*info.uuid, 40) +
                                  ", which its maker never set: nothing was sent");
    const auto words = describe(info);
    activate::console_inventory out;
    out.uuid = *info.uuid;
    out.seen_at = std::move(seen_at);
    out.amt_version = word_of(words, "", "amt");
    out.build = word_of(words, "", "buildNumber");
    out.sku = word_of(words, "", "sku");
    out.features = word_of(words, "", "features");
    out.mode = word_of(words, "", "controlMode");
    out.enabled_in_bios = info.operational;
    out.csme_id = word_of(words, "upid", "csmeId");
    out.oem_id = word_of(words, "upid", "oemId");
    out.oem_id_type = word_of(words, "upid", "oemPlatformIdType");
    out.address = first_known({word_of(words, "wiredAdapter", "ipAddress"),
                               word_of(words, "wirelessAdapter", "ipAddress")});
    out.system_address = first_known({word_of(words, "wiredAdapter", "osIpAddress"),
                                      word_of(words, "wirelessAdapter", "osIpAddress")});
    out.hostname = first_known({out.address, out.system_address, host_name});
    if (info.wired)
        out.dhcp = info.wired->amt.dhcp_enabled;
    if (info.hashes)
        for (const auto &one : *info.hashes)
            out.root_hashes.push_back(activate::hex_text(one.hash));
    return out;
}

awaitable<void> send_inventory(const activate::environment &env, const activate::settings &options,
                               activate::console_inventory what) {
    auto console = activate::console_of(env, options);
    env.step("telling the console", true);
    co_await console.log_in();
    co_await console.synchronize(std::move(what));
}

} // namespace costrand::commands
