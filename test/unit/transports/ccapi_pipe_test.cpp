// SPDX-License-Identifier: Apache-2.0
// Acceptor and connector over real sockets in a folder of the test's own.
#include <costrand/transports/ccapi_pipe.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>
#include <src/unique_fd.hpp>

#include <support/another_user.hpp>
#include <support/private_folder.hpp>
#include <support/run_coro.hpp>
#include <unit/core/support.hpp>

#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace costrand;
using namespace std::chrono_literals;
using test::failure_of;
using transports::accepted_pipe;
using transports::pipe_acceptor;
using transports::pipe_errc;
using transports::pipe_listen_options;
using transports::pipe_place;

namespace {

namespace fs = std::filesystem;

pipe_place place_in(const std::string &folder) {
    transports::pipe_environment environment = [&folder](const char *name) -> const char * {
        return std::string(name) == "XDG_RUNTIME_DIR" ? folder.c_str() : nullptr;
    };
    return transports::own_pipe_place(transports::pipe_scope::user, environment).value();
}

error_code failure_of_listening(net::any_io_executor executor, const pipe_place &place,
                                const pipe_listen_options &options = {}) {
    try {
        const pipe_acceptor acceptor(std::move(executor), place, options);
        return {};
    } catch (const system_error &e) {
        return e.code();
    }
}

// Shared: a test that is cancelled may be gone when the client is accepted.
awaitable<void> accept_into(pipe_acceptor &acceptor, std::shared_ptr<accepted_pipe> out) {
    *out = co_await acceptor.accept();
}

sockaddr_un address_of(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

// A raw socket, connected to the path or listening there.
heci::unique_fd raw_socket(const std::string &path, bool listens) {
    heci::unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto address = address_of(path);
    const auto *generic = reinterpret_cast<const sockaddr *>(&address);
    if (listens) {
        REQUIRE(::bind(fd.get(), generic, sizeof(address)) == 0);
        REQUIRE(::listen(fd.get(), 0) == 0);
    } else {
        REQUIRE(::connect(fd.get(), generic, sizeof(address)) == 0);
    }
    return fd;
}

unsigned mode_of(const std::string &path) {
    struct stat about {};
    REQUIRE(::lstat(path.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

bool is_root() {
    if (::getuid() == 0)
        return true;
    MESSAGE("not root: cannot become another user");
    return false;
}

} // namespace

TEST_CASE("a client and a server of one user exchange messages and know each other") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        pipe_acceptor acceptor(env.executor, place, {});
        core::task_group servers(env.executor);
        auto accepted = std::make_shared<accepted_pipe>();
        servers.spawn(accept_into(acceptor, accepted));
        auto client = co_await transports::connect_pipe(place, transports::ccapi_framing);
        co_await servers.join();
        CHECK(accepted->peer.own_user);
        CHECK(accepted->peer.user == ::getuid());
        CHECK(accepted->peer.process == ::getpid());
        std::string got(10, ' ');
        co_await client->send(net::buffer("ping", 4));
        const auto asked = co_await accepted->stream->receive(net::buffer(got));
        CHECK(got.substr(0, asked) == "ping");
        co_await accepted->stream->send(net::buffer("pong!", 5));
        const auto answered = co_await client->receive(net::buffer(got));
        CHECK(got.substr(0, answered) == "pong!");
        client.reset();
        const auto end = co_await failure_of(accepted->stream->receive(net::buffer(got)));
        CHECK(end == core::end_of_stream);
    });
}

TEST_CASE("the socket and its lock file are the user's alone, and nothing else is left") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        {
            const pipe_acceptor acceptor(env.executor, place, {});
            CHECK(mode_of(place.endpoint) == 0600);
            CHECK(mode_of(place.lock_file) == 0600);
            CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
        }
        CHECK_FALSE(fs::exists(place.endpoint));
        co_return;
    });
}

TEST_CASE("an administrator's socket may be open to all, whatever the umask") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
        const auto place = transports::pipe_place_at(folder.file("kcm")).value();
        pipe_listen_options options;
        options.mode = 0666;
        options.framing = transports::kcm_server_framing;
        const auto mask = ::umask(077);
        {
            const pipe_acceptor acceptor(env.executor, place, options);
            ::umask(mask);
            CHECK(mode_of(place.endpoint) == 0666);
        }
        co_return;
    });
}

TEST_CASE("a folder that is missing, a link, open to others or no folder is refused") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto missing = place_in(folder.file("missing"));
        CHECK(failure_of_listening(env.executor, missing) == pipe_errc::folder_missing);

        fs::create_directory(folder.file("real"));
        REQUIRE(::chmod(folder.file("real").c_str(), 0700) == 0);
        fs::create_symlink(folder.file("real"), folder.file("link"));
        const auto link = place_in(folder.file("link"));
        CHECK(failure_of_listening(env.executor, link) == pipe_errc::folder_insecure);
        const auto linked =
            co_await failure_of(transports::connect_pipe(link, transports::ccapi_framing));
        CHECK(linked == pipe_errc::folder_insecure);

        const auto real = place_in(folder.file("real"));
        for (const unsigned mode : {0710U, 0720U, 0740U, 0701U, 0702U, 0704U, 0777U}) {
            REQUIRE(::chmod(folder.file("real").c_str(), mode) == 0);
            CHECK(failure_of_listening(env.executor, real) == pipe_errc::folder_insecure);
            const auto client =
                co_await failure_of(transports::connect_pipe(real, transports::ccapi_framing));
            CHECK(client == pipe_errc::folder_insecure);
        }
        REQUIRE(::chmod(folder.file("real").c_str(), 0700) == 0);
        CHECK_FALSE(failure_of_listening(env.executor, real));

        std::ofstream(folder.file("file")) << "x";
        const auto file = place_in(folder.file("file"));
        CHECK(failure_of_listening(env.executor, file) == pipe_errc::folder_insecure);
        CHECK(failure_of_listening(env.executor, place_in(folder.file("file/below"))) ==
              pipe_errc::folder_insecure);
    });
}

TEST_CASE("another user's folder is refused by server and client") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        auto place = place_in(folder.path());
        place.user += 1; // as if this process were another's
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::folder_insecure);
        const auto client =
            co_await failure_of(transports::connect_pipe(place, transports::ccapi_framing));
        CHECK(client == pipe_errc::folder_insecure);
    });
}

TEST_CASE("the error's text names the path and what to do") {
    const system_error why(pipe_errc::folder_insecure, "/run/me");
    CHECK(std::string(why.what())
              .starts_with("/run/me: the folder for the socket must be a real folder of this user "
                           "with mode 0700"));
}

TEST_CASE("the folder of the last resort is made by the server, private") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        auto place = place_in(folder.file("krbcc-me"));
        place.makes_folder = true;
        const auto before =
            co_await failure_of(transports::connect_pipe(place, transports::ccapi_framing));
        CHECK(before == pipe_errc::not_running);
        CHECK_FALSE(fs::exists(place.folder)); // a client makes nothing
        CHECK_FALSE(failure_of_listening(env.executor, place));
        CHECK(mode_of(place.folder) == 0700);
        CHECK_FALSE(failure_of_listening(env.executor, place)); // it may be there already
        REQUIRE(::chmod(place.folder.c_str(), 0770) == 0);
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::folder_insecure);
    });
}

TEST_CASE("where nobody listens no server is running, whatever was left there") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        const auto nothing =
            co_await failure_of(transports::connect_pipe(place, transports::ccapi_framing));
        CHECK(nothing == pipe_errc::not_running);
        raw_socket(place.endpoint, true).reset(); // killed: the file is left
        const auto left =
            co_await failure_of(transports::connect_pipe(place, transports::ccapi_framing));
        CHECK(left == pipe_errc::not_running);
        CHECK_FALSE(failure_of_listening(env.executor, place)); // and is replaced
    });
}

TEST_CASE("of two servers one wins and the other says that one is running") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        pipe_acceptor first(env.executor, place, {});
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::already_running);
        // The first is still there, and serves.
        core::task_group servers(env.executor);
        auto accepted = std::make_shared<accepted_pipe>();
        servers.spawn(accept_into(first, accepted));
        // The loser's question was a connection, too.
        co_await servers.join();
        servers.spawn(accept_into(first, accepted));
        auto client = co_await transports::connect_pipe(place, transports::ccapi_framing);
        co_await servers.join();
        CHECK(accepted->peer.own_user);
    });
}

TEST_CASE("of two servers at the same moment the one without the lock gives way") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        {
            const heci::unique_fd lock(
                ::open(place.lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
            REQUIRE(::flock(lock.get(), LOCK_EX | LOCK_NB) == 0);
            CHECK(failure_of_listening(env.executor, place) == pipe_errc::being_started);
            CHECK_FALSE(fs::exists(place.endpoint));
            pipe_listen_options options;
            options.lock_is_held = true; // by the process that started this one
            CHECK_FALSE(failure_of_listening(env.executor, place, options));
        }
        CHECK_FALSE(failure_of_listening(env.executor, place));
        co_return;
    });
}

TEST_CASE("who is about to start a server waits for the lock as long as it was told") {
    const test::private_folder folder;
    test::run_coro([&](test::coro_environment env) -> awaitable<void> {
        const auto place = place_in(folder.path());
        const auto first = co_await transports::lock_pipe_place(place, 0s);
        const auto second = co_await core::as_result(transports::lock_pipe_place(place, 10s));
        REQUIRE(!second.has_value());
        if (second.error() == core::cond::cancelled)
            throw system_error(second.error());
        CHECK(second.error() == pipe_errc::being_started);
        CHECK(env.time.elapsed() == 10s);
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::being_started);
        pipe_listen_options options;
        options.lock_is_held = true;
        CHECK(!failure_of_listening(env.executor, place, options));
    });
}

TEST_CASE("the lock is free again when its holder lets go") {
    const test::private_folder folder;
    test::run_coro([&](test::coro_environment) -> awaitable<void> {
        const auto place = place_in(folder.path());
        { const auto held = co_await transports::lock_pipe_place(place, 0s); }
        const auto next = co_await core::as_result(transports::lock_pipe_place(place, 0s));
        CHECK(next.has_value());
    });
}

TEST_CASE("a lock file that is a link, no file or open to others is refused") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        std::ofstream(folder.file("precious")) << "x";
        fs::create_symlink(folder.file("precious"), place.lock_file);
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::lock_insecure);
        fs::remove(place.lock_file);
        REQUIRE(::mkfifo(place.lock_file.c_str(), 0600) == 0);
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::lock_insecure);
        fs::remove(place.lock_file);
        std::ofstream(place.lock_file) << "";
        REQUIRE(::chmod(place.lock_file.c_str(), 0660) == 0);
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::lock_insecure);
        co_return;
    });
}

TEST_CASE("a file that is no socket is not replaced") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = transports::pipe_place_at(folder.file("notes.txt")).value();
        std::ofstream(place.endpoint) << "precious";
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::endpoint_occupied);
        CHECK(fs::file_size(place.endpoint) == 8);
        co_return;
    });
}

TEST_CASE("a server that ends does not remove the socket of its successor") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        pipe_acceptor first(env.executor, place, {});
        fs::remove(place.endpoint); // by somebody who tidies up
        const pipe_acceptor second(env.executor, place, {});
        first.close();
        CHECK(fs::exists(place.endpoint));
        auto client = co_await transports::connect_pipe(place, transports::ccapi_framing);
        CHECK(client != nullptr);
    });
}

TEST_CASE("a full folder is told as such, and nothing is left in it") {
    if (!is_root())
        return;
    const test::private_folder folder;
    const auto place = place_in(folder.path());
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) { // in a name space of its own, with room for the folder itself only
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "nr_inodes=1,mode=0700") != 0)
            ::_exit(77);
        net::io_context context;
        const auto why = failure_of_listening(context.get_executor(), place);
        ::_exit(why == pipe_errc::no_space ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        MESSAGE("no right to mount: not tested");
    else
        CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a client of another user is accepted as such, so that it can be refused in words") {
    if (!is_root())
        return;
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
        const auto place = transports::pipe_place_at(folder.file("kcm")).value();
        pipe_listen_options options;
        options.mode = 0666;
        pipe_acceptor acceptor(env.executor, place, options);
        heci::unique_fd client;
        {
            const test::another_user now;
            client = raw_socket(place.endpoint, false);
        }
        const auto accepted = co_await acceptor.accept();
        CHECK_FALSE(accepted.peer.own_user);
        CHECK(accepted.peer.user == test::another_user::other);
    });
}

TEST_CASE("a server of another user is not talked to") {
    if (!is_root())
        return;
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        heci::unique_fd server(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto address = address_of(place.endpoint);
        REQUIRE(::bind(server.get(), reinterpret_cast<const sockaddr *>(&address),
                       sizeof(address)) == 0);
        {
            const test::another_user now;
            REQUIRE(::listen(server.get(), 1) == 0);
        }
        const auto why =
            co_await failure_of(transports::connect_pipe(place, transports::ccapi_framing));
        CHECK(why == pipe_errc::foreign_peer);
        CHECK(transports::is_insecure(why));
        (void)env;
    });
}

TEST_CASE("a client waits while the server's queue is full, and can be bounded in time") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        heci::unique_fd server = raw_socket(place.endpoint, true);
        std::vector<std::unique_ptr<core::message_stream>> clients;
        auto connect = [](pipe_place to) {
            return core::with_deadline(
                1s, transports::connect_pipe(std::move(to), transports::ccapi_framing));
        };
        error_code why;
        while (!why && clients.size() < 10) {
            auto client = co_await core::as_result(connect(place));
            if (client)
                clients.push_back(std::move(*client));
            else
                why = client.error();
        }
        CHECK(why == core::cond::timed_out);
        CHECK(env.time.elapsed() == 1s);
        REQUIRE(::close(::accept(server.get(), nullptr, nullptr)) == 0);
        auto served = co_await connect(place);
        CHECK(served != nullptr);
        CHECK(failure_of_listening(env.executor, place) == pipe_errc::already_running);
    });
}

TEST_CASE("close ends a pending accept with cond::closed, and later ones at once") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        pipe_acceptor acceptor(env.executor, place_in(folder.path()), {});
        auto close_later = [](pipe_acceptor &a) -> awaitable<void> {
            co_await core::sleep_for(1s);
            a.close();
        };
        core::task_group group(env.executor);
        group.spawn(close_later(acceptor));
        const auto pending = co_await failure_of(acceptor.accept());
        const auto later = co_await failure_of(acceptor.accept());
        co_await group.join();
        CHECK(pending == core::cond::closed);
        CHECK(later == core::cond::closed);
    });
}

namespace {

// The other side closed the connection; nothing was sent.
bool has_ended(const heci::unique_fd &client) {
    char byte = 0;
    return ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == 0;
}

// Nothing more can be opened while it lives.
class no_descriptors {
  public:
    no_descriptors() {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
        const int next = ::dup(0);
        ::close(next);
        rlimit now = before_;
        now.rlim_cur = static_cast<rlim_t>(next);
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &now) == 0);
    }
    no_descriptors(const no_descriptors &) = delete;
    no_descriptors &operator=(const no_descriptors &) = delete;
    ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

} // namespace

TEST_CASE("without free descriptors new clients are turned away, and it is told once") {
    test::run_coro([](test::coro_environment env) -> awaitable<void> {
        const test::private_folder folder;
        const auto place = place_in(folder.path());
        auto lines = std::make_shared<std::vector<std::string>>();
        pipe_listen_options options;
        options.log = core::log(core::log_level::info,
                                [lines](core::log_level, std::string_view, std::string_view line) {
                                    lines->emplace_back(line);
                                });
        pipe_acceptor acceptor(env.executor, place, options);
        const auto idle = raw_socket(place.endpoint, false);
        const auto before = co_await acceptor.accept();
        const auto first = raw_socket(place.endpoint, false);
        const auto second = raw_socket(place.endpoint, false);
        auto accepted = std::make_shared<accepted_pipe>();
        core::task_group servers(env.executor);
        std::optional<no_descriptors> exhausted(std::in_place);
        servers.spawn(accept_into(acceptor, accepted));
        co_await core::sleep_for(1s);
        CHECK(accepted->stream == nullptr);
        CHECK(lines->size() == 1);
        CHECK(has_ended(first));
        CHECK(has_ended(second));
        CHECK_FALSE(has_ended(idle));
        exhausted.reset();
        const auto third = raw_socket(place.endpoint, false);
        co_await servers.join();
        CHECK(accepted->stream != nullptr);
        CHECK(lines->size() == 2);
        CHECK_FALSE(has_ended(third));
    });
}
