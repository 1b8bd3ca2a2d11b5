// SPDX-License-Identifier: Apache-2.0
// rps_amt: WS-Management calls to a device through its client, with the provisioning server's
// numbering, login, time limit and repeats. The scripts see one call and its end. Private to
// sim/src/rps*.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/wsman/envelope.hpp>

#include "rps_http.hpp"
#include "rps_link.hpp"
#include "rps_shared.hpp"
#include "rps_tunnel.hpp"

#include <cstddef>
#include <cstdint>
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
    std::string action, resource_uri;
    std::vector<wsman::selector> selectors;
    std::string body;
    std::string subject; // for rps_call
    bool probe = false;  // a 401 is its answer
    bool once = false;   // not repeated when no answer came
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
// The same with parameters that are no texts: markup, with the prefix "h" for the class, "a" for
// addressing and "w" for wsman.
[[nodiscard]] amt_call amt_invoke_with(std::string_view class_name, std::string_view method,
                                       std::string_view parameters);
// `properties` is markup likewise.
[[nodiscard]] amt_call amt_create(std::string_view class_name, std::string_view properties);
// The properties of `instance` in their order. `selector` names its key among them; empty: the
// class has one instance and is put without.
[[nodiscard]] amt_call amt_put(std::string_view class_name, const wsman::xml_element &instance,
                               std::string_view selector);
// The same for an association: its keys are the references it consists of.
[[nodiscard]] amt_call amt_put_association(std::string_view class_name,
                                           const wsman::xml_element &instance);

// A reference to the instance of a class whose key has that value, to be put inside an element.
[[nodiscard]] std::string amt_reference(std::string_view class_name, std::string_view key,
                                        std::string_view value);

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
    static constexpr std::uint16_t plain_port = 16992, tls_port = 16993;

    // All outlive the object. `uuid` stands in the Host header.
    rps_amt(rps_link &link, rps_shared &shared, core::task_group &session, std::string uuid);

    void set_user(std::string user, core::secret password) {
        digest_.set_user(std::move(user), std::move(password));
    }

    // From now on calls go through a tunnel, which the next of them makes; one that is up is ended.
    // AMT has to prove itself in that way.
    void begin_tunnel(tunnel_proof proof);
    // What it has to prove when a tunnel has to be made anew.
    void expect(tunnel_proof proof) noexcept { tunnel_.expect(proof); }
    [[nodiscard]] bool tunnelled() const noexcept { return tunnelled_; }

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
    // What became of one try.
    enum class tried {
        answered,
        broken, // is asked for again at once, the next too
        ended,
        lost, // is asked for again after a pause
    };
    struct try_result {
        tried what = tried::lost;
        std::optional<rps_http_reply> http = {};
    };
    awaitable<amt_reply> attempt(const amt_call &what, std::string envelope);
    awaitable<try_result> try_once(const amt_call &what, const std::string &envelope);
    awaitable<try_result> try_plain(core::const_bytes request);
    awaitable<try_result> try_in_tunnel(core::const_bytes request);
    awaitable<bool> make_tunnel();
    bool read_answer(const amt_call &what, const rps_http_reply &http, amt_reply &out);
    std::string number(const amt_call &what);
    void record(const amt_call &what, int status);

    rps_link &link_;
    rps_shared &shared_;
    rps_tunnel tunnel_;
    bool tunnelled_ = false;
    std::string uuid_;
    rps_digest digest_;
    std::map<std::string, unsigned, std::less<>> message_ids_; // by family: AMT, IPS, CIM
    int unauthorized_ = 0;                                     // 401 in a row
};

} // namespace costrand::sim
