// SPDX-License-Identifier: Apache-2.0
// The built program, spoken to over its sockets.
#include "conversation.hpp"

#include "support/private_folder.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>

#include <sys/stat.h>

using namespace costrand;
using namespace costrand::test;

TEST_CASE("both families of clients are served until SIGTERM, and no socket is left behind") {
    const private_folder folder;
    const std::string endpoint = folder.path() + "/ep", kcm = folder.path() + "/kcm";
    auto child = ccapid_child({"--kcm-socket", kcm}, endpoint);
    child.watch = [&](const std::string &log) {
        if (!contains(log, "listens for KCM at"))
            return 0;
        struct stat about {};
        REQUIRE(::stat(kcm.c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0600);
        conversation client(endpoint);
        const auto reply = client.ask(connect_frame, 104);
        CHECK(reply.substr(0, 64) == "0000003043010003"
                                     "00007f0000001234"
                                     "11112222333344445555666677778888");
        CHECK(reply.substr(104, 16) == "0000003043010006");
        conversation mit(kcm);
        const std::string noop = "0000000402000000";
        CHECK(mit.ask(noop, 12) == "000000040000000000000000");
        return SIGTERM;
    };
    const auto end = run_child(child);
    CHECK(end.status == 0);
    CHECK(end.signal == 0);
    CHECK(contains(end.err, "stops: SIGTERM"));
    struct stat about {};
    CHECK(::stat(endpoint.c_str(), &about) != 0);
    CHECK(::stat(kcm.c_str(), &about) != 0);
}

TEST_CASE("a second server at the same place ends with 1 and says that there is one") {
    const private_folder folder;
    const std::string endpoint = folder.path() + "/ep";
    auto child = ccapid_child({}, endpoint);
    child_end second;
    child.watch = [&](const std::string &log) {
        if (!contains(log, "listens at"))
            return 0;
        second = run_child(ccapid_child({}, endpoint));
        return SIGTERM;
    };
    const auto end = run_child(child);
    CHECK(end.status == 0);
    CHECK(second.status == 1);
    CHECK(contains(second.err, endpoint));
}

TEST_CASE("a server that is idle ends with 0, and says so") {
    const private_folder folder;
    const auto end = run_child(ccapid_child({"--idle-exit", "1"}, folder.path() + "/ep"));
    CHECK(end.status == 0);
    CHECK(contains(end.err, "it was idle"));
    struct stat about {};
    CHECK(::stat((folder.path() + "/ep").c_str(), &about) != 0);
}

TEST_CASE("wrong use is 2, and names what is wrong") {
    const auto end = run_child(ccapid_child({"--kcm-socket", "here"}, "/nonexistent/ep"));
    CHECK(end.status == 2);
    CHECK(contains(end.err, "here: an absolute path is needed"));
    const auto nowhere = run_child(ccapid_child({}, "/nonexistent/ep"));
    CHECK(nowhere.status == 1);
    CHECK(contains(nowhere.err, "/nonexistent"));
}
