// SPDX-License-Identifier: Apache-2.0
// The HTTP face of a simulated device: WS-Management on a connection (an LME channel or an LMS
// port), with digest authentication, keep-alive, and the faults ordered for it. What is answered
// is wsman_service's business.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/sim/faults.hpp>
#include <costrand/sim/wsman_service.hpp>
#include <costrand/wsman/digest.hpp>
#include <costrand/wsman/http.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::sim {

// One WS-Management call that the device answered, for tests and for the demo's log.
struct call_record {
    std::string call; // "AMT_GeneralSettings.Get", "IPS_HostBasedSetupService.Setup"
    std::string user; // empty when the request was not authorised
    int status = 0;   // HTTP
};

// One for a device: nonces and enumerations live across its connections.
class wsman_server {
  public:
    // All references outlive the server and its connections.
    wsman_server(device_state &state, const profile &device, faults &orders,
                 core::random_source &random, core::log log,
                 std::shared_ptr<key_source> keys = generated_keys());

    // Called when an answer has gone out. True: the connection ends with it.
    using answer_hook = std::function<bool(const call_record &)>;

    // Serves requests until the client or a reply ends the connection, or it idles too long; closes
    // the stream. The stream outlives the call. Throws only cancellation.
    [[nodiscard]] awaitable<void> serve(core::byte_stream &connection, answer_hook answered);
    [[nodiscard]] awaitable<void> serve(core::byte_stream &connection) {
        return serve(connection, answer_hook());
    }

    // Called before each answer to a call goes out; the state is settled by then.
    void before_answers(std::function<void()> hook) { before_answer_ = std::move(hook); }

    [[nodiscard]] const std::vector<call_record> &calls() const noexcept { return calls_; }
    [[nodiscard]] std::size_t requests() const noexcept { return requests_; }

  private:
    struct identified {
        std::string user; // empty: not authorised
        bool stale = false;
    };
    // What goes out, how, and whether the connection ends with it.
    struct outgoing {
        std::vector<std::byte> bytes;
        bool close = true;
        std::size_t piece = static_cast<std::size_t>(-1); // most bytes of one write
        call_record to{};                                 // what it answers
    };

    awaitable<void> converse(core::byte_stream &connection, answer_hook answered);
    // Nothing: a fault wants the connection to end, or to stay without an answer.
    awaitable<std::optional<outgoing>> answer(core::byte_stream &connection, wsman::request_in in);
    // The answer to a request that is authorised and understood, faults of its own included.
    wsman_answer decide(const wsman::soap_request &request, const std::string &user,
                        const std::string &call, core::time_point now);
    void distort(outgoing &reply, const std::string &call);
    [[nodiscard]] core::duration delay_of(const std::string &call);

    identified identify(const wsman::http_request &request, core::time_point now);
    outgoing challenge(bool stale, core::time_point now);
    outgoing html(int status, std::string_view reason) const;
    outgoing soap(wsman_answer reply, bool keep_alive, std::size_t at_least,
                  core::time_point now) const;

    device_state &state_;
    const profile &device_;
    faults &faults_;
    core::log log_;
    wsman::digest_server digest_;
    core::time_point last_issue_{};
    wsman_service service_;
    std::function<void()> before_answer_;
    std::vector<call_record> calls_;
    std::size_t requests_ = 0;
};

} // namespace costrand::sim
