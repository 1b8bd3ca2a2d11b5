// SPDX-License-Identifier: Apache-2.0
// The built program as the server of all users.
#include "conversation.hpp"

#include "../ccapi/kcm_examples.hpp"

#include "support/another_user.hpp"
#include "support/private_folder.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <memory>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace costrand;
using namespace costrand::test;

namespace {

constexpr uid_t alice = 1000, bob = 1001; // they need no account

// A conversation as that user.
class as_user {
  public:
    as_user(uid_t who, const std::string &path) : talk_(connect(who, path)) {}
    // The answer, without outer code and length, to one of the examples, which are user 1000's.
    std::string ask(std::string hex, const std::string &name, std::size_t answer_size) {
        const std::string in_example = "3130303000"; // 1000
        if (const auto at = hex.find(in_example); at != hex.npos)
            hex.replace(at, in_example.size(), name);
        return talk_->ask(hex, answer_size).substr(16);
    }

    bool is_refused() { return talk_->ends_upon(kcm_examples::get_default_cache.request); }

  private:
    static std::unique_ptr<conversation> connect(uid_t who, const std::string &path) {
        const another_user now(who);
        return std::make_unique<conversation>(path);
    }
    std::unique_ptr<conversation> talk_;
};

const std::string name_of_alice = "3130303000", name_of_bob = "3130303100";
// docs/spec/kcm.md 4.
const std::string ok = "00000000", no_file = "96c73ac3", bad_name = "96c73a8b";

} // namespace

TEST_CASE("one server for all users keeps their caches apart, by what the kernel says of them") {
    if (::getuid() != 0) {
        MESSAGE("skipped: only root can be two other users");
        return;
    }
    if (!is_reachable_for(alice))
        return;
    const private_folder folder;
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    const std::string path = folder.file("kcm");
    child_end before, after, foreign;
    auto child = ccapid_child({"--system", "--kcm-socket", path}, folder.file("unused"));
    child.watch = [&](const std::string &log) {
        if (!contains(log, "serves all users"))
            return 0;
        namespace e = kcm_examples;
        const auto asks = [&](uid_t who) {
            auto status = ccapid_child({"--status", "--system", "--kcm-socket", path}, "");
            status.user = who;
            return run_child(status);
        };
        before = asks(0);
        as_user a(alice, path), b(bob, path);
        CHECK(a.ask(e::initialize.request, name_of_alice, 12) == ok);
        CHECK(a.ask(e::store.request, name_of_alice, 12) == ok);
        CHECK(a.ask(e::get_principal.request, name_of_alice, 38) ==
              std::string(e::get_principal.reply).substr(16));
        // Bob finds nothing of it, under his name or hers, and makes nothing under hers.
        CHECK(b.ask(e::get_default_cache.request, "", 17) == ok + name_of_bob);
        CHECK(b.ask(e::get_principal.request, name_of_bob, 12) == no_file);
        CHECK(b.ask(e::get_principal.request, name_of_alice, 12) == no_file);
        CHECK(b.ask("0000000402000012", "", 12) == no_file); // GET_CACHE_UUID_LIST
        CHECK(b.ask(e::initialize.request, name_of_alice, 12) == bad_name);
        CHECK(b.ask(e::store.request, name_of_alice, 12) == no_file);
        // His own is his own; hers is as it was.
        CHECK(b.ask(e::initialize.request, name_of_bob, 12) == ok);
        CHECK(b.ask(e::get_cred_list.request, name_of_bob, 16) == ok + "00000000");
        CHECK(a.ask(e::get_cred_list.request, name_of_alice, 16 + 4 + 113).substr(8, 8) ==
              "00000001");
        // Who has no number of his own has no caches either.
        as_user nobody(65534, path);
        CHECK(nobody.is_refused());
        after = asks(0);
        foreign = asks(alice);
        return SIGTERM;
    };
    const auto end = run_child(child);
    CHECK_MESSAGE(end.status == 0, end.err);
    CHECK(before.status == 0);
    CHECK(contains(before.out, "\ncaches                0\n"));
    CHECK(contains(after.out, "\nclients               2\n"));
    CHECK(contains(after.out, "\ncaches                2\n"));
    CHECK(contains(after.out, "\ncredentials           1\n"));
    CHECK(contains(after.out, "\nusers with caches     2\n"));
    CHECK(foreign.status == 1);
    CHECK(foreign.out.empty());
    CHECK(contains(foreign.err, "to the user who runs it, only"));
}

TEST_CASE("the server of all users has a socket that is open to all, and ends when idle") {
    const private_folder folder;
    const std::string path = folder.file("kcm");
    auto child =
        ccapid_child({"--system", "--kcm-socket", path, "--idle-exit=1"}, folder.file("ep"));
    struct stat about {};
    child.watch = [&](const std::string &log) {
        if (contains(log, "listens for KCM") && about.st_mode == 0)
            (void)::stat(path.c_str(), &about);
        return 0;
    };
    const auto end = run_child(child);
    CHECK(end.status == 0);
    CHECK(contains(end.err, "it was idle"));
    CHECK((about.st_mode & 0777) == 0666);
    CHECK(::stat(path.c_str(), &about) != 0);
    CHECK(::stat(folder.file("ep").c_str(), &about) != 0); // nobody is served over CCAPI
}

TEST_CASE("--status of a server for all users that does not run is 3") {
    const private_folder folder;
    const auto end =
        run_child(ccapid_child({"--status", "--system", "--kcm-socket", folder.file("kcm")}, ""));
    CHECK(end.status == 3);
    CHECK(end.err == "costrand-ccapid: no server runs at " + folder.file("kcm") + "\n");
}
