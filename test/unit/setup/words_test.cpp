// SPDX-License-Identifier: Apache-2.0
// The rules for passwords, and the words for what devices answer.
#include <costrand/wsman/setup.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::wsman;

namespace {

// What is said against it; nothing: it may be used.
std::string said_against(std::string_view password) {
    try {
        check_password(core::secret(password));
    } catch (const setup_error &e) {
        CHECK(e.step() == setup_step::check_password);
        const auto expected =
            password.empty() ? setup_errc::password_missing : setup_errc::password_unacceptable;
        CHECK(e.code() == expected);
        CHECK((password.size() < 4 || e.text().find(password) == std::string::npos));
        return e.text();
    }
    return "";
}

bool says(std::string_view password, std::string_view part) {
    return said_against(password).find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a password of 8 to 32 characters with all four kinds may be used") {
    CHECK(said_against("P@ssw0rd").empty());
    CHECK(said_against("Aa1!" + std::string(28, 'x')).empty());
    CHECK(said_against("Aa1! with _ and blanks").empty());
}

TEST_CASE("what a password breaks is named") {
    CHECK(says("", "none was given"));
    CHECK(says("P@ssw0r", "8 to 32"));
    CHECK(says("Aa1!" + std::string(29, 'x'), "8 to 32"));
    CHECK(says("P@SSW0RD", "small letter"));
    CHECK(says("p@ssw0rd", "capital letter"));
    CHECK(says("P@ssword", "digit"));
    CHECK(says("Passw0rd", "no letter, digit, blank or underscore"));
    CHECK(says("Pass_w0rd", "no letter, digit, blank or underscore"));
    CHECK(says("Pass w0rd", "no letter, digit, blank or underscore"));
}

TEST_CASE("each printable character may stand in a password, and no other") {
    for (int c = 0; c < 256; ++c) {
        const auto password = "P@ssw0rd" + std::string(1, static_cast<char>(c));
        CHECK_MESSAGE(said_against(password).empty() == (c >= 0x20 && c <= 0x7e), c);
    }
    CHECK(says("P@ssw0rd\xc3\xa9", "ASCII"));
}

TEST_CASE("the same return value means something else to another method (wsman.md 9.3)") {
    CHECK(setup_return_text("Setup", 2) == "2 (InvalidState)");
    CHECK(setup_return_text("Setup", 4) == "4 (MethodDisabled)");
    CHECK(setup_return_text("UpgradeClientToAdmin", 5) == "5 (AuthFailed)");
    CHECK(setup_return_text("AdminSetup", 1) == "1 (InternalError)");
    CHECK(setup_return_text("AdminSetup", 4) == "4"); // not in its list
    CHECK(setup_return_text("AddNextCertInChain", 1) == "1 (InvalidParam)");
    CHECK(setup_return_text("AddNextCertInChain", 2) == "2 (InternalError)");
    CHECK(setup_return_text("AddNextCertInChain", 3) == "3 (InvalidState)");
    CHECK(setup_return_text("AddNextCertInChain", 4) == "4 (CertVerifyFailed)");
    CHECK(setup_return_text("AddNextCertInChain", 5) == "5 (CertChainLengthExceeded)");
    CHECK(setup_return_text("Unprovision", 16) == "16 (NOT_PERMITTED)");
    CHECK(setup_return_text("CommitChanges", 2057) == "2057 (DATA_MISSING)");
    CHECK(setup_return_text("Setup", 99) == "99");
}

TEST_CASE("control modes have the names that amtinfo shows (rpc-cli.md 4.2)") {
    CHECK(to_string(control_mode::none) == "not activated");
    CHECK(to_string(control_mode::client) == "client control mode");
    CHECK(to_string(control_mode::admin) == "admin control mode");
    CHECK(to_string(static_cast<control_mode>(7)) == "control mode 7");
}

TEST_CASE("an error says what went wrong, and what the device is now") {
    setup_failure why;
    why.step = setup_step::set_up;
    why.code = setup_errc::method_refused;
    why.text = "X.Y was refused with 1";
    CHECK(setup_error(why, control_mode::none).text() ==
          "X.Y was refused with 1; the device is not activated");
    CHECK(setup_error(why, control_mode::admin).text() ==
          "X.Y was refused with 1; the device is now in admin control mode");
    CHECK(setup_error(why, std::nullopt).text().find("cannot be read") != std::string::npos);
}
