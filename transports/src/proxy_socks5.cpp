// SPDX-License-Identifier: Apache-2.0
// SOCKS5 (RFC 1928): without authentication, or with user and password (RFC 1929).
#include "proxy_talk.hpp"

#include <costrand/core/stream_ops.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace costrand::transports::detail {
namespace {

constexpr std::uint8_t socks_version = 5;
constexpr std::uint8_t no_authentication = 0, user_password = 2, no_method = 0xff;
constexpr std::uint8_t connect_command = 1;
constexpr std::uint8_t ipv4 = 1, domain_name = 3, ipv6 = 4;

using octets = std::vector<std::uint8_t>;

template <std::size_t N>
awaitable<std::array<std::uint8_t, N>> read_octets(core::byte_stream &stream) {
    std::array<std::uint8_t, N> out{};
    co_await core::read_exactly(stream, net::buffer(out));
    co_return out;
}

template <typename Text>
void append(octets &out, const Text &text) {
    out.insert(out.end(), text.begin(), text.end());
}

// RFC 1929. The lengths were checked with the URL.
awaitable<void> log_in(core::byte_stream &stream, const proxy_url &via) {
    const auto password = via.password.reveal();
    std::string message;
    message.reserve(3 + via.user.size() + password.size());
    message += '\x01';
    message.append(1, static_cast<char>(via.user.size())).append(via.user);
    message.append(1, static_cast<char>(password.size())).append(password);
    const core::secret request(std::move(message));
    co_await core::write_all(stream, net::buffer(request.reveal()));
    const auto answer = co_await read_octets<2>(stream);
    // The version before it is 1, but some say 5 here.
    if (answer[1] != 0)
        throw proxy_error(proxy_errc::authentication_failed);
}

awaitable<void> agree_on_method(core::byte_stream &stream, const proxy_url &via) {
    octets request = {socks_version, 1, no_authentication};
    if (via.has_credentials())
        request = {socks_version, 2, no_authentication, user_password};
    co_await core::write_all(stream, net::buffer(request));
    // Alone: what is no SOCKS may send one octet, and wait.
    const auto version = co_await read_octets<1>(stream);
    if (version[0] != socks_version)
        throw proxy_error(proxy_errc::not_socks5);
    const auto method = co_await read_octets<1>(stream);
    if (method[0] == no_method)
        throw proxy_error(via.has_credentials() ? proxy_errc::authentication_unsupported
                                                : proxy_errc::authentication_required);
    if (method[0] == user_password && via.has_credentials())
        co_await log_in(stream, via);
    else if (method[0] != no_authentication)
        throw proxy_error(proxy_errc::not_socks5);
}

octets socks_request(const std::string &host, std::uint16_t port) {
    octets out = {socks_version, connect_command, 0};
    error_code not_an_address; // a zone means nothing to the proxy
    const auto address = net::ip::make_address(host.substr(0, host.find('%')), not_an_address);
    if (not_an_address) {
        out.push_back(domain_name);
        out.push_back(static_cast<std::uint8_t>(host.size()));
        append(out, host);
    } else if (address.is_v4()) {
        out.push_back(ipv4);
        append(out, address.to_v4().to_bytes());
    } else {
        out.push_back(ipv6);
        append(out, address.to_v6().to_bytes());
    }
    out.push_back(static_cast<std::uint8_t>(port >> 8));
    out.push_back(static_cast<std::uint8_t>(port & 0xff));
    return out;
}

// RFC 1928 6.
proxy_errc meaning(std::uint8_t reply) {
    constexpr std::array by_reply = {
        proxy_errc::socks_failure,         proxy_errc::not_allowed,
        proxy_errc::network_unreachable,   proxy_errc::host_unreachable,
        proxy_errc::connection_refused,    proxy_errc::ttl_expired,
        proxy_errc::command_not_supported, proxy_errc::address_not_supported};
    return reply <= by_reply.size() ? by_reply[reply - 1U] : proxy_errc::unknown_reply;
}

// The address that the proxy tells is of no use here, but has to be taken from the stream.
awaitable<void> skip_address(core::byte_stream &stream) {
    const auto kind = co_await read_octets<1>(stream);
    std::size_t size = 0;
    if (kind[0] == ipv4) {
        size = 4;
    } else if (kind[0] == ipv6) {
        size = 16;
    } else if (kind[0] == domain_name) {
        const auto length = co_await read_octets<1>(stream);
        size = length[0];
    } else {
        throw proxy_error(proxy_errc::not_socks5);
    }
    octets address_and_port(size + 2);
    co_await core::read_exactly(stream, net::buffer(address_and_port));
}

} // namespace

awaitable<void> connect_by_socks5(core::byte_stream &stream, const proxy_url &via,
                                  const std::string &host, std::uint16_t port) {
    if (host.empty() || host.size() > longest_socks_text)
        throw proxy_error(proxy_errc::bad_target);
    co_await agree_on_method(stream, via);
    const auto request = socks_request(host, port);
    co_await core::write_all(stream, net::buffer(request));
    const auto answer = co_await read_octets<2>(stream); // a refusal may be no longer than that
    if (answer[0] != socks_version)
        throw proxy_error(proxy_errc::not_socks5);
    if (answer[1] != 0)
        throw proxy_error(meaning(answer[1]), "reply " + std::to_string(answer[1]));
    (void)co_await read_octets<1>(stream); // reserved
    co_await skip_address(stream);
}

} // namespace costrand::transports::detail
