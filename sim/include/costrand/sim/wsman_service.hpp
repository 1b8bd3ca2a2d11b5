// SPDX-License-Identifier: Apache-2.0
// wsman_service: what the firmware answers to a WS-Management request: classes, methods, rights,
// enumerations, faults. Works on a device_state. Sans-io: no HTTP, no waiting, no log.
#pragma once

#include <costrand/core/random.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/crypto.hpp>
#include <costrand/sim/device_state.hpp>
#include <costrand/sim/profile.hpp>
#include <costrand/wsman/envelope.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace costrand::sim {

// Who calls: the host's system account, the administrator, or an entry of the access control list.
enum class wsman_user { local_account, administrator, entry };

// What each may do is in src/wsman_rights.cpp.
struct wsman_caller {
    wsman_caller(wsman_user user) : who(user) {}
    explicit wsman_caller(std::vector<std::uint32_t> of_entry)
        : who(wsman_user::entry),
          realms(std::move(of_entry)) {}

    wsman_user who;
    std::vector<std::uint32_t> realms = {}; // of an entry: RealmValues of wsman.md 12
};

struct wsman_answer {
    int status = 200; // HTTP; a fault is 400 (or 500)
    std::string xml;
};

// One out parameter of a method: a text, or a reference to an instance.
struct out_parameter {
    std::string name;
    std::string value;
    std::optional<wsman::endpoint_reference> reference = std::nullopt;
};

// What a method gives: its out parameters, ReturnValue among them, or a fault.
using method_outcome = std::variant<std::vector<out_parameter>, wsman::fault>;

// "AMT_GeneralSettings.Get", "IPS_HostBasedSetupService.Setup"; "?" for what is missing.
[[nodiscard]] std::string call_name(const wsman::soap_request &request);

class wsman_service {
  public:
    // All references outlive the service.
    wsman_service(device_state &state, const profile &device, core::random_source &random,
                  std::shared_ptr<key_source> keys = generated_keys())
        : state_(state),
          device_(device),
          random_(random),
          keys_(std::move(keys)) {}

    [[nodiscard]] wsman_answer handle(const wsman::soap_request &request,
                                      const wsman_caller &caller, core::time_point now);

    // The same shapes for an answer that somebody else decided.
    [[nodiscard]] wsman_answer refuse(const wsman::soap_request &request, const wsman::fault &why);
    [[nodiscard]] wsman_answer answer_method(const wsman::soap_request &request,
                                             const std::vector<out_parameter> &out);

    [[nodiscard]] std::size_t open_enumerations() const noexcept { return contexts_.size(); }

  private:
    struct context {
        std::string id;
        std::string resource_uri;
        std::size_t next = 0; // instance
        core::time_point begun;
    };

    wsman_answer get(const wsman::soap_request &request, const object_class &known);
    wsman_answer put(const wsman::soap_request &request, const object_class &known);
    wsman_answer create(const wsman::soap_request &request, const object_class &known);
    wsman_answer remove(const wsman::soap_request &request, const object_class &known);
    wsman_answer enumerate(const wsman::soap_request &request, core::time_point now);
    wsman_answer pull(const wsman::soap_request &request, core::time_point now);
    wsman_answer release(const wsman::soap_request &request);
    wsman_answer invoke(const wsman::soap_request &request, const object_class &known,
                        const wsman_caller &caller, core::time_point now);
    void show_state(std::string_view class_name, core::time_point now);

    // The instance that the selectors name, or the only one.
    std::variant<const wsman::xml_element *, wsman::fault> pick(const wsman::soap_request &request,
                                                                const object_class &known) const;
    std::string new_context(std::string_view resource_uri, std::size_t next, core::time_point now);
    void drop_old_contexts(core::time_point now);
    wsman_answer reply(const wsman::soap_request &request, std::vector<std::string> namespaces,
                       std::string body);

    device_state &state_;
    const profile &device_;
    core::random_source &random_;
    std::shared_ptr<key_source> keys_;
    std::deque<context> contexts_;
    std::uint32_t context_number_ = 0x13; // recorded ones look like small numbers, counted up
    std::uint64_t message_number_ = 0;
};

} // namespace costrand::sim
