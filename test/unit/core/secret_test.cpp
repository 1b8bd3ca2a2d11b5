// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/secret.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using costrand::core::secret;

namespace {

constexpr std::string_view short_word = "P@ss w0rd!";
constexpr std::string_view long_word = "a password too long for any small-string storage";

template <typename T>
constexpr bool streamable = requires(std::ostream &out, const T &value) {
    out << value;
};

// Looks behind the size of an emptied string: its storage is still allocated.
bool storage_is_zero(const char *storage, std::size_t size) {
    const volatile char *p = storage;
    for (std::size_t i = 0; i < size; ++i)
        if (p[i] != 0)
            return false;
    return true;
}

// Where a secret's object lived, after its end: the storage is ours, so it may be looked at.
template <typename Use>
bool object_still_holds(std::string_view word, Use use) {
    alignas(secret) unsigned char storage[sizeof(secret)];
    auto *s = new (storage) secret(word);
    use(*s);
    s->~secret();
    const volatile unsigned char *p = storage;
    std::string seen;
    for (std::size_t i = 0; i < sizeof storage; ++i)
        seen += static_cast<char>(p[i]);
    return seen.find(word) != std::string::npos;
}

} // namespace

TEST_CASE("a secret reveals what it was given") {
    CHECK(secret(short_word).reveal() == short_word);
    CHECK(secret(long_word).reveal() == long_word);
    CHECK(secret().empty());
    CHECK_FALSE(secret(short_word).empty());
    CHECK(secret(short_word) == secret(short_word));
    CHECK_FALSE(secret(short_word) == secret(long_word));
}

TEST_CASE("wipe overwrites every byte of the storage") {
    std::string text(long_word);
    const char *storage = text.data();
    const std::size_t capacity = text.capacity();
    costrand::core::wipe(text);
    CHECK(text.empty());
    REQUIRE(text.capacity() == capacity);
    REQUIRE(text.data() == storage);
    CHECK(storage_is_zero(storage, capacity));

    char buffer[] = "secret";
    costrand::core::wipe(buffer, sizeof buffer);
    CHECK(std::all_of(std::begin(buffer), std::end(buffer), [](char c) { return c == 0; }));
}

TEST_CASE("a string given away holds nothing afterwards") {
    for (std::string_view word : {short_word, long_word}) {
        std::string text(word);
        const char *storage = text.data();
        const secret s(std::move(text));
        CHECK(s.reveal() == word);
        // The string kept its storage, and that is clean.
        CHECK(text.empty()); // NOLINT: the state after the move is what is tested
        REQUIRE(text.data() == storage);
        CHECK(storage_is_zero(storage, word.size()));
    }
}

TEST_CASE("the object of a destroyed secret holds nothing") {
    CHECK_FALSE(object_still_holds(short_word, [](secret &) {}));
}

TEST_CASE("a secret that was moved from holds nothing") {
    for (std::string_view word : {short_word, long_word}) {
        secret from(word);
        const secret to(std::move(from));
        CHECK(to.reveal() == word);
        CHECK(from.empty()); // NOLINT: the state after the move is what is tested
        CHECK_FALSE(
            object_still_holds(short_word, [](secret &s) { const secret t(std::move(s)); }));

        secret again(word), target(long_word);
        target = std::move(again);
        CHECK(target.reveal() == word);
        CHECK(again.empty()); // NOLINT
    }
}

TEST_CASE("assigning a secret replaces it, itself included") {
    secret a(short_word);
    const secret b(long_word);
    a = b;
    CHECK(a.reveal() == long_word);
    auto &same = a;
    a = same;
    CHECK(a.reveal() == long_word);
    a = std::move(same);
    CHECK(a.reveal() == long_word);
}

TEST_CASE("a secret does not turn into text by itself") {
    static_assert(!std::is_convertible_v<secret, std::string>);
    static_assert(!std::is_convertible_v<secret, std::string_view>);
    static_assert(!std::is_convertible_v<std::string, secret>);
    static_assert(!std::is_convertible_v<const char *, secret>);
    CHECK(streamable<std::string>);
    CHECK_FALSE(streamable<secret>);
}
