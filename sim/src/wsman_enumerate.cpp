// SPDX-License-Identifier: Apache-2.0
// Enumerate, Pull and Release of the simulated firmware. Contexts are few and short-lived.
#include <costrand/sim/wsman_service.hpp>

#include "base_classes.hpp"
#include "wsman_faults.hpp"
#include "wsman_markup.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace costrand::sim {
namespace {

using wsman::soap_request;
using wsman::xml_element;

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

// A positive number without a sign, however large; `missing` when there is no such element.
std::optional<std::size_t> limit(const xml_element &pull, std::string_view name,
                                 std::size_t missing) {
    if (!pull.child(name))
        return missing;
    const auto text = pull.value(name);
    std::size_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || failed == std::errc::invalid_argument)
        return std::nullopt;
    if (failed == std::errc::result_out_of_range)
        return no_limit;
    return value > 0 ? std::optional(value) : std::nullopt;
}

std::vector<std::string> namespaces_of(std::span<const xml_element *const> items) {
    std::vector<std::string> all{std::string(wsman::uri::enumeration)};
    for (const auto *item : items)
        collect_namespaces(*item, all);
    return all;
}

// How many of the items a reply may have: as many as asked for, and as their markup fits. The first
// always fits: assumed, a client could not go on otherwise.
std::size_t how_many(std::span<const xml_element *const> items, std::size_t elements,
                     std::size_t characters) {
    items = items.first(std::min(items.size(), elements));
    const auto namespaces = namespaces_of(items);
    std::size_t used = 0, count = 0;
    for (const auto *item : items) {
        used += as_markup(*item, namespaces).size();
        if (count > 0 && used > characters)
            break;
        ++count;
    }
    return count;
}

} // namespace

std::string wsman_service::new_context(std::string_view resource_uri, std::size_t next,
                                       core::time_point now) {
    while (contexts_.size() >= device_.http.enumeration_contexts)
        contexts_.pop_front();
    // "14000000-0000-0000-0000-000000000000": a counter, least significant byte first.
    const std::uint32_t number = ++context_number_;
    std::string id;
    for (int shift = 0; shift < 32; shift += 8) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        id += digits[number >> shift >> 4 & 15];
        id += digits[number >> shift & 15];
    }
    id += "-0000-0000-0000-000000000000";
    contexts_.push_back({id, std::string(resource_uri), next, now});
    return id;
}

void wsman_service::drop_old_contexts(core::time_point now) {
    std::erase_if(contexts_,
                  [&](const context &c) { return now - c.begun > device_.http.enumeration_life; });
}

wsman_answer wsman_service::enumerate(const soap_request &request, core::time_point now) {
    drop_old_contexts(now);
    if (!request.body || !request.body->is(wsman::uri::enumeration, "Enumerate"))
        return refuse(request, schema_error());
    if (request.body->child("Filter"))
        return refuse(request, filtering_not_supported());
    wsman::xml_writer body;
    body.open("g:EnumerateResponse")
        .element("g:EnumerationContext", new_context(request.resource_uri, 0, now))
        .close();
    return reply(request, {std::string(wsman::uri::enumeration)}, *body.finish());
}

wsman_answer wsman_service::pull(const soap_request &request, core::time_point now) {
    drop_old_contexts(now);
    if (!request.body || !request.body->is(wsman::uri::enumeration, "Pull"))
        return refuse(request, schema_error());
    auto most = limit(*request.body, "MaxElements", 1); // the standard's default
    const auto characters = limit(*request.body, "MaxCharacters", no_limit);
    if (!most || !characters)
        return refuse(request, schema_error());
    if (device_.http.pull_elements > 0)
        most = std::min(*most, device_.http.pull_elements);
    const auto id = request.body->value("EnumerationContext");
    const auto found = std::ranges::find(contexts_, id, &context::id);
    if (found == contexts_.end() || found->resource_uri != request.resource_uri)
        return refuse(request, invalid_enumeration_context());

    const auto all = listed(state_.objects, *state_.objects.find(request.resource_uri));
    const auto from = std::min(found->next, all.size());
    contexts_.erase(found);
    const auto rest = std::span<const xml_element *const>(all).subspan(from);
    const auto items = rest.first(how_many(rest, *most, *characters));
    const bool more = items.size() < rest.size();
    const auto namespaces = namespaces_of(items);
    wsman::xml_writer body;
    body.open("g:PullResponse");
    if (more)
        body.element("g:EnumerationContext",
                     new_context(request.resource_uri, from + items.size(), now));
    body.open("g:Items");
    for (const auto *item : items)
        wsman::write_tree(body, *item, wsman::reply_prefixes(namespaces));
    body.close();
    if (!more)
        body.element("g:EndOfSequence", "");
    body.close();
    return reply(request, namespaces, *body.finish());
}

wsman_answer wsman_service::release(const soap_request &request) {
    const auto id = request.body ? request.body->value("EnumerationContext") : "";
    const auto gone = std::erase_if(contexts_, [&](const context &c) { return c.id == id; });
    if (gone == 0)
        return refuse(request, invalid_enumeration_context());
    return reply(request, {}, {});
}

} // namespace costrand::sim
