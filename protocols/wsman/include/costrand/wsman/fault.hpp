// SPDX-License-Identifier: Apache-2.0
// A SOAP fault: the peer's own words about why it refused (wsman.md 6). Sans-io.
#pragma once

#include <costrand/wsman/errc.hpp>

#include <boost/system/system_error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace costrand::wsman {

struct fault {
    std::string code;              // local name: "Sender" or "Receiver"
    std::string subcode_namespace; // uri::addressing, uri::wsman, uri::transfer, ...
    std::string subcode;           // local name: "DestinationUnreachable"; may be empty
    std::string reason = {};       // a sentence, in English with AMT
    std::string detail = {};       // text of Detail, often empty, sometimes a FaultDetail URI

    friend bool operator==(const fault &, const fault &) = default;

    [[nodiscard]] bool is(std::string_view space, std::string_view local) const noexcept {
        return subcode_namespace == space && subcode == local;
    }
};

// What a subcode of AMT's means to whoever asked (wsman.md 6), a sentence without a full stop;
// empty for one that is not known.
[[nodiscard]] std::string_view meaning(const fault &f) noexcept;

// "DestinationUnreachable: No route can be determined ..."
[[nodiscard]] inline std::string to_string(const fault &f) {
    std::string out = f.subcode.empty() ? f.code : f.subcode;
    if (!f.reason.empty())
        out += ": " + f.reason;
    if (!f.detail.empty())
        out += " (" + f.detail + ")";
    return out;
}

// Thrown with errc::fault; what() holds the fault's text.
class fault_error : public boost::system::system_error {
  public:
    explicit fault_error(wsman::fault f)
        : system_error(make_error_code(errc::fault), to_string(f)),
          fault_(std::move(f)) {}

    [[nodiscard]] const wsman::fault &fault() const noexcept { return fault_; }

  private:
    wsman::fault fault_;
};

} // namespace costrand::wsman
