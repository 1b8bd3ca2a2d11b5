// SPDX-License-Identifier: Apache-2.0
#include <costrand/trace/jsonl.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace costrand::trace {

namespace {

constexpr std::array<std::string_view, 10> kinds = {"start", "step",  "message", "link", "wait",
                                                    "retry", "reset", "fault",   "log",  "end"};
constexpr std::array<std::string_view, 4> parties = {"", "rps", "client", "amt"};
constexpr std::array<std::string_view, 7> layers = {"", "rps", "http", "tls", "apf", "heci", "lms"};

// The first line says which form the others have. A new field does not change it.
constexpr std::uint64_t format_number = 1;

void add(std::string &out, std::string_view key, std::uint64_t value) {
    out += ",\"" + std::string(key) + "\":" + std::to_string(value);
}
void add(std::string &out, std::string_view key, const std::optional<std::uint64_t> &value) {
    if (value)
        add(out, key, *value);
}
void add(std::string &out, std::string_view key, std::string_view value) {
    if (value.empty())
        return;
    out += ",\"" + std::string(key) + "\":";
    out += boost::json::serialize(boost::json::string_view(value.data(), value.size()));
}

template <typename Enum, std::size_t N>
bool read(const boost::json::object &from, const char *key,
          const std::array<std::string_view, N> &names, Enum &out) {
    const auto *found = from.if_contains(key);
    if (!found)
        return true;
    const auto *text = found->if_string();
    const auto at =
        text ? std::ranges::find(names, std::string_view(text->data(), text->size())) : names.end();
    if (at == names.end())
        return false;
    out = static_cast<Enum>(at - names.begin());
    return true;
}

bool read(const boost::json::object &from, const char *key, std::string &out) {
    const auto *found = from.if_contains(key);
    if (!found)
        return true;
    const auto *text = found->if_string();
    if (text)
        out.assign(text->data(), text->size());
    return text != nullptr;
}

bool read(const boost::json::object &from, const char *key, std::optional<std::uint64_t> &out) {
    const auto *found = from.if_contains(key);
    if (!found)
        return true;
    const auto *number = found->if_int64();
    if (!number || *number < 0)
        return false;
    out = static_cast<std::uint64_t>(*number);
    return true;
}

} // namespace

std::string_view to_string(kind k) noexcept {
    return kinds[static_cast<std::size_t>(k)];
}
std::string_view to_string(party p) noexcept {
    return parties[static_cast<std::size_t>(p)];
}
std::string_view to_string(layer l) noexcept {
    return layers[static_cast<std::size_t>(l)];
}

std::string format_line(const event &e) {
    std::string out = "{\"t\":" + std::to_string(e.t);
    add(out, "kind", to_string(e.is));
    if (e.is == kind::start)
        add(out, "format", format_number);
    add(out, "utc", e.utc);
    add(out, "from", to_string(e.from));
    add(out, "to", to_string(e.to));
    add(out, "layer", to_string(e.on));
    add(out, "what", e.what);
    add(out, "detail", e.detail);
    add(out, "size", e.size);
    add(out, "payload", e.payload);
    add(out, "channel", e.channel);
    add(out, "tx", e.tx);
    add(out, "rx", e.rx);
    add(out, "took", e.took);
    add(out, "code", e.code);
    return out + "}\n";
}

std::optional<event> parse_line(std::string_view line) {
    boost::system::error_code ec;
    const auto value = boost::json::parse(boost::json::string_view(line.data(), line.size()), ec);
    const auto *from = ec ? nullptr : value.if_object();
    if (!from || !from->contains("kind"))
        return std::nullopt;
    event e;
    std::optional<std::uint64_t> t;
    const bool whole = read(*from, "t", t) && t && read(*from, "kind", kinds, e.is) &&
                       read(*from, "utc", e.utc) && read(*from, "from", parties, e.from) &&
                       read(*from, "to", parties, e.to) && read(*from, "layer", layers, e.on) &&
                       read(*from, "what", e.what) && read(*from, "detail", e.detail) &&
                       read(*from, "size", e.size) && read(*from, "payload", e.payload) &&
                       read(*from, "channel", e.channel) && read(*from, "tx", e.tx) &&
                       read(*from, "rx", e.rx) && read(*from, "took", e.took) &&
                       read(*from, "code", e.code);
    if (!whole)
        return std::nullopt;
    e.t = static_cast<std::int64_t>(*t);
    return e;
}

parsed_trace parse_trace(std::string_view text) {
    parsed_trace out;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.find_first_not_of(" \t\r") == line.npos)
            continue;
        if (auto e = parse_line(line))
            out.events.push_back(std::move(*e));
        else
            ++out.unreadable;
    }
    return out;
}

} // namespace costrand::trace
