// SPDX-License-Identifier: Apache-2.0
// client: WS-Management with one AMT device: get, put, create, delete, invoke, enumerate. Works on
// element trees and markup; what their fields mean is the classes' business. How the device is
// reached is the dialer's: LMS, LME, a network host, TLS over any of them.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/dialer.hpp>
#include <costrand/core/log.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/fault.hpp>
#include <costrand/wsman/http_client.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::wsman {

// How much one enumeration may bring.
struct enumeration_limits {
    // The longest lists of a device are its logs: 390 records (wsman.md 12, AMT_MessageLog).
    std::size_t items = 10'000;
    std::size_t bytes = 16 * 1024 * 1024; // of all replies together
    // A device that gives one instance at a time needs one pull for each.
    std::size_t pulls = 2'000;
};

struct client_options : http_client_options {
    client_options() = default;

    xml_limits xml;
    enumeration_limits enumeration;
};

// An HTTP reply that is no SOAP message where one was due: an HTML page, a proxy's word. Thrown
// with errc::http_status.
class http_status_error : public system_error {
  public:
    http_status_error(int status, const std::string &reason)
        : system_error(make_error_code(errc::http_status), std::to_string(status) + " " + reason),
          status_(status) {}
    [[nodiscard]] int status() const noexcept { return status_; }

  private:
    int status_;
};

// A method and what it is called with.
struct method_call {
    // `parameters` is markup with the prefix "h" for the class, a for addressing, w for wsman.
    method_call(std::string class_uri, std::string name, std::string arguments = {})
        : resource_uri(std::move(class_uri)),
          method(std::move(name)),
          parameters(std::move(arguments)) {}

    std::string resource_uri;
    std::string method;
    std::string parameters;
    std::vector<selector> selectors;
    // It changes nothing, so it may be sent once more when its answer was lost.
    bool only_reads = false;
};

// All members are called on one strand; calls may overlap and then go one after the other. The
// random source outlives the client, the client outlives its coroutines. Every coroutine here:
// - errors: fault_error when the device refused; errc::xml_*, errc::envelope_malformed for a reply
//   that is none; http_status_error; errc::wrong_reply for one that belongs to another request; and
//   those of http_client::post.
// - cancellation: ends the connection in use; the client can be used on.
// - limits: timeouts::dial and ::exchange.
class client {
  public:
    client(core::dialer dial, client_options options, core::random_source &random, core::log log);
    client(const client &) = delete;
    client &operator=(const client &) = delete;

    // The one instance of a class, or the one that the selectors name.
    [[nodiscard]] awaitable<xml_element> get(std::string resource_uri);
    [[nodiscard]] awaitable<xml_element> get(endpoint_reference instance);

    // All instances of a class (of a base class: of mixed ones), in the device's order: Enumerate,
    // then Pull with the latest context up to the end of the sequence. Begins anew, once, when the
    // device has dropped the context meanwhile. Error errc::enumeration_too_long beyond
    // enumeration_limits; the device is then told to drop the context. Limit besides:
    // timeouts::enumeration for all of it.
    [[nodiscard]] awaitable<std::vector<xml_element>> enumerate(std::string resource_uri);

    // Writes an instance: the element as markup with its own namespaces, see element_body() and
    // instance_body(). Gives what the device made of it, where it tells. Sent once more when its
    // answer was lost: the same Put twice is one Put.
    [[nodiscard]] awaitable<std::optional<xml_element>> put(std::string resource_uri,
                                                            std::string body);
    [[nodiscard]] awaitable<std::optional<xml_element>> put(endpoint_reference instance,
                                                            std::string body);

    // Makes an instance and gives its name, where the device tells it.
    [[nodiscard]] awaitable<std::optional<endpoint_reference>> create(std::string resource_uri,
                                                                      std::string body);

    // Deletes the instance. Fault DestinationUnreachable: there is none.
    [[nodiscard]] awaitable<void> remove(endpoint_reference instance);

    // Calls a method and gives its output element. What its ReturnValue means is for the caller:
    // see return_value().
    [[nodiscard]] awaitable<xml_element> invoke(method_call what);

    // Any other request; its message_id is set here.
    [[nodiscard]] awaitable<soap_reply> call(request_envelope request, when_lost rule);

    // As http_client's.
    void set_user(std::string user, core::secret password);
    void disconnect() noexcept { http_.disconnect(); }
    [[nodiscard]] const http_counters &counters() const noexcept { return http_.counters(); }

  private:
    struct answer;
    struct page;
    struct collected;

    awaitable<answer> ask(request_envelope request, when_lost rule);
    awaitable<std::vector<xml_element>> collect(std::string resource_uri);
    awaitable<void> pull_all(std::string resource_uri, collected &into);
    awaitable<page> pull(std::string resource_uri, std::string context);
    awaitable<void> release(std::string resource_uri, std::string context);

    client_options options_;
    core::log log_;
    http_client http_;
    std::uint64_t next_id_ = 0;
};

} // namespace costrand::wsman
