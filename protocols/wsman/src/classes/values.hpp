// SPDX-License-Identifier: Apache-2.0
// The values of a member, each with its type. What writes and shows instances is built on this.
#pragma once

#include <costrand/wsman/classes/description.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace costrand::wsman::detail {

struct enumerated_value {
    std::uint32_t number;
    std::string_view texts;
};

template <typename T, typename F>
void each_of(const field &f, const void *member, F &visit) {
    if (f.repeats) {
        for (const auto &v : *static_cast<const std::vector<T> *>(member))
            visit(v);
    } else if (const auto &v = *static_cast<const std::optional<T> *>(member)) {
        visit(*v);
    }
}
// The elements of vector<bool> are no objects.
template <typename F>
void each_bool(const field &f, const void *member, F &visit) {
    if (f.repeats) {
        for (const bool v : *static_cast<const std::vector<bool> *>(member))
            visit(v);
    } else if (const auto &v = *static_cast<const std::optional<bool> *>(member)) {
        visit(*v);
    }
}

// visit() takes: std::string, core::secret, bool, std::int64_t, std::uint64_t, enumerated_value,
// cim_time, endpoint_reference, instance.
template <typename F>
void each_value(const field &f, const instance &of, F &&visit) {
    // The tables give one access for both ways; here it only reads.
    const void *member = f.member(const_cast<instance &>(of));
    switch (f.kind) {
    case value_kind::text:
        return each_of<std::string>(f, member, visit);
    case value_kind::secret:
        return each_of<core::secret>(f, member, visit);
    case value_kind::boolean:
        return each_bool(f, member, visit);
    case value_kind::integer:
        return each_of<std::int64_t>(f, member, visit);
    case value_kind::large:
        return each_of<std::uint64_t>(f, member, visit);
    case value_kind::enumerated:
        for (std::size_t i = 0; i < f.enumerated->count(member); ++i)
            visit(enumerated_value{f.enumerated->at(member, i), f.enumerated->texts});
        return;
    case value_kind::time:
        return each_of<cim_time>(f, member, visit);
    case value_kind::reference:
        return each_of<endpoint_reference>(f, member, visit);
    case value_kind::structure:
        if (const auto *inner = f.structure->get(member))
            visit(*inner);
        return;
    }
}

[[nodiscard]] inline bool has_value(const field &f, const instance &of) {
    bool any = false;
    each_value(f, of, [&](const auto &) { any = true; });
    return any;
}

// Whether an element among the others is a secret all the same: one that came twice.
[[nodiscard]] inline bool is_secret(const instance &of, std::string_view name) {
    for (const auto &f : of.schema().fields)
        if (f.name == name)
            return f.kind == value_kind::secret;
    return false;
}

} // namespace costrand::wsman::detail
