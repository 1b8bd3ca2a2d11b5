// SPDX-License-Identifier: Apache-2.0
// client's calls with described classes instead of element trees. Each throws what the client's
// call throws and wsman::errc::another_class when the device answers with something else. The
// client outlives the coroutine.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/description.hpp>
#include <costrand/wsman/client.hpp>
#include <costrand/wsman/namespaces.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::wsman {

// The one instance of a class.
template <typename T>
[[nodiscard]] awaitable<T> get_instance(client &from) {
    const auto element = co_await from.get(uri::of_class(T::wire_name));
    co_return read<T>(element).value();
}

// The one that the selectors name.
template <typename T>
[[nodiscard]] awaitable<T> get_instance(client &from, std::vector<selector> selectors) {
    endpoint_reference which;
    which.resource_uri = uri::of_class(T::wire_name);
    which.selectors = std::move(selectors);
    const auto element = co_await from.get(std::move(which));
    co_return read<T>(element).value();
}

// All instances of a class, in the device's order; those of derived classes are left out.
template <typename T>
[[nodiscard]] awaitable<std::vector<T>> all_instances(client &from) {
    const auto elements = co_await from.enumerate(uri::of_class(T::wire_name));
    std::vector<T> out;
    for (const auto &e : elements)
        if (auto one = read<T>(e); one)
            out.push_back(std::move(*one));
    co_return out;
}

// Writes an instance; selectors where the class has several. Error besides: errc::element_missing.
template <typename T>
[[nodiscard]] awaitable<void> put_instance(client &to, T value, std::vector<selector> selectors) {
    auto body = put_body(value).value();
    endpoint_reference which;
    which.resource_uri = uri::of_class(T::wire_name);
    which.selectors = std::move(selectors);
    (void)co_await to.put(std::move(which), std::move(body)); // what it made of it: see a Get
}

// Of a class with one instance.
template <typename T>
[[nodiscard]] awaitable<void> put_instance(client &to, T value) {
    return put_instance(to, std::move(value), std::vector<selector>());
}

namespace detail {

// "Setup" of "Setup_INPUT" and "Setup_OUTPUT".
[[nodiscard]] constexpr std::string_view method_of(std::string_view element) {
    return element.substr(0, element.rfind('_'));
}

// owner.method, and what it returned: nothing, or a value and its text.
[[noreturn]] void refuse(std::string_view owner, std::string_view method,
                         std::optional<std::uint32_t> value, std::string_view text);

} // namespace detail

// The output of a method that said yes. Throws errc::method_refused for any other return value, and
// for none.
template <typename Output>
[[nodiscard]] Output accepted(Output output) {
    const auto &value = output.return_value;
    if (value && static_cast<std::uint32_t>(*value) == 0)
        return output;
    std::optional<std::uint32_t> number;
    if (value)
        number = static_cast<std::uint32_t>(*value);
    detail::refuse(Output::wire_owner, detail::method_of(Output::wire_name), number,
                   value ? text(*value) : std::string_view());
}

// Calls the method that Output is the output of. What return_value means is for the caller.
template <typename Output>
[[nodiscard]] awaitable<Output> invoke(client &on) {
    method_call call(uri::of_class(Output::wire_owner),
                     std::string(detail::method_of(Output::wire_name)));
    const auto element = co_await on.invoke(std::move(call));
    co_return read<Output>(element).value();
}

// The same with its input, and selectors where the class has several instances.
template <typename Output, typename Input>
[[nodiscard]] awaitable<Output> invoke(client &on, Input input, std::vector<selector> selectors) {
    static_assert(detail::method_of(Input::wire_name) == detail::method_of(Output::wire_name) &&
                  Input::wire_owner == Output::wire_owner);
    method_call call(uri::of_class(Output::wire_owner),
                     std::string(detail::method_of(Output::wire_name)), parameters(input).value());
    call.selectors = std::move(selectors);
    const auto element = co_await on.invoke(std::move(call));
    co_return read<Output>(element).value();
}

// Of a class with one instance.
template <typename Output, typename Input>
[[nodiscard]] awaitable<Output> invoke(client &on, Input input) {
    return invoke<Output>(on, std::move(input), std::vector<selector>());
}

} // namespace costrand::wsman
