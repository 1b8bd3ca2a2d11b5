// SPDX-License-Identifier: Apache-2.0
// Blocking clients of a credential cache server at a socket, one call at a time: over the native
// pipe and over KCM. Each says what stock clients say, without a library in between.
#pragma once

#include "conversation.hpp"

#include "support/hex.hpp"

#include <costrand/ccapi/codec.hpp>
#include <costrand/ccapi/frame.hpp>
#include <costrand/ccapi/status.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace costrand::test {

// A connection that carries messages, each behind its length.
class socket_client {
  public:
    // uncounted: bytes of a message that its length does not count.
    explicit socket_client(const std::string &path, std::size_t uncounted = 0)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
          uncounted_(uncounted) {
        const timeval patience{30, 0}; // a server that does not answer fails the test
        for (const int end : {SO_RCVTIMEO, SO_SNDTIMEO})
            ::setsockopt(fd_, SOL_SOCKET, end, &patience, sizeof patience);
        const auto at = unix_address(path);
        REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr *>(&at), sizeof at) == 0);
    }
    socket_client(socket_client &&other) noexcept
        : fd_(std::exchange(other.fd_, -1)),
          uncounted_(other.uncounted_) {}
    socket_client &operator=(socket_client &&) = delete;
    ~socket_client() { close(); }

    void close() {
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = -1;
    }
    // False: the server has ended the connection, or takes nothing now and `flags` say not to wait.
    bool send_bytes(core::const_bytes bytes, int flags = 0) {
        while (!bytes.empty()) {
            const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | flags);
            if (n <= 0)
                return false;
            bytes = bytes.subspan(static_cast<std::size_t>(n));
        }
        return true;
    }
    bool send(core::const_bytes message) { return send_bytes(with_length(message)); }
    static std::vector<std::byte> with_length(core::const_bytes message) {
        std::vector<std::byte> out(4);
        core::store_be(out.data(), static_cast<std::uint32_t>(message.size()));
        out.insert(out.end(), message.begin(), message.end());
        return out;
    }
    // Empty: the server has ended the connection.
    std::vector<std::byte> receive() {
        const auto length = take(4);
        if (length.empty())
            return {};
        return take(core::load_be<std::uint32_t>(length.data()) + uncounted_);
    }

  private:
    std::vector<std::byte> take(std::size_t size) {
        std::vector<std::byte> out(size);
        const auto n = ::recv(fd_, out.data(), size, MSG_WAITALL);
        if (n != static_cast<ssize_t>(size))
            out.clear();
        return out;
    }

    int fd_;
    std::size_t uncounted_;
};

// The reply of the last call keeps the bytes that a view points to.
class native_client {
  public:
    explicit native_client(const std::string &endpoint, std::uint8_t number = 1) : link(endpoint) {
        header.client.bytes.fill(std::byte{number});
        header.tsp = number;
    }

    // 0, or why the server refuses; bad_internal_message: it hung up.
    ccapi::errc connect() {
        (void)link.send_bytes(frame(ccapi::frame_type::connect));
        return connected();
    }
    // The answer to CONNECT.
    ccapi::errc connected() {
        said_ = link.receive();
        const auto reply = ccapi::decode_frame(said_);
        if (!reply)
            return ccapi::errc::bad_internal_message;
        header.sst = reply->header.sst;
        if (reply->header.status == ccapi::errc::no_error)
            CHECK(!link.receive().empty()); // LISTEN
        return reply->header.status;
    }
    std::vector<std::byte> frame(ccapi::frame_type type, core::const_bytes payload = {}) {
        ++header.sequence;
        header.type = type;
        return socket_client::with_length(ccapi::encode_frame(header, payload));
    }
    std::vector<std::byte> frame(const ccapi::request &r) {
        return frame(ccapi::frame_type::request, ccapi::encode_request(r).value());
    }
    ccapi::reply call(const ccapi::request &r) {
        REQUIRE(link.send_bytes(frame(r)));
        return answer_to(r.what);
    }
    ccapi::reply answer_to(ccapi::message_id what) {
        said_ = link.receive();
        const auto answer = ccapi::decode_frame(said_);
        REQUIRE(answer.has_value());
        REQUIRE(answer->header.status == ccapi::errc::no_error);
        return ccapi::decode_reply(what, answer->payload).value();
    }
    // All that was said before it is done with.
    void ping() {
        REQUIRE(link.send_bytes(frame(ccapi::frame_type::ping)));
        REQUIRE(!link.receive().empty());
    }

    ccapi::server_status status() {
        REQUIRE(link.send_bytes(frame(ccapi::frame_type::status)));
        said_ = link.receive();
        return ccapi::decode_status(ccapi::decode_frame(said_).value().payload).value();
    }

    socket_client link;
    ccapi::frame_header header;

  private:
    std::vector<std::byte> said_;
};

class kcm_client {
  public:
    explicit kcm_client(const std::string &path) : link(path, 4) {}

    // What follows the outer code, in hexadecimal: the status and the result.
    std::string call(std::uint16_t operation, const std::string &arguments = "") {
        REQUIRE(link.send_bytes(request(operation, arguments)));
        return answer();
    }
    static std::vector<std::byte> request(std::uint16_t operation,
                                          const std::string &arguments = "") {
        std::vector<std::byte> message(4, std::byte{2});
        message[1] = std::byte{0};
        core::store_be(message.data() + 2, operation);
        const auto rest = from_hex(arguments);
        message.insert(message.end(), rest.begin(), rest.end());
        return socket_client::with_length(message);
    }
    std::string answer() {
        const auto reply = to_hex(link.receive());
        REQUIRE(reply.substr(0, 8) == "00000000");
        return reply.substr(8);
    }
    // All that was said before it is done with.
    void ping() { CHECK(call(0) == "00000000"); }

    socket_client link;
};

} // namespace costrand::test
