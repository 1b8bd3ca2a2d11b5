// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapi/server.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/mailbox.hpp>
#include <costrand/core/secret.hpp>
#include <costrand/core/task_group.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

namespace costrand::ccapi {

namespace {

constexpr std::string_view component = "ccapi";

// More requests than may wait never have an answer to write; the bytes are what is bounded.
constexpr std::size_t most_replies = 1'000'000;

// Of the memory for replies, in bytes, while there is none.
constexpr std::size_t most_kept = std::size_t{64} * 1024;

// The peer is; what it said before is still to be done (ccapi.md 11.4).
bool is_gone(const error_code &why) {
    return why == net::error::broken_pipe || why == net::error::connection_reset;
}

error_code no_memory() {
    return boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
}

// As as_result. Without memory there is a client less, and no server less.
awaitable<core::result<void>> as_client_failure(awaitable<void> talk) {
    try {
        co_return co_await core::as_result(std::move(talk));
    } catch (const std::bad_alloc &) {
        co_return no_memory();
    }
}

// Not filled: a client costs the pages that its largest message touched. Without memory for it
// there is a client less, and no server less.
std::unique_ptr<std::byte[]> buffer_of(const core::message_stream &stream) {
    std::unique_ptr<std::byte[]> out(new (std::nothrow) std::byte[stream.max_message_size()]);
    if (!out)
        throw system_error(no_memory());
    return out;
}

} // namespace

// One request that waits, as long as it does.
struct server::pending {
    explicit pending(ticket number) : who(number), answer(1) {}

    struct late {
        errc status = errc::no_error; // of the frame
        wiped_bytes reply;
    };
    ticket who;
    core::mailbox<late> answer;
};

struct server::connection {
    connection(net::any_io_executor executor, core::message_stream &with, client_id number)
        : stream(with),
          id(number),
          replies(most_replies),
          late(executor),
          writer(executor) {}

    core::message_stream &stream;
    client_id id;
    bool connected = false;
    bool refused = false; // by us: the last reply is still to be written
    bool gone = false;    // nobody reads replies any more
    uuid client;
    std::map<std::uint32_t, ticket> waits; // by sequence number
    std::size_t unsent = 0;
    core::mailbox<wiped_bytes> replies;
    core::task_group late, writer;

    void forget_wait(ticket who) {
        std::erase_if(waits, [who](const auto &own) { return own.second == who; });
    }
};

server::server(net::any_io_executor executor, core::random_source &random, server_options options,
               core::log log)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      log_(std::move(log)),
      collection_(random, options_.limits, options_.clock()),
      dispatch_(collection_, random_uuid(random)),
      began_(core::now(executor_)) {}

server::~server() = default;

awaitable<void> server::serve(std::unique_ptr<core::message_stream> client) {
    connection c(executor_, *client, ++last_client_);
    c.writer.spawn(write_replies(c));
    ++count_;
    const auto ended = co_await as_client_failure(read_frames(c));
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    // From here on nothing of the client's own can be granted any more.
    turn &t = next_turn();
    collection_.drop_client(c.id, t);
    deliver(t);
    try {
        c.late.cancel();
        (void)co_await core::as_result(c.late.join());
        c.replies.close();
        if (c.refused)
            (void)co_await core::as_result(core::with_deadline(options_.farewell, c.writer.join()));
        c.writer.cancel();
        (void)co_await core::as_result(c.writer.join());
    } catch (const std::bad_alloc &) { // to wait for them: they end by themselves
        c.writer.cancel();
    }
    client->close();
    --count_;
    if (c.connected)
        --connected_;
    left_.notify_all();
    if (!ended && ended.error() == core::cond::cancelled)
        throw system_error(ended.error());
}

awaitable<void> server::serve_kcm(std::unique_ptr<core::message_stream> client,
                                  std::uint32_t user) {
    if (is_full()) {
        client->close(); // KCM has no word for it
        co_return;
    }
    ++count_;
    ++connected_;
    ++served_;
    const auto ended = co_await as_client_failure(answer_kcm(*client, user));
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    client->close();
    --count_;
    --connected_;
    left_.notify_all();
    if (!ended && ended.error() == core::cond::cancelled)
        throw system_error(ended.error());
}

// One request, one reply; nothing is kept between them.
awaitable<void> server::answer_kcm(core::message_stream &client, std::uint32_t user) {
    kcm_face face(collection_, user);
    const std::size_t limit = client.max_message_size();
    const auto buffer = buffer_of(client);
    bool goes_on = true, gone = false;
    while (goes_on) {
        const auto size = co_await client.receive(net::buffer(buffer.get(), limit));
        turn &t = next_turn();
        const const_bytes message(buffer.get(), size);
        try {
            goes_on = answer_kcm_status(message, user, reply_) || face.handle(message, t, reply_);
        } catch (const std::bad_alloc &) {
            kcm::reply_writer(reply_).fail(kcm::status::no_memory);
        }
        core::wipe(buffer.get(), size);
        deliver(t);
        if (goes_on && !gone && !client.try_send(net::buffer(reply_.data(), reply_.size()))) {
            const auto own = std::exchange(reply_, {}); // other clients are answered meanwhile
            auto sent = co_await core::as_result(client.send(net::buffer(own.data(), own.size())));
            gone = !sent && is_gone(sent.error());
            if (!sent && !gone)
                throw system_error(sent.error());
        }
        forget_reply();
    }
}

// It may be long until the next one.
void server::forget_reply() {
    core::wipe(reply_.data(), reply_.size());
    reply_.clear();
    if (reply_.capacity() > most_kept)
        reply_ = {};
}

// False: it is another request, or not to be answered.
bool server::answer_kcm_status(const_bytes message, std::uint32_t user, wiped_bytes &reply) const {
    if (!options_.kcm_status || !std::ranges::equal(message, kcm_status_request))
        return false;
    const auto told = options_.kcm_status(user);
    if (told)
        kcm::reply_writer(reply).bytes(encode_status(*told));
    return told.has_value();
}

awaitable<void> server::wait_for_quit() {
    while (!quit_ || count_ > 0)
        co_await left_.wait();
}

awaitable<void> server::quit_when_idle(core::duration rest) {
    for (;;) {
        const auto before = served_;
        co_await core::sleep_for(rest);
        if (count_ == 0 && served_ == before && collection_.empty())
            break;
    }
    log_.info(component, "ends: it was idle");
    quit_ = true;
    left_.notify_all();
}

server_status server::status() const {
    const auto up = core::now(executor_) - began_;
    const auto held = collection_.counts();
    server_status out;
    out.uptime =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(up).count());
    out.clients = connected_;
    out.caches = held.caches;
    out.credentials = held.credentials;
    out.bytes = held.bytes;
    out.iterators = held.iterators;
    out.locks_held = held.locks_held;
    out.lock_waiters = held.locks_waiting;
    out.change_waiters = held.change_waiters;
    out.pending = waiting_.size();
    out.users = collection_.empty() ? 0 : 1;
    return out;
}

// The standing listen: its end is the client's.
awaitable<void> server::read_frames(connection &c) {
    const std::size_t limit = c.stream.max_message_size();
    const auto buffer = buffer_of(c.stream);
    bool goes_on = true;
    while (goes_on) {
        const auto size = co_await c.stream.receive(net::buffer(buffer.get(), limit));
        const auto frame = decode_frame({buffer.get(), size});
        goes_on = frame && take(c, *frame);
        core::wipe(buffer.get(), size);
    }
}

awaitable<void> server::write_replies(connection &c) {
    try {
        for (;;) {
            auto next = co_await core::as_result(c.replies.receive());
            if (!next)
                co_return;
            auto sent =
                co_await core::as_result(c.stream.send(net::buffer(next->data(), next->size())));
            if (!sent && sent.error() == core::cond::cancelled)
                co_return; // `c` may be gone
            c.unsent -= next->size();
            if (sent)
                continue;
            // A reply that cannot be written: the client is gone.
            c.gone = is_gone(sent.error());
            if (!c.gone)
                c.stream.close();
            co_return;
        }
    } catch (const std::bad_alloc &) { // there would be no more replies
        c.stream.close();
    }
}

// A request that waits: asleep until a wake, or a CANCEL, is put into its mailbox.
awaitable<void> server::answer_late(connection &c, frame_header asked,
                                    std::unique_ptr<pending> wait) {
    try {
        auto answer = co_await core::as_result(wait->answer.receive());
        waiting_.erase(wait->who);
        if (!answer)
            co_return; // the client is gone, and `c` with it
        c.forget_wait(wait->who);
        asked.status = answer->status;
        post(c, asked, answer->reply);
    } catch (const std::bad_alloc &) {
        give_up(c, asked, wait->who);
    }
}

// There is no memory to wait, or for the answer.
void server::give_up(connection &c, const frame_header &asked, ticket who) {
    waiting_.erase(who);
    c.forget_wait(who);
    const bool waited = collection_.cancel(who, turn_);
    try {
        deliver(turn_);
        if (waited)
            post(c, asked, encode_error(errc::no_memory));
    } catch (const std::bad_alloc &) {
        c.stream.close();
    }
    if (!waited) // it was granted, and the client does not know
        c.stream.close();
}

bool server::take(connection &c, const frame_view &frame) {
    const auto &header = frame.header;
    switch (header.type) {
    case frame_type::ping:
        post(c, header, frame.payload);
        return true;
    case frame_type::status:
        post(c, header, encode_status(status()));
        return true;
    case frame_type::quit:
        quit_ = true;
        post(c, header, {});
        return true;
    case frame_type::disconnect:
        return false;
    default:
        break;
    }
    if (!c.connected)
        return take_first(c, frame);
    if (header.client != c.client)
        return false;
    switch (header.type) {
    case frame_type::request:
        take_request(c, frame);
        return true;
    case frame_type::cancel:
        take_cancel(c, header);
        return true;
    default:
        return false; // a second CONNECT, or what only servers send
    }
}

// Before the client is connected.
bool server::take_first(connection &c, const frame_view &frame) {
    frame_header answer = frame.header;
    switch (frame.header.type) {
    case frame_type::authenticate:
        return take_authenticate(c, frame);
    case frame_type::connect:
        answer.type = frame_type::connect_reply;
        c.refused = is_full();
        answer.status = c.refused ? errc::client_not_found : errc::no_error;
        post(c, answer, {});
        if (c.refused)
            return false;
        c.connected = true;
        ++connected_;
        ++served_;
        c.client = frame.header.client;
        answer.type = frame_type::listen;
        answer.sequence = 0;
        post(c, answer, {});
        return true;
    case frame_type::request:
        c.refused = true;
        answer.status = errc::client_not_found;
        post(c, answer, {});
        return false;
    default:
        return false;
    }
}

// Told once, until a client is served again.
bool server::is_full() {
    const bool out = connected_ >= options_.clients;
    if (out && !was_full_)
        log_.warn(component, "clients are refused: ", connected_, " are served");
    was_full_ = out;
    return out;
}

bool server::take_authenticate(connection &c, const frame_view &frame) {
    frame_header answer = frame.header;
    answer.type = frame_type::authenticate_reply;
    std::optional<std::uint32_t> number;
    if (options_.authenticate)
        number = options_.authenticate(core::as_text(frame.payload));
    std::array<std::byte, 4> bytes{};
    core::store_be(bytes.data(), number.value_or(0));
    answer.status = number ? errc::no_error : errc::server_insecure;
    post(c, answer, number ? const_bytes(bytes) : const_bytes());
    return true;
}

void server::take_request(connection &c, const frame_view &frame) {
    frame_header answer = frame.header;
    if (frame.header.sst != options_.start_time) {
        answer.status = errc::client_not_found; // a frame for another life of the server
        post(c, answer, {});
        return;
    }
    const ticket who = ++last_ticket_;
    turn &t = next_turn();
    std::optional<wiped_bytes> reply;
    try {
        reply = dispatch_.handle(c.id, who, frame.payload, t);
        if (!reply)
            await_wake(c, answer, who);
    } catch (const std::bad_alloc &) {
        collection_.cancel(who, t); // if it waits
        reply = encode_error(errc::no_memory);
    }
    deliver(t);
    if (reply)
        post(c, answer, *reply);
}

turn &server::next_turn() {
    turn_.now = options_.clock();
    turn_.woken.clear();
    return turn_;
}

// All of it or nothing. A coroutine that has no memory to begin with answers so by itself.
void server::await_wake(connection &c, const frame_header &asked, ticket who) {
    if (turn_.woken.capacity() <= waiting_.size()) // to note whom to wake then needs no memory
        turn_.woken.reserve(2 * waiting_.size() + 1);
    auto wait = std::make_unique<pending>(who);
    waiting_.emplace(who, wait.get());
    try {
        c.waits.insert_or_assign(asked.sequence, who);
        c.late.spawn(answer_late(c, asked, std::move(wait)));
    } catch (...) {
        waiting_.erase(who);
        c.forget_wait(who);
        throw;
    }
}

// The answer is that of the request itself.
void server::take_cancel(connection &c, const frame_header &frame) {
    const auto own = c.waits.find(frame.sequence);
    if (own == c.waits.end())
        return;
    turn &t = next_turn();
    const bool waited = collection_.cancel(own->second, t);
    const auto place = waiting_.find(own->second);
    if (waited && place != waiting_.end()) {
        pending::late answer;
        answer.status = errc::client_not_found;
        (void)place->second->answer.try_send(std::move(answer)); // it has room for the one
    }
    deliver(t);
}

// Answers to requests and to the server's own calls alike, in order.
void server::post(connection &c, const frame_header &header, const_bytes payload) {
    if (c.gone)
        return;
    frame_header out = header;
    const bool of_request = out.type == frame_type::request || out.type == frame_type::ping ||
                            out.type == frame_type::status || out.type == frame_type::quit;
    if (of_request)
        out.type = frame_type::request_reply;
    out.sst = options_.start_time;
    wiped_bytes bytes;
    try {
        bytes = encode_frame(out, payload);
    } catch (const std::bad_alloc &) {
        bytes = encode_frame(out, encode_error(errc::no_memory));
    }
    const bool too_much = c.unsent > 0 && c.unsent + bytes.size() > options_.unsent;
    if (too_much) {
        log_.warn(component, "a client does not read its replies: ", c.unsent, " bytes wait");
        c.stream.close();
        return;
    }
    // Usually nothing is before it, and it needs no writer.
    if (c.unsent == 0 && c.stream.try_send(net::buffer(bytes.data(), bytes.size())))
        return;
    c.unsent += bytes.size();
    (void)c.replies.try_send(std::move(bytes)); // full or closed: the client is at its end
}

void server::deliver(const turn &t) {
    for (const wake &w : t.woken) {
        const auto place = waiting_.find(w.who);
        if (place == waiting_.end())
            continue; // its client is gone
        pending::late answer;
        try {
            answer.reply = dispatch_core::reply_to(w);
        } catch (const std::bad_alloc &) {
            answer.status = errc::no_memory;
        }
        (void)place->second->answer.try_send(std::move(answer)); // it has room for the one
    }
}

} // namespace costrand::ccapi
