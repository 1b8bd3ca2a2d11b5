// SPDX-License-Identifier: Apache-2.0
// byte_reader and byte_writer: cursors over wire data, used by every codec. No I/O, no throwing.
#pragma once

#include <costrand/core/endian.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace costrand::core {

using const_bytes = std::span<const std::byte>;
using mutable_bytes = std::span<std::byte>;

inline const_bytes as_bytes(std::string_view s) noexcept {
    return std::as_bytes(std::span(s.data(), s.size()));
}

// The caller keeps the bytes alive; the text may hold any byte.
inline std::string_view as_text(const_bytes b) noexcept {
    return {reinterpret_cast<const char *>(b.data()), b.size()};
}

// Reads fields from front to back. A read past the end gives zero or an empty span and sets
// failed(), which stays set: check once after the last field.
class byte_reader {
  public:
    explicit byte_reader(const_bytes data) noexcept : data_(data) {}

    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] std::size_t position() const noexcept { return position_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return data_.size() - position_; }

    // n bytes as a view into the data given to the constructor.
    const_bytes bytes(std::size_t n) noexcept {
        if (failed_ || n > remaining()) {
            failed_ = true;
            return {};
        }
        auto view = data_.subspan(position_, n);
        position_ += n;
        return view;
    }
    void skip(std::size_t n) noexcept { (void)bytes(n); }

    template <std::unsigned_integral T>
    T be() noexcept {
        auto b = bytes(sizeof(T));
        return b.empty() ? T{0} : load_be<T>(b.data());
    }
    template <std::unsigned_integral T>
    T le() noexcept {
        auto b = bytes(sizeof(T));
        return b.empty() ? T{0} : load_le<T>(b.data());
    }
    std::uint8_t u8() noexcept { return be<std::uint8_t>(); }

  private:
    const_bytes data_;
    std::size_t position_ = 0;
    bool failed_ = false;
};

// Appends fields to a vector that the caller owns and that outlives the writer.
class byte_writer {
  public:
    explicit byte_writer(std::vector<std::byte> &out) noexcept : out_(out) {}

    void bytes(const_bytes b) { out_.insert(out_.end(), b.begin(), b.end()); }
    void text(std::string_view s) { bytes(as_bytes(s)); }
    void zeros(std::size_t n) { out_.resize(out_.size() + n); }

    template <std::unsigned_integral T>
    void be(T v) {
        std::byte b[sizeof(T)];
        store_be(b, v);
        bytes(b);
    }
    template <std::unsigned_integral T>
    void le(T v) {
        std::byte b[sizeof(T)];
        store_le(b, v);
        bytes(b);
    }
    void u8(std::uint8_t v) { out_.push_back(static_cast<std::byte>(v)); }

  private:
    std::vector<std::byte> &out_;
};

} // namespace costrand::core
