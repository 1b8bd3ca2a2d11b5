// SPDX-License-Identifier: Apache-2.0
#include <costrand/wsman/http_client.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/wsman/http.hpp>

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace costrand::wsman {

namespace {

constexpr std::string_view component = "wsman.http";

// MeshCentral gives up at the third (wsman.md 2.3).
constexpr int most_refusals = 3;
// A single one may be a device that had a reason of its own, such as a restart.
constexpr int most_reuse_failures = 2;

// Bodies and Authorization fields do not stay in memory.
struct wipe_at_end {
    std::string &text;
    ~wipe_at_end() { core::wipe(text); }
};

// The best challenge of all WWW-Authenticate fields: SHA-256 before MD5, then the first.
core::result<digest_challenge> choose_challenge(const http_headers &headers) {
    core::result<digest_challenge> best = errc::challenge_unsupported;
    for (const auto &field : headers) {
        if (!equals_ignoring_case(field.name, "WWW-Authenticate"))
            continue;
        auto offered = parse_challenges(field.value);
        if (!offered) {
            // Others may still be answered; if none can, tell the more telling reason.
            if (!best && offered.error() == errc::challenge_malformed)
                best = offered.error();
            continue;
        }
        for (auto &c : *offered)
            if (!best || (c.algorithm == digest_algorithm::sha256 &&
                          best->algorithm != digest_algorithm::sha256))
                best = std::move(c);
    }
    return best;
}

// Whether what ended an exchange says nothing about the server's having acted: the connection went.
// The other errors of this kind are about what the server did answer.
bool is_loss(const error_code &why) {
    return why.category() != error_category() || why == errc::http_truncated;
}

} // namespace

struct http_client::connection {
    explicit connection(std::unique_ptr<core::byte_stream> s)
        : stream(std::move(s)),
          http(*stream) {}

    std::unique_ptr<core::byte_stream> stream;
    http_connection http;
    std::size_t answers = 0;
    core::time_point last_answer{};
};

// One request on one connection.
struct http_client::leg {
    bool sent = false; // all of it
    std::optional<response_in> answer;
    // Without an answer.
    std::exception_ptr failure;
    error_code why;
};

namespace {

// Sets `sent` when the last byte is handed over. A server may answer and close before it has read
// everything: after a failed write the answer is looked for all the same.
awaitable<response_in> converse(http_connection &http, std::string_view request, http_limits limits,
                                bool &sent) {
    std::exception_ptr unsent;
    try {
        co_await core::write_all(http.stream(), net::buffer(request));
        sent = true;
    } catch (const system_error &e) {
        if (e.code() == core::cond::cancelled)
            throw;
        unsent = std::current_exception();
    }
    if (!unsent)
        co_return co_await read_response(http, limits);
    auto early = co_await core::as_result(read_response(http, limits));
    if (!early && early.error() == core::cond::cancelled)
        throw system_error(early.error());
    if (!early)
        std::rethrow_exception(unsent);
    early->keep_alive = false;
    co_return std::move(*early);
}

// Whether an idle connection has ended, or the server says something that nobody asked for.
awaitable<bool> has_ended(core::byte_stream &stream, core::duration listen) {
    std::byte unexpected{};
    auto peek = stream.read_some(net::buffer(&unexpected, 1));
    auto got = co_await core::as_result(core::with_deadline(listen, std::move(peek)));
    if (!got && got.error() == core::cond::cancelled)
        throw system_error(got.error());
    co_return got || got.error() != core::errc::timed_out; // of the stream it could be a time-out
}

} // namespace

http_client::http_client(core::dialer dial, http_client_options options,
                         core::random_source &random, core::log log)
    : dial_(std::move(dial)),
      options_(std::move(options)),
      log_(std::move(log)),
      digest_(options_.user, std::move(options_.password), random) {
    digest_.prefer_auth_int(options_.prefer_auth_int);
}

http_client::~http_client() = default;

void http_client::set_user(std::string user, core::secret password) {
    digest_.set_user(std::move(user), std::move(password));
}

void http_client::disconnect() noexcept {
    idle_.reset();
}

awaitable<http_response> http_client::post(std::string body, when_lost rule) {
    const wipe_at_end wiping{body};
    const auto turn = co_await turn_.lock();
    bool repeated = false;
    for (int refusals = 0;;) {
        const bool authorized = digest_.has_challenge();
        const bool harmless = rule == when_lost::repeat || !authorized;
        auto link = co_await connect(harmless);
        leg one;
        co_await run(*link, body, one);
        if (!one.answer) {
            note_loss(*link);
            const bool may_have_acted = one.sent && !harmless;
            if (is_loss(one.why) && !may_have_acted && !std::exchange(repeated, true)) {
                log_.debug(component, "connection lost (", one.why, "); once more on a new one");
                continue;
            }
            if (is_loss(one.why) && may_have_acted)
                throw reply_lost_error(one.why);
            std::rethrow_exception(one.failure);
        }
        repeated = false; // there was progress, and refusals are counted
        http_response answer = std::move(one.answer->response);
        keep(std::move(link), one.answer->keep_alive);
        if (answer.status != 401) {
            nonce_accepted_ = authorized;
            co_return answer;
        }
        take_challenge(answer, authorized, ++refusals);
    }
}

awaitable<http_client::connection_ptr> http_client::connect(bool loss_is_harmless) {
    auto link = std::exchange(idle_, nullptr);
    if (link && loss_is_harmless)
        co_return link;
    if (link && reuse_works_) {
        const auto executor = co_await net::this_coro::executor;
        const auto idle = core::now(executor) - link->last_answer;
        bool trusted = idle <= options_.times.trusted_idle;
        if (trusted)
            trusted = !co_await has_ended(*link->stream, options_.times.listen);
        if (trusted)
            co_return link;
    }
    link.reset(); // before the next one: the device has few slots
    auto stream = co_await core::with_deadline(options_.times.dial, dial_());
    ++counters_.dials;
    co_return std::make_unique<connection>(std::move(stream));
}

// Throws cancellation and the end of the time; everything else is in `out`.
awaitable<void> http_client::run(connection &link, const std::string &body, leg &out) {
    auto request = request_text(body);
    const wipe_at_end wiping{request};
    bool timed_out = false;
    try {
        auto talk = converse(link.http, request, options_.limits, out.sent);
        out.answer = co_await core::with_deadline(options_.times.exchange, std::move(talk));
    } catch (const system_error &e) {
        out.why = e.code();
        out.failure = std::current_exception();
        timed_out = e.code() == core::errc::timed_out;
    }
    counters_.requests += out.sent ? 1 : 0;
    if (timed_out)
        log_.debug(component, "no answer within ", options_.times.exchange);
    if (timed_out || (out.failure && out.why == core::cond::cancelled))
        std::rethrow_exception(out.failure);
    if (!out.answer)
        co_return;
    // A refusal proves nothing: it is no call, and AMT closes behind it or not as it likes.
    link.answers += out.answer->response.status == 401 ? 0 : 1;
    link.last_answer = core::now(co_await net::this_coro::executor);
}

void http_client::note_loss(const connection &link) {
    ++counters_.losses;
    if (link.answers == 1)
        ++reuse_failures_;
}

void http_client::keep(connection_ptr link, bool server_keeps) {
    if (link->answers > 1) {
        reuse_works_ = true;
        reuse_failures_ = 0;
    }
    if (server_keeps && options_.keep_alive && reuse_failures_ < most_reuse_failures &&
        link->http.surplus() == 0)
        idle_ = std::move(link);
}

void http_client::take_challenge(const http_response &refusal, bool was_authorized, int refusals) {
    ++counters_.refusals;
    auto challenge = choose_challenge(refusal.headers);
    if (!challenge)
        throw system_error(challenge.error());
    const bool wrong = was_authorized && !nonce_accepted_ && !challenge->stale;
    log_.debug(component, "401: ", was_authorized ? "the nonce was not taken" : "a nonce to use",
               challenge->stale ? ", stale" : "");
    if (auto taken = digest_.accept(std::move(*challenge)); !taken)
        throw system_error(taken.error());
    nonce_accepted_ = false;
    if (!wrong && refusals < most_refusals)
        return;
    digest_.forget_challenge(); // or the next call would try the same password once for nothing
    throw system_error(errc::unauthorized);
}

std::string http_client::request_text(const std::string &body) {
    std::string authorization;
    if (digest_.has_challenge()) {
        digest_target target;
        target.body = body;
        auto field = digest_.authorization(target);
        if (!field)
            throw system_error(field.error());
        authorization = std::move(*field);
    }
    constexpr std::size_t other_fields = 256;
    std::string out;
    out.reserve(body.size() + authorization.size() + options_.host.size() + other_fields);
    out += "POST /wsman HTTP/1.1\r\nHost: ";
    out += options_.host;
    out += "\r\nContent-Type: application/soap+xml; charset=utf-8\r\n";
    if (!authorization.empty()) {
        out += "Authorization: ";
        out += authorization;
        out += "\r\n";
    }
    if (!options_.keep_alive)
        out += "Connection: close\r\n";
    out += "Content-Length: ";
    out += std::to_string(body.size());
    out += "\r\n\r\n";
    out += body;
    return out;
}

} // namespace costrand::wsman
