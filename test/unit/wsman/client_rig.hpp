// SPDX-License-Identifier: Apache-2.0
// A client between a test and a scripted server with Digest.
#pragma once

#include "scripted_server.hpp"

#include <costrand/core/random.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/http_client.hpp>
#include <costrand/wsman/http_message.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::test {

inline constexpr std::string_view amt_realm = "Digest:727734D63A1FC0423736E48DA554E462";

// Whole bytes of an answer of AMT's kind.
inline std::string http_answer(std::string_view status, std::string_view fields,
                               std::string_view body) {
    return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
inline std::string ok_answer(std::string_view body = "<a/>") {
    return http_answer("200 OK", "Content-Type: application/soap+xml; charset=UTF-8\r\n", body);
}
inline std::string refusal_answer(std::string_view challenge, bool close = true) {
    return http_answer("401 Unauthorized",
                       "WWW-Authenticate: " + std::string(challenge) +
                           "\r\nContent-Type: text/html\r\n" +
                           (close ? "Connection: close\r\n" : ""),
                       "<html>no</html>");
}

// The server's Digest: 401 for whoever is not let in.
struct door {
    explicit door(wsman::digest_server_options options = {std::string(amt_realm)})
        : digest(std::move(options), *random) {}

    // The answer for a request that is not let in.
    std::optional<scripted_answer> refuses(const wsman::http_request &r) {
        bool stale = false;
        if (const auto *field = r.headers.find("Authorization")) {
            const auto ha1 = [this](std::string_view name) -> std::optional<core::secret> {
                if (name != user)
                    return std::nullopt;
                return *wsman::digest_ha1(name, amt_realm, core::secret(password), algorithm);
            };
            const auto d = *digest.verify(*field, {r.method, r.target, r.body}, ha1);
            verdicts.push_back(d.verdict);
            if (d.verdict == wsman::digest_verdict::accepted)
                return std::nullopt;
            stale = d.verdict == wsman::digest_verdict::unknown_nonce && says_stale;
        }
        return scripted_answer{refusal_answer(*digest.issue(stale), closes),
                               closes ? afterwards::end : afterwards::stay};
    }

    std::unique_ptr<core::random_source> random = core::seeded_random(7);
    wsman::digest_server digest;
    std::string user = "admin";
    std::string password = "P@ssw0rd";
    wsman::digest_algorithm algorithm = wsman::digest_algorithm::md5;
    bool closes = true; // behind a 401, as AMT does
    bool says_stale = true;
    std::vector<wsman::digest_verdict> verdicts; // of requests with Authorization
};

inline wsman::http_client_options with_password(std::string_view password = "P@ssw0rd") {
    wsman::http_client_options o;
    o.password = core::secret(password);
    return o;
}

// Answers 200 to whoever is let in, unless the test says otherwise.
struct client_rig {
    explicit client_rig(net::any_io_executor executor,
                        wsman::http_client_options options = with_password(),
                        wsman::digest_server_options doors = {std::string(amt_realm)})
        : entrance(std::move(doors)),
          server(executor, answerer()),
          client(server.dialer(), std::move(options), *random, log()) {}
    client_rig(const client_rig &) = delete;
    client_rig &operator=(const client_rig &) = delete;

    std::unique_ptr<core::random_source> random = core::seeded_random(3);
    door entrance;
    // Asked before the door, then behind it; nothing: go on.
    using special = std::function<std::optional<scripted_answer>(const wsman::http_request &,
                                                                 std::size_t connection)>;
    special before, inside;
    std::string logged;
    scripted_server server;
    wsman::http_client client;

    [[nodiscard]] awaitable<wsman::http_response> get(std::string body = "read") {
        return client.post(std::move(body), wsman::when_lost::repeat);
    }
    [[nodiscard]] awaitable<wsman::http_response> act(std::string body = "act") {
        return client.post(std::move(body), wsman::when_lost::report);
    }
    // The code that a call ends with.
    awaitable<error_code> failure(awaitable<wsman::http_response> call) {
        auto r = co_await outcome(std::move(call));
        if (r)
            co_return error_code();
        co_return r.error();
    }
    // How often a body arrived with an Authorization.
    [[nodiscard]] std::size_t authorized(std::string_view body) const {
        std::size_t n = 0;
        for (const auto &r : server.requests())
            n += r.body == body && r.headers.find("Authorization") ? 1 : 0;
        return n;
    }

  private:
    scripted_server::answerer answerer() {
        return [this](const wsman::http_request &r, std::size_t connection) -> scripted_answer {
            if (before)
                if (auto a = before(r, connection))
                    return *a;
            if (auto no = entrance.refuses(r))
                return *no;
            if (inside)
                if (auto a = inside(r, connection))
                    return *a;
            return {ok_answer(), afterwards::stay};
        };
    }
    core::log log() {
        return {core::log_level::trace, [this](core::log_level, std::string_view, auto line) {
                    logged += std::string(line) + "\n";
                }};
    }
};

} // namespace costrand::test
