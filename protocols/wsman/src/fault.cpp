// SPDX-License-Identifier: Apache-2.0
// What the faults mean in practice: wsman.md 6.
#include <costrand/wsman/fault.hpp>

#include <costrand/wsman/namespaces.hpp>

namespace costrand::wsman {

namespace {

struct known_fault {
    std::string_view ns, subcode, meaning;
};

constexpr known_fault known_faults[] = {
    {uri::addressing, "DestinationUnreachable",
     "this firmware does not know the class, or has no such instance"},
    {uri::addressing, "ActionNotSupported", "the class does not support this operation"},
    {uri::addressing, "InvalidMessageInformationHeader", "a header of the request is malformed"},
    {uri::addressing, "MessageInformationHeaderRequired", "a header of the request is missing"},
    {uri::addressing, "EndpointUnavailable", "the device is busy; try again later"},
    {uri::transfer, "InvalidRepresentation", "what was sent does not fit the class"},
    {uri::wsman, "AccessDenied", "this user lacks the right, or may do this only locally"},
    {uri::wsman, "AlreadyExists", "such an instance is there already"},
    {uri::wsman, "QuotaLimit", "the device's list is full"},
    {uri::wsman, "SchemaValidationError", "the request does not fit the class's schema"},
    {uri::wsman, "InvalidSelectors", "the selectors are missing or wrong"},
    {uri::wsman, "InvalidParameter", "an argument of the method is wrong"},
    {uri::wsman, "TimedOut", "the operation took longer than the request allowed"},
    {uri::wsman, "InternalError", "the firmware failed within"},
    {uri::wsman, "Concurrency", "another operation is in progress; try again later"},
    {uri::enumeration, "CannotProcessFilter", "the enumeration's filter is not understood"},
    {uri::enumeration, "FilteringNotSupported", "the class cannot be filtered"},
    {uri::enumeration, "InvalidExpirationTime", "the enumeration's life time is not acceptable"},
    {uri::enumeration, "InvalidEnumerationContext", "the enumeration is unknown or has expired"},
};

// The last part of a FaultDetail URI says more than the subcode.
constexpr known_fault known_details[] = {
    {uri::transfer, "/MissingValues", "the request lacks a value that the class needs"},
    {uri::transfer, "/InvalidValues", "a value of the request is not acceptable"},
    {uri::transfer, "/InvalidNamespace", "an element of the request is in the wrong namespace"},
};

} // namespace

std::string_view meaning(const fault &f) noexcept {
    for (const auto &k : known_details)
        if (f.subcode_namespace == k.ns && f.detail.ends_with(k.subcode))
            return k.meaning;
    for (const auto &k : known_faults)
        if (f.is(k.ns, k.subcode))
            return k.meaning;
    return {};
}

} // namespace costrand::wsman
