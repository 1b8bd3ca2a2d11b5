// SPDX-License-Identifier: Apache-2.0
#include "link.hpp"

#include "change_clock.hpp"
#include "launch.hpp"
#include "open_pipes.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/random.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/transports/ccapi_challenge.hpp>
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

class file_challenge : public ccapi::challenge {
  public:
    file_challenge(const transports::pipe_place &place, std::uint64_t unique, std::uint32_t number)
        : file_(place, unique, number) {}

    [[nodiscard]] std::string_view name() const override { return file_.name(); }
    [[nodiscard]] bool is_met_by(std::uint32_t answer) const override {
        return file_.is_met_by(answer);
    }

  private:
    transports::pipe_challenge file_;
};

// The kernel has told already whose process the server is: where no file can be made, in a folder
// that is full, that is enough.
std::unique_ptr<ccapi::challenge> make_challenge() {
    std::random_device device;
    const auto unique = std::uint64_t{device()} << 32 | device();
    try {
        const auto place = transports::own_pipe_place(transports::pipe_scope::user).value();
        return std::make_unique<file_challenge>(place, unique, device());
    } catch (const system_error &) {
        return nullptr;
    }
}

// One connection, and what drives it while its owner is in a call.
class link {
  public:
    link() : client_(random_, options()) {}
    link(const link &) = delete;
    link &operator=(const link &) = delete;
    ~link() { forget(); }

    [[nodiscard]] bool connected() const noexcept { return client_.connected(); }
    // Not after a fork, in the child: the descriptors are closed there, and what waits for them in
    // the kernel is the parent's, too. Not when the program has closed them, either.
    [[nodiscard]] bool is_ours() const noexcept {
        auto &pipes = open_pipes::of_process();
        return generation_ == pipes.generation() && (fd_ < 0 || pipes.is_open(fd_));
    }

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
        if (!connected())
            forget();
        if (failure)
            std::rethrow_exception(failure);
        return out;
    }
    // Without it the next call would begin within the last one.
    void give_up() noexcept {
        client_.close();
        forget();
    }

  private:
    ccapi::client_options options() {
        ccapi::client_options out;
        out.dial = [this](bool launch) { return connect(launch); };
        out.challenge = make_challenge;
        out.tsp = reinterpret_cast<std::uintptr_t>(this);
        return out;
    }
    // Told of at once: another thread may fork while this one waits in its first call.
    awaitable<std::unique_ptr<core::message_stream>> connect(bool launch) {
        forget();
        auto stream = co_await dial(launch);
        fd_ = transports::native_handle(*stream);
        open_pipes::of_process().add(fd_);
        co_return stream;
    }
    void forget() noexcept {
        if (fd_ >= 0)
            open_pipes::of_process().remove(fd_);
        fd_ = -1;
    }

    device_random random_;
    net::io_context context_{1};
    ccapi::client client_; // behind the context: its stream is closed first
    int fd_ = -1;          // of the connection
    unsigned generation_ = open_pipes::of_process().generation();
};

// Where a link is kept between calls, as long as it has its connection.
class link_holder {
  public:
    link_holder() = default;
    link_holder(const link_holder &) = delete;
    link_holder &operator=(const link_holder &) = delete;
    ~link_holder() { drop(); }

    [[nodiscard]] bool connected() const noexcept { return held_ && is_usable(); }
    link &use() {
        if (!held_ || !is_usable()) {
            drop();
            held_ = std::make_unique<link>();
        }
        return *held_;
    }

  private:
    [[nodiscard]] bool is_usable() const noexcept { return held_->connected() && held_->is_ours(); }
    // What is not ours is left as it is, in memory: it would close what others have opened since.
    void drop() noexcept {
        if (held_ && !held_->is_ours())
            (void)held_.release();
        held_.reset();
    }

    std::unique_ptr<link> held_;
};

// The calling thread's link, which ends with the thread. A key and no thread_local: other ends of
// the thread may call the library behind this one.
class thread_links {
  public:
    static thread_links &of_process() {
        static auto *const instance = new thread_links;
        return *instance;
    }
    link_holder &own() {
        if (auto *const held = static_cast<link_holder *>(::pthread_getspecific(key_)))
            return *held;
        auto fresh = std::make_unique<link_holder>();
        if (::pthread_setspecific(key_, fresh.get()) != 0)
            throw std::bad_alloc();
        return *fresh.release();
    }

  private:
    thread_links() {
        if (::pthread_key_create(&key_,
                                 [](void *held) { delete static_cast<link_holder *>(held); }) != 0)
            throw std::bad_alloc();
    }

    pthread_key_t key_{};
};

// The process's link, one caller at a time.
struct shared_link {
    std::mutex turn;
    link_holder connection;
    unsigned generation = open_pipes::of_process().generation();
};

std::shared_ptr<shared_link> link_of_process() {
    static auto *const current = new std::shared_ptr<shared_link>;
    auto &pipes = open_pipes::of_process();
    const std::lock_guard held(pipes.mutex());
    // In a child the turn may be that of a thread that is not there: left as it is.
    if (*current && (*current)->generation != pipes.generation())
        new std::shared_ptr<shared_link>(std::move(*current));
    if (!*current)
        *current = std::make_shared<shared_link>();
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

// use: called with the holder of the link that carries `what`.
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
    auto out = with_link(what.what, [&](link_holder &over) { return say(over.use(), what); });
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
        with_link(what.what, [&](link_holder &over) {
            if (over.connected())
                (void)say(over.use(), what);
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
