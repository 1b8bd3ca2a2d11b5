// SPDX-License-Identifier: Apache-2.0
// wsman::errc: what can be wrong with an HTTP message, a digest challenge, an XML document or a
// SOAP envelope, and the one code of a fault. No Asio in here.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

namespace costrand::wsman {

enum class errc {
    http_malformed = 1,    // bytes that are no HTTP/1 message
    http_truncated,        // the connection ended within a message
    http_too_large,        // header or body beyond the limit
    http_ambiguous,        // two readers could disagree about where the message ends
    http_unsupported,      // a transfer coding or a protocol switch nobody asked for
    challenge_malformed,   // WWW-Authenticate or Authorization breaks its own grammar
    challenge_unsupported, // no Digest challenge that we can answer
    digest_failed,         // the crypto library refused MD5 or SHA-256 (a FIPS-only system?)
    xml_malformed,         // not well-formed, or not UTF-8
    xml_too_large,         // size, depth or number of elements beyond the limit
    xml_forbidden,         // DOCTYPE, processing instruction or unknown entity
    xml_unwritable,        // a text of ours holds a character that XML cannot carry
    envelope_malformed,    // well-formed XML, but no SOAP envelope with what it must hold
    fault,                 // the peer answered with a SOAP fault: see fault_error
    // Of the client:
    http_status,          // an HTTP reply that is no SOAP message: see http_status_error
    unauthorized,         // wrong user or password, or a nonce that is never accepted
    reply_lost,           // the connection ended after the request: it may have been carried out
    wrong_reply,          // a SOAP reply to another request
    enumeration_too_long, // more instances, bytes or pulls than the limits allow
    // Of the classes:
    another_class,    // an instance of another class than was asked for
    unknown_class,    // an instance of a class that is not described
    element_missing,  // a Put that lacks an element which the class needs
    record_malformed, // bytes that are no record of a log
    method_refused,   // a method's ReturnValue is not 0
    // Of what this side makes:
    certificate_failed, // a certificate or a key that cannot be read or made
};

const boost::system::error_category &error_category() noexcept;

inline boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

} // namespace costrand::wsman

template <>
struct boost::system::is_error_code_enum<costrand::wsman::errc> : std::true_type {};
