// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/management_console.hpp>

#include "console_messages.hpp"
#include "server_failure.hpp"

#include <costrand/activate/failure.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>

#include <array>
#include <exception>
#include <optional>
#include <utility>

namespace costrand::activate {

namespace {

using transports::http_answer;
using transports::http_request;
using transports::http_url;

constexpr std::string_view component = "console";

constexpr std::array<std::string_view, 2> log_in_paths = {
    "/api/v1/authorize",           // the console itself
    "/mps/login/api/v1/authorize", // the cloud's, behind its gateway
};
constexpr std::string_view devices_path = "/api/v1/devices";

constexpr const char *adding = "adding the device's record";
constexpr const char *changing = "changing the device's record";

// Consoles behind a gateway answer with one or two.
constexpr int most_redirections = 5;

http_url parse(std::string_view option, std::string_view text) {
    auto url = transports::parse_http_url(text);
    if (url)
        return std::move(*url);
    if (url.error() == transports::http_errc::url_user_info)
        throw error(exit_code::missing_or_incorrect_url,
                    std::string(option) + ": a user name or password before the host is refused: "
                                          "give --auth-username and AUTH_PASSWORD");
    // What may hold a password is not shown.
    const std::string shown =
        text.find('@') == text.npos ? " \"" + printable(text, 200) + "\"" : std::string();
    throw error(exit_code::missing_or_incorrect_url,
                std::string(option) + shown +
                    " is not that of a management console: write https://HOST/...");
}

http_url at(const http_url &console, std::string_view path) {
    http_url out = console;
    out.target = path;
    return out;
}

// A URL, or a path on the console.
http_url endpoint_at(const http_url &console, std::string_view option, std::string_view text) {
    if (text.starts_with('/') && !text.starts_with("//"))
        return parse(option, console.origin() + std::string(text));
    return parse(option, text);
}

std::string text_of(const http_url &url) {
    return url.origin() + url.target;
}

// The console answers every path that it does not know with its web page, whatever was asked.
bool is_page(const http_answer &answer) {
    return answer.status / 100 == 2 && answer.content_type.starts_with("text/html");
}

bool is_done(const http_answer &answer) {
    return answer.status / 100 == 2 && !is_page(answer);
}

bool is_unknown(const http_answer &answer) {
    return answer.status == 404 && is_json_object(answer.body.reveal());
}

bool is_redirection(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// "HTTP status 409, "resource already exists"".
std::string status_of(const http_answer &answer) {
    const std::string said = is_page(answer) ? "a web page" : said_by(answer);
    return "HTTP status " + std::to_string(answer.status) +
           (said.empty() ? "" : ", \"" + said + "\"");
}

// Where a Location leads to from there (RFC 3986 5.2, but for dots in paths). Nothing: nowhere.
std::optional<http_url> resolve(const http_url &from, const std::string &location) {
    if (location.empty())
        return std::nullopt;
    std::string whole;
    if (location.starts_with("//"))
        whole = (from.secure ? "https:" : "http:") + location;
    else if (location.starts_with('/'))
        whole = from.origin() + location;
    else if (location.find("://") != location.npos)
        whole = location;
    else
        whole = from.origin() +
                from.target.substr(0, from.target.rfind('/', from.target.find('?'))) + "/" +
                location;
    auto url = transports::parse_http_url(whole);
    if (!url)
        return std::nullopt;
    return std::move(*url);
}

} // namespace

// One request, and how to speak of it.
struct management_console::question {
    question() = default;

    http_url url;
    http_request request;
    core::duration limit{};
    std::string doing; // "logging in at https://console/api/v1/authorize"
};

console_access make_console_access(std::string_view url, std::string_view endpoint,
                                   std::string_view devices, std::string_view option) {
    console_access out;
    out.where = parse(option, url);
    out.text = url;
    if (endpoint.empty())
        for (const auto path : log_in_paths)
            out.log_in.push_back(at(out.where, path));
    else
        out.log_in.push_back(endpoint_at(out.where, "--auth-endpoint", endpoint));
    out.devices = devices.empty() ? at(out.where, devices_path)
                                  : endpoint_at(out.where, "--devices-endpoint", devices);
    while (out.devices.target.size() > 1 && out.devices.target.ends_with('/'))
        out.devices.target.pop_back();
    return out;
}

management_console::management_console(console_access where, console_exchange ask, core::log log)
    : where_(std::move(where)),
      ask_(std::move(ask)),
      log_(std::move(log)) {}

awaitable<void> management_console::log_in() {
    if (!where_.where.secure || !where_.log_in.front().secure || !where_.devices.secure)
        log_.warn(component, "over http:// everybody on the way to the console can read passwords "
                             "and tokens: use https://");
    if (!where_.token.empty() || where_.user.empty())
        co_return;
    for (const auto &url : where_.log_in) {
        const bool is_last = &url == &where_.log_in.back();
        question what;
        what.url = url;
        what.limit = limits_.log_in;
        what.doing = "logging in at " + text_of(url);
        what.request.method = "POST";
        what.request.accept = what.request.content_type = "application/json";
        what.request.body = log_in_body(where_.user, where_.password);
        const auto answer = co_await exchange(what);
        std::optional<core::secret> token;
        if (is_done(answer))
            token = token_of(answer.body.reveal());
        if (token && !token->empty()) {
            log_.debug(component, "logged in at ", text_of(url));
            where_.token = *token;
            token_is_ours_ = true;
            co_return;
        }
        const bool elsewhere = answer.status == 404 || answer.status == 405 || is_page(answer);
        if (!elsewhere || is_last)
            refuse_log_in(what, answer, token.has_value());
    }
}

void management_console::refuse_log_in(const question &what, const http_answer &answer,
                                       bool is_object) const {
    if (answer.status == 400 || answer.status == 401 || answer.status == 403)
        throw error(exit_code::rps_authentication_failed,
                    what.doing + ": the console does not take this user name and password (" +
                        status_of(answer) + "): check --auth-username and AUTH_PASSWORD");
    if (answer.status == 404 || answer.status == 405 || is_page(answer))
        throw error(exit_code::missing_or_incorrect_url,
                    what.doing + ": there is no log-in (" + status_of(answer) +
                        "): is this a management console? --auth-endpoint names another path");
    if (answer.status == 200)
        throw error(exit_code::unmarshal_message_failed,
                    what.doing + (is_object
                                      ? ": the answer holds no token"
                                      : ": the answer is no JSON: is this a management console?"));
    refuse(what, answer);
}

awaitable<core::secret> management_console::fetch_profile() {
    question what;
    what.url = where_.where;
    what.limit = limits_.profile;
    what.doing = "downloading the profile from " + text_of(where_.where);
    what.request.accept = "application/json, application/yaml, text/yaml, text/plain";
    what.request.bearer = where_.token;
    auto answer = co_await exchange(what);
    if (answer.status == 200 && !is_page(answer))
        co_return std::move(answer.body);
    if (is_unknown(answer))
        throw error(exit_code::missing_or_incorrect_profile,
                    what.doing + ": the console has no such profile (\"" + said_by(answer) +
                        "\"): check the name at the end of the path");
    if (answer.status == 404 || is_page(answer))
        throw error(exit_code::missing_or_incorrect_url,
                    what.doing + ": there is no profile (" + status_of(answer) +
                        "): that of a management console is "
                        "https://HOST/api/v1/admin/profiles/export/NAME");
    if (answer.status == 400)
        throw error(exit_code::missing_or_incorrect_profile,
                    what.doing + ": the console does not export it (\"" + said_by(answer) +
                        "\"); a profile for admin control mode needs ?domainName=DOMAIN");
    refuse(what, answer);
}

management_console::question management_console::about_devices(std::string method,
                                                               std::string doing) const {
    question what;
    what.url = where_.devices;
    what.limit = limits_.device;
    what.doing = std::move(doing) + " at " + text_of(where_.devices);
    what.request.method = std::move(method);
    what.request.accept = "application/json";
    what.request.bearer = where_.token;
    return what;
}

management_console::question management_console::telling(std::string method, std::string doing,
                                                         core::secret body) const {
    auto what = about_devices(std::move(method), std::move(doing));
    what.request.content_type = "application/json";
    what.request.body = std::move(body);
    return what;
}

http_url management_console::device_url(std::string_view uuid) const {
    http_url out = where_.devices;
    out.target.append("/").append(uuid);
    return out;
}

std::string management_console::record_of(std::string_view uuid) const {
    return text_of(device_url(uuid));
}

awaitable<bool> management_console::knows_device(std::string uuid) {
    auto what = about_devices("GET", "looking for the device's record");
    what.url = device_url(uuid);
    const auto answer = co_await exchange(what);
    if (is_done(answer))
        co_return true;
    if (is_unknown(answer))
        co_return false;
    refuse(what, answer);
}

awaitable<void> management_console::register_device(console_device device) {
    const auto add = telling("POST", adding, device_body(device, false));
    const auto answer = co_await exchange(add);
    if (is_done(answer)) {
        log_.info(component, "the console has a new record of device ", device.uuid);
        co_return;
    }
    if (answer.status != 409)
        refuse(add, answer);
    co_await change_record(changing, device_body(device, true));
    log_.info(component, "the console's record of device ", device.uuid, " is changed");
}

awaitable<void> management_console::synchronize(console_inventory seen) {
    const auto change = telling("PATCH", changing, inventory_body(seen));
    auto answer = co_await exchange(change);
    if (is_unknown(answer)) {
        const auto add = telling("POST", adding, found_device_body(seen));
        const auto added = co_await exchange(add);
        if (!is_done(added) && added.status != 409) // 409: somebody else has added it meanwhile
            refuse(add, added);
        log_.info(component, "the console has a new record of device ", seen.uuid);
        answer = co_await exchange(change);
    }
    if (!is_done(answer))
        refuse(change, answer);
    log_.info(component, "the console's record of device ", seen.uuid, " is up to date");
}

awaitable<bool> management_console::delete_device(std::string uuid) {
    auto what = about_devices("DELETE", "deleting the device's record");
    what.url = device_url(uuid);
    const auto answer = co_await exchange(what);
    if (is_done(answer))
        co_return true;
    if (is_unknown(answer))
        co_return false;
    refuse(what, answer);
}

awaitable<void> management_console::clear_mps_password(std::string uuid) {
    return change_record("clearing the presence server's password in the record",
                         cleared_mps_password_body(uuid));
}

awaitable<void> management_console::change_record(std::string doing, core::secret body) {
    const auto change = telling("PATCH", std::move(doing), std::move(body));
    const auto answer = co_await exchange(change);
    if (!is_done(answer))
        refuse(change, answer);
}

awaitable<http_answer> management_console::exchange(question what) {
    std::exception_ptr failed;
    try {
        co_return co_await core::with_deadline(what.limit, follow(what));
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled)
            throw;
        failed = std::current_exception();
    }
    throw error(explain_way(failed, what.doing + where_.way, what.limit));
}

awaitable<http_answer> management_console::follow(question &what) {
    for (int hop = 0; hop <= most_redirections; ++hop) {
        auto answer = co_await ask_(what.url, what.request, what.limit);
        if (!is_redirection(answer.status))
            co_return answer;
        const auto next = resolve(what.url, answer.location);
        if (!next)
            throw error(exit_code::missing_or_incorrect_url,
                        what.doing + ": it redirects, and does not say where to");
        if (next->origin() != what.url.origin())
            throw error(exit_code::missing_or_incorrect_url,
                        what.doing + ": it redirects to " + printable(next->origin(), 200) +
                            ", which is not told the token: if that is the console, give it "
                            "in --url");
        if (what.request.method != "GET" && answer.status != 307 && answer.status != 308)
            throw error(exit_code::missing_or_incorrect_url,
                        what.doing + ": it redirects to " + printable(text_of(*next), 200) +
                            ", where there is nothing to send to: check the URL");
        log_.debug(component, "redirected to ", printable(text_of(*next), 200));
        what.url = *next;
    }
    throw error(exit_code::missing_or_incorrect_url,
                what.doing + ": it redirects again and again: check the URL");
}

void management_console::refuse(const question &what, const http_answer &answer) const {
    const std::string said = said_by(answer);
    const std::string status =
        "HTTP status " + std::to_string(answer.status) + (said.empty() ? "" : ", \"" + said + "\"");
    if (answer.status == 401 && where_.token.empty())
        throw error(exit_code::rps_authentication_failed,
                    what.doing + ": the console wants a log-in (" + status +
                        "): give --auth-username and AUTH_PASSWORD, or AUTH_TOKEN");
    if (answer.status == 401)
        throw error(exit_code::rps_authentication_failed,
                    what.doing + ": the console does not accept the token (" + status + ")" +
                        (token_is_ours_ ? ", though it comes from its log-in"
                                        : ": is it one of this console, and still valid? "
                                          "--auth-username and AUTH_PASSWORD fetch a new one"));
    if (answer.status == 403)
        throw error(exit_code::rps_authentication_failed,
                    what.doing + ": this user may not do that (" + status + ")");
    if (answer.status == 404 || answer.status == 405 || is_page(answer))
        throw error(exit_code::missing_or_incorrect_url,
                    what.doing + ": there is nothing of that kind (" + status +
                        "): is this a management console? --devices-endpoint names another path");
    if (answer.status >= 500)
        throw error(exit_code::generic_failure,
                    what.doing + ": the console, or what stands before it, does not work (" +
                        status + "): look at it, then try again");
    throw error(exit_code::generic_failure, what.doing + ": the console refuses (" + status + ")");
}

} // namespace costrand::activate
