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

    CHECK(masked_xml("<a>\n<NetworkAdminPassword>0123</NetworkAdminPassword></a>") ==
          "<a><NetworkAdminPassword>***</NetworkAdminPassword></a>");
    for (const char *document :
         {"<g:PSKPassPhrase xmlns:g=\"u\" a=\"b>\">hunter2</g:PSKPassPhrase>",
          "<my_ns:Password xmlns:my_ns=\"u\">hunter2</my_ns:Password>",
          "<Key><Key>a</Key>hunter2</Key>", "<KeyBlob><![CDATA[hunter2]]></KeyBlob>",
          "<Password>hunter2", "<a><Password x=\"/>\">hunter2</Password></a>"}) {
        CAPTURE(std::string(document));
        CHECK_FALSE(has(masked_xml(document), "hunter2"));
    }
}

TEST_CASE("what is no secret stays") {
    CHECK(masked_xml("<?xml version=\"1.0\"?>\n<a><b>line\nnext</b><Password/></a>") ==
          "<a><b>line next</b><Password></Password></a>");
    CHECK(has(masked_xml("<g:AMT_PublicPrivateKeyPair xmlns:g=\"u\"><g:InstanceID>one"
                         "</g:InstanceID></g:AMT_PublicPrivateKeyPair>"),
              ">one</"));
    CHECK(masked_xml("text > only") == "11 bytes that are no XML");
    CHECK(masked_xml("").starts_with("0 bytes"));
}
