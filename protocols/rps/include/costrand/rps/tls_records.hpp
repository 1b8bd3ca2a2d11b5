// SPDX-License-Identifier: Apache-2.0
// TLS records seen from outside, for the tunnel: where a record ends, and which of the server's
// bytes begin a new TLS session. Sans-io; never decrypts, never refuses: what is no TLS passes.
#pragma once

#include <costrand/core/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace costrand::rps {

// RFC 8446, 5.1: type (1 byte), legacy version (2, major is 3), length (2, big-endian), fragment.
namespace tls_record {
inline constexpr std::size_t header_size = 5;
inline constexpr std::byte change_cipher_spec{20}, alert{21}, handshake{22}, application_data{23};
inline constexpr std::byte first_type{20}, last_type{24}, major_version{3};
// RFC 8446, 4: first byte of a handshake message.
inline constexpr std::byte client_hello{1}, server_hello{2};
// TLS 1.3 hides an alert in application data: 2 bytes, its type, the tag of 16 of every usual
// cipher. No HTTP request is so short.
inline constexpr std::size_t hidden_alert_size = 19;
} // namespace tls_record

namespace detail {

// Whether these bytes, of which there may be too few to tell, can begin a record.
inline bool may_be_record(core::const_bytes data) noexcept {
    if (!data.empty() && (data[0] < tls_record::first_type || data[0] > tls_record::last_type))
        return false;
    return data.size() < 2 || data[1] == tls_record::major_version;
}
inline std::size_t record_size(core::const_bytes header) noexcept {
    return tls_record::header_size + (std::to_integer<std::size_t>(header[3]) << 8) +
           std::to_integer<std::size_t>(header[4]);
}

} // namespace detail

// rps-session section 8, step 1: at least 6 bytes, a handshake record, a ClientHello in it.
[[nodiscard]] inline bool is_client_hello(core::const_bytes data) noexcept {
    return data.size() > tls_record::header_size && data[0] == tls_record::handshake &&
           detail::may_be_record(data) && data[tls_record::header_size] == tls_record::client_hello;
}

// RFC 8446, 4.1.3: the random of a ServerHello that asks for another ClientHello.
inline constexpr std::array<unsigned char, 32> hello_retry_random{
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

// Whether a whole record, which is the first of AMT's in a session, asks for another ClientHello.
[[nodiscard]] inline bool is_hello_retry_request(core::const_bytes record) noexcept {
    // Behind the record's header: type (1), length (3), legacy version (2), random (32).
    constexpr std::size_t random_at = tls_record::header_size + 6;
    if (record.size() < random_at + hello_retry_random.size() ||
        record[0] != tls_record::handshake ||
        record[tls_record::header_size] != tls_record::server_hello)
        return false;
    const auto random = record.subspan(random_at, hello_retry_random.size());
    return std::ranges::equal(random, std::as_bytes(std::span(hello_retry_random)));
}

// AMT's bytes to the server: a message of the websocket ends where a record ends. What it holds
// beyond whole records is less than one: their length field bounds it to 64 KiB.
class record_gatherer {
  public:
    void add(core::const_bytes data) {
        held_.insert(held_.end(), data.begin(), data.end());
        while (whole_ < held_.size()) {
            const auto rest = core::const_bytes(held_).subspan(whole_);
            if (!detail::may_be_record(rest))
                whole_ = held_.size(); // no TLS: as it came
            else if (rest.size() < tls_record::header_size ||
                     rest.size() < detail::record_size(rest))
                return;
            else
                whole_ += detail::record_size(rest);
        }
    }

    // How many bytes of what is held are whole records, or no TLS.
    [[nodiscard]] std::size_t whole() const noexcept { return whole_; }
    [[nodiscard]] std::vector<std::byte> take_whole() {
        const auto end = held_.begin() + static_cast<std::ptrdiff_t>(std::exchange(whole_, 0));
        std::vector<std::byte> out(held_.begin(), end);
        held_.erase(held_.begin(), end);
        return out;
    }
    // The beginning of a record included: behind it comes nothing more.
    [[nodiscard]] std::vector<std::byte> take_all() {
        whole_ = 0;
        return std::exchange(held_, {});
    }

  private:
    std::vector<std::byte> held_;
    std::size_t whole_ = 0;
};

// The server's bytes to AMT, cut where a TLS session begins. Two ClientHellos begin none: what
// comes behind a ChangeCipherSpec is TLS 1.2's Finished, encrypted, whose first byte may be any
// (AES-GCM); and the second one of a TLS 1.3 session, for which AMT asked (RFC 8446, 4.1.4).
class session_finder {
  public:
    struct piece {
        std::vector<std::byte> bytes;
        bool opens_session = false; // begins with a ClientHello
        bool farewell = false;      // its last record is an alert: nothing answers it
    };

    // One message. The bytes come back in order in zero or more pieces. Up to 5 bytes of a
    // handshake record's beginning are held until the sixth tells whether it is a ClientHello.
    [[nodiscard]] std::vector<piece> take(core::const_bytes message) {
        held_.insert(held_.end(), message.begin(), message.end());
        std::vector<piece> out;
        while (!held_.empty() && !undecided()) {
            if (left_ == 0)
                begin_record(out);
            if (out.empty())
                out.emplace_back();
            const std::size_t size = std::min(left_, held_.size());
            auto &bytes = out.back().bytes;
            const auto end = held_.begin() + static_cast<std::ptrdiff_t>(size);
            bytes.insert(bytes.end(), held_.begin(), end);
            held_.erase(held_.begin(), end);
            left_ -= size;
            out.back().farewell = is_alert_;
        }
        return out;
    }

    // Whether AMT asked for another ClientHello, with which the session goes on.
    void expect_second_hello(bool asked) noexcept { second_hello_ = asked; }

    // Forgets a record half passed: the next message begins a new one.
    void reset() {
        held_.clear();
        left_ = 0;
        changes_cipher_ = false;
        second_hello_ = false;
    }

  private:
    [[nodiscard]] bool undecided() const noexcept {
        const bool may_open = left_ == 0 && held_[0] == tls_record::handshake;
        const std::size_t needed = may_open ? tls_record::header_size + 1 : tls_record::header_size;
        return left_ == 0 && held_.size() < needed && detail::may_be_record(held_);
    }

    void begin_record(std::vector<piece> &out) {
        const bool goes_on = std::exchange(changes_cipher_, false);
        is_alert_ = false;
        if (!detail::may_be_record(held_)) {
            left_ = held_.size(); // no TLS: as it came
            return;
        }
        left_ = detail::record_size(held_);
        const bool hidden = held_[0] == tls_record::application_data &&
                            left_ == tls_record::header_size + tls_record::hidden_alert_size;
        is_alert_ = held_[0] == tls_record::alert || hidden;
        changes_cipher_ = held_[0] == tls_record::change_cipher_spec;
        if (!is_client_hello(held_) || goes_on || std::exchange(second_hello_, false))
            return;
        out.emplace_back();
        out.back().opens_session = true;
    }

    std::vector<std::byte> held_;
    std::size_t left_ = 0; // of the record that passes, in bytes
    bool is_alert_ = false;
    bool changes_cipher_ = false; // the record that passes, or the last one
    bool second_hello_ = false;   // a ClientHello is owed to AMT
};

} // namespace costrand::rps
