// SPDX-License-Identifier: Apache-2.0
// Which exit code an error ends the program with, and what its user can do about it: one row for
// each error of every category but rps, whose errors know their code and say in their own text what
// to do (protocols/rps/src/errc.cpp).
#include <costrand/activate/exit_code.hpp>

#include <costrand/apf/errc.hpp>
#include <costrand/core/awaitable.hpp>
#include <costrand/core/error.hpp>
#include <costrand/rps/errc.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_status.hpp>
#include <costrand/transports/http.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/transports/proxy.hpp>
#include <costrand/transports/tls.hpp>
#include <costrand/transports/websocket.hpp>
#include <costrand/wsman/errc.hpp>
#include <costrand/wsman/setup_errc.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>

#include <array>

#include <cerrno>

namespace costrand::activate {

namespace {

using enum exit_code;

template <typename Errc>
struct row {
    Errc error;
    exit_code code;
    std::string_view advice;
};

constexpr std::array heci_rows = {
    row<heci::errc>{heci::errc::no_driver, heci_driver_not_detected,
                    "load it (modprobe mei_me), or switch AMT on in the BIOS; a machine without "
                    "Intel vPro has none"},
    row<heci::errc>{heci::errc::no_permission, incorrect_permissions, ""},
    row<heci::errc>{heci::errc::not_ready, amt_not_ready,
                    "wait a minute and try again; if it stays so, look at AMT in the BIOS"},
    row<heci::errc>{heci::errc::no_client, amt_not_detected,
                    "AMT is missing or disabled: look at it in the BIOS"},
    row<heci::errc>{heci::errc::busy, heci_driver_not_detected,
                    "is the LMS service or another activation running?"},
    row<heci::errc>{heci::errc::connect_refused, heci_driver_not_detected,
                    "AMT may be disabled: look at it in the BIOS"},
    row<heci::errc>{heci::errc::connect_timed_out, amt_not_ready,
                    "the firmware hangs or restarts: wait a minute and try again"},
    row<heci::errc>{heci::errc::device_reset, amt_connection_failed,
                    "it was reset more often than this program tries again: wait a minute"},
    row<heci::errc>{heci::errc::message_too_large, amt_connection_failed, ""},
    row<heci::errc>{heci::errc::bad_reply, unmarshal_message_failed, ""},
    row<heci::errc>{heci::errc::reply_timed_out, amt_not_ready,
                    "the firmware hangs or restarts: wait a minute and try again"},
    row<heci::errc>{heci::errc::no_device, amt_not_detected,
                    "this machine has no AMT, or it is disabled in the BIOS"},
    row<heci::errc>{heci::errc::unsupported_request, generic_failure, ""},
    row<heci::errc>{heci::errc::not_supported, heci_driver_not_detected, ""},
};

constexpr std::array apf_rows = {
    row<apf::errc>{apf::errc::need_more, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::empty_message, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::unknown_message, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::truncated, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::length_exceeds_message, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::string_too_long, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::data_too_long, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::password_flag_not_zero, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::unknown_global_request, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::open_prohibited, amt_connection_failed,
                   "AMT may be disabled, or be restarting: wait a minute and try again"},
    row<apf::errc>{apf::errc::open_connect_failed, amt_connection_failed,
                   "AMT's web server does not run: wait a minute and try again"},
    row<apf::errc>{apf::errc::open_unknown_type, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::open_resource_shortage, amt_connection_failed,
                   "another program's channels stay open: end it, or wait some minutes"},
    row<apf::errc>{apf::errc::open_rejected, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::confirmation_timed_out, amt_connection_failed,
                   "the firmware hangs or restarts: wait a minute and try again"},
    row<apf::errc>{apf::errc::no_free_channel, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::window_overrun, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::channel_closed_by_peer, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::handshake_timed_out, amt_connection_failed,
                   "the firmware hangs or restarts: wait a minute and try again"},
    row<apf::errc>{apf::errc::protocol_error, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::version_not_supported, unsupported_amt_version, ""},
    row<apf::errc>{apf::errc::service_not_available, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::authentication_failed, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::disconnected, amt_connection_failed, ""},
    row<apf::errc>{apf::errc::link_ended, amt_connection_failed, ""},
};

constexpr std::array wsman_rows = {
    row<wsman::errc>{wsman::errc::http_malformed, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::http_truncated, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::http_too_large, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::http_ambiguous, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::http_unsupported, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::challenge_malformed, amt_authentication_failed, ""},
    row<wsman::errc>{wsman::errc::challenge_unsupported, amt_authentication_failed, ""},
    row<wsman::errc>{wsman::errc::digest_failed, generic_failure,
                     "AMT needs MD5, which this system's crypto policy forbids"},
    row<wsman::errc>{wsman::errc::xml_malformed, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::xml_too_large, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::xml_forbidden, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::xml_unwritable, invalid_user_input, ""},
    row<wsman::errc>{wsman::errc::envelope_malformed, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::fault, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::http_status, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::unauthorized, amt_authentication_failed, ""},
    row<wsman::errc>{wsman::errc::reply_lost, amt_connection_failed, ""},
    row<wsman::errc>{wsman::errc::wrong_reply, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::enumeration_too_long, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::another_class, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::unknown_class, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::element_missing, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::record_malformed, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::method_refused, wsman_message_error, ""},
    row<wsman::errc>{wsman::errc::certificate_failed, wsman_message_error, ""},
};

// Those that say less than the step they happen in are told by that: local_report.cpp.
using wsman::setup_errc;
constexpr std::array setup_rows = {
    row<setup_errc>{setup_errc::password_missing, missing_or_incorrect_password,
                    "set AMT_PASSWORD or give --password"},
    row<setup_errc>{setup_errc::password_unacceptable, missing_or_incorrect_password, ""},
    row<setup_errc>{setup_errc::already_activated, unable_to_activate, ""},
    row<setup_errc>{setup_errc::not_activated, unable_to_deactivate, ""},
    row<setup_errc>{setup_errc::mode_unsuitable, invalid_parameter_combination, ""},
    row<setup_errc>{setup_errc::method_refused, generic_failure, ""},
    row<setup_errc>{setup_errc::reply_incomplete, generic_failure, ""},
    row<setup_errc>{setup_errc::not_in_effect, generic_failure, ""},
    row<setup_errc>{setup_errc::pfx_malformed, provisioning_certificate_invalid, ""},
    row<setup_errc>{setup_errc::pfx_wrong_password, wrong_certificate_password,
                    "set PROVISIONING_CERT_PASSWORD or give --provisioningCertPwd"},
    row<setup_errc>{setup_errc::pfx_no_certificate, no_certificates_in_pfx, ""},
    row<setup_errc>{setup_errc::pfx_no_key, no_private_key_in_pfx,
                    "export it together with its private key"},
    row<setup_errc>{setup_errc::pfx_key_without_certificate, provisioning_certificate_invalid, ""},
    row<setup_errc>{setup_errc::chain_incomplete, root_certificate_not_in_pfx, ""},
    row<setup_errc>{setup_errc::certificate_expired, provisioning_certificate_invalid,
                    "renew it; or is this machine's clock wrong?"},
    row<setup_errc>{setup_errc::certificate_not_yet_valid, provisioning_certificate_invalid,
                    "is this machine's clock wrong?"},
    row<setup_errc>{setup_errc::certificate_weak_hash, provisioning_certificate_invalid, ""},
    row<setup_errc>{setup_errc::certificate_key_unfit, provisioning_certificate_invalid, ""},
    row<setup_errc>{setup_errc::certificate_wrong_usage, provisioning_certificate_invalid, ""},
    row<setup_errc>{setup_errc::root_not_trusted, root_not_trusted_by_amt, ""},
    row<setup_errc>{setup_errc::root_inactive, root_not_trusted_by_amt, ""},
    row<setup_errc>{setup_errc::suffix_missing, missing_dns_suffix, ""},
    row<setup_errc>{setup_errc::suffix_mismatch, provisioning_certificate_invalid, ""},
    row<setup_errc>{setup_errc::signing_failed, activation_signing, ""},
};

constexpr std::array tls_rows = {
    row<transports::tls_errc>{transports::tls_errc::certificate_expired,
                              server_certificate_verification_failed,
                              "renew the server's certificate, or check this machine's clock"},
    row<transports::tls_errc>{transports::tls_errc::certificate_wrong_host,
                              server_certificate_verification_failed,
                              "use the host name that the certificate is made for"},
    row<transports::tls_errc>{transports::tls_errc::certificate_not_trusted,
                              server_certificate_verification_failed,
                              "install its root certificate on this machine, or, only where nobody "
                              "can listen, use --skip-cert-check"},
    row<transports::tls_errc>{transports::tls_errc::certificate_rejected,
                              server_certificate_verification_failed, ""},
    row<transports::tls_errc>{transports::tls_errc::refused_by_peer, generic_failure,
                              "the server's log says why"},
    row<transports::tls_errc>{
        transports::tls_errc::protocol, generic_failure,
        "does the server speak TLS? For one that does not write ws:// or http://"},
    row<transports::tls_errc>{transports::tls_errc::truncated, generic_failure,
                              "the server, or a firewall before it, ended the connection"},
    row<transports::tls_errc>{transports::tls_errc::bad_configuration, generic_failure,
                              "look at this machine's trust store"},
};

constexpr std::array websocket_rows = {
    row<transports::websocket_errc>{transports::websocket_errc::bad_url, missing_or_incorrect_url,
                                    ""},
    row<transports::websocket_errc>{transports::websocket_errc::url_user_info,
                                    missing_or_incorrect_url, ""},
    row<transports::websocket_errc>{transports::websocket_errc::upgrade_refused,
                                    missing_or_incorrect_url,
                                    "is this the provisioning server's URL? Its path usually is "
                                    "/activate"},
    row<transports::websocket_errc>{transports::websocket_errc::not_websocket,
                                    missing_or_incorrect_url,
                                    "is this the provisioning server's URL?"},
};

using transports::http_errc;
constexpr std::array http_rows = {
    row<http_errc>{http_errc::bad_url, missing_or_incorrect_url, ""},
    row<http_errc>{http_errc::url_user_info, missing_or_incorrect_url, ""},
    row<http_errc>{http_errc::bad_token, rps_authentication_failed,
                   "check --auth-token and AUTH_TOKEN"},
    row<http_errc>{http_errc::not_http, missing_or_incorrect_url,
                   "check host and port; for a server that speaks TLS write https://"},
    row<http_errc>{http_errc::header_too_large, unmarshal_message_failed, "is this the right URL?"},
    row<http_errc>{http_errc::body_too_large, unmarshal_message_failed, "is this the right URL?"},
    row<http_errc>{http_errc::ended_early, generic_failure,
                   "the server, or a firewall before it, ended the connection: look at both"},
};

using transports::proxy_errc;
constexpr std::array proxy_rows = {
    row<proxy_errc>{proxy_errc::bad_url, incorrect_command_line_parameters, ""},
    row<proxy_errc>{proxy_errc::unsupported_kind, incorrect_command_line_parameters, ""},
    row<proxy_errc>{proxy_errc::unreachable, generic_failure,
                    "check the proxy's host and port, and this machine's network"},
    row<proxy_errc>{proxy_errc::bad_target, missing_or_incorrect_url, "check the host name"},
    row<proxy_errc>{proxy_errc::ended, generic_failure,
                    "is this the proxy's port, and a proxy of that kind? Its log says more"},
    row<proxy_errc>{
        proxy_errc::not_http, generic_failure,
        "is this the port of an HTTP proxy? For a SOCKS5 proxy write socks5://HOST:PORT"},
    row<proxy_errc>{proxy_errc::header_too_large, generic_failure,
                    "is this the port of an HTTP proxy?"},
    row<proxy_errc>{proxy_errc::authentication_required, rps_authentication_failed,
                    "put them before its host, USER:PASSWORD@HOST:PORT, in the "
                    "environment variable RPC_PROXY or in config.yaml"},
    row<proxy_errc>{proxy_errc::authentication_failed, rps_authentication_failed,
                    "check them; @ : / and % in them are written %40 %3A %2F %25"},
    row<proxy_errc>{
        proxy_errc::authentication_unsupported, rps_authentication_failed,
        "its administrator can allow user and password (Basic), or this server without"},
    row<proxy_errc>{proxy_errc::not_allowed, rps_authentication_failed,
                    "its administrator can allow the server's host and port"},
    row<proxy_errc>{proxy_errc::refused, generic_failure,
                    "check the server's host and port; the proxy's log says more"},
    row<proxy_errc>{proxy_errc::not_socks5, generic_failure,
                    "is this the port of a SOCKS5 proxy? For an HTTP proxy write http://HOST:PORT"},
    row<proxy_errc>{proxy_errc::socks_failure, generic_failure,
                    "check the server's host and port; the proxy's log says more"},
    row<proxy_errc>{proxy_errc::network_unreachable, generic_failure,
                    "check the server's host and the proxy's network"},
    row<proxy_errc>{proxy_errc::host_unreachable, generic_failure,
                    "check the server's host name, which the proxy looks up"},
    row<proxy_errc>{proxy_errc::connection_refused, generic_failure,
                    "nothing listens there: check the server's host and port"},
    row<proxy_errc>{proxy_errc::ttl_expired, generic_failure,
                    "check the server's host and port, and the firewalls behind the proxy"},
    row<proxy_errc>{proxy_errc::command_not_supported, generic_failure,
                    "the proxy's configuration must allow CONNECT"},
    row<proxy_errc>{proxy_errc::address_not_supported, generic_failure,
                    "write the server's name instead of its address, or the other way round"},
    row<proxy_errc>{proxy_errc::unknown_reply, generic_failure, "the proxy's log says more"},
};

constexpr std::array lms_rows = {
    row<transports::lms_errc>{transports::lms_errc::not_running, lms_connection_failed,
                              "start the LMS service, or use --transport lme"},
    row<transports::lms_errc>{transports::lms_errc::no_answer, lms_connection_failed,
                              "restart the LMS service, or stop it and use --transport lme"},
    row<transports::lms_errc>{transports::lms_errc::mute, lms_connection_failed,
                              "restart the LMS service, or stop it and use --transport lme"},
    row<transports::lms_errc>{transports::lms_errc::hangs_up, lms_connection_failed,
                              "restart the LMS service, or stop it and use --transport lme"},
};

constexpr std::array core_rows = {
    row<core::errc>{core::errc::closed, generic_failure, ""},
    row<core::errc>{core::errc::timed_out, generic_failure, ""},
    row<core::errc>{core::errc::message_too_large, unmarshal_message_failed, ""},
    row<core::errc>{core::errc::malformed, unmarshal_message_failed, ""},
    row<core::errc>{core::errc::limit_exceeded, unmarshal_message_failed, ""},
    row<core::errc>{core::errc::overloaded, generic_failure, ""},
};

// Of Asio and the system: what can happen on the way to the server.
constexpr std::array system_rows = {
    row<int>{EACCES, incorrect_permissions, "run as root"},
    row<int>{EPERM, incorrect_permissions, "run as root"},
    row<int>{ECONNREFUSED, generic_failure, "nothing listens there: check host and port"},
    row<int>{ECONNRESET, generic_failure,
             "the server, or a firewall before it, ended the connection: look at both"},
    row<int>{ECONNABORTED, generic_failure, ""},
    row<int>{EPIPE, generic_failure, ""},
    row<int>{ETIMEDOUT, generic_failure, "check host, port and the firewalls between"},
    row<int>{EHOSTUNREACH, generic_failure, "check the network"},
    row<int>{ENETUNREACH, generic_failure, "check the network"},
    row<int>{ENETDOWN, generic_failure, "check the network"},
    row<int>{ECANCELED, generic_failure, ""},
    row<int>{EMFILE, generic_failure, "raise the limit on open files"},
    row<int>{ENOMEM, generic_failure, ""},
};

constexpr std::array netdb_rows = {
    row<int>{net::error::host_not_found, missing_or_incorrect_url, "check the host name"},
    row<int>{net::error::host_not_found_try_again, missing_or_incorrect_url,
             "check the host name, and this machine's DNS"},
    row<int>{net::error::no_data, missing_or_incorrect_url, "check the host name"},
    row<int>{net::error::no_recovery, missing_or_incorrect_url, "check this machine's DNS"},
};

template <typename Rows>
error_mapping find(const Rows &rows, int value) noexcept {
    for (const auto &r : rows)
        if (static_cast<int>(r.error) == value)
            return {r.code, r.advice, true};
    return {};
}

} // namespace

error_mapping map_error(const boost::system::error_code &error) noexcept {
    const auto &category = error.category();
    const int value = error.value();
    if (category == heci::error_category())
        return find(heci_rows, value);
    if (category == heci::status_category())
        // A status is 32 bits of the firmware's; one beyond all known ones keeps the base alone.
        return {static_cast<exit_code>(static_cast<int>(amt_status_base) +
                                       (value > 0 && value < 0x10000 ? value : 0)),
                "", true};
    if (category == apf::error_category())
        return find(apf_rows, value);
    if (category == rps::error_category())
        return {static_cast<exit_code>(rps::exit_code(error)), "", true};
    if (category == wsman::error_category())
        return find(wsman_rows, value);
    if (category == wsman::setup_category())
        return find(setup_rows, value);
    if (category == transports::tls_category())
        return find(tls_rows, value);
    if (category == transports::websocket_category())
        return find(websocket_rows, value);
    if (category == transports::http_category())
        return find(http_rows, value);
    if (category == transports::proxy_category())
        return find(proxy_rows, value);
    if (category == transports::lms_category())
        return find(lms_rows, value);
    if (category == core::error_category())
        return find(core_rows, value);
    if (category == boost::system::system_category() ||
        category == boost::system::generic_category())
        return find(system_rows, value);
    if (category == net::error::get_netdb_category())
        return find(netdb_rows, value);
    if (error == net::error::eof)
        return {generic_failure, "", true};
    return {};
}

} // namespace costrand::activate
