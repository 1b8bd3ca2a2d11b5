// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>

#include <string>

namespace costrand::core {
namespace {

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "costrand"; }
    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::closed:
            return "closed on this side";
        case errc::timed_out:
            return "the time limit passed";
        case errc::message_too_large:
            return "message larger than the limit";
        case errc::malformed:
            return "malformed data";
        case errc::limit_exceeded:
            return "more data than the limit allows";
        case errc::overloaded:
            return "queue full";
        }
        return "unknown costrand error";
    }
};

class conditions : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "costrand condition"; }
    std::string message(int value) const override {
        switch (static_cast<cond>(value)) {
        case cond::closed:
            return "closed";
        case cond::cancelled:
            return "cancelled";
        case cond::timed_out:
            return "timed out";
        }
        return "unknown costrand condition";
    }
    bool equivalent(const boost::system::error_code &code, int condition) const noexcept override {
        using boost::system::errc::errc_t;
        namespace generic = boost::system::errc;
        switch (static_cast<cond>(condition)) {
        case cond::closed:
            return code == errc::closed;
        case cond::cancelled:
            return code == boost::asio::error::operation_aborted ||
                   code == generic::make_error_condition(errc_t::operation_canceled);
        case cond::timed_out:
            return code == errc::timed_out ||
                   code == generic::make_error_condition(errc_t::timed_out);
        }
        return false;
    }
};

} // namespace

const boost::system::error_category &error_category() noexcept {
    static const category instance;
    return instance;
}

const boost::system::error_category &condition_category() noexcept {
    static const conditions instance;
    return instance;
}

} // namespace costrand::core
