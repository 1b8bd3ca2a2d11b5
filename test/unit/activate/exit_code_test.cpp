// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/exit_code.hpp>
#include <costrand/activate/failure.hpp>

#include <costrand/apf/errc.hpp>
#include <costrand/core/error.hpp>
#include <costrand/rps/errc.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_status.hpp>
#include <costrand/transports/http.hpp>
#include <costrand/transports/lms_tcp.hpp>
#include <costrand/transports/proxy.hpp>
#include <costrand/transports/websocket.hpp>
#include <costrand/wsman/errc.hpp>

#include <boost/asio/error.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace costrand;
using activate::exit_code;
using activate::map_error;

namespace {

int code(const error_code &error) {
    return static_cast<int>(map_error(error).code);
}

// Enumerators go from 1 without a gap; the category has no text for the first value behind them.
void check_complete(const boost::system::error_category &category) {
    const std::string unknown = category.message(10000);
    int value = 1;
    for (; category.message(value) != unknown; ++value) {
        const error_code error(value, category);
        CAPTURE(category.name());
        CAPTURE(error.message());
        const auto mapping = map_error(error);
        CHECK(mapping.known);
        CHECK(mapping.code != exit_code::success);
        CHECK(activate::name(mapping.code) !=
              (mapping.code == exit_code::generic_failure ? "" : "GenericFailure"));
    }
    CHECK(value > 3);
}

} // namespace

TEST_CASE("every error of every component has an exit code") {
    check_complete(core::error_category());
    check_complete(heci::error_category());
    check_complete(apf::error_category());
    check_complete(wsman::error_category());
    check_complete(rps::error_category());
    check_complete(transports::tls_category());
    check_complete(transports::websocket_category());
    check_complete(transports::lms_category());
    check_complete(transports::proxy_category());
    check_complete(transports::http_category());
}

TEST_CASE("the published table is whole: its codes, in order, under their names") {
    struct row {
        int code;
        const char *name;
    };
    // rpc-cli section 11.
    const row rows[] = {{0, "Success"},
                        {1, "IncorrectPermissions"},
                        {2, "HECIDriverNotDetected"},
                        {3, "AmtNotDetected"},
                        {4, "AmtNotReady"},
                        {5, "HelpRequested"},
                        {10, "GenericFailure"},
                        {20, "MissingOrIncorrectURL"},
                        {21, "MissingOrIncorrectProfile"},
                        {22, "ServerCertificateVerificationFailed"},
                        {23, "MissingOrIncorrectPassword"},
                        {28, "IncorrectCommandLineParameters"},
                        {33, "InvalidParameterCombination"},
                        {34, "FailedReadingConfiguration"},
                        {35, "MissingOrInvalidConfiguration"},
                        {36, "InvalidUserInput"},
                        {37, "InvalidUUID"},
                        {38, "PasswordsDoNotMatch"},
                        {70, "RPSAuthenticationFailed"},
                        {71, "AMTConnectionFailed"},
                        {72, "OSNetworkInterfacesLookupFailed"},
                        {100, "AMTAuthenticationFailed"},
                        {101, "WSMANMessageError"},
                        {102, "ActivationFailed"},
                        {103, "NetworkConfigurationFailed"},
                        {104, "CIRAConfigurationFailed"},
                        {105, "TLSConfigurationFailed"},
                        {109, "UnableToDeactivate"},
                        {111, "UnableToActivate"},
                        {113, "UnmarshalMessageFailed"},
                        {128, "ActivationFailed"},
                        {135, "ActivationFailed"},
                        {136, "DuplicateKey"},
                        {137, "WiredConfigurationFailed"},
                        {138, "UnsupportedAMTVersion"},
                        {139, "LMSConnectionFailed"},
                        {154, "SyncDeviceInfoFailed"},
                        {1000, "AmtPtStatusCodeBase"}};
    for (const row &r : rows) {
        CAPTURE(r.code);
        CHECK(activate::name(static_cast<exit_code>(r.code)) == r.name);
    }
    // 0-5, 10, 20-38, 70-72, 100-139, 150-154 and 1000.
    CHECK(activate::exit_codes().size() == 6 + 1 + 19 + 3 + 40 + 5 + 1);
}

TEST_CASE("failures of a run against RPS keep their cause") {
    CHECK(code(rps::errc::password_mismatch) == 70);
    CHECK(code(rps::errc::amt_connect_failed) == 71);
    CHECK(code(rps::errc::amt_no_reply) == 71);
    CHECK(code(rps::errc::amt_authentication_failed) == 100);
    CHECK(code(rps::errc::amt_reply_incomplete) == 101);
    CHECK(code(rps::errc::activation_failed) == 102);
    CHECK(code(rps::errc::network_failed) == 103);
    CHECK(code(rps::errc::cira_failed) == 104);
    CHECK(code(rps::errc::tls_failed) == 105);
    CHECK(code(rps::errc::unsendable_profile) == 21);
    CHECK(code(rps::errc::server_error) == 10);
}

TEST_CASE("failures of the device keep their cause") {
    CHECK(code(heci::errc::no_permission) == 1);
    CHECK(code(heci::errc::no_driver) == 2);
    CHECK(code(heci::errc::busy) == 2);
    CHECK(code(heci::errc::no_device) == 3);
    CHECK(code(heci::errc::no_client) == 3);
    CHECK(code(heci::errc::not_ready) == 4);
    CHECK(code(heci::status::not_permitted) == 1016);
    CHECK(code(apf::errc::open_resource_shortage) == 71);
}

TEST_CASE("failures on the way to the server keep their cause") {
    CHECK(code(transports::tls_errc::certificate_expired) == 22);
    CHECK(code(transports::tls_errc::certificate_wrong_host) == 22);
    CHECK(code(transports::tls_errc::certificate_not_trusted) == 22);
    CHECK(code(transports::tls_errc::certificate_rejected) == 22);
    CHECK(code(transports::websocket_errc::bad_url) == 20);
    CHECK(code(transports::websocket_errc::url_user_info) == 20);
    CHECK(code(transports::http_errc::bad_url) == 20);
    CHECK(code(transports::http_errc::bad_token) == 70);
    CHECK(code(transports::http_errc::body_too_large) == 113);
    CHECK(code(transports::http_errc::ended_early) == 10);
    CHECK(code(transports::proxy_errc::unsupported_kind) == 28);
    CHECK(code(transports::proxy_errc::unreachable) == 10);
    CHECK(code(transports::proxy_errc::authentication_required) == 70);
    CHECK(code(transports::proxy_errc::not_allowed) == 70);
    CHECK(code(transports::proxy_errc::refused) == 10);
    CHECK(code(net::error::host_not_found) == 20);
    CHECK(code(net::error::connection_refused) == 10);
    CHECK(map_error(net::error::connection_refused).known);
}

TEST_CASE("an error that nobody knows is the generic failure") {
    const error_code strange(424242, boost::system::system_category());
    CHECK(code(strange) == 10);
    CHECK_FALSE(map_error(strange).known);
}

TEST_CASE("a failure never becomes 0 in the shell, which keeps 8 bits") {
    CHECK(activate::process_status(exit_code::success) == 0);
    CHECK(activate::process_status(exit_code::activation_failed) == 102);
    CHECK(activate::process_status(static_cast<exit_code>(1016)) == 1016 % 256);
    CHECK(activate::process_status(static_cast<exit_code>(1024)) == 10);
}

TEST_CASE("the text of a failure has the published form, and nothing of the peer in raw") {
    const auto why = activate::explain(heci::errc::no_permission, "/dev/mei0", "a\x1b[31mb\n");
    const std::string text = activate::to_string(why);
    CHECK(text.starts_with("Error 1: IncorrectPermissions - Details: /dev/mei0: "));
    CHECK(text.find("root") != text.npos);
    CHECK(text.find('\x1b') == text.npos);
    CHECK(text.find('\n') == text.npos);
}
