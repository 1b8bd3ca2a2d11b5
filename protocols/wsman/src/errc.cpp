// SPDX-License-Identifier: Apache-2.0
// The texts of wsman::errc.
#include <costrand/wsman/errc.hpp>

#include <string>

namespace costrand::wsman {

namespace {

class category final : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "costrand.wsman"; }
    std::string message(int value) const override { return text(value); }
    char const *message(int value, char *, std::size_t) const noexcept override {
        return text(value);
    }

  private:
    static const char *text(int value) noexcept {
        switch (static_cast<errc>(value)) {
        case errc::http_malformed:
            return "not an HTTP/1 message";
        case errc::http_truncated:
            return "the connection ended within an HTTP message";
        case errc::http_too_large:
            return "HTTP message beyond the size limit";
        case errc::http_ambiguous:
            return "HTTP message with contradicting lengths";
        case errc::http_unsupported:
            return "HTTP message with an unsupported coding or protocol switch";
        case errc::challenge_malformed:
            return "malformed digest header field";
        case errc::challenge_unsupported:
            return "no supported digest challenge";
        case errc::digest_failed:
            return "the crypto library refused the digest's hash";
        case errc::xml_malformed:
            return "not well-formed XML in UTF-8";
        case errc::xml_too_large:
            return "XML beyond the limits on size, depth or number";
        case errc::xml_forbidden:
            return "XML with a DOCTYPE, processing instruction or unknown entity";
        case errc::xml_unwritable:
            return "text with a character that XML cannot carry";
        case errc::envelope_malformed:
            return "not a SOAP envelope of WS-Management";
        case errc::fault:
            return "the peer answered with a SOAP fault";
        case errc::http_status:
            return "an HTTP answer that is no SOAP message";
        case errc::unauthorized:
            return "AMT refused the user name or the password";
        case errc::reply_lost:
            return "the connection ended before the answer; the request may have been carried out";
        case errc::wrong_reply:
            return "an answer to another request";
        case errc::enumeration_too_long:
            return "an enumeration beyond the limits on its length";
        case errc::another_class:
            return "an instance of another class than was asked for";
        case errc::unknown_class:
            return "an instance of a class that this program does not know";
        case errc::element_missing:
            return "an element is missing that the class demands in a Put";
        case errc::record_malformed:
            return "bytes that are no record of an AMT log";
        case errc::method_refused:
            return "AMT refused what it was asked";
        case errc::certificate_failed:
            return "a certificate or a key cannot be read or made";
        }
        return "unknown WS-Management error";
    }
};

} // namespace

const boost::system::error_category &error_category() noexcept {
    static const category instance;
    return instance;
}

} // namespace costrand::wsman
