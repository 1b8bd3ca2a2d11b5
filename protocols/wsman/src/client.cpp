// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/client.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <string_view>

namespace costrand::wsman {

namespace {

constexpr std::string_view component = "wsman";

struct wipe_at_end {
    std::string &text;
    ~wipe_at_end() { core::wipe(text); }
};

endpoint_reference only_instance(std::string resource_uri) {
    endpoint_reference out;
    out.resource_uri = std::move(resource_uri);
    return out;
}

request_envelope request_for(std::string_view action, endpoint_reference what) {
    request_envelope r;
    r.action = std::string(action);
    r.resource_uri = std::move(what.resource_uri);
    r.selectors = std::move(what.selectors);
    return r;
}

// "application/soap+xml; charset=UTF-8", "text/xml"; a reply without the field is given a chance.
bool may_be_soap(const http_response &reply) {
    const auto *type = reply.headers.find("Content-Type");
    if (!type)
        return true;
    const auto media = trim_blanks(std::string_view(*type).substr(0, type->find(';')));
    return media.size() >= 3 && equals_ignoring_case(media.substr(media.size() - 3), "xml");
}

core::result<soap_reply> decode(const http_response &reply, const xml_limits &limits) {
    if (!may_be_soap(reply))
        return errc::envelope_malformed;
    return parse_reply(reply.body, limits);
}

xml_element take_body(soap_reply &reply) {
    if (!reply.body)
        throw system_error(errc::envelope_malformed);
    return std::move(*reply.body);
}

} // namespace

struct client::answer {
    soap_reply soap;
    std::size_t bytes = 0; // of the document
};

// What one Pull gave.
struct client::page {
    std::vector<xml_element> items;
    std::string context; // for the next one; empty: the old one is still good
    bool last = false;
    std::size_t bytes = 0;
};

struct client::collected {
    std::vector<xml_element> items;
    std::size_t bytes = 0;
    std::size_t pulls = 0;
};

client::client(core::dialer dial, client_options options, core::random_source &random,
               core::log log)
    : options_(options),
      log_(log),
      http_(std::move(dial), std::move(options), random, std::move(log)) {
    options_.password = core::secret();
}

void client::set_user(std::string user, core::secret password) {
    http_.set_user(std::move(user), std::move(password));
}

awaitable<client::answer> client::ask(request_envelope request, when_lost rule) {
    const wipe_at_end wiping{request.body};
    request.message_id = std::to_string(next_id_++);
    auto text = build_request(request);
    if (!text)
        throw system_error(text.error());
    const auto reply = co_await http_.post(std::move(*text), rule);
    log_.debug(component, request.action, " of ", request.resource_uri, ": ", reply.status);
    auto soap = decode(reply, options_.xml);
    if (!soap && reply.status != 200)
        throw http_status_error(reply.status, reply.reason);
    if (!soap)
        throw system_error(soap.error());
    if (!soap->relates_to.empty() && soap->relates_to != request.message_id) {
        http_.disconnect(); // it and we are not in step
        throw system_error(errc::wrong_reply);
    }
    if (soap->fault)
        throw fault_error(std::move(*soap->fault));
    if (reply.status != 200)
        throw http_status_error(reply.status, reply.reason);
    answer out;
    out.soap = std::move(*soap);
    out.bytes = reply.body.size();
    co_return out;
}

awaitable<soap_reply> client::call(request_envelope request, when_lost rule) {
    auto got = co_await ask(std::move(request), rule);
    co_return std::move(got.soap);
}

awaitable<xml_element> client::get(std::string resource_uri) {
    return get(only_instance(std::move(resource_uri)));
}

awaitable<xml_element> client::get(endpoint_reference instance) {
    auto request = request_for(uri::get, std::move(instance));
    auto got = co_await ask(std::move(request), when_lost::repeat);
    co_return take_body(got.soap);
}

awaitable<std::optional<xml_element>> client::put(std::string resource_uri, std::string body) {
    return put(only_instance(std::move(resource_uri)), std::move(body));
}

awaitable<std::optional<xml_element>> client::put(endpoint_reference instance, std::string body) {
    auto request = request_for(uri::put, std::move(instance));
    request.body = std::move(body);
    auto got = co_await ask(std::move(request), when_lost::repeat);
    co_return std::move(got.soap.body);
}

awaitable<std::optional<endpoint_reference>> client::create(std::string resource_uri,
                                                            std::string body) {
    auto request = request_for(uri::create, only_instance(std::move(resource_uri)));
    request.body = std::move(body);
    auto got = co_await ask(std::move(request), when_lost::report);
    std::optional<endpoint_reference> name;
    if (got.soap.body && got.soap.body->is(uri::transfer, "ResourceCreated")) {
        auto read = read_reference(*got.soap.body);
        if (!read)
            throw system_error(read.error());
        name = std::move(*read);
    }
    co_return name;
}

awaitable<void> client::remove(endpoint_reference instance) {
    auto request = request_for(uri::delete_, std::move(instance));
    (void)co_await ask(std::move(request), when_lost::report);
}

awaitable<xml_element> client::invoke(method_call what) {
    request_envelope request;
    request.action = what.resource_uri + "/" + what.method;
    request.body = method_body(what.resource_uri, what.method, what.parameters);
    core::wipe(what.parameters);
    request.resource_uri = std::move(what.resource_uri);
    request.selectors = std::move(what.selectors);
    const auto rule = what.only_reads ? when_lost::repeat : when_lost::report;
    auto got = co_await ask(std::move(request), rule);
    co_return take_body(got.soap);
}

awaitable<std::vector<xml_element>> client::enumerate(std::string resource_uri) {
    auto work = collect(std::move(resource_uri));
    co_return co_await core::with_deadline(options_.times.enumeration, std::move(work));
}

awaitable<std::vector<xml_element>> client::collect(std::string resource_uri) {
    collected all;
    for (bool again = true;; again = false) {
        std::exception_ptr failed;
        try {
            co_await pull_all(resource_uri, all);
        } catch (const fault_error &e) {
            // The device holds few contexts and not for long: others may have pushed ours out.
            if (!again || !e.fault().is(uri::enumeration, "InvalidEnumerationContext"))
                throw;
            failed = std::current_exception();
        }
        if (!failed)
            co_return std::move(all.items);
        log_.debug(component, "the device dropped the enumeration of ", resource_uri, "; anew");
        all.items.clear();
    }
}

awaitable<void> client::pull_all(std::string resource_uri, collected &into) {
    auto begin = request_for(uri::enumerate, only_instance(resource_uri));
    begin.body = enumerate_body();
    auto begun = co_await ask(std::move(begin), when_lost::repeat);
    const auto body = take_body(begun.soap);
    std::string context(body.value("EnumerationContext"));
    if (!body.is(uri::enumeration, "EnumerateResponse") || context.empty())
        throw system_error(errc::envelope_malformed);
    const auto &limits = options_.enumeration;
    for (;;) {
        auto got = co_await pull(resource_uri, context);
        if (!got.context.empty())
            context = std::move(got.context);
        ++into.pulls;
        into.bytes += got.bytes;
        const bool too_long =
            into.bytes > limits.bytes || got.items.size() > limits.items - into.items.size();
        if (!too_long)
            std::ranges::move(got.items, std::back_inserter(into.items));
        if (got.last && !too_long)
            co_return;
        if (!too_long && into.pulls < limits.pulls)
            continue;
        if (!got.last)
            co_await release(std::move(resource_uri), std::move(context));
        throw system_error(errc::enumeration_too_long);
    }
}

awaitable<client::page> client::pull(std::string resource_uri, std::string context) {
    auto request = request_for(uri::pull, only_instance(std::move(resource_uri)));
    auto markup = pull_body(context);
    if (!markup)
        throw system_error(markup.error());
    request.body = std::move(*markup);
    // A Pull moves the context on. If the lost one did, this one fails, and all begins anew.
    auto got = co_await ask(std::move(request), when_lost::repeat);
    auto body = take_body(got.soap);
    if (!body.is(uri::enumeration, "PullResponse"))
        throw system_error(errc::envelope_malformed);
    page out;
    out.bytes = got.bytes;
    out.context = std::string(body.value("EnumerationContext"));
    for (auto &part : body.children) {
        if (part.is(uri::enumeration, "Items"))
            out.items = std::move(part.children);
        out.last = out.last || part.is(uri::enumeration, "EndOfSequence");
    }
    co_return out;
}

// A courtesy to the device: whether it worked does not matter.
awaitable<void> client::release(std::string resource_uri, std::string context) {
    auto request = request_for(uri::release, only_instance(std::move(resource_uri)));
    auto markup = release_body(context);
    if (!markup)
        co_return;
    request.body = std::move(*markup);
    auto done = co_await core::as_result(ask(std::move(request), when_lost::repeat));
    if (!done && done.error() == core::cond::cancelled)
        throw system_error(done.error());
}

} // namespace costrand::wsman
