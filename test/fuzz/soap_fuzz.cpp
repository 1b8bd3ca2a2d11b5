// SPDX-License-Identifier: Apache-2.0
// SOAP envelopes, as requests and as replies, and the instances in them: what was understood can be
// shown, and says the same after it was written and read again.
#include "fuzz.hpp"

#include <costrand/wsman/classes/codec.hpp>
#include <costrand/wsman/classes/registry.hpp>
#include <costrand/wsman/classes/show.hpp>
#include <costrand/wsman/envelope.hpp>
#include <costrand/wsman/xml.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace costrand;
using namespace costrand::wsman;
using fuzz::demand;

namespace {

void check_request(std::string_view document) {
    const auto read = parse_request(document);
    if (!read)
        return;
    request_envelope same;
    same.action = read->action;
    same.resource_uri = read->resource_uri;
    same.message_id = read->message_id;
    same.selectors = read->selectors;
    if (read->body)
        if (const auto body = element_body(*read->body))
            same.body = *body;
    const auto written = build_request(same);
    if (!written)
        return;
    xml_limits wide; // one more prefix may be declared than there was
    wide.attributes *= 2;
    const auto again = parse_request(*written, wide);
    demand(again.has_value(), "a request that was written can be read");
    demand(again->action == read->action && again->resource_uri == read->resource_uri &&
               again->message_id == read->message_id && again->op == read->op &&
               again->method == read->method && again->selectors == read->selectors,
           "a request is the same when it is written and read again");
}

// A text with a prefix may be written with another one for the same namespace.
bool has_prefixed_text(const xml_element &e) {
    return !e.text_ns.empty() || std::ranges::any_of(e.children, has_prefixed_text);
}

void check_instance(const xml_element &body) {
    const auto instance = read_any(body);
    if (!instance)
        return;
    const auto &one = **instance;
    boost::system::error_code error;
    boost::json::parse_options options;
    options.max_depth = 100;
    (void)boost::json::parse(to_json(one), error, {}, options);
    demand(!error, "the JSON of an instance is JSON");
    demand(to_text(one).starts_with(one.schema().name), "the text begins with the class");
    (void)put_body(one);
    const auto markup = whole_body(one);
    if (!markup)
        return;
    request_envelope put;
    put.action = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Put";
    put.body = *markup;
    const auto written = build_request(put);
    demand(written.has_value(), "an instance that was written fits into a request");
    xml_limits wide;
    wide.depth += 10; // a time that stood alone has an element of its own
    const auto request = parse_request(*written, wide);
    demand(request && request->body, "an instance that was written can be read");
    const auto again = read_any(*request->body);
    demand(again && (to_json(**again) == to_json(one) || has_prefixed_text(body)),
           "an instance is the same when it is written and read again");
}

void check_reply(std::string_view document) {
    const auto read = parse_reply(document);
    if (!read)
        return;
    (void)read->return_value();
    if (read->body) {
        (void)read_reference(*read->body);
        check_instance(*read->body);
        if (const auto *items = read->body->child("Items"))
            for (const auto &item : items->children)
                check_instance(item);
    }
    if (!read->fault || read->fault->subcode_namespace.empty())
        return;
    (void)meaning(*read->fault);
    reply_envelope reply;
    reply.relates_to = read->relates_to;
    reply.resource_uri = "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_GeneralSettings";
    const auto written = build_fault(reply, *read->fault);
    if (!written)
        return;
    const auto again = parse_reply(*written);
    demand(again && again->fault && to_string(*again->fault) == to_string(*read->fault),
           "a fault is the same when it is written and read again");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto document = core::as_text(fuzz::input(data, size));
    check_request(document);
    check_reply(document);
    return 0;
}
