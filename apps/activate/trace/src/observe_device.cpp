// SPDX-License-Identifier: Apache-2.0
#include "conversation.hpp"

#include <costrand/core/endian.hpp>
#include <costrand/trace/observers.hpp>
#include <costrand/transports/amthi_frame.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace costrand::trace {

namespace {

// The commands that an activation uses; any other by its number.
std::string name_of(heci::command what) {
    using enum heci::command;
    switch (what) {
    case provisioning_mode:
        return "provisioning mode";
    case unprovision:
        return "unprovision";
    case provisioning_state:
        return "provisioning state";
    case code_versions:
        return "code versions";
    case hash_handles:
        return "hash handles";
    case hash_entry:
        return "hash entry";
    case dns_suffix:
        return "DNS suffix";
    case lan_settings:
        return "LAN settings";
    case features_state:
        return "features state";
    case fqdn:
        return "FQDN";
    case uuid:
        return "UUID";
    case stop_configuration:
        return "stop configuration";
    case local_account:
        return "local system account";
    case control_mode:
        return "control mode";
    case start_host_based_configuration:
        return "start host based configuration";
    default:
        return "command " + std::to_string(static_cast<std::uint32_t>(what));
    }
}

class heci_observer : public observer {
  public:
    heci_observer(recorder &to, std::string name) : to_(to), name_(std::move(name)) {}

    void sent(core::const_bytes data) override {
        asked_ = to_.now();
        tell(data, party::client, party::amt);
    }
    void received(core::const_bytes data) override { tell(data, party::amt, party::client); }
    void ended(const error_code &why) override {
        if (why)
            to_.failed(name_, layer::heci, why.message());
    }

  private:
    virtual std::string describe(core::const_bytes) const { return {}; }

    void tell(core::const_bytes data, party from, party to) {
        event e;
        e.is = kind::message;
        e.from = from;
        e.to = to;
        e.on = layer::heci;
        e.what = name_;
        e.detail = describe(data);
        e.size = data.size();
        if (from == party::amt)
            e.took = static_cast<std::uint64_t>(to_.now() - asked_);
        to_.record(std::move(e));
    }

    recorder &to_;
    std::string name_;
    std::int64_t asked_ = 0;
};

class amthi_observer final : public heci_observer {
  public:
    explicit amthi_observer(recorder &to) : heci_observer(to, "AMTHI") {}

  private:
    // Replies repeat the command with bit 23 set, and a status follows their header.
    std::string describe(core::const_bytes data) const override {
        constexpr std::uint32_t number_mask = 0xffff, reply_bit = 1u << 23;
        if (data.size() < heci::amthi_header_size)
            return "too short";
        const auto word = core::load_le<std::uint32_t>(data.data() + 4);
        std::string out = name_of(static_cast<heci::command>(word & number_mask));
        if ((word & reply_bit) == 0 || data.size() < heci::amthi_header_size + 4)
            return out;
        const auto status = core::load_le<std::uint32_t>(data.data() + heci::amthi_header_size);
        return status == 0 ? out : out + ", status " + std::to_string(status);
    }
};

class lms_observer final : public observer {
  public:
    lms_observer(recorder &to, std::uint64_t connection) : to_(to), carried_(to, connection) {}

    void sent(core::const_bytes data) override { carried_.sent(data); }
    void received(core::const_bytes data) override { carried_.received(data); }
    void ended(const error_code &why) override {
        carried_.ended();
        if (why && why != core::end_of_stream)
            to_.fault(layer::lms, "the connection to AMT ended", why.message());
    }

  private:
    recorder &to_;
    conversation carried_;
};

} // namespace

std::unique_ptr<observer> observe_amthi(recorder &to) {
    return std::make_unique<amthi_observer>(to);
}

std::unique_ptr<observer> observe_heci(recorder &to, std::string name) {
    return std::make_unique<heci_observer>(to, std::move(name));
}

std::unique_ptr<observer> observe_lms(recorder &to, std::uint64_t connection) {
    return std::make_unique<lms_observer>(to, connection);
}

} // namespace costrand::trace
