// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/classes/registry.hpp>

#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/general.hpp>
#include <costrand/wsman/classes/setup.hpp>

#include <algorithm>
#include <array>

namespace costrand::wsman {

namespace {

template <typename T>
constexpr registered_class described_as(fetch_by fetch) {
    return {&description_of<T>, fetch};
}

constexpr auto by_get = fetch_by::get;
constexpr auto by_list = fetch_by::enumerate;

constexpr std::array classes = {
    described_as<amt::general_settings>(by_get),
    described_as<amt::setup_and_configuration_service>(by_get),
    described_as<amt::time_synchronization_service>(by_list),
    described_as<ips::host_based_setup_service>(by_get),
    described_as<ips::provisioning_record_log>(by_list),
};

} // namespace

std::span<const registered_class> all_classes() noexcept {
    return classes;
}

const class_description *find_class(std::string_view name) noexcept {
    const auto found = std::ranges::find_if(
        classes, [&](const registered_class &c) { return c.schema->name == name; });
    return found == classes.end() ? nullptr : found->schema;
}

core::result<any_instance> read_any(const xml_element &from) {
    const auto *schema = find_class(from.name);
    if (schema == nullptr)
        return errc::unknown_class;
    any_instance out(schema->make());
    read_fields(from, *out);
    return out;
}

} // namespace costrand::wsman
