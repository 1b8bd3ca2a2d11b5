// SPDX-License-Identifier: Apache-2.0
#include "link.hpp"

#include "change_clock.hpp"
#include "launch.hpp"
#include "open_pipes.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/transports/ccapi_pipe.hpp>

#include <boost/asio/io_context.hpp>

#include <pthread.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <random>
#include <utility>

namespace costrand::krb5cc {
namespace {

using ccapi::answer;
using ccapi::errc;
using ccapi::message_id;

// For the names of clients: a library brings no generator of keys into its program.
class device_random : public core::random_source {
  public:
    void fill(std::span<std::byte> out) override {
        std::random_device device;
        for (auto &byte : out)
            byte = static_cast<std::byte>(device());
    }
};

// The place is looked up for each connection: a program may change its environment.
awaitable<std::unique_ptr<core::message_stream>> dial(bool launch) {
    const auto place = transports::own_pipe_place(transports::pipe_scope::user);
    if (!place)
        throw system_error(place.error());
    auto stream =
        co_await core::as_result(transports::connect_pipe(*place, transports::ccapi_framing));
    if (stream)
        co_return std::move(*stream);
    if (!launch || stream.error() != transports::pipe_errc::not_running)
        throw system_error(stream.error());
    co_return co_await connect_or_launch(*place);
}

ccapi::client_options options_for(const void *owner) {
    ccapi::client_options out;
    out.dial = dial;
    out.tsp = reinterpret_cast<std::uintptr_t>(owner);
    return out;
}

// One connection, and what drives it while its owner is in a call.
class link {
  public:
    link() : client_(random_, options_for(this)) {}
    link(const link &) = delete;
    link &operator=(const link &) = delete;
    ~link() { forget(); }

    [[nodiscard]] bool connected() const noexcept { return client_.connected(); }
    [[nodiscard]] unsigned generation() const noexcept { return generation_; }

    answer call(const ccapi::request &what) {
        std::exception_ptr failure;
        answer out;
        context_.restart();
        core::spawn(context_.get_executor(), client_.call(what),
                    [&](std::exception_ptr why, answer got) {
                        failure = why;
                        out = std::move(got);
                    });
        context_.run();
        watch();
        if (failure)
            std::rethrow_exception(failure);
        return out;
    }
    // Without it the next call would begin within the last one.
    void give_up() noexcept {
        client_.close();
        watch();
    }

  private:
    // Tells of the connection that there is now.
    void watch() {
        auto *const stream = client_.stream();
        if (stream == watched_)
            return;
        forget();
        if (stream) {
            fd_ = transports::native_handle(*stream);
            open_pipes::of_process().add(fd_);
            watched_ = stream;
        }
    }
    void forget() noexcept {
        if (watched_)
            open_pipes::of_process().remove(fd_);
        watched_ = nullptr;
    }

    device_random random_;
    net::io_context context_{1};
    ccapi::client client_; // behind the context: its stream is closed first
    const core::message_stream *watched_ = nullptr;
    int fd_ = -1;
    unsigned generation_ = open_pipes::of_process().generation();
};

// A child never touches its parent's links: their descriptors are closed, and what waits for them
// in the kernel is the parent's, too.
bool is_parents(const link &l) noexcept {
    return l.generation() != open_pipes::of_process().generation();
}

// The calling thread's link, which ends with the thread. A key and no thread_local: other ends of
// the thread may call the library behind this one.
class thread_links {
  public:
    static thread_links &of_process() {
        static auto *const instance = new thread_links;
        return *instance;
    }
    link &own() {
        auto *held = static_cast<link *>(::pthread_getspecific(key_));
        if (held && !is_parents(*held))
            return *held;
        auto fresh = std::make_unique<link>();
        if (::pthread_setspecific(key_, fresh.get()) != 0)
            throw std::bad_alloc();
        return *fresh.release();
    }

  private:
    thread_links() {
        if (::pthread_key_create(&key_, end) != 0)
            throw std::bad_alloc();
    }
    static void end(void *held) {
        if (auto *const l = static_cast<link *>(held); !is_parents(*l))
            delete l;
    }

    pthread_key_t key_{};
};

// The process's link, one caller at a time.
struct shared_link {
    std::mutex turn;
    link connection;
};

std::shared_ptr<shared_link> link_of_process() {
    static auto *const current = new std::shared_ptr<shared_link>;
    const std::lock_guard held(open_pipes::of_process().mutex());
    static unsigned generation = 0;
    if (*current && generation != open_pipes::of_process().generation())
        new std::shared_ptr<shared_link>(std::move(*current)); // the parent's: kept as it is
    if (!*current) {
        *current = std::make_shared<shared_link>();
        generation = (*current)->connection.generation();
    }
    return *current;
}

// Whose objects on the server live as long as the process may need them: iterators.
bool is_of_process(message_id what) noexcept {
    switch (what) {
    case message_id::context_new_ccache_iterator:
    case message_id::ccache_new_credentials_iterator:
    case message_id::ccache_iterator_release:
    case message_id::ccache_iterator_next:
    case message_id::ccache_iterator_clone:
    case message_id::credentials_iterator_release:
    case message_id::credentials_iterator_next:
    case message_id::credentials_iterator_clone:
        return true;
    default:
        return false;
    }
}

// use: called with the link that carries `what`.
template <typename Use>
auto with_link(message_id what, Use use) {
    if (!is_of_process(what))
        return use(thread_links::of_process().own());
    const auto shared = link_of_process();
    const std::lock_guard turn(shared->turn);
    return use(shared->connection);
}

// Nothing: no server runs.
std::optional<answer> say(link &over, const ccapi::request &what) {
    try {
        return over.call(what);
    } catch (const system_error &e) {
        if (e.code().category() == ccapi::error_category())
            throw;
        if (e.code() == transports::pipe_errc::not_running)
            return std::nullopt;
        if (transports::is_insecure(e.code()))
            throw system_error(errc::server_insecure);
        throw system_error(errc::server_unavailable);
    } catch (...) {
        over.give_up();
        throw;
    }
}

} // namespace

std::optional<answer> ask_if_running(const ccapi::request &what) {
    auto out = with_link(what.what, [&](link &over) { return say(over, what); });
    if (!out && ccapi::find_row(static_cast<std::uint32_t>(what.what))->launches)
        throw system_error(errc::server_unavailable);
    return out;
}

answer ask(const ccapi::request &what) {
    auto out = ask_if_running(what);
    if (!out)
        throw system_error(errc::server_unavailable);
    return std::move(*out);
}

void tell(const ccapi::request &what) noexcept {
    try {
        with_link(what.what, [&](link &over) {
            if (over.connected())
                (void)say(over, what);
        });
    } catch (...) {
        // An iterator that the server keeps goes with the connection.
    }
}

change_clock &change_clock::of_process() {
    static auto *const instance = new change_clock;
    return *instance;
}

} // namespace costrand::krb5cc
