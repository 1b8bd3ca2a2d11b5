// SPDX-License-Identifier: Apache-2.0
// Names and folders of ccapi.md 11.5, without a process's own facts.
#include <src/ccapi_place.hpp>

#include <costrand/core/error.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace costrand;
using transports::pipe_errc;
using transports::pipe_scope;

namespace {

using variables = std::map<std::string, std::string>;

// A world in which /run/user/1000 is there or not, and the kernel knows a session or not.
struct world {
    variables environment;
    bool has_run_user = true;
    std::string audit_session;

    core::result<transports::pipe_place> place(pipe_scope scope = pipe_scope::user) const {
        transports::place_facts facts;
        facts.user = 1000;
        facts.environment = [this](const char *name) -> const char * {
            const auto found = environment.find(name);
            return found == environment.end() ? nullptr : found->second.c_str();
        };
        facts.is_folder = [this](const std::string &path) {
            return has_run_user && path == "/run/user/1000";
        };
        facts.audit_session = [this] { return audit_session; };
        return transports::place_from(facts, scope);
    }
    std::string endpoint(pipe_scope scope = pipe_scope::user) const {
        return place(scope).value().endpoint;
    }
};

} // namespace

TEST_CASE("the pipe's files are named after the user and lie in XDG_RUNTIME_DIR") {
    world w;
    w.environment["XDG_RUNTIME_DIR"] = "/run/me";
    const auto place = w.place().value();
    CHECK(place.folder == "/run/me");
    CHECK(place.endpoint == "/run/me/krbcc.1000.ep");
    CHECK(place.lock_file == "/run/me/krbcc.1000.lock");
    CHECK(place.user == 1000);
    CHECK(place.is_private);
    CHECK_FALSE(place.makes_folder);
}

TEST_CASE("a runtime folder with a slash at its end is checked itself, not what a link leads to") {
    world w;
    w.environment["XDG_RUNTIME_DIR"] = "/run/me//";
    CHECK(w.place()->folder == "/run/me");
}

TEST_CASE("without an absolute XDG_RUNTIME_DIR the folder is /run/user/<uid> if that is there") {
    world w;
    CHECK(w.endpoint() == "/run/user/1000/krbcc.1000.ep");
    w.environment["XDG_RUNTIME_DIR"] = "relative";
    CHECK(w.endpoint() == "/run/user/1000/krbcc.1000.ep");
    w.environment["XDG_RUNTIME_DIR"] = "";
    CHECK(w.endpoint() == "/run/user/1000/krbcc.1000.ep");
    CHECK_FALSE(w.place()->makes_folder);
}

TEST_CASE("the last resort is a folder in /tmp, which a server makes") {
    world w;
    w.has_run_user = false;
    const auto place = w.place().value();
    CHECK(place.endpoint == "/tmp/krbcc-1000/krbcc.1000.ep");
    CHECK(place.makes_folder);
    CHECK(place.is_private);
}

TEST_CASE("a collection for each login session is asked for by the server or the environment") {
    world w;
    w.environment["XDG_SESSION_ID"] = "c7";
    CHECK(w.endpoint() == "/run/user/1000/krbcc.1000.ep");
    CHECK(w.endpoint(pipe_scope::login_session) == "/run/user/1000/krbcc.1000.c7.ep");
    w.environment["CCAPI_LSID"] = "session";
    CHECK(w.endpoint() == "/run/user/1000/krbcc.1000.c7.ep");
    w.environment["CCAPI_LSID"] = "user";
    CHECK(w.endpoint() == "/run/user/1000/krbcc.1000.ep");
}

TEST_CASE("a session without a name has the kernel's number, and without that the user's pipe") {
    world w;
    w.audit_session = "42";
    CHECK(w.endpoint(pipe_scope::login_session) == "/run/user/1000/krbcc.1000.42.ep");
    w.audit_session = "4294967295";
    CHECK(w.endpoint(pipe_scope::login_session) == "/run/user/1000/krbcc.1000.ep");
    w.audit_session = "";
    CHECK(w.endpoint(pipe_scope::login_session) == "/run/user/1000/krbcc.1000.ep");
}

TEST_CASE("a session's name cannot lead out of the folder") {
    world w;
    w.audit_session = "42";
    for (const char *name : {"../x", "a/b", "..", ".", "a b", "\n"}) {
        w.environment["XDG_SESSION_ID"] = name;
        CHECK(w.endpoint(pipe_scope::login_session) == "/run/user/1000/krbcc.1000.42.ep");
    }
}

TEST_CASE("CCAPI_ENDPOINT overrides the whole path, and the folder is checked all the same") {
    world w;
    w.environment["CCAPI_ENDPOINT"] = "/home/me/cc/socket";
    w.environment["XDG_RUNTIME_DIR"] = "/run/me";
    const auto place = w.place().value();
    CHECK(place.endpoint == "/home/me/cc/socket");
    CHECK(place.folder == "/home/me/cc");
    CHECK(place.lock_file == "/home/me/cc/socket.lock");
    CHECK(place.is_private);
    CHECK_FALSE(place.makes_folder);
}

TEST_CASE("an endpoint that is no absolute path of a file is refused") {
    world w;
    for (const char *path : {"socket", "./socket", "/run/me/", "/"}) {
        w.environment["CCAPI_ENDPOINT"] = path;
        CHECK(w.place().error() == pipe_errc::bad_endpoint);
    }
}

TEST_CASE("a path of 107 bytes is taken, one of 108 is not") {
    world w;
    const std::string name = "/krbcc.1000.ep";
    w.environment["XDG_RUNTIME_DIR"] = "/" + std::string(107 - 1 - name.size(), 'x');
    CHECK(w.endpoint().size() == 107);
    w.environment["XDG_RUNTIME_DIR"] += 'x';
    CHECK(w.place().error() == pipe_errc::path_too_long);
}

TEST_CASE("an administrator's path has a lock file beside it, and its folder may be shared") {
    const auto place = transports::pipe_place_at("/var/run/.heim_org.h5l.kcm-socket").value();
    CHECK(place.folder == "/var/run");
    CHECK(place.lock_file == "/var/run/.heim_org.h5l.kcm-socket.lock");
    CHECK_FALSE(place.is_private);
    CHECK(transports::pipe_place_at("socket").error() == pipe_errc::bad_endpoint);
    CHECK(transports::pipe_place_at("/socket")->folder == "/");
}

TEST_CASE("a failure of trust is told from one of reach") {
    for (const auto why :
         {pipe_errc::folder_insecure, pipe_errc::lock_insecure, pipe_errc::foreign_peer})
        CHECK(transports::is_insecure(why));
    for (const auto why : {pipe_errc::not_running, pipe_errc::path_too_long,
                           pipe_errc::folder_missing, pipe_errc::no_space})
        CHECK_FALSE(transports::is_insecure(why));
    CHECK_FALSE(transports::is_insecure(core::errc::closed));
}
