// SPDX-License-Identifier: Apache-2.0
// secret: text that must not reach a log, an error text or a core dump longer than needed.
// Its storage is wiped when it is replaced or destroyed; it has no operator<<, and core::concat
// (which builds log lines) refuses it at compile time.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::core {

// Overwrites n bytes; not removed by the optimiser.
inline void wipe(void *p, std::size_t n) noexcept {
    if (n == 0)
        return;
    std::memset(p, 0, n);
    __asm__ __volatile__("" : : "r"(p) : "memory"); // may read it, as far as the compiler knows
}

// Wipes the characters of s, the unused rest of its storage included, and empties it.
inline void wipe(std::string &s) noexcept {
    s.resize(s.capacity());
    wipe(s.data(), s.size());
    s.clear();
}

class secret {
  public:
    secret() = default;
    explicit secret(std::string_view text) : text_(text) {}
    explicit secret(const char *text) : text_(text) {}
    // Takes the characters over and leaves none in `text`.
    explicit secret(std::string &&text) : text_(text) { wipe(text); }
    secret(const secret &) = default;
    secret(secret &&other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
    secret &operator=(const secret &other) {
        if (this != &other) {
            wipe(text_);
            text_ = other.text_;
        }
        return *this;
    }
    secret &operator=(secret &&other) noexcept {
        if (this != &other) {
            wipe(text_);
            text_ = std::move(other.text_);
            wipe(other.text_);
        }
        return *this;
    }
    ~secret() { wipe(text_); }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    // The text itself; valid until this object changes. Named so that each use is easy to find.
    [[nodiscard]] std::string_view reveal() const noexcept { return text_; }

    friend bool operator==(const secret &a, const secret &b) noexcept { return a.text_ == b.text_; }

  private:
    std::string text_;
};

} // namespace costrand::core
