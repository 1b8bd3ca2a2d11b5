// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapid/run_system.hpp>

#include <costrand/ccapid/listening_places.hpp>
#include <costrand/ccapid/user_servers.hpp>
#include <costrand/core/task_group.hpp>

#include <boost/asio/this_coro.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

namespace costrand::ccapid {
namespace {

constexpr std::string_view component = "ccapid";

// Whom the kernel names so: nobody, and in a namespace all users that it has no number for there.
// They must not meet.
constexpr std::uint32_t anyone = 65534;

awaitable<void> accept(transports::pipe_acceptor &acceptor, user_servers &users,
                       core::task_group &clients, core::log log) {
    for (;;) {
        auto client = co_await acceptor.accept();
        if (client.peer.user == anyone) {
            log.warn(component, "process ", client.peer.process,
                     " is refused: which user's it is, is not known");
            continue;
        }
        clients.spawn(users.serve(std::move(client.stream), client.peer.user));
    }
}

} // namespace

awaitable<void> run_system(system_world with, core::log log) {
    constexpr unsigned open_to_all = 0666;
    const auto executor = co_await net::this_coro::executor;
    const auto places = sort_sockets({}, with.kcm, with.sockets);
    user_servers users(executor, *with.random, std::move(with.server), with.kcm.user, log);
    transports::pipe_listen_options how;
    how.framing = transports::kcm_server_framing;
    how.mode = open_to_all;
    how.log = log;
    const auto acceptor = listen_at(executor, *places.kcm, std::move(how), "listens for KCM at ");
    log.info(component, "serves all users, each on his own");
    core::task_group parts(executor); // before what refers to it ends
    parts.spawn(accept(*acceptor, users, parts, log));
    if (with.ready)
        with.ready();
    if (!with.idle_exit) {
        co_await parts.join();
        co_return;
    }
    co_await parts.run(users.until_idle(*with.idle_exit));
    log.info(component, "ends: it was idle");
}

} // namespace costrand::ccapid
