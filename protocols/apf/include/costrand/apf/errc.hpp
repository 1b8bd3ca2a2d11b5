// SPDX-License-Identifier: Apache-2.0
// apf::errc: what can be wrong with an APF message, a channel or a session. Header-only, so that
// the codec and the state machines link nothing. No Asio in here.
#pragma once

#include <boost/system/errc.hpp>
#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

#include <cstddef>
#include <string>

namespace costrand::apf {

enum class errc {
    // of one message
    need_more = 1,          // byte stream: a legal beginning, the rest has not come yet
    empty_message,          // a message of no bytes
    unknown_message,        // a message number that does not exist
    truncated,              // a fixed field is cut
    length_exceeds_message, // a length prefix points past the end
    string_too_long,        // more than max_string bytes
    data_too_long,          // more payload than the limit of a byte stream
    password_flag_not_zero, // USERAUTH_REQUEST asks for a password change
    unknown_global_request, // byte stream: its length is unknown, so there is no way on

    // of one channel
    open_prohibited,        // CHANNEL_OPEN_FAILURE 1
    open_connect_failed,    // CHANNEL_OPEN_FAILURE 2
    open_unknown_type,      // CHANNEL_OPEN_FAILURE 3
    open_resource_shortage, // CHANNEL_OPEN_FAILURE 4
    open_rejected,          // CHANNEL_OPEN_FAILURE with another reason
    confirmation_timed_out, // no answer to CHANNEL_OPEN
    no_free_channel,        // every number of ours is in use
    window_overrun,         // the peer sent more than we allowed; the channel is closed
    channel_closed_by_peer, // a write after the peer's CHANNEL_CLOSE

    // of the session
    handshake_timed_out,   // the peer does not answer, or never comes to an end
    protocol_error,        // the peer broke the rules; DISCONNECT 2 was sent
    version_not_supported, // the peer is older than 1.0; DISCONNECT 8 was sent
    service_not_available, // the peer asked for an unknown service; DISCONNECT 7 was sent
    authentication_failed, // the peer's USERAUTH_REQUEST was refused
    disconnected,          // the peer sent DISCONNECT
    link_ended,            // the link came to an orderly end under the session
};

namespace detail {

inline const char *text_of(errc e) noexcept {
    switch (e) {
    case errc::need_more:
        return "incomplete APF message";
    case errc::empty_message:
        return "empty APF message";
    case errc::unknown_message:
        return "unknown APF message number";
    case errc::truncated:
        return "APF message cut within a field";
    case errc::length_exceeds_message:
        return "length field points past the end of the APF message";
    case errc::string_too_long:
        return "string in an APF message beyond the limit";
    case errc::data_too_long:
        return "payload of an APF message beyond the limit";
    case errc::password_flag_not_zero:
        return "APF authentication asks for a password change";
    case errc::unknown_global_request:
        return "unknown APF global request";
    case errc::open_prohibited:
        return "the firmware does not offer this port now (open failure 1)";
    case errc::open_connect_failed:
        return "the firmware's service cannot be reached (open failure 2)";
    case errc::open_unknown_type:
        return "the peer does not know this channel type (open failure 3)";
    case errc::open_resource_shortage:
        return "all channels of the firmware are in use (open failure 4)";
    case errc::open_rejected:
        return "the peer refused the channel";
    case errc::confirmation_timed_out:
        return "the firmware did not answer the channel open in time";
    case errc::no_free_channel:
        return "no free APF channel number";
    case errc::window_overrun:
        return "the peer sent more than the channel's window";
    case errc::channel_closed_by_peer:
        return "the peer closed the channel";
    case errc::handshake_timed_out:
        return "the firmware did not complete the APF handshake in time";
    case errc::protocol_error:
        return "the peer broke the APF protocol";
    case errc::version_not_supported:
        return "the peer's APF version is not supported";
    case errc::service_not_available:
        return "the peer asked for an unknown APF service";
    case errc::authentication_failed:
        return "APF authentication refused";
    case errc::disconnected:
        return "the peer ended the APF session";
    case errc::link_ended:
        return "the link to the firmware ended";
    }
    return "unknown APF error";
}

class category final : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "costrand.apf"; }
    std::string message(int value) const override { return text_of(static_cast<errc>(value)); }
    char const *message(int value, char *, std::size_t) const noexcept override {
        return text_of(static_cast<errc>(value));
    }
    // Makes the two time limits equal to core::cond::timed_out.
    boost::system::error_condition default_error_condition(int value) const noexcept override {
        const auto e = static_cast<errc>(value);
        if (e == errc::confirmation_timed_out || e == errc::handshake_timed_out)
            return boost::system::errc::make_error_condition(boost::system::errc::timed_out);
        return {value, *this};
    }
};

} // namespace detail

inline const boost::system::error_category &error_category() noexcept {
    static const detail::category instance;
    return instance;
}

inline boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

} // namespace costrand::apf

template <>
struct boost::system::is_error_code_enum<costrand::apf::errc> : std::true_type {};
