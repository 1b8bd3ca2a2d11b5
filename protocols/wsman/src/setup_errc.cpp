// SPDX-License-Identifier: Apache-2.0
// The texts of wsman::setup_errc.
#include <costrand/wsman/setup_errc.hpp>

#include <string>

namespace costrand::wsman {

namespace {

class category final : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "costrand.wsman.setup"; }
    std::string message(int value) const override { return text(value); }
    char const *message(int value, char *, std::size_t) const noexcept override {
        return text(value);
    }

  private:
    static const char *text(int value) noexcept {
        switch (static_cast<setup_errc>(value)) {
        case setup_errc::password_missing:
            return "an AMT password is needed";
        case setup_errc::password_unacceptable:
            return "AMT does not take such a password";
        case setup_errc::already_activated:
            return "the device is activated already";
        case setup_errc::not_activated:
            return "the device is not activated";
        case setup_errc::mode_unsuitable:
            return "not possible in the device's control mode";
        case setup_errc::method_refused:
            return "AMT refused the call";
        case setup_errc::reply_incomplete:
            return "an answer of AMT lacks what it must hold";
        case setup_errc::not_in_effect:
            return "AMT said yes, and its control mode has not changed";
        }
        return "unknown error of a set-up";
    }
};

} // namespace

const boost::system::error_category &setup_category() noexcept {
    static const category instance;
    return instance;
}

} // namespace costrand::wsman
