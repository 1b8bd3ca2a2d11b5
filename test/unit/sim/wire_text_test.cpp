// SPDX-License-Identifier: Apache-2.0
#include <src/wire_text.hpp>

#include <costrand/apf/codec.hpp>
#include <costrand/transports/amthi_messages.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace costrand;
using namespace costrand::sim;

namespace {

std::string lme(sent_by who, const apf::message &m) {
    std::vector<std::byte> bytes;
    apf::encode(m, bytes);
    return wire_text(heci::client::lme, who, bytes);
}

bool has(const std::string &text, std::string_view what) {
    return text.find(what) != std::string::npos;
}

} // namespace

TEST_CASE("an APF message is told by its name and fields") {
    CHECK(lme(sent_by::host, apf::channel_window_adjust{3, 2048}) ==
          "CHANNEL_WINDOW_ADJUST channel 3, 2048 bytes more");
    CHECK(lme(sent_by::firmware, apf::channel_open_failure{1, 4}) ==
          "CHANNEL_OPEN_FAILURE channel 1, reason 4");
    CHECK(lme(sent_by::firmware, apf::tcpip_forward{true, "", 16992}) ==
          "GLOBAL_REQUEST tcpip-forward \"\" port 16992");
}

TEST_CASE("bytes that are no message are told as such") {
    const std::vector<std::byte> odd(7, std::byte{0x77});
    CHECK(wire_text(heci::client::lme, sent_by::host, odd) == "no message of this client: 7 bytes");
    CHECK(wire_text(heci::client::amthi, sent_by::firmware, odd) ==
          "no message of this client: 7 bytes");
}

TEST_CASE("a peer's text does not break the line") {
    const auto line = lme(sent_by::host, apf::service_request{"a\nb\"c"});
    CHECK(line == "SERVICE_REQUEST \"a?b?c\"");
}

TEST_CASE("an AMTHI command is told by its name, status and data") {
    CHECK(wire_text(heci::client::amthi, sent_by::host,
                    heci::encode_request(heci::command::hash_entry, 2)) ==
          "Get certificate hash entry, data 02000000");
    CHECK(wire_text(heci::client::amthi, sent_by::firmware,
                    heci::encode_reply(heci::command::control_mode, heci::status(16))) ==
          "Get control mode, status 16");
}

TEST_CASE("passwords are masked in each kind of message") {
    const std::vector<std::byte> account(66, std::byte{'p'});
    const auto reply =
        wire_text(heci::client::amthi, sent_by::firmware,
                  heci::encode_reply(heci::command::local_account, heci::status::success, account));
    CHECK(reply == "Get local system account, status 0, 66 bytes: ***");

    apf::userauth_request auth;
    auth.user = "admin";
    auth.service = apf::service_forwarding;
    auth.method = apf::method_password;
    auth.password = apf::secret_view("hunter2");
    const auto line = lme(sent_by::host, auth);
    CHECK(has(line, "password ***"));
    CHECK_FALSE(has(line, "hunter2"));

    CHECK(masked_xml("<a>\n<r:NetworkAdminPassword>0123</r:NetworkAdminPassword></a>") ==
          "<a> <r:NetworkAdminPassword>***</r:NetworkAdminPassword></a>");
    CHECK(masked_xml("<g:PSKPassPhrase a=\"b\">x<y>z</y></g:PSKPassPhrase>") ==
          "<g:PSKPassPhrase a=\"b\">***</g:PSKPassPhrase>");
    CHECK(masked_xml("<my_ns:Password>x</my_ns:Password>") ==
          "<my_ns:Password>***</my_ns:Password>");
    CHECK(masked_xml("<Password>never closed") == "<Password>***");
    CHECK(masked_xml("<p:KeyBlob><![CDATA[secret]]></p:KeyBlob>") == "<p:KeyBlob>***</p:KeyBlob>");
}

TEST_CASE("what is no secret stays") {
    const std::string plain =
        "<?xml version=\"1.0\"?><g:AMT_PublicKeyCertificate><g:Subject>CN=a</g:Subject>"
        "</g:AMT_PublicKeyCertificate><Password/><b>c</b>";
    CHECK(masked_xml(plain) == plain);
    CHECK(masked_xml("").empty());
    CHECK(masked_xml("<") == "<");
    CHECK(masked_xml("text > only") == "text > only");
}
