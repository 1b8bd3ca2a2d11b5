// SPDX-License-Identifier: Apache-2.0
// The local pipe between a credential-cache server and its clients: where a user's server is to be
// found, the accepting and the connecting side (ccapi.md 11). A unix socket on POSIX systems. It
// carries messages and knows who the peer is; what the messages say is not known here.
#pragma once

#include <costrand/core/awaitable.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/result.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace costrand::transports {

enum class pipe_errc {
    not_running = 1,   // nobody listens there
    already_running,   // another server listens there
    being_started,     // another process holds the lock file: it starts a server there
    path_too_long,     // more than 107 bytes
    bad_endpoint,      // no absolute path of a file
    folder_missing,    // the server's folder is not there
    folder_insecure,   // a link, no folder, another user's, or open to group or others
    lock_insecure,     // the lock file is a link, another user's, or no file
    endpoint_occupied, // something that is no socket stands there
    no_space,          // the folder's file system is full, or the user's share of it
    foreign_peer,      // the process at the other end is another user's
};

const boost::system::error_category &pipe_category() noexcept;

inline error_code make_error_code(pipe_errc e) noexcept {
    return {static_cast<int>(e), pipe_category()};
}

// Whether the failure is one of trust (ccErrServerInsecure, 224) and not of reach
// (ccErrServerUnavailable, 223).
[[nodiscard]] bool is_insecure(const error_code &failure) noexcept;

// The names of one server's pipe. A public constructor and no aggregate: GCC 12 destroys those
// twice in a co_await.
struct pipe_place {
    pipe_place() = default;

    std::string folder;
    std::string endpoint;  // the socket
    std::string lock_file; // held by whoever puts a socket there
    // The real user id of this process: whose the folder, the files and the peer must be.
    std::uint32_t user = 0;
    // Folder and lock file are checked, and the folder is nobody else's. Off for a socket at a path
    // that an administrator chose.
    bool is_private = true;
    bool makes_folder = false; // a server may create it (only the one in /tmp)
};

enum class pipe_scope { user, login_session };

// A variable's value, null if it is not set.
using pipe_environment = std::function<const char *(const char *name)>;

// The place of this process's user (ccapi.md 11.5): $CCAPI_ENDPOINT, or krbcc.<LSID>.ep in
// $XDG_RUNTIME_DIR, /run/user/<uid> or /tmp/krbcc-<uid>. LSID is the user id, and with
// pipe_scope::login_session or CCAPI_LSID=session also the login session. The environment of a
// program that runs with another's rights is not read. Touches no file. Errors: path_too_long,
// bad_endpoint.
[[nodiscard]] core::result<pipe_place> own_pipe_place(pipe_scope scope);
// The same with another environment: for tests, and for a library that took a copy.
[[nodiscard]] core::result<pipe_place> own_pipe_place(pipe_scope scope,
                                                      const pipe_environment &environment);

// A socket at any path, in any folder, for clients that know the path (KCM). Errors as above.
[[nodiscard]] core::result<pipe_place> pipe_place_at(std::string path);

// How messages lie in the stream: u32 big-endian length, then the message. The length does not
// count itself, nor the first `uncounted` bytes of the message (KCM replies: 4, the outer code).
struct pipe_framing {
    std::size_t limit = 0;           // the largest message in bytes, in either direction
    std::size_t sent_uncounted = 0;  // of messages we send
    std::size_t taken_uncounted = 0; // of messages we receive
    // As many bytes may wait to be sent. One more message, and the stream is closed: its peer does
    // not read (ccapi.md 11.4).
    std::size_t unsent_limit = std::size_t{4} * 1024 * 1024;
};

// ccapi.md 11.2: a header of 48 bytes behind the length, at most 16 MiB of payload.
inline constexpr pipe_framing ccapi_framing{48 + std::size_t{16} * 1024 * 1024};
// kcm.md 1: at most 10 MiB; the outer code of replies is not counted.
inline constexpr pipe_framing kcm_server_framing{std::size_t{10} * 1024 * 1024, 4, 0};
inline constexpr pipe_framing kcm_client_framing{std::size_t{10} * 1024 * 1024, 0, 4};

// Who is at the other end, as the kernel says.
struct pipe_peer {
    bool own_user = false; // the user of the pipe_place
    std::uint32_t user = 0, group = 0;
    std::int32_t process = 0;
};

// The streams of both sides. receive: end_of_stream when the peer ended, also by half;
// core::errc::malformed for an end within a message; message_too_large before anything of such a
// message is taken in. send: broken_pipe when the peer is gone and nothing of the message was
// taken, connection_reset when a part may have been; what the peer had sent before is still
// received. core::errc::limit_exceeded when the peer does not read. After this and any other
// failure the stream is closed. What passed through is wiped from the stream's own memory. No
// signal is raised.

struct accepted_pipe {
    std::unique_ptr<core::message_stream> stream;
    pipe_peer peer;
};

struct pipe_listen_options {
    pipe_listen_options() = default;

    pipe_framing framing = ccapi_framing;
    unsigned mode = 0600; // of the socket's file
    // The process that started this one holds the lock file until this one listens.
    bool lock_is_held = false;
    core::log log; // descriptors exhausted, and again available
};

class pipe_acceptor {
  public:
    // Listens at the place from now on; the socket of a server that is gone is replaced, and there
    // is no moment with a socket that nobody listens at. Does not wait. Throws system_error with
    // pipe_errc (its text names the path), or the system's code.
    pipe_acceptor(net::any_io_executor executor, pipe_place place, pipe_listen_options options);
    // Takes over a socket that listens at the place already, as a service manager passes one; its
    // file is the manager's, and stays. Of the options the mode and lock_is_held mean nothing.
    // Throws as above; the descriptor is then left open.
    pipe_acceptor(net::any_io_executor executor, pipe_place place, pipe_listen_options options,
                  int listening);
    // As close().
    ~pipe_acceptor();
    pipe_acceptor(const pipe_acceptor &) = delete;
    pipe_acceptor &operator=(const pipe_acceptor &) = delete;

    // The next client, whoever it is: the caller refuses a peer that is not own_user, or sorts by
    // user. Without free descriptors new clients are turned away: their connections end at once,
    // those that are open go on. One descriptor is kept back for that; if it is gone, or there is
    // no memory, it pauses for 100 ms at a time. Error: core::errc::closed after close().
    // Cancel-safe.
    [[nodiscard]] awaitable<accepted_pipe> accept();

    // Takes no more clients and removes the socket's file, if it is ours and still there.
    void close() noexcept;

  private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

// The path of a unix stream socket that listens. Throws system_error: bad_endpoint for one without
// a path, invalid_argument or the system's code for any other descriptor.
[[nodiscard]] std::string path_of_listener(int descriptor);

// Holds the lock file of a place: nobody else starts a server there meanwhile.
class pipe_lock {
  public:
    pipe_lock() = default; // of no place
    pipe_lock(pipe_lock &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    pipe_lock &operator=(pipe_lock &&other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~pipe_lock();

  private:
    explicit pipe_lock(int fd) noexcept : fd_(fd) {}
    friend awaitable<pipe_lock> lock_pipe_place(pipe_place place, core::duration patience);

    int fd_ = -1;
};

// For a client that is about to start a server, which then listens with lock_is_held. Makes the
// folder where a server would. Errors: being_started when another process holds the lock for that
// long; those of pipe_acceptor. Cancel-safe.
[[nodiscard]] awaitable<pipe_lock> lock_pipe_place(pipe_place place, core::duration patience);

// Connects to the server at the place. Waits, without limit, while the server has too many clients
// that it did not accept yet; bound it with with_deadline. Errors: not_running, folder_insecure,
// foreign_peer (the server is another user's: nothing was sent), path_too_long, the system's.
// Cancelled: nothing is left open.
[[nodiscard]] awaitable<std::unique_ptr<core::message_stream>> connect_pipe(pipe_place place,
                                                                            pipe_framing framing);

// The file descriptor of a stream that connect_pipe gave, while that is open. For a child of
// fork(): the child closes its copy, and never touches the stream again.
[[nodiscard]] int native_handle(core::message_stream &connected) noexcept;

} // namespace costrand::transports

template <>
struct boost::system::is_error_code_enum<costrand::transports::pipe_errc> : std::true_type {};
