// SPDX-License-Identifier: Apache-2.0
#include <costrand/rps/call_name.hpp>

#include <doctest/doctest.h>

using costrand::rps::call_name;

TEST_CASE("a transfer or enumeration is named by its class and operation") {
    CHECK(
        call_name("POST /wsman HTTP/1.1\r\nHost: x\r\n\r\n26B\r\n<?xml version=\"1.0\"?><Envelope "
                  "xmlns:a=\"x\"><Header><a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/"
                  "Get</a:Action><a:To>/wsman</a:To><w:ResourceURI>http://intel.com/wbem/wscim/1/"
                  "amt-schema/1/AMT_GeneralSettings</w:ResourceURI></Header>") ==
        "AMT_GeneralSettings Get");
}

TEST_CASE("a method is named by its class and itself") {
    CHECK(call_name(
              "<a:Action>http://intel.com/wbem/wscim/1/ips-schema/1/IPS_HostBasedSetupService/"
              "Setup</a:Action><w:ResourceURI>http://intel.com/wbem/wscim/1/ips-schema/1/"
              "IPS_HostBasedSetupService</w:ResourceURI>") == "IPS_HostBasedSetupService Setup");
}

TEST_CASE("the prefix, attributes and look-alikes of the two elements do not matter") {
    CHECK(call_name("<ActionList/><x:Action s:mustUnderstand=\"true\">u/Pull</x:Action>"
                    "<ResourceURI>u/CIM_WiFiPort</ResourceURI>") == "CIM_WiFiPort Pull");
}

TEST_CASE("what is no WS-Management has no name") {
    CHECK(call_name("") == "");
    CHECK(call_name("GET / HTTP/1.1\r\n\r\n") == "");
    CHECK(call_name("<a:Action>x/Get</a:Action>") == "");
    CHECK(call_name("<a:Action") == "");
    CHECK(call_name("<a:Action>") == "");
    CHECK(call_name("<a:Action>x/Get") == "");
}

TEST_CASE("nothing but letters, digits and underscores reaches the screen") {
    CHECK(call_name("<Action>x/G\x1b[2Jet</Action><ResourceURI>x/A\nB\xff</ResourceURI>") ==
          "AB G2Jet");
    CHECK(call_name("<Action>" + std::string(1000, 'a') +
                    "</Action><ResourceURI>b</ResourceURI>") == "b " + std::string(64, 'a'));
}
