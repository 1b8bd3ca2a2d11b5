// SPDX-License-Identifier: Apache-2.0
// A WS-Management client of a few lines, for the tests of the simulated device. It shares the
// message formats with the device and nothing else.
#pragma once

#include <costrand/core/random.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/http.hpp>
#include <costrand/wsman/http_shapes.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace costrand::test {

inline std::string resource(std::string_view class_name) {
    const auto family = class_name.substr(0, 3);
    const auto base = family == "AMT"   ? wsman::uri::amt_base
                      : family == "IPS" ? wsman::uri::ips_base
                                        : wsman::uri::cim_base;
    return std::string(base) + std::string(class_name);
}

inline wsman::request_envelope request_for(std::string_view class_name, std::string_view action) {
    wsman::request_envelope r;
    r.resource_uri = resource(class_name);
    r.action = std::string(action);
    r.message_id = "7";
    return r;
}
inline wsman::request_envelope get_of(std::string_view class_name) {
    return request_for(class_name, wsman::uri::get);
}
inline wsman::request_envelope enumerate_of(std::string_view class_name) {
    auto r = request_for(class_name, wsman::uri::enumerate);
    r.body = wsman::enumerate_body();
    return r;
}
inline wsman::request_envelope pull_of(std::string_view class_name, std::string_view context) {
    auto r = request_for(class_name, wsman::uri::pull);
    r.body = *wsman::pull_body(context);
    return r;
}
inline wsman::request_envelope delete_of(std::string_view class_name, std::string_view key,
                                         std::string_view value) {
    auto r = request_for(class_name, wsman::uri::delete_);
    r.selectors.push_back({std::string(key), std::string(value), nullptr});
    return r;
}
inline wsman::request_envelope put_of(std::string_view class_name, std::string_view properties) {
    auto r = request_for(class_name, wsman::uri::put);
    r.body = wsman::instance_body(r.resource_uri, properties);
    return r;
}
inline wsman::request_envelope invoke(std::string_view class_name, std::string_view method,
                                      std::string_view parameters) {
    auto r = request_for(class_name, resource(class_name) + "/" + std::string(method));
    r.body = wsman::method_body(r.resource_uri, method, parameters);
    return r;
}
inline wsman::request_envelope setup_with(std::string_view ha1) {
    return invoke("IPS_HostBasedSetupService", "Setup",
                  "<h:NetAdminPassEncryptionType>2</h:NetAdminPassEncryptionType>"
                  "<h:NetworkAdminPassword>" +
                      std::string(ha1) + "</h:NetworkAdminPassword>");
}

struct device_reply {
    wsman::http_response http;
    bool keep_alive = false;
    wsman::soap_reply soap; // of a body that is one
};

// A client with a new connection for each request, as RPS has over LME.
class device_client {
  public:
    using dialer = std::function<awaitable<std::unique_ptr<core::byte_stream>>()>;

    device_client(dialer dial, core::random_source &random, std::string user, core::secret password)
        : dial_(std::move(dial)),
          digest_(std::move(user), std::move(password), random) {}

    wsman::digest_client &digest() noexcept { return digest_; }
    void set_after(wsman::after_reply then) noexcept { then_ = then; }

    // One request and its reply; no second try after a 401.
    awaitable<device_reply> once(wsman::request_envelope request) {
        auto connection = co_await dial_();
        co_return co_await on(*connection, std::move(request));
    }

    // On an open connection.
    awaitable<device_reply> on(core::byte_stream &connection, wsman::request_envelope request) {
        auto body = *wsman::build_request(request);
        std::string authorization;
        if (digest_.has_challenge())
            authorization = *digest_.authorization({"POST", "/wsman", body});
        const auto bytes = wsman::serialize(
            wsman::rps_request("device:16992", authorization, std::move(body), then_));
        co_await core::write_all(connection, net::buffer(bytes));
        wsman::http_connection peer(connection);
        auto in = co_await wsman::read_response(peer, wsman::http_limits());
        device_reply reply;
        reply.http = std::move(in.response);
        reply.keep_alive = in.keep_alive;
        if (reply.http.headers.value("Content-Type").starts_with("application/soap"))
            if (auto soap = wsman::parse_reply(reply.http.body))
                reply.soap = std::move(*soap);
        if (reply.http.status == 401)
            (void)digest_.accept(reply.http.headers.value("WWW-Authenticate"));
        co_return reply;
    }

    // As RPS: a 401 is answered once.
    awaitable<device_reply> call(wsman::request_envelope request) {
        auto reply = co_await once(request);
        if (reply.http.status == 401)
            reply = co_await once(std::move(request));
        co_return reply;
    }

  private:
    dialer dial_;
    wsman::digest_client digest_;
    wsman::after_reply then_ = wsman::after_reply::close;
};

} // namespace costrand::test
