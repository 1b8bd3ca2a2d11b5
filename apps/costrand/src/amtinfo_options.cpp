// SPDX-License-Identifier: Apache-2.0
#include <costrand/commands/amtinfo.hpp>

#include <costrand/activate/option_rows.hpp>

#include <array>

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

// Nobody but this machine's firmware is asked.
constexpr std::array unused = {
    global("tenantid", 0, "TENANT_ID", text, "ID", no_effect, "there is no server"),
    global("skip-cert-check", 'n', "RPC_SKIP_CERT_CHECK", toggle, "", no_effect,
           "there is no server"),
};

constexpr std::array not_yet = {
    row("amtinfo", "sync", 0, "", toggle, "", later, "send the data to a console"),
    row("amtinfo", "url", 0, "", text, "URL", later, "the console"),
};

constexpr auto table =
    joined(items, more, transport_row({}), device_row({}), password_row, believed, table_row,
           output_rows, unused, lms_rows, http_server_rows, not_yet);

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
    for (std::size_t i = 0; i < items.size(); ++i)
        if (values.is_on(items[i].name)) {
            out.show.add(info_item(i));
            out.show.by_name = true;
        }
    const bool all = values.is_on("all");
    if (!all && out.show.by_name)
        return out;
    out.show.by_name = false;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto item = info_item(i);
        const bool only_on_demand = item == info_item::platform_id || item == info_item::hashes ||
                                    item == info_item::user_certificates ||
                                    item == info_item::proxies;
        if (all || !only_on_demand)
            out.show.add(item);
    }
    return out;
}

} // namespace costrand::commands
