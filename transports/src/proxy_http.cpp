// SPDX-License-Identifier: Apache-2.0
// HTTP CONNECT (RFC 9110 9.3.6) with Basic authentication (RFC 7617).
#include "proxy_talk.hpp"
#include "url_parts.hpp"

#include <costrand/core/stream_ops.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace costrand::transports::detail {
namespace {

core::secret base64(const core::secret &plain) {
    const auto text = plain.reveal();
    std::string out((text.size() + 2) / 3 * 4 + 1, '\0'); // a zero byte at its end
    EVP_EncodeBlock(reinterpret_cast<unsigned char *>(out.data()),
                    reinterpret_cast<const unsigned char *>(text.data()),
                    static_cast<int>(text.size()));
    out.pop_back();
    return core::secret(std::move(out));
}

core::secret connect_request(const proxy_url &via, const std::string &host, std::uint16_t port) {
    const std::string target = bracketed(host) + ":" + std::to_string(port);
    std::string text = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
    if (via.has_credentials()) {
        std::string pair;
        pair.reserve(via.user.size() + 1 + via.password.reveal().size());
        pair.append(via.user).append(":").append(via.password.reveal());
        const auto encoded = base64(core::secret(std::move(pair)));
        constexpr std::string_view field = "Proxy-Authorization: Basic ";
        text.reserve(text.size() + field.size() + encoded.reveal().size() + 4);
        text.append(field).append(encoded.reveal()).append("\r\n");
    }
    text += "\r\n";
    return core::secret(std::move(text));
}

// The header of an answer, byte by byte: what comes behind it is the server's.
class header_reader {
  public:
    explicit header_reader(core::byte_stream &stream) : stream_(stream) {}

    awaitable<char> next() {
        if (room_ == 0)
            throw proxy_error(proxy_errc::header_too_large);
        --room_;
        char c = 0;
        co_await core::read_exactly(stream_, net::buffer(&c, 1));
        co_return c;
    }

    // Without its end.
    awaitable<std::string> line() {
        std::string out;
        for (char c = co_await next(); c != '\n'; c = co_await next())
            out += c;
        if (out.ends_with('\r'))
            out.pop_back();
        co_return out;
    }

  private:
    core::byte_stream &stream_;
    std::size_t room_ = connect_header_limit;
};

struct connect_answer {
    int status = 0;
    std::string schemes; // of Proxy-Authenticate: "Negotiate, NTLM"
    bool basic = false;  // one of them
};

// Behind "HTTP/": "1.1 200 Connection established".
int parse_status(std::string_view line) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (line.size() < 7 || !line.starts_with("1.") || !digit(line[2]) || line[3] != ' ' ||
        !std::all_of(line.begin() + 4, line.begin() + 7, digit) ||
        (line.size() > 7 && line[7] != ' '))
        throw proxy_error(proxy_errc::not_http);
    return (line[4] - '0') * 100 + (line[5] - '0') * 10 + (line[6] - '0');
}

void note_scheme(connect_answer &answer, std::string_view line) {
    constexpr std::string_view field = "proxy-authenticate:";
    if (lower(line.substr(0, field.size())) != field)
        return;
    line.remove_prefix(field.size());
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const auto scheme = line.substr(0, line.find_first_of(" \t,"));
    answer.schemes.append(answer.schemes.empty() ? "" : ", ").append(scheme);
    // One line may name several, with their parameters.
    answer.basic = answer.basic || lower(line).find("basic") != std::string::npos;
}

awaitable<connect_answer> read_answer(header_reader &from) {
    // What speaks another protocol (SSH, TLS) may say a few bytes, and wait.
    for (const char expected : std::string_view("HTTP/"))
        if (co_await from.next() != expected)
            throw proxy_error(proxy_errc::not_http);
    connect_answer answer;
    answer.status = parse_status(co_await from.line());
    for (;;) {
        const auto line = co_await from.line();
        if (line.empty())
            co_return answer;
        note_scheme(answer, line);
    }
}

[[noreturn]] void refuse(const connect_answer &answer, const proxy_url &via) {
    const std::string status = "HTTP status " + std::to_string(answer.status);
    if (answer.status == 407 && !answer.schemes.empty() && !answer.basic)
        throw proxy_error(proxy_errc::authentication_unsupported,
                          status + ", it takes " + answer.schemes);
    if (answer.status == 407 || answer.status == 401) // tinyproxy: 401 for a wrong password
        throw proxy_error(via.has_credentials() ? proxy_errc::authentication_failed
                                                : proxy_errc::authentication_required,
                          status);
    throw proxy_error(answer.status == 403 ? proxy_errc::not_allowed : proxy_errc::refused, status);
}

} // namespace

awaitable<void> connect_by_http(core::byte_stream &stream, const proxy_url &via,
                                const std::string &host, std::uint16_t port) {
    if (host.empty() || !is_clean(host))
        throw proxy_error(proxy_errc::bad_target);
    const auto request = connect_request(via, host, port);
    co_await core::write_all(stream, net::buffer(request.reveal()));
    header_reader from(stream);
    auto answer = co_await read_answer(from);
    while (answer.status / 100 == 1) // RFC 9110 15.2: any number of them may come before
        answer = co_await read_answer(from);
    if (answer.status / 100 != 2)
        refuse(answer, via);
}

} // namespace costrand::transports::detail
