// SPDX-License-Identifier: Apache-2.0
#include "conversation.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace costrand::trace {

namespace {

// What has no end of its head by then is no HTTP. AMT's heads have some hundred bytes.
constexpr std::size_t longest_head = 16 * 1024;
constexpr std::string_view end_of_head = "\r\n\r\n", end_of_chunks = "\r\n0\r\n\r\n";

std::string_view text_of(core::const_bytes data) {
    return {reinterpret_cast<const char *>(data.data()), data.size()};
}

// The value of a header field, as it stands; empty when there is none.
std::string_view field(std::string_view head, std::string_view name) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    };
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(head.size(), line.size() + 2));
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            !std::equal(name.begin(), name.end(), line.begin(),
                        [&](char a, char b) { return same(b, a); }))
            continue;
        auto value = line.substr(name.size() + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        return value;
    }
    return {};
}

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '/' || c == '.';
    });
}

// "POST", "HTTP 200": of the first line only what cannot be a secret.
std::string name_of(std::string_view head) {
    const auto first = head.substr(0, head.find(' '));
    if (!head.starts_with("HTTP/"))
        return is_word(first) ? std::string(first) : "request";
    const auto status = head.substr(std::min(first.size() + 1, head.size()), 3);
    return "HTTP " + (is_word(status) ? std::string(status) : "?");
}

} // namespace

void conversation::take(direction &d, core::const_bytes data) {
    if (d.now == state::between && looks_like_tls(data))
        d.now = state::tls;
    if (d.now == state::tls)
        return tell(d, layer::tls, "TLS", d.tls.take(data), data.size());
    if (d.now == state::unknown)
        return tell(d, layer::none, "bytes", "neither HTTP nor TLS", data.size());
    while (!data.empty()) {
        if (d.now == state::between)
            d.now = state::head;
        if (d.now == state::head)
            data = take_head(d, data);
        else if (d.now == state::body)
            data = take_body(d, data);
        else if (d.now == state::chunks)
            data = take_chunks(d, data);
        else
            return;
    }
}

// Gives back what stands behind the head.
core::const_bytes conversation::take_head(direction &d, core::const_bytes data) {
    const std::size_t before = d.head.size();
    constexpr std::size_t most = longest_head + end_of_head.size();
    d.head.reserve(most); // never moved: what it left behind would not be wiped
    d.head += text_of(data.first(std::min(data.size(), most - before)));
    const auto end = d.head.find(end_of_head);
    if (end == d.head.npos) {
        if (d.head.size() > longest_head) {
            const auto size = before + data.size();
            core::wipe(d.head);
            d.now = state::unknown;
            tell(d, layer::none, "bytes", "neither HTTP nor TLS", size);
        }
        return {};
    }
    const std::size_t size = end + end_of_head.size();
    core::wipe(d.head.data() + size, d.head.size() - size);
    d.head.resize(size);
    d.seen = size;
    read_head(d);
    return data.subspan(size - before);
}

void conversation::read_head(direction &d) {
    d.what = name_of(d.head);
    d.left = 0;
    const auto length = field(d.head, "content-length");
    const bool chunked = !field(d.head, "transfer-encoding").empty();
    std::from_chars(length.data(), length.data() + length.size(), d.left);
    core::wipe(d.head);
    if (chunked) {
        d.now = state::chunks;
        d.tail = "\r\n"; // the end may be the first chunk
        return;
    }
    d.now = state::body;
    if (d.left == 0)
        whole(d);
}

core::const_bytes conversation::take_body(direction &d, core::const_bytes data) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(d.left, data.size()));
    d.left -= n;
    d.seen += n;
    if (d.left == 0)
        whole(d);
    return data.subspan(n);
}

core::const_bytes conversation::take_chunks(direction &d, core::const_bytes data) {
    d.seen += data.size();
    d.tail += text_of(data.last(std::min(data.size(), end_of_chunks.size())));
    const bool done = d.tail.ends_with(end_of_chunks);
    if (d.tail.size() > end_of_chunks.size())
        d.tail.erase(0, d.tail.size() - end_of_chunks.size());
    if (done)
        whole(d);
    return {};
}

void conversation::whole(direction &d) {
    tell(d, layer::http, std::exchange(d.what, {}), to_.call, d.seen);
    d.now = state::between;
    d.seen = 0;
    core::wipe(d.tail);
    if (&d == &out_)
        asked_ = to_.now();
    else
        asked_.reset();
}

void conversation::ended() {
    for (direction *d : {&out_, &in_}) {
        if (d->now == state::body || d->now == state::chunks)
            tell(*d, layer::http, d->what, "broken off", d->seen);
        else if (d->now == state::head)
            tell(*d, layer::http, "a head", "broken off", d->head.size());
        d->now = state::unknown;
    }
}

void conversation::tell(direction &d, layer on, std::string what, std::string detail,
                        std::uint64_t size) {
    event e;
    e.is = kind::message;
    e.from = d.from;
    e.to = d.to;
    e.on = on;
    e.what = std::move(what);
    e.detail = std::move(detail);
    e.size = size;
    e.channel = channel_;
    if (&d == &in_ && asked_)
        e.took = static_cast<std::uint64_t>(to_.now() - *asked_);
    to_.record(std::move(e));
}

} // namespace costrand::trace
