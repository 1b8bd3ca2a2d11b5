// SPDX-License-Identifier: Apache-2.0
// The HTTP messages that AMT and its provisioning server are known to send, field by field: the
// order is that of recorded ones. Used by the simulated peers. Sans-io.
#pragma once

#include <costrand/wsman/http_message.hpp>

#include <string>
#include <string_view>

namespace costrand::wsman {

enum class after_reply { keep_open, close };

// A request as RPS writes it (rps-session.md 14): no Content-Type, one chunk. `host` is the name
// with the port; `authorization` is left out when empty.
[[nodiscard]] inline http_request rps_request(std::string_view host, std::string_view authorization,
                                              std::string body, after_reply then) {
    http_request r;
    if (!authorization.empty())
        r.headers.add("Authorization", authorization);
    r.headers.add("Host", host);
    r.headers.add("Transfer-Encoding", "chunked");
    if (then == after_reply::close)
        r.headers.add("Connection", "close");
    r.body = std::move(body);
    return r;
}

// A SOAP reply of AMT (wsman.md 2.2): 200, or 400 / 500 for a fault, which closes. `server` is the
// text with the firmware version, `date` an HTTP date.
[[nodiscard]] inline http_response soap_response(int status, std::string_view date,
                                                 std::string_view server, std::string body,
                                                 after_reply then) {
    http_response r;
    r.status = status;
    r.reason = status == 200 ? "OK" : status == 400 ? "Bad Request" : "Internal Server Error";
    r.headers.add("Date", date);
    r.headers.add("Server", server);
    r.headers.add("X-Frame-Options", "DENY");
    r.headers.add("Content-Type", "application/soap+xml; charset=UTF-8");
    r.headers.add("Transfer-Encoding", "chunked");
    if (then == after_reply::close)
        r.headers.add("Connection", "close");
    r.body = std::move(body);
    return r;
}

// 401: the challenge, an HTML page with Content-Length, and the connection closes.
[[nodiscard]] inline http_response
unauthorized_response(std::string_view challenge, std::string_view server, std::string html) {
    http_response r;
    r.status = 401;
    r.reason = "Unauthorized";
    r.headers.add("WWW-Authenticate", challenge);
    r.headers.add("Content-Type", "text/html");
    r.headers.add("Server", server);
    r.headers.add("Content-Length", "");
    r.headers.add("Connection", "close");
    r.body = std::move(html);
    return r;
}

// Any other refusal, such as 400 for a request that is not understood: HTML, not SOAP.
[[nodiscard]] inline http_response html_response(int status, std::string_view reason,
                                                 std::string_view server, std::string html) {
    http_response r;
    r.status = status;
    r.reason = std::string(reason);
    r.headers.add("Content-Type", "text/html");
    r.headers.add("Server", server);
    r.headers.add("Content-Length", "");
    r.headers.add("Connection", "close");
    r.body = std::move(html);
    return r;
}

} // namespace costrand::wsman
