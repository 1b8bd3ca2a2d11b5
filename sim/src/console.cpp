// SPDX-License-Identifier: Apache-2.0
// The routes and answers of the management console (httpapi/v1 of the real one).
#include <costrand/sim/console.hpp>

#include "console_seal.hpp"
#include "encoding.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/http.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace costrand::sim {

namespace {

namespace json = boost::json;
using transports::http_answer;
using transports::http_asked;

constexpr std::string_view component = "console";
constexpr std::string_view authorize_path = "/api/v1/authorize", devices_path = "/api/v1/devices",
                           export_path = "/api/v1/admin/profiles/export/";

http_answer with_json(int status, const json::object &body) {
    http_answer out;
    out.status = status;
    out.content_type = "application/json; charset=utf-8";
    out.body = core::secret(json::serialize(body));
    return out;
}

http_answer refusal(int status, std::string_view text) {
    return with_json(status, {{"error", text}, {"message", text}});
}

http_answer only_error(int status, std::string_view text) {
    return with_json(status, {{"error", text}});
}

// The web page that the real console answers unknown paths with, whatever the method.
http_answer page() {
    http_answer out;
    out.status = 200;
    out.content_type = "text/html; charset=utf-8";
    out.body = core::secret("<!doctype html><html><head><title>Console</title></head>"
                            "<body></body></html>\n");
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char &c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + 'a' - 'A');
    return out;
}

// Go reads the keys of an object whatever their case.
const json::value *find(const json::object &in, std::string_view key) {
    for (const auto &member : in)
        if (lower({member.key().data(), member.key().size()}) == key)
            return &member.value();
    return nullptr;
}

// A member of a wrong type makes the whole body invalid, as in Go; null is as if it were absent.
class fields {
  public:
    explicit fields(const json::object &in) : in_(in) {}

    std::string text(std::string_view key) {
        const auto *value = present(key);
        if (value && !value->is_string())
            valid = false;
        return value && value->is_string() ? std::string(value->get_string()) : std::string();
    }
    bool flag(std::string_view key, bool otherwise) {
        const auto *value = present(key);
        if (value && !value->is_bool())
            valid = false;
        return value && value->is_bool() ? value->get_bool() : otherwise;
    }
    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> out;
        const auto *value = present(key);
        if (!value)
            return out;
        if (!value->is_array()) {
            valid = false;
            return out;
        }
        for (const auto &one : value->get_array()) {
            valid = valid && one.is_string();
            if (one.is_string())
                out.emplace_back(one.get_string());
        }
        return out;
    }
    // Null: there is none.
    const json::object *object(std::string_view key) {
        const auto *value = present(key);
        if (value && !value->is_object())
            valid = false;
        return value ? value->if_object() : nullptr;
    }
    [[nodiscard]] bool has(std::string_view key) const { return find(in_, key) != nullptr; }

    bool valid = true;

  private:
    const json::value *present(std::string_view key) const {
        const auto *value = find(in_, key);
        return value && value->is_null() ? nullptr : value;
    }

    const json::object &in_;
};

std::optional<json::object> parse(const core::secret &body) {
    const auto text = body.reveal();
    error_code failed;
    json::value value = json::parse({text.data(), text.size()}, failed);
    if (failed || !value.is_object())
        return std::nullopt;
    return std::move(value.get_object());
}

// Those that the body has; what it has not stays.
void change(console_record &record, fields &in) {
    const auto take = [&in](std::string_view key, std::string &to) {
        if (in.has(key))
            to = in.text(key);
    };
    const auto take_secret = [&in](std::string_view key, core::secret &to) {
        if (in.has(key))
            to = core::secret(in.text(key));
    };
    take("hostname", record.hostname);
    take("friendlyname", record.friendly_name);
    take("username", record.user);
    take("mpsusername", record.mps_user);
    if (in.has("tags"))
        record.tags = in.texts("tags");
    take_secret("password", record.password);
    take_secret("mebxpassword", record.mebx_password);
    take_secret("mpspassword", record.mps_password);
    record.tls = in.flag("usetls", record.tls);
    record.allow_self_signed = in.flag("allowselfsigned", record.allow_self_signed);
    if (const auto *told = in.object("deviceinfo")) {
        auto all = record.info.empty() ? json::object() : json::parse(record.info).get_object();
        for (const auto &member : *told)
            all[member.key()] = member.value();
        record.info = json::serialize(all);
    }
}

// Passwords are never shown.
json::object shown(const console_record &record) {
    json::array tags;
    for (const auto &tag : record.tags)
        tags.emplace_back(tag);
    json::object out{{"guid", record.uuid},
                     {"hostname", record.hostname},
                     {"friendlyName", record.friendly_name},
                     {"username", record.user},
                     {"mpsusername", record.mps_user},
                     {"useTLS", record.tls},
                     {"allowSelfSigned", record.allow_self_signed}};
    out["tags"] = std::move(tags);
    if (!record.info.empty())
        out["deviceInfo"] = json::parse(record.info);
    return out;
}

} // namespace

struct console_server::state {
    console_options options;
    core::random_source &random;
    core::log log;
    std::map<std::string, core::time_point, std::less<>> tokens{}; // to the end of their lives
    std::map<std::string, console_record, std::less<>> devices{};
    std::vector<console_fault> faults{};
    console_requests requests{};

    core::secret new_token(core::time_point now) {
        // As long as a JWT, and of its three parts.
        std::string text;
        for (const std::size_t size : {27U, 33U, 32U}) {
            std::vector<std::byte> part(size);
            random.fill(part);
            auto one = base64(part);
            std::erase(one, '=');
            std::replace(one.begin(), one.end(), '+', '-');
            std::replace(one.begin(), one.end(), '/', '_');
            text += (text.empty() ? "" : ".") + one;
        }
        tokens[text] = now + options.token_lifetime;
        return core::secret(std::move(text));
    }

    bool accepts(const core::secret &token, core::time_point now) const {
        const auto found = tokens.find(token.reveal());
        return found != tokens.end() && now < found->second;
    }

    http_answer log_in(const http_asked &asked, core::time_point now) {
        const auto body = parse(asked.body);
        if (!body)
            return only_error(400, "invalid request");
        fields in(*body);
        const auto user = in.text("username");
        const core::secret password(in.text("password"));
        if (!in.valid)
            return only_error(400, "invalid request");
        if (user != options.user || password != options.password)
            return with_json(401, {{"error", "invalid credentials"},
                                   {"message", "Incorrect Username and/or Password!"}});
        return with_json(200, {{"token", new_token(now).reveal()}});
    }

    http_answer export_profile(std::string_view name) {
        const auto found = options.profiles.find(name);
        if (found == options.profiles.end())
            return refusal(404, "Error not found");
        const auto sealed = seal_profile(found->second.reveal(), random);
        return with_json(200, {{"filename", std::string(name) + ".yaml"},
                               {"content", sealed.content},
                               {"key", sealed.key.reveal()}});
    }

    http_answer add_device(const http_asked &asked) {
        const auto body = parse(asked.body);
        if (!body)
            return with_json(400, {});
        fields in(*body);
        console_record record;
        record.uuid = lower(in.text("guid"));
        change(record, in);
        if (!in.valid)
            return with_json(400, {});
        if (devices.contains(record.uuid))
            return refusal(409, "resource already exists");
        const auto added = devices.emplace(record.uuid, std::move(record)).first;
        return with_json(201, shown(added->second));
    }

    http_answer change_device(const http_asked &asked) {
        const auto body = parse(asked.body);
        if (!body)
            return refusal(500, "general error");
        fields in(*body);
        const auto found = devices.find(lower(in.text("guid")));
        if (!in.valid)
            return refusal(500, "general error");
        if (found == devices.end())
            return refusal(404, "Error not found");
        auto changed = found->second;
        change(changed, in);
        if (!in.valid)
            return refusal(500, "general error");
        found->second = std::move(changed);
        return with_json(200, shown(found->second));
    }

    http_answer about_device(const http_asked &asked, std::string_view uuid) {
        const auto found = devices.find(lower(uuid));
        if (found == devices.end())
            return refusal(404, "Error not found");
        if (asked.method == "GET")
            return with_json(200, shown(found->second));
        devices.erase(found);
        http_answer out;
        out.status = 204;
        return out;
    }

    http_answer route(const http_asked &asked, core::time_point now) {
        const std::string_view path =
            std::string_view(asked.target).substr(0, asked.target.find('?'));
        if (asked.method == "POST" && path == authorize_path)
            return log_in(asked, now);
        const bool exports = asked.method == "GET" && path.starts_with(export_path);
        const bool one_device =
            (asked.method == "GET" || asked.method == "DELETE") && path.starts_with(devices_path) &&
            path.size() > devices_path.size() + 1 && path[devices_path.size()] == '/';
        const bool all_devices =
            (asked.method == "POST" || asked.method == "PATCH") && path == devices_path;
        if (!exports && !one_device && !all_devices)
            return page();
        if (asked.bearer.empty())
            return only_error(401, "request does not contain an access token");
        if (!accepts(asked.bearer, now))
            return only_error(401, "invalid access token");
        if (exports)
            return export_profile(path.substr(export_path.size()));
        for (auto &fault : faults)
            if (fault.times > 0 && fault.method == asked.method) {
                --fault.times;
                return refusal(fault.status, "general error");
            }
        if (one_device)
            return about_device(asked, path.substr(devices_path.size() + 1));
        return asked.method == "POST" ? add_device(asked) : change_device(asked);
    }
};

console_server::console_server(console_options options, core::random_source &random, core::log log)
    : state_(std::make_unique<state>(state{std::move(options), random, std::move(log)})) {}

console_server::~console_server() = default;

awaitable<void> console_server::serve(core::byte_stream &client) {
    const auto executor = co_await net::this_coro::executor;
    const transports::http_options limits;
    auto asked = co_await core::as_result(transports::http_receive(client, limits));
    if (!asked && asked.error() == core::cond::cancelled)
        throw system_error(asked.error());
    if (asked) {
        auto answer = state_->route(*asked, core::now(executor));
        auto line = asked->method + " " + asked->target + " " + std::to_string(answer.status);
        state_->log.info(component, line);
        state_->requests.push_back(std::move(line));
        const auto sent =
            co_await core::as_result(transports::http_reply(client, std::move(answer)));
        if (!sent && sent.error() == core::cond::cancelled)
            throw system_error(sent.error());
    }
    client.close();
}

void console_server::order(console_fault fault) {
    state_->faults.push_back(std::move(fault));
}

const console_record *console_server::record(std::string_view uuid) const {
    const auto found = state_->devices.find(uuid);
    return found == state_->devices.end() ? nullptr : &found->second;
}

std::size_t console_server::records() const noexcept {
    return state_->devices.size();
}

const console_requests &console_server::requests() const noexcept {
    return state_->requests;
}

core::secret console_server::new_token(core::time_point now) {
    return state_->new_token(now);
}

} // namespace costrand::sim
