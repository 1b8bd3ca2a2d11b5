// SPDX-License-Identifier: Apache-2.0
// How a WS-Management class is described: a struct of optional members, and one table of rows that
// say which element each member is. What reads, writes and shows instances (codec.hpp, show.hpp)
// works on the table, so it is compiled once and not for each class. Sans-io.
#pragma once

#include <costrand/core/secret.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/xml.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace costrand::wsman {

// A point in time or a duration. AMT writes it in an element of the CIM common namespace,
// "Datetime" or "Interval"; some firmware without one.
struct cim_time {
    std::string text;                 // as written: "2018-08-09T15:45:00Z", "P1DT2H3M"
    std::string element = "Datetime"; // empty: the text stands alone

    friend bool operator==(const cim_time &, const cim_time &) = default;
};

// An enumeration is an `enum class` over std::uint32_t and a function beside it that gives the
// published texts, "0 Default, 1 Enhanced":
//     constexpr std::string_view texts(privacy_level) { ... }
// A value that has no text is kept as any other.
template <typename E>
concept enumeration = std::is_enum_v<E> && requires(E e) {
    { texts(e) } -> std::same_as<std::string_view>;
};

// The text of a value; empty when the list lacks it.
[[nodiscard]] std::string_view text_in(std::string_view texts, std::uint32_t value) noexcept;

template <enumeration E>
[[nodiscard]] std::string_view text(E value) noexcept {
    return text_in(texts(value), static_cast<std::uint32_t>(value));
}

struct class_description;

// An instance of a class, or the input or output of a method. Everything that came and is no member
// is kept as it was: elements that the table does not know, values that are not of the member's
// type, the second of what may be there once.
struct instance {
    std::vector<xml_element> others;

    [[nodiscard]] const class_description &schema() const noexcept { return *schema_; }

  protected:
    explicit instance(const class_description &schema) noexcept : schema_(&schema) {}
    instance(const instance &) = default;
    instance(instance &&) noexcept = default;
    instance &operator=(const instance &) = default;
    instance &operator=(instance &&) noexcept = default;
    ~instance() = default;

  private:
    const class_description *schema_;
};

// What a member holds; it is std::optional or, for elements that repeat, std::vector of this.
enum class value_kind : std::uint8_t {
    text,       // std::string, base64 included: as written
    secret,     // core::secret: a password or key, not shown
    boolean,    // bool
    integer,    // std::int64_t; the published lists do not tell widths
    large,      // std::uint64_t
    enumerated, // an enum class with texts
    time,       // cim_time
    reference,  // endpoint_reference
    structure,  // another described struct
};

enum class field_rule : std::uint8_t {
    plain,
    read_only,      // not part of a Put
    needed,         // a Put without it is refused
    other_spelling, // read into the member of the row before, never written
};

namespace detail {

// Enumerations and structures by their number and base, so that one function handles all.
struct enumerated_access {
    std::string_view texts;
    void (*add)(void *member, std::uint32_t value);
    std::size_t (*count)(const void *member);
    std::uint32_t (*at)(const void *member, std::size_t index);
};
struct structure_access {
    const class_description *schema;
    instance *(*make)(void *member);
    const instance *(*get)(const void *member);
};

} // namespace detail

struct field {
    std::string_view name; // of the element, as on the wire
    value_kind kind;
    bool repeats;
    field_rule rule;
    void *(*member)(instance &of);
    const detail::enumerated_access *enumerated = nullptr;
    const detail::structure_access *structure = nullptr;
};

struct class_description {
    std::string_view name;         // of the element: "AMT_GeneralSettings", "Setup_INPUT"
    std::string_view owner;        // the class whose namespace the elements have
    std::span<const field> fields; // in the order of a Put
    instance *(*make)();
    void (*destroy)(instance *) noexcept;
};

namespace detail {

template <typename T>
struct holder; // what is inside a member
template <typename T>
struct holder<std::optional<T>> {
    using value = T;
    static constexpr bool repeats = false;
};
template <typename T>
struct holder<std::vector<T>> {
    using value = T;
    static constexpr bool repeats = true;
};

template <typename T>
consteval value_kind kind_of() {
    if constexpr (std::same_as<T, std::string>)
        return value_kind::text;
    else if constexpr (std::same_as<T, core::secret>)
        return value_kind::secret;
    else if constexpr (std::same_as<T, bool>)
        return value_kind::boolean;
    else if constexpr (std::same_as<T, std::int64_t>)
        return value_kind::integer;
    else if constexpr (std::same_as<T, std::uint64_t>)
        return value_kind::large;
    else if constexpr (std::same_as<T, cim_time>)
        return value_kind::time;
    else if constexpr (std::same_as<T, endpoint_reference>)
        return value_kind::reference;
    else if constexpr (std::derived_from<T, instance>)
        return value_kind::structure;
    else {
        static_assert(enumeration<T>, "a member of no known kind");
        return value_kind::enumerated;
    }
}

template <typename Member>
struct enumerated_ops {
    using value = typename holder<Member>::value;
    static void add(void *member, std::uint32_t v) {
        if constexpr (holder<Member>::repeats)
            static_cast<Member *>(member)->push_back(static_cast<value>(v));
        else
            *static_cast<Member *>(member) = static_cast<value>(v);
    }
    static std::size_t count(const void *member) {
        if constexpr (holder<Member>::repeats)
            return static_cast<const Member *>(member)->size();
        else
            return static_cast<const Member *>(member)->has_value() ? 1 : 0;
    }
    static std::uint32_t at(const void *member, std::size_t index) {
        if constexpr (holder<Member>::repeats)
            return static_cast<std::uint32_t>((*static_cast<const Member *>(member))[index]);
        else
            return index == 0 ? static_cast<std::uint32_t>(**static_cast<const Member *>(member))
                              : 0;
    }
};
template <typename Member>
inline constexpr enumerated_access enumerated_access_of = {
    texts(typename holder<Member>::value{}), &enumerated_ops<Member>::add,
    &enumerated_ops<Member>::count, &enumerated_ops<Member>::at};

template <typename T>
consteval std::string_view owner_of() {
    if constexpr (requires { T::wire_owner; })
        return T::wire_owner;
    else
        return T::wire_name;
}
template <typename T>
inline constexpr auto fields_of = T::fields();
template <typename T>
instance *make() {
    return new T;
}
template <typename T>
void destroy(instance *i) noexcept {
    delete static_cast<T *>(i);
}

} // namespace detail

// T has `wire_name`, `wire_owner` too if it is no class by itself, and `fields()`: an array of
// rows.
template <typename T>
inline constexpr class_description description_of = {T::wire_name, detail::owner_of<T>(),
                                                     detail::fields_of<T>, &detail::make<T>,
                                                     &detail::destroy<T>};

// The base of each described struct T.
template <typename T>
struct described : instance {
    described() noexcept : instance(description_of<T>) {}
};

namespace detail {

template <typename Member>
struct structure_ops {
    using value = typename holder<Member>::value;
    static instance *make(void *member) { return &static_cast<Member *>(member)->emplace(); }
    static const instance *get(const void *member) {
        const auto &optional = *static_cast<const Member *>(member);
        return optional ? &*optional : nullptr;
    }
};
template <typename Member>
inline constexpr structure_access structure_access_of = {
    &description_of<typename holder<Member>::value>, &structure_ops<Member>::make,
    &structure_ops<Member>::get};

template <typename T>
struct member_pointer;
template <typename C, typename M>
struct member_pointer<M C::*> {
    using owner = C;
    using member = M;
};
template <auto Pointer>
void *member_at(instance &of) {
    using owner = typename member_pointer<decltype(Pointer)>::owner;
    return &(static_cast<owner &>(of).*Pointer);
}

} // namespace detail

// A row of a table: row<&general_settings::host_name>("HostName").
template <auto Pointer>
consteval field row(std::string_view name, field_rule rule = field_rule::plain) {
    using member = typename detail::member_pointer<decltype(Pointer)>::member;
    using value = typename detail::holder<member>::value;
    constexpr auto kind = detail::kind_of<value>();
    field out{name, kind, detail::holder<member>::repeats, rule, &detail::member_at<Pointer>};
    if constexpr (kind == value_kind::enumerated)
        out.enumerated = &detail::enumerated_access_of<member>;
    if constexpr (kind == value_kind::structure) {
        static_assert(!detail::holder<member>::repeats, "a structure that repeats");
        out.structure = &detail::structure_access_of<member>;
    }
    return out;
}

} // namespace costrand::wsman
