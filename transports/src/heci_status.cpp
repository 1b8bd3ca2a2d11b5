// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_status.hpp>

#include <string>

namespace costrand::heci {
namespace {

const char *text(status s) noexcept {
    switch (s) {
    case status::success:
        return "success";
    case status::internal_error:
        return "internal error of the firmware";
    case status::not_ready:
        return "the firmware is not ready yet";
    case status::invalid_mode:
        return "not valid in the present AMT mode";
    case status::invalid_message_length:
        return "message length invalid";
    case status::not_enough_storage:
        return "not enough storage";
    case status::not_permitted:
        return "not permitted";
    case status::limit_reached:
        return "limit reached";
    case status::authentication_failed:
        return "authentication failed";
    case status::invalid_domain_name:
        return "domain name invalid";
    case status::unsupported_version:
        return "version unsupported";
    case status::request_unexpected:
        return "request unexpected";
    case status::invalid_provisioning_state:
        return "provisioning state invalid";
    case status::invalid_index:
        return "index invalid";
    case status::invalid_parameter:
        return "parameter invalid";
    case status::flash_write_limit_exceeded:
        return "flash write limit exceeded";
    case status::blocked_by_self_test:
        return "blocked by the built-in self test";
    case status::too_many_connections:
        return "too many connections";
    case status::random_generation_in_progress:
        return "random number generation in progress";
    case status::random_numbers_not_ready:
        return "random numbers not ready";
    case status::certificate_not_ready:
        return "certificate not ready";
    case status::disabled_by_policy:
        return "disabled by policy";
    case status::network_interface_error:
        return "network interface error";
    case status::invalid_command:
        return "command invalid";
    case status::invalid_handle:
        return "handle invalid";
    case status::invalid_password:
        return "password invalid";
    case status::invalid_realm:
        return "realm invalid";
    case status::data_missing:
        return "data missing";
    case status::not_found:
        return "not found";
    }
    return "unknown status";
}

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "AMT status"; }
    std::string message(int value) const override {
        return std::string(text(static_cast<status>(value))) + " (AMT status " +
               std::to_string(value) + ")";
    }
};

} // namespace

const boost::system::error_category &status_category() noexcept {
    static const category instance;
    return instance;
}

} // namespace costrand::heci
