// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/heci_errc.hpp>

#include <boost/system/errc.hpp>

#include <string>

namespace costrand::heci {
namespace {

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "heci"; }
    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::no_driver:
            return "no management engine device: the mei driver is missing";
        case errc::no_permission:
            return "no permission to open the management engine device: run as root";
        case errc::not_ready:
            return "the management engine device is resetting or disabled";
        case errc::no_client:
            return "this firmware has no such client";
        case errc::busy:
            return "the firmware client is in use by another program";
        case errc::connect_refused:
            return "the firmware refused the connection";
        case errc::connect_timed_out:
            return "the firmware did not answer the connection";
        case errc::device_reset:
            return "the management engine link was reset";
        case errc::message_too_large:
            return "message longer than the firmware client's maximum";
        case errc::bad_reply:
            return "malformed reply of the firmware";
        case errc::reply_timed_out:
            return "the firmware did not reply in time";
        case errc::no_device:
            return "none of the management engine devices carries AMT";
        case errc::unsupported_request:
            return "this firmware does not know what it was asked";
        case errc::not_supported:
            return "the management engine device is not supported on this system";
        }
        return "unknown heci error";
    }
    // A time limit is a time limit, whoever set it: these two are cond::timed_out as well.
    boost::system::error_condition default_error_condition(int value) const noexcept override {
        namespace generic = boost::system::errc;
        if (value == static_cast<int>(errc::reply_timed_out) ||
            value == static_cast<int>(errc::connect_timed_out))
            return generic::make_error_condition(generic::timed_out);
        return {value, *this};
    }
};

} // namespace

const boost::system::error_category &error_category() noexcept {
    static const category instance;
    return instance;
}

} // namespace costrand::heci
