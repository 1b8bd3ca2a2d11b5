// SPDX-License-Identifier: Apache-2.0
#include "ccapi_place.hpp"

#include <costrand/core/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace costrand::transports {
namespace {

// ccapi.md 11.5: a socket's address has room for 107 bytes and a NUL.
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

// What the kernel says of a process without an audit session: -1.
constexpr std::string_view no_session = "4294967295";

std::string value_of(const pipe_environment &environment, const char *name) {
    const char *value = environment(name);
    return value == nullptr ? std::string() : std::string(value);
}

// A session's name becomes part of a file's name.
bool is_plain_name(std::string_view text) {
    return !text.empty() && text != "." && text != ".." &&
           text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-") == std::string_view::npos;
}

std::string local_session_id(const place_facts &facts, pipe_scope scope) {
    std::string id = std::to_string(facts.user);
    const bool wanted = scope == pipe_scope::login_session ||
                        value_of(facts.environment, "CCAPI_LSID") == "session";
    if (!wanted)
        return id;
    auto session = value_of(facts.environment, "XDG_SESSION_ID");
    if (!is_plain_name(session))
        session = facts.audit_session();
    if (is_plain_name(session) && session != no_session)
        id += '.' + session;
    return id;
}

// lstat would follow a link whose name ends in a slash.
std::string without_slashes(std::string path) {
    path.resize(path.find_last_not_of('/') + 1);
    return path;
}

core::result<pipe_place> checked(pipe_place place) {
    if (place.endpoint.size() > longest_path)
        return error_code(pipe_errc::path_too_long);
    return place;
}

bool names_a_file(std::string_view path) {
    return path.starts_with('/') && !path.ends_with('/') &&
           path.find('\0') == std::string_view::npos;
}

// The lock file of a path that somebody chose stands beside it.
core::result<pipe_place> place_at(std::string path, std::uint32_t user) {
    if (!names_a_file(path))
        return error_code(pipe_errc::bad_endpoint);
    pipe_place place;
    place.user = user;
    place.folder = path.substr(0, path.rfind('/'));
    place.folder = place.folder.empty() ? "/" : without_slashes(place.folder);
    place.lock_file = path + ".lock";
    place.endpoint = std::move(path);
    return checked(std::move(place));
}

std::string audit_session_of_process() {
    std::string number;
    std::ifstream("/proc/self/sessionid") >> number;
    return number;
}

bool is_folder(const std::string &path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

[[noreturn]] void fail(error_code why, const std::string &path) {
    throw system_error(why, path);
}

} // namespace

core::result<pipe_place> place_from(const place_facts &facts, pipe_scope scope) {
    if (auto chosen = value_of(facts.environment, "CCAPI_ENDPOINT"); !chosen.empty())
        return place_at(std::move(chosen), facts.user);
    const auto user = std::to_string(facts.user);
    pipe_place place;
    place.user = facts.user;
    // Taken unseen: a folder of the variable that is not there is an error to tell.
    place.folder = without_slashes(value_of(facts.environment, "XDG_RUNTIME_DIR"));
    if (!place.folder.starts_with('/')) {
        place.folder = "/run/user/" + user;
        place.makes_folder = !facts.is_folder(place.folder);
        if (place.makes_folder)
            place.folder = "/tmp/krbcc-" + user;
    }
    const auto base = place.folder + "/krbcc." + local_session_id(facts, scope);
    place.endpoint = base + ".ep";
    place.lock_file = base + ".lock";
    return checked(std::move(place));
}

core::result<pipe_place> own_pipe_place(pipe_scope scope) {
    return own_pipe_place(scope, ::secure_getenv);
}

core::result<pipe_place> own_pipe_place(pipe_scope scope, const pipe_environment &environment) {
    return place_from({::getuid(), environment, is_folder, audit_session_of_process}, scope);
}

core::result<pipe_place> pipe_place_at(std::string path) {
    auto place = place_at(std::move(path), ::getuid());
    if (place)
        place->is_private = false;
    return place;
}

void check_folder(const pipe_place &place) {
    if (!place.is_private)
        return;
    struct stat about {};
    if (::lstat(place.folder.c_str(), &about) != 0)
        fail(from_file_errno(errno), place.folder);
    const bool is_good = S_ISDIR(about.st_mode) && about.st_uid == place.user &&
                         (about.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    if (!is_good)
        fail(pipe_errc::folder_insecure, place.folder);
}

void prepare_folder(const pipe_place &place) {
    if (place.makes_folder && ::mkdir(place.folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        fail(from_file_errno(errno), place.folder);
    check_folder(place);
}

heci::unique_fd take_lock(const pipe_place &place) {
    const char *path = place.lock_file.c_str();
    heci::unique_fd fd(
        ::open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, S_IRUSR | S_IWUSR));
    if (!fd.valid() && errno == ELOOP)
        fail(pipe_errc::lock_insecure, place.lock_file);
    if (!fd.valid())
        fail(from_file_errno(errno), place.lock_file);
    struct stat about {};
    if (::fstat(fd.get(), &about) != 0)
        fail(from_file_errno(errno), place.lock_file);
    const bool is_good = S_ISREG(about.st_mode) && about.st_uid == place.user &&
                         (about.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    if (!is_good)
        fail(pipe_errc::lock_insecure, place.lock_file);
    int done = 0;
    do
        done = ::flock(fd.get(), LOCK_EX | LOCK_NB);
    while (done != 0 && errno == EINTR);
    if (done != 0 && errno == EWOULDBLOCK)
        fail(pipe_errc::being_started, place.lock_file);
    if (done != 0)
        fail(from_file_errno(errno), place.lock_file);
    return fd;
}

error_code from_file_errno(int value) noexcept {
    switch (value) {
    case ENOSPC:
    case EDQUOT:
        return pipe_errc::no_space;
    case ENOENT:
        return pipe_errc::folder_missing;
    case ENOTDIR:
        return pipe_errc::folder_insecure;
    default:
        return {value, boost::system::system_category()};
    }
}

} // namespace costrand::transports
