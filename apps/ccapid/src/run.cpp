// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapid/run.hpp>

#include <costrand/ccapid/listening_places.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/ccapi_challenge.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

namespace costrand::ccapid {
namespace {

constexpr std::string_view component = "ccapid";

// A refused client is given so long to take the answer. Our choice.
constexpr auto farewell = std::chrono::seconds(5);

// ccapi.md 11.5: another user's process is told 224, whatever it says.
awaitable<void> refuse(std::unique_ptr<core::message_stream> client, std::uint64_t start_time) {
    ccapi::frame_header header;
    header.type = ccapi::frame_type::connect_reply;
    header.status = ccapi::errc::server_insecure;
    header.sst = start_time;
    const auto frame = ccapi::encode_frame(header, {});
    // Whether it takes the answer is its business.
    (void)co_await core::as_result(
        core::with_deadline(farewell, client->send(net::buffer(frame.data(), frame.size()))));
}

awaitable<void> accept_ccapi(transports::pipe_acceptor &acceptor, ccapi::server &server,
                             core::task_group &clients, std::uint64_t start_time, core::log log) {
    for (;;) {
        auto client = co_await acceptor.accept();
        if (client.peer.own_user) {
            clients.spawn(server.serve(std::move(client.stream)));
            continue;
        }
        log.warn(component, "process ", client.peer.process, " of user ", client.peer.user,
                 " is refused");
        clients.spawn(refuse(std::move(client.stream), start_time));
    }
}

awaitable<void> accept_kcm(transports::pipe_acceptor &acceptor, ccapi::server &server,
                           core::task_group &clients, core::log log) {
    for (;;) {
        auto client = co_await acceptor.accept();
        if (client.peer.own_user)
            clients.spawn(server.serve_kcm(std::move(client.stream), client.peer.user));
        else
            log.warn(component, "process ", client.peer.process, " of user ", client.peer.user,
                     " is refused at the KCM socket");
    }
}

} // namespace

awaitable<void> run(world with, core::log log) {
    const auto executor = co_await net::this_coro::executor;
    const auto start_time = with.server.start_time;
    const auto places = sort_sockets(with.place, with.kcm, with.sockets);
    with.server.authenticate = [place = places.ccapi->place](std::string_view name) {
        return transports::meet_challenge(place, name);
    };
    ccapi::server server(executor, *with.random, std::move(with.server), log);
    transports::pipe_listen_options how;
    how.log = log;
    how.lock_is_held = with.lock_is_held;
    const auto ccapi_clients = listen_at(executor, *places.ccapi, how, "listens at ");
    std::unique_ptr<transports::pipe_acceptor> kcm_clients;
    if (places.kcm) {
        how.framing = transports::kcm_server_framing;
        how.lock_is_held = false;
        kcm_clients = listen_at(executor, *places.kcm, std::move(how), "listens for KCM at ");
    }
    core::task_group parts(executor); // before what refers to it ends
    parts.spawn(accept_ccapi(*ccapi_clients, server, parts, start_time, log));
    if (kcm_clients)
        parts.spawn(accept_kcm(*kcm_clients, server, parts, log));
    if (with.idle_exit)
        parts.spawn(server.quit_when_idle(*with.idle_exit));
    if (with.ready)
        with.ready();
    co_await parts.run(server.wait_for_quit());
}

} // namespace costrand::ccapid
