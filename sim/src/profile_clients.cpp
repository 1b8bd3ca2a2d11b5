// SPDX-License-Identifier: Apache-2.0
#include "profile_clients.hpp"

#include "encoding.hpp"

#include <cstdint>
#include <string>

namespace costrand::sim {
namespace {

constexpr std::int64_t most = 0xffffffff;

// `wanted` bytes, or none; 0: any number.
void take_hex(object_reader &from, std::string_view key, std::string &to, std::size_t wanted) {
    if (!from.take(key, to))
        return;
    const auto bytes = from_hex(to);
    if (!bytes || (wanted > 0 && !to.empty() && bytes->size() != wanted))
        from.fail(*from.child(key), "\"" + std::string(key) + "\" wants hexadecimal digits" +
                                        (wanted > 0 ? ", " + std::to_string(2 * wanted) : ""));
}

void read_heci(object_reader &from, heci_maxima &to) {
    constexpr std::int64_t largest = 65536;
    constexpr std::int64_t least_amthi = 2797; // the CIRA log fits (heci.md 13)
    from.take("amthi", to.amthi, least_amthi, largest);
    from.take("lme", to.lme, 128, largest); // PROTOCOLVERSION must fit
    from.take("watchdog", to.watchdog, 32, largest);
    from.take("mkhi", to.mkhi, 32, largest);
    const auto optional = [&](std::string_view key, std::size_t &size, std::size_t least) {
        if (from.take(key, size, 0, largest) && size > 0 && size < least)
            from.fail(*from.child(key), "\"" + std::string(key) + "\" is 0 (no such client) or " +
                                            std::to_string(least) + " and more");
    };
    optional("upid", to.upid, 76); // the identifier's reply
    optional("hotham", to.hotham, 8);
}

void read_amthi(object_reader &from, amthi_profile &to) {
    if (const auto *list = from.child("unknown_commands")) {
        to.unknown_commands.clear();
        for (const auto &number : list->items) {
            constexpr std::int64_t largest = 0x7fffff;
            if (number.what != lined_value::kind::integer || number.integer < 0 ||
                number.integer > largest)
                from.fail(number, "\"unknown_commands\" wants operation numbers");
            to.unknown_commands.push_back(static_cast<std::uint32_t>(number.integer));
        }
    }
    from.take("provisioning_mode", to.provisioning_mode, 0, 3);
    from.take("ehbc", to.ehbc);
    from.take("firmware_update", to.firmware_update);
    from.take("hardware_crypto", to.hardware_crypto);
    from.take("web_ui", to.web_ui);
}

void read_watchdog(object_reader &from, watchdog_profile &to) {
    from.take("required", to.required);
    from.take("change_allowed", to.change_allowed);
}

void read_mkhi(object_reader &from, mkhi_profile &to) {
    from.take("features", to.features, 0, most);
    from.take("platform", to.platform, 0, most);
    from.take("firmware_update", to.firmware_update, 0, 2);
}

void read_upid(object_reader &from, upid_profile &to) {
    constexpr std::size_t id_size = 32;
    from.take("supported", to.supported);
    from.take("os_control", to.os_control);
    from.take("id_type", to.id_type, 0, 2);
    take_hex(from, "oem_id", to.oem_id, id_size);
    take_hex(from, "csme_id", to.csme_id, id_size);
}

void read_presence(object_reader &from, presence_profile &to) {
    take_duration(from, "attempt_ms", to.attempt);
}

template <typename Part>
void read_part(std::string_view file, object_reader &whole, std::string_view key,
               void (*read)(object_reader &, Part &), Part &to) {
    const auto *object = whole.child(key);
    if (!object)
        return;
    object_reader from(file, *object);
    read(from, to);
    from.finish();
}

} // namespace

void take_duration(object_reader &from, std::string_view key, core::duration &to) {
    constexpr std::int64_t longest = 24 * 3600 * 1000; // a day
    std::int64_t milliseconds = 0;
    if (from.take(key, milliseconds, 0, longest))
        to = std::chrono::milliseconds(milliseconds);
}

void read_clients(std::string_view file, object_reader &whole, profile &to) {
    read_part(file, whole, "heci", &read_heci, to.heci);
    read_part(file, whole, "amthi", &read_amthi, to.amthi);
    read_part(file, whole, "watchdog", &read_watchdog, to.watchdog);
    read_part(file, whole, "mkhi", &read_mkhi, to.mkhi);
    read_part(file, whole, "upid", &read_upid, to.upid);
    read_part(file, whole, "presence", &read_presence, to.presence);
    take_hex(whole, "flash_log", to.flash_log, 0);
    constexpr std::size_t longest_log = 4095; // its length has 12 bits
    const std::size_t bytes = to.flash_log.size() / 2;
    if (bytes > longest_log || (to.heci.hotham > 0 && bytes + 4 > to.heci.hotham))
        whole.fail(*whole.child(whole.child("flash_log") ? "flash_log" : "heci"),
                   "\"flash_log\" does not fit into a message");
}

} // namespace costrand::sim
