// SPDX-License-Identifier: Apache-2.0
// rps_amt: WS-Management calls to a device through its client, with the provisioning server's
// numbering, login, time limit and repeats. The scripts see one call and its end. Private to
// sim/src/rps*.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/wsman/envelope.hpp>

#include "rps_http.hpp"
#include "rps_link.hpp"
#include "rps_shared.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace costrand::sim {

// One call before it is numbered. Made by the functions below.
struct amt_call {
    std::string class_name;
    std::string verb; // Get, Put, ..., or the method's name
    std::string action;
    std::vector<wsman::selector> selectors;
    std::string body;
    std::string subject; // for rps_call
    bool probe = false;  // a 401 is its answer
};

using amt_parameters = std::vector<std::pair<std::string_view, std::string_view>>;

[[nodiscard]] amt_call amt_get(std::string_view class_name);
[[nodiscard]] amt_call amt_enumerate(std::string_view class_name);
[[nodiscard]] amt_call amt_pull(std::string_view class_name, std::string_view context);
[[nodiscard]] amt_call amt_delete(std::string_view class_name, std::string_view key,
                                  std::string_view value);
// An association: its keys are the references it consists of.
[[nodiscard]] amt_call amt_delete_association(std::string_view class_name,
                                              const wsman::xml_element &instance);
[[nodiscard]] amt_call amt_invoke(std::string_view class_name, std::string_view method,
                                  const amt_parameters &parameters);
// The properties of `instance` in their order. `selector` names its key among them; empty: the
// class has one instance and is put without.
[[nodiscard]] amt_call amt_put(std::string_view class_name, const wsman::xml_element &instance,
                               std::string_view selector);

enum class call_end {
    done,         // 200, understood, and no ReturnValue but 0
    refused,      // another HTTP status
    unauthorized, // the third 401 in a row
    bad_value,    // 200 with another ReturnValue
    timed_out,    // no answer, in all attempts
    unreadable,   // an answer that could not be understood, in all attempts
};

struct amt_reply {
    call_end end = call_end::timed_out;
    int status = 0; // HTTP; 0: no answer that could be understood
    wsman::soap_reply soap;

    [[nodiscard]] bool ok() const noexcept { return end == call_end::done; }
    // The body's element, or an empty one.
    [[nodiscard]] const wsman::xml_element &body() const noexcept;
};

class rps_amt {
  public:
    // Both outlive the object. `uuid` stands in the Host header.
    rps_amt(rps_link &link, rps_shared &shared, std::string uuid);

    void set_user(std::string user, core::secret password) {
        digest_.set_user(std::move(user), std::move(password));
    }

    // One call, 401 rounds and repeats included. Errors: those of the link.
    [[nodiscard]] awaitable<amt_reply> call(amt_call what);

    struct instances {
        call_end end = call_end::timed_out;
        bool enumerated = false; // the Enumerate worked, whatever became of the Pull
        std::vector<wsman::xml_element> items;
        [[nodiscard]] bool ok() const noexcept { return end == call_end::done; }
    };
    // Enumerate and Pull of a whole class.
    [[nodiscard]] awaitable<instances> read_all(std::string class_name);

  private:
    awaitable<amt_reply> attempt(const amt_call &what, std::string envelope);
    std::string number(const amt_call &what);
    void record(const amt_call &what, int status);

    rps_link &link_;
    rps_shared &shared_;
    std::string host_;
    rps_digest digest_;
    std::map<std::string, unsigned, std::less<>> message_ids_; // by family: AMT, IPS, CIM
    int unauthorized_ = 0;                                     // 401 in a row
};

} // namespace costrand::sim
