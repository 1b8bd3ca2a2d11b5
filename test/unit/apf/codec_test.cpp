// SPDX-License-Identifier: Apache-2.0
// The codec against the 126 vectors of test/data/apf-vectors.json, and what they leave open.
#include <costrand/apf/codec.hpp>
#include <costrand/core/error.hpp>

#include <support/hex.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

using namespace costrand;
using namespace costrand::apf;
namespace json = boost::json;

namespace {

json::array load_vectors() {
    std::ifstream file(std::string(COSTRAND_TEST_DATA) + "/apf-vectors.json");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    return json::parse(text).as_array();
}

const json::array &vectors() {
    static const json::array all = load_vectors();
    return all;
}

std::string text_at(const json::object &o, const char *key) {
    return std::string(o.at(key).as_string());
}

std::string verdict_of(const core::result<decoded> &r) {
    if (r)
        return "accept";
    if (r.error() == errc::need_more)
        return "need_more";
    if (r.error() == errc::empty_message)
        return "reject: empty";
    if (r.error() == errc::unknown_message)
        return "reject: unknown type";
    if (r.error() == errc::truncated)
        return "reject: truncated";
    if (r.error() == errc::length_exceeds_message)
        return "reject: length exceeds message";
    if (r.error() == errc::string_too_long)
        return "reject: string too long";
    if (r.error() == errc::data_too_long)
        return "reject: data too long";
    if (r.error() == errc::password_flag_not_zero)
        return "reject: password flag not zero";
    if (r.error() == errc::unknown_global_request)
        return "reject: unknown global request";
    return "another error: " + r.error().message();
}

// The vectors' own names of the fields.
struct to_fields {
    json::object operator()(const disconnect &m) const {
        return {{"message", "DISCONNECT"}, {"reason", m.reason}};
    }
    json::object operator()(const service_request &m) const {
        return {{"message", "SERVICE_REQUEST"}, {"service", m.service}};
    }
    json::object operator()(const service_accept &m) const {
        return {{"message", "SERVICE_ACCEPT"}, {"service", m.service}};
    }
    json::object operator()(const userauth_request &m) const {
        json::object o{{"message", "USERAUTH_REQUEST"},
                       {"username", m.user},
                       {"service", m.service},
                       {"method", m.method}};
        if (m.method == method_password)
            o["password"] = m.password.reveal();
        return o;
    }
    json::object operator()(const userauth_failure &m) const {
        return {{"message", "USERAUTH_FAILURE"},
                {"methods", m.methods},
                {"partial_success", m.partial_success}};
    }
    json::object operator()(const userauth_success &) const {
        return {{"message", "USERAUTH_SUCCESS"}};
    }
    json::object operator()(const tcpip_forward &m) const {
        return forward("tcpip-forward", m.want_reply, m.address, m.port);
    }
    json::object operator()(const cancel_tcpip_forward &m) const {
        return forward("cancel-tcpip-forward", m.want_reply, m.address, m.port);
    }
    json::object operator()(const udp_send_to &m) const {
        auto o = forward("udp-send-to@amt.intel.com", m.want_reply, m.address, m.port);
        o["originator_address"] = m.originator_address;
        o["originator_port"] = m.originator_port;
        o["data_hex"] = test::to_hex(m.data);
        return o;
    }
    json::object operator()(const unknown_global_request &m) const {
        return {{"message", "GLOBAL_REQUEST"},
                {"request", m.name},
                {"want_reply", m.want_reply ? 1 : 0}};
    }
    json::object operator()(const request_success &m) const {
        json::object o{{"message", "REQUEST_SUCCESS"}};
        if (m.port)
            o["port"] = *m.port;
        return o;
    }
    json::object operator()(const request_failure &) const {
        return {{"message", "REQUEST_FAILURE"}};
    }
    json::object operator()(const channel_open &m) const {
        return {{"message", "CHANNEL_OPEN"},
                {"channel_type", m.type},
                {"sender_channel", m.sender},
                {"initial_window", m.window},
                {"connected_address", m.connected_address},
                {"connected_port", m.connected_port},
                {"originator_address", m.originator_address},
                {"originator_port", m.originator_port}};
    }
    json::object operator()(const channel_open_confirmation &m) const {
        return {{"message", "CHANNEL_OPEN_CONFIRMATION"},
                {"recipient_channel", m.recipient},
                {"sender_channel", m.sender},
                {"initial_window", m.window}};
    }
    json::object operator()(const channel_open_failure &m) const {
        return {{"message", "CHANNEL_OPEN_FAILURE"},
                {"recipient_channel", m.recipient},
                {"reason", m.reason}};
    }
    json::object operator()(const channel_window_adjust &m) const {
        return {{"message", "CHANNEL_WINDOW_ADJUST"},
                {"recipient_channel", m.recipient},
                {"bytes_to_add", m.bytes_to_add}};
    }
    json::object operator()(const channel_data &m) const {
        return {{"message", "CHANNEL_DATA"},
                {"recipient_channel", m.recipient},
                {"data_hex", test::to_hex(m.data)}};
    }
    json::object operator()(const channel_close &m) const {
        return {{"message", "CHANNEL_CLOSE"}, {"recipient_channel", m.recipient}};
    }
    json::object operator()(const protocol_version &m) const {
        return {{"message", "PROTOCOLVERSION"},
                {"major", m.major},
                {"minor", m.minor},
                {"trigger", m.trigger_reason},
                {"uuid", to_text(m.system)}};
    }
    json::object operator()(const keepalive_request &m) const {
        return {{"message", "KEEPALIVE_REQUEST"}, {"cookie", m.cookie}};
    }
    json::object operator()(const keepalive_reply &m) const {
        return {{"message", "KEEPALIVE_REPLY"}, {"cookie", m.cookie}};
    }
    json::object operator()(const keepalive_options_request &m) const {
        return {{"message", "KEEPALIVE_OPTIONS_REQUEST"},
                {"interval_s", m.interval_seconds},
                {"timeout_s", m.timeout_seconds}};
    }
    json::object operator()(const keepalive_options_reply &m) const {
        return {{"message", "KEEPALIVE_OPTIONS_REPLY"},
                {"interval_s", m.interval_seconds},
                {"timeout_s", m.timeout_seconds}};
    }

    static json::object forward(const char *request, bool want_reply, std::string_view address,
                                std::uint32_t port) {
        return {{"message", "GLOBAL_REQUEST"},
                {"request", request},
                {"want_reply", want_reply ? 1 : 0},
                {"address", address},
                {"port", port}};
    }
};

void check_fields(const json::object &vector, const decoded &got) {
    json::object expected = vector.at("fields").as_object();
    expected.erase("reserved_all_zero"); // not kept: reserved bytes are ignored on receipt
    const json::object fields = std::visit(to_fields(), got.what);
    CHECK(json::value(fields) == json::value(expected));
    const auto *consumed = vector.if_contains("consumed");
    CHECK(static_cast<std::int64_t>(got.consumed) ==
          (consumed ? *consumed : vector.at("length")).as_int64());
}

// Reserved fields that the sender of the vector did not fill as the layout says; ours are.
bool reserved_fields_differ(const std::string &name) {
    return name == "protocol_version_reserved_nonzero" || name == "channel_open_reserved_zero" ||
           name == "channel_open_confirmation_big";
}

stream_context context_for(const std::string &name) {
    stream_context context;
    context.success_has_port = name != "request_success_bare";
    return context;
}

} // namespace

TEST_CASE("there are 126 vectors") {
    CHECK(vectors().size() == 126);
}

TEST_CASE("each vector has the verdict and the fields it names when it is a whole message") {
    for (const auto &value : vectors()) {
        const auto &vector = value.as_object();
        CAPTURE(text_at(vector, "name"));
        const auto bytes = test::from_hex(text_at(vector, "hex"));
        const auto got = decode(bytes);
        CHECK(verdict_of(got) == text_at(vector, "verdict"));
        if (got)
            check_fields(vector, *got);
    }
}

TEST_CASE("each vector has the verdict and the fields it names when it begins a byte stream") {
    for (const auto &value : vectors()) {
        const auto &vector = value.as_object();
        const auto name = text_at(vector, "name");
        CAPTURE(name);
        const auto bytes = test::from_hex(text_at(vector, "hex"));
        const auto got = decode_stream(bytes, context_for(name));
        CHECK(verdict_of(got) == text_at(vector, "stream_verdict"));
        if (got)
            check_fields(vector, *got);
    }
}

TEST_CASE("each accepted vector is encoded to the same bytes again") {
    for (const auto &value : vectors()) {
        const auto &vector = value.as_object();
        const auto name = text_at(vector, "name");
        CAPTURE(name);
        if (text_at(vector, "verdict") != "accept" || reserved_fields_differ(name))
            continue;
        const auto bytes = test::from_hex(text_at(vector, "hex"));
        const auto got = decode(bytes);
        REQUIRE(got.has_value());
        std::vector<std::byte> out;
        encode(got->what, out);
        CHECK(test::to_hex(out) == test::to_hex(const_bytes(bytes).first(got->consumed)));
    }
}

TEST_CASE("reserved fields are encoded as the layout says whatever was received in them") {
    const auto spread = [](std::string_view hex) {
        const auto bytes = test::from_hex(hex);
        std::vector<std::byte> out;
        encode(decode(bytes)->what, out);
        return test::to_hex(out);
    };
    CHECK(spread("5b00000004000000070000800000000000") == "5b000000040000000700008000ffffffff");
    CHECK(spread("5a0000000f666f727761726465642d746370697000000002000010000000000000000003"
                 "3a3a3100004260000000033a3a310000007b") ==
          "5a0000000f666f727761726465642d74637069700000000200001000ffffffff00000003"
          "3a3a3100004260000000033a3a310000007b");
    CHECK(spread("5c000000020000000411111111222222ff") == "5c00000002000000040000000000000000");
    CHECK(spread("010000000bffff") == "010000000b0000");
}

TEST_CASE("an encoder appends and leaves what was there") {
    std::vector<std::byte> out;
    encode(channel_close{2}, out);
    encode(keepalive_request{0x0badcafe}, out);
    CHECK(test::to_hex(out) == "6100000002d00badcafe");
}

TEST_CASE("every proper beginning of an accepted message is cut, and on a stream needs more") {
    for (const auto &value : vectors()) {
        const auto &vector = value.as_object();
        const auto name = text_at(vector, "name");
        CAPTURE(name);
        if (text_at(vector, "stream_verdict") != "accept")
            continue;
        const auto bytes = test::from_hex(text_at(vector, "hex"));
        const auto context = context_for(name);
        const std::size_t whole = decode_stream(bytes, context)->consumed;
        for (std::size_t n = 1; n < whole; ++n) {
            CAPTURE(n);
            // Bytes of their own, so that a read past the end is one past an allocation.
            const std::vector<std::byte> beginning(bytes.begin(),
                                                   bytes.begin() + static_cast<std::ptrdiff_t>(n));
            CHECK(verdict_of(decode_stream(beginning, context)) == "need_more");
            // One byte is a whole message too: the answer to cancel-tcpip-forward.
            if (!(name == "request_success_port" && n == 1))
                CHECK_FALSE(decode(beginning).has_value());
        }
    }
}

TEST_CASE("messages that follow each other in a stream are taken one by one") {
    const auto bytes = test::from_hex("5100004260 51 6100000002 5e");
    stream_context context;
    const auto first = decode_stream(bytes, context);
    REQUIRE(first.has_value());
    CHECK(first->consumed == 5);
    context.success_has_port = false;
    const auto second = decode_stream(const_bytes(bytes).subspan(5), context);
    REQUIRE(second.has_value());
    CHECK(second->consumed == 1);
    const auto third = decode_stream(const_bytes(bytes).subspan(6), context);
    REQUIRE(third.has_value());
    CHECK(std::get<channel_close>(third->what).recipient == 2);
    CHECK(decode_stream(const_bytes(bytes).subspan(11), context).error() == errc::need_more);
}

TEST_CASE("a string of 2048 bytes is taken, one of 2049 is not, whether or not it is there") {
    std::vector<std::byte> longest = test::from_hex("0500000800");
    longest.resize(5 + 2048);
    CHECK(decode(longest).has_value());
    std::vector<std::byte> longer = test::from_hex("0500000801");
    longer.resize(5 + 2049);
    CHECK(decode(longer).error() == errc::string_too_long);
    CHECK(decode_stream(longer, {}).error() == errc::string_too_long);
}

TEST_CASE("the data limit holds on a stream and not for a whole message") {
    stream_context context;
    context.max_data = 4;
    const auto five = test::from_hex("5e000000010000000568656c6c6f");
    CHECK(decode_stream(five, context).error() == errc::data_too_long);
    CHECK(decode(five).has_value());
    const auto four = test::from_hex("5e000000010000000468656c6c");
    CHECK(decode_stream(four, context).has_value());
}

TEST_CASE("channel data is decoded as a view of the received bytes") {
    const auto bytes = test::from_hex("5e000000010000000568656c6c6f");
    const auto got = decode(bytes);
    REQUIRE(got.has_value());
    CHECK(std::get<channel_data>(got->what).data.data() == bytes.data() + data_header_size);
}

TEST_CASE("the two time limits of APF are timed_out for those who ask for the condition") {
    CHECK(make_error_code(errc::confirmation_timed_out) == core::cond::timed_out);
    CHECK(make_error_code(errc::handshake_timed_out) == core::cond::timed_out);
    CHECK_FALSE(make_error_code(errc::open_prohibited) == core::cond::timed_out);
}
