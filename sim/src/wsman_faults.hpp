// SPDX-License-Identifier: Apache-2.0
// The faults that the simulated firmware answers with. Only DestinationUnreachable's text was
// recorded; the others are the standard's. Private to sim.
#pragma once

#include <costrand/wsman/fault.hpp>
#include <costrand/wsman/namespaces.hpp>

#include <string>
#include <string_view>

namespace costrand::sim {

inline wsman::fault sender_fault(std::string_view space, std::string_view subcode,
                                 std::string_view reason, std::string_view detail = {}) {
    wsman::fault f;
    f.code = "Sender";
    f.subcode_namespace = space;
    f.subcode = subcode;
    f.reason = reason;
    f.detail = detail;
    return f;
}

// An unknown class, or no such instance.
inline wsman::fault destination_unreachable() {
    return sender_fault(wsman::uri::addressing, "DestinationUnreachable",
                        "No route can be determined to reach the destination role defined by the "
                        "WSAddressing To.");
}
inline wsman::fault action_not_supported() {
    return sender_fault(wsman::uri::addressing, "ActionNotSupported",
                        "The action is not supported by the service.");
}
inline wsman::fault header_required() {
    return sender_fault(wsman::uri::addressing, "MessageInformationHeaderRequired",
                        "A required message information header, To, MessageID, or Action, is not "
                        "present.");
}
inline wsman::fault invalid_header() {
    return sender_fault(wsman::uri::addressing, "InvalidMessageInformationHeader",
                        "A message information header is not valid and cannot be processed.");
}
inline wsman::fault invalid_selectors() {
    return sender_fault(wsman::uri::wsman, "InvalidSelectors",
                        "The Selectors for the resource were not valid.");
}
inline wsman::fault access_denied() {
    return sender_fault(wsman::uri::wsman, "AccessDenied",
                        "The sender was not authorized to access "
                        "the resource.");
}
inline wsman::fault already_exists() {
    return sender_fault(wsman::uri::wsman, "AlreadyExists",
                        "The sender attempted to create a resource which already exists.");
}
inline wsman::fault quota_limit() {
    return sender_fault(wsman::uri::wsman, "QuotaLimit",
                        "The service is busy servicing other requests, or its limit is reached.");
}
inline wsman::fault schema_error() {
    return sender_fault(wsman::uri::wsman, "SchemaValidationError",
                        "The supplied SOAP violates the corresponding XML schema definition.");
}
inline wsman::fault invalid_argument() {
    return sender_fault(wsman::uri::wsman, "InvalidParameter",
                        "An operation parameter is not valid.");
}
inline wsman::fault missing_values() {
    return sender_fault(wsman::uri::transfer, "InvalidRepresentation",
                        "The XML content was invalid.",
                        "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/MissingValues");
}
inline wsman::fault invalid_values() {
    return sender_fault(wsman::uri::transfer, "InvalidRepresentation",
                        "The XML content was invalid.",
                        "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidValues");
}
inline wsman::fault invalid_namespace() {
    return sender_fault(wsman::uri::transfer, "InvalidRepresentation",
                        "The XML content was invalid.",
                        "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidNamespace");
}
inline wsman::fault invalid_enumeration_context() {
    return sender_fault(wsman::uri::enumeration, "InvalidEnumerationContext",
                        "The supplied enumeration context is invalid.");
}

inline wsman::fault filtering_not_supported() {
    return sender_fault(wsman::uri::enumeration, "FilteringNotSupported",
                        "Filtered enumeration is not supported.");
}

} // namespace costrand::sim
