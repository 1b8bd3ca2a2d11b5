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
        case setup_errc::pfx_malformed:
            return "not a PFX file that can be read";
        case setup_errc::pfx_wrong_password:
            return "the password of the PFX file is wrong";
        case setup_errc::pfx_no_certificate:
            return "no certificate in the PFX file";
        case setup_errc::pfx_no_key:
            return "no private key in the PFX file";
        case setup_errc::pfx_key_without_certificate:
            return "no certificate for the private key in the PFX file";
        case setup_errc::chain_incomplete:
            return "the certificate chain does not lead up to a root";
        case setup_errc::certificate_expired:
            return "a certificate has expired";
        case setup_errc::certificate_not_yet_valid:
            return "a certificate is not valid yet";
        case setup_errc::certificate_weak_hash:
            return "a certificate is signed with a hash that AMT does not take";
        case setup_errc::certificate_key_unfit:
            return "a certificate's key is of another kind than AMT takes";
        case setup_errc::certificate_wrong_usage:
            return "a certificate is not for what it is used for";
        case setup_errc::root_not_trusted:
            return "AMT does not trust the root certificate";
        case setup_errc::root_inactive:
            return "AMT's trust in the root certificate is switched off";
        case setup_errc::suffix_missing:
            return "AMT has no DNS suffix";
        case setup_errc::suffix_mismatch:
            return "the certificate is for another domain";
        case setup_errc::signing_failed:
            return "the crypto library cannot sign";
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
