// SPDX-License-Identifier: Apache-2.0
// --status of the built program.
#include "conversation.hpp"

#include "support/private_folder.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>

#include <sys/stat.h>

using namespace costrand;
using namespace costrand::test;

TEST_CASE("--status tells the numbers of the server that runs, as text and as JSON") {
    const private_folder folder;
    const std::string endpoint = folder.file("ep");
    child_end text, json;
    auto server = ccapid_child({}, endpoint);
    server.watch = [&](const std::string &log) {
        if (!contains(log, "listens at"))
            return 0;
        conversation client(endpoint);
        (void)client.ask(connect_frame, 104);
        text = run_child(ccapid_child({"--status"}, endpoint));
        json = run_child(ccapid_child({"--status", "--json"}, endpoint));
        return SIGTERM;
    };
    CHECK(run_child(server).status == 0);
    CHECK(text.status == 0);
    CHECK(text.err.empty());
    CHECK(text.out.starts_with("costrand-ccapid at " + endpoint + "\nseconds up "));
    CHECK(contains(text.out, "\nclients               1\n"));
    CHECK(contains(text.out, "\ncaches                0\n"));
    CHECK(json.status == 0);
    CHECK(json.out.starts_with("{\"endpoint\":\"" + endpoint + "\",\"uptime_s\":"));
    CHECK(contains(json.out, ",\"clients\":1,\"caches\":0,\"credentials\":0,\"bytes\":0,"
                             "\"iterators\":0,\"locks_held\":0,\"lock_waiters\":0,"
                             "\"change_waiters\":0,\"pending_requests\":0,\"users\":0}\n"));
}

TEST_CASE("--status without a server is 3, starts none and says where it looked") {
    const private_folder folder;
    const std::string endpoint = folder.file("ep");
    for (const bool json : {false, true}) {
        auto asked = ccapid_child({"--status"}, endpoint);
        if (json)
            asked.arguments.push_back("--json");
        const auto end = run_child(asked);
        CHECK(end.status == 3);
        CHECK(end.out.empty());
        CHECK(end.err == "costrand-ccapid: no server runs at " + endpoint + "\n");
    }
    struct stat about {};
    CHECK(::stat(endpoint.c_str(), &about) != 0);
}

TEST_CASE("--status at a place that is not to be trusted is 1, and says why") {
    const private_folder folder;
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    const auto open = run_child(ccapid_child({"--status"}, folder.file("ep")));
    CHECK(open.status == 1);
    CHECK(contains(open.err, "cannot be asked: the folder for the socket must be"));
    const auto relative = run_child(ccapid_child({"--status"}, "ep"));
    CHECK(relative.status == 1);
    CHECK(contains(relative.err, "must be absolute"));
}
