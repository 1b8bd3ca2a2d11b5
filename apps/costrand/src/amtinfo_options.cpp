// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/amtinfo.hpp>

#include <costrand/activate/option_rows.hpp>

#include <costrand/activate/failure.hpp>
#include <costrand/activate/management_console.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace costrand::commands {

namespace {

using namespace activate::option_rows;
using enum activate::value_kind;
using enum activate::standing;

constexpr activate::option_spec own(std::string_view name, char letter, std::string_view help) {
    return row("amtinfo", name, letter, "", toggle, "", works, help);
}

// In the order of info_item.
constexpr std::array items = {
    own("ver", 'r', "version of AMT"),
    own("bld", 'b', "build number"),
    own("sku", 's', "SKU, and the features that it stands for"),
    own("uuid", 'u', "UUID"),
    own("upid", 0, "Intel UPID, where the firmware has one"),
    own("mode", 'm', "control mode"),
    own("provisioningState", 'p', "provisioning state"),
    own("dns", 'd', "DNS suffix, AMT's and this system's"),
    own("hostname", 0, "host name of this system"),
    own("lan", 'l', "wired and wireless adapter"),
    own("ras", 'a', "remote access: network, connection to a presence server (MPS)"),
    own("operationalState", 0, "whether AMT is enabled in the BIOS"),
    own("cert", 'c', "hashes of the root certificates that AMT trusts for its provisioning"),
    own("userCert", 0, "certificates in AMT, once it is activated"),
    own("proxy", 0, "HTTP proxies that AMT knows, once it is activated"),
};
static_assert(items.size() == info_items);

constexpr std::array more = {
    own("all", 'A', "all of it; without a choice: all but UPID, certificates and proxies"),
};

constexpr std::array table_row = {
    global("table", 't', "RPC_TABLE", toggle, "", works, "results as a table"),
};

constexpr std::array believed = {
    global("skip-amt-cert-check", 0, "RPC_SKIP_AMT_CERT_CHECK", toggle, "", works,
           "believe whatever certificate AMT shows on its TLS port"),
};

constexpr std::array to_console = {
    own("sync", 0, "send what is read to a management console, into its record of the device"),
    own("discover", 0, "the same as --sync"),
    own("register", 0, "the same as --sync"),
    row("amtinfo", "url", 0, "", text, "URL", works, "that console: https://HOST"),
    global("skip-cert-check", 'n', "RPC_SKIP_CERT_CHECK", toggle, "", works,
           "do not verify the console's certificate"),
};

constexpr std::array unused = {
    global("tenantid", 0, "TENANT_ID", text, "ID", no_effect, "there is no server"),
};

void read_console(const activate::option_values &values, std::vector<activate::notice> &notices,
                  amtinfo_settings &out) {
    constexpr std::array<std::string_view, 3> names = {"sync", "discover", "register"};
    const bool wanted = std::any_of(names.begin(), names.end(),
                                    [&](std::string_view name) { return values.is_on(name); });
    const auto url = values.text("url");
    if (!wanted) {
        if (!url.empty())
            notices.emplace_back(core::log_level::warn,
                                 named(values, "url") + " has no effect without --sync");
        return;
    }
    if (!activate::is_console_url(url))
        throw activate::error(activate::exit_code::missing_or_incorrect_url,
                              std::string("--sync needs a management console: --url https://HOST") +
                                  (url.empty() ? "" : ", and this is none: ") +
                                  activate::printable(url, 200));
    out.base.action = activate::what_to_do::activate; // what is asked of the environment, too
    activate::read_console_access(values, "url", out.base);
}

constexpr auto table =
    joined(items, more, to_console, transport_row({}), device_row({}), password_row, believed,
           console_rows, table_row, output_rows, unused, lms_rows);

} // namespace

std::string_view option_of(info_item what) noexcept {
    return items[static_cast<std::size_t>(what)].name;
}

activate::option_table amtinfo_options() noexcept {
    return table;
}

amtinfo_settings make_amtinfo_settings(const activate::option_values &values,
                                       std::vector<activate::notice> &notices) {
    activate::refuse_later(values);
    activate::note_without_effect(values, notices);
    amtinfo_settings out;
    activate::read_output_settings(values, out.base);
    activate::read_way_settings(values, out.base);
    out.base.password = values["password"].text;
    out.skip_amt_cert_check = values.is_on("skip-amt-cert-check");
    out.table = values.is_on("table");
    read_console(values, notices, out);
    for (std::size_t i = 0; i < items.size(); ++i)
        if (values.is_on(items[i].name)) {
            out.show.add(info_item(i));
            out.show.by_name = true;
        }
    const bool all = values.is_on("all");
    if (!all && out.show.by_name && !out.base.management)
        return out;
    out.show.by_name = false;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto item = info_item(i);
        const bool only_on_demand = item == info_item::platform_id || item == info_item::hashes ||
                                    item == info_item::user_certificates ||
                                    item == info_item::proxies;
        // A console's record has all that the host interface tells.
        const bool for_record = out.base.management && item != info_item::user_certificates &&
                                item != info_item::proxies;
        if (all || !only_on_demand || for_record)
            out.show.add(item);
    }
    return out;
}

} // namespace costrand::commands
