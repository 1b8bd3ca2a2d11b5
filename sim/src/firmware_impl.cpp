// SPDX-License-Identifier: Apache-2.0
#include "firmware_impl.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/sim/memory.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <algorithm>
#include <array>

namespace costrand::sim {
namespace {

constexpr auto component = firmware_component;

// Watchdog, UPID and HOTHAM take one connection at a time (heci.md 3), AMTHI several, MKHI several:
// assumed.
constexpr auto command_clients = std::to_array<command_client>({
    {heci::client::amthi, &heci_maxima::amthi, &answer_amthi},
    {heci::client::watchdog, &heci_maxima::watchdog, &answer_watchdog, true},
    {heci::client::mkhi, &heci_maxima::mkhi, &answer_mkhi},
    {heci::client::upid, &heci_maxima::upid, &answer_upid, true},
    {heci::client::hotham, &heci_maxima::hotham, &answer_hotham, true},
});

const command_client *find(heci::client_id client) noexcept {
    const auto *found = std::ranges::find(command_clients, client, &command_client::id);
    return found == command_clients.end() ? nullptr : found;
}

} // namespace

std::size_t max_message(heci::client_id client, const heci_maxima &maxima) {
    if (client == heci::client::lme)
        return maxima.lme;
    const auto *known = find(client);
    return known ? maxima.*known->max_message : 0;
}

firmware::impl::impl(net::any_io_executor ex, profile p, core::random_source &random, core::log to,
                     device_state from, crypto c)
    : executor(ex),
      device(std::move(p)),
      log(std::move(to)),
      state(std::move(from)),
      with(std::move(c)),
      orders([ex] { return core::now(ex); }),
      server(state, device, orders, random, log, with.keys),
      tasks(ex),
      ports(
          ex, state, device, orders, server, with.tls,
          [this](core::duration gone) { tasks.spawn(vanish(shared_from_this(), gone)); }, log) {
    server.before_answers([this] { about_to_answer(); });
}

// The driver's answer to open.
error_code firmware::impl::open_refusal(std::optional<heci::client_id> client) {
    constexpr std::pair<fault_kind, heci::errc> refusals[] = {
        {fault_kind::no_driver, heci::errc::no_driver},
        {fault_kind::no_permission, heci::errc::no_permission},
        {fault_kind::not_ready, heci::errc::not_ready},
    };
    if (stopped)
        return make_error_code(heci::errc::not_ready);
    for (const auto &[kind, code] : refusals)
        if (orders.happens({kind, client}))
            return make_error_code(code);
    return {};
}

// The driver's and the firmware's answer to connect.
void firmware::impl::admit(heci::client_id client) {
    constexpr std::pair<fault_kind, heci::errc> refusals[] = {
        {fault_kind::no_client, heci::errc::no_client},
        {fault_kind::busy, heci::errc::busy},
    };
    if (stopped)
        throw system_error(make_error_code(heci::errc::not_ready));
    for (const auto &[kind, code] : refusals)
        if (orders.happens({kind, client}))
            throw system_error(make_error_code(code));
    if (client == heci::client::lme && lme_is_away())
        throw system_error(make_error_code(heci::errc::not_ready));
    // While AMT is disabled nothing can be forwarded to it: its LME client is away. Assumed.
    const bool away = client == heci::client::lme && !state.amt_enabled;
    if (away || max_message(client, device.heci) == 0)
        throw system_error(make_error_code(heci::errc::no_client));
    if (links_to(client) >= most_links_to(client))
        throw system_error(make_error_code(heci::errc::busy));
}

std::size_t firmware::impl::links_to(heci::client_id client) const {
    return static_cast<std::size_t>(std::ranges::count_if(links, [&](const link_ptr &link) {
        return link->client == client && !link->host_closed && !link->reset;
    }));
}

// An LMS has its LME connection open as long as it runs.
std::size_t firmware::impl::most_links_to(heci::client_id client) const {
    if (client == heci::client::lme)
        return device.lme.connections - std::min<std::size_t>(device.lme.connections, device.lms);
    const auto *known = find(client);
    return known && known->one_link ? 1 : static_cast<std::size_t>(-1);
}

awaitable<void> firmware::impl::until_stopped(self_ptr me) {
    while (!me->stopped) {
        const auto woken = co_await core::as_result(me->stopping.wait());
        if (woken)
            continue;
        me->stop();
        throw system_error(woken.error());
    }
}

awaitable<void> firmware::impl::room_for(self_ptr me, heci::client_id client) {
    while (me->links_to(client) >= me->most_links_to(client))
        co_await me->freed.wait();
}

void firmware::impl::stop() noexcept {
    stopped = true;
    reset_links();
    tasks.cancel();
    stopping.notify_all();
}

void firmware::impl::reset_links() noexcept {
    for (const auto &link : links)
        link->break_down();
}

command_reply firmware::impl::answer(decltype(command_client::answer) function,
                                     core::const_bytes request) {
    const bool was_enabled = state.amt_enabled;
    auto reply = function(request, {state, device, core::now(executor)});
    ports.look_for_changes();
    if (was_enabled && !state.amt_enabled)
        for (const auto &link : links)
            if (link->client == heci::client::lme)
                link->break_down();
    return reply;
}

void firmware::impl::forget(const lme_link &ended) {
    past.channels_opened += ended.channels_opened();
    past.open_failures += ended.open_failures();
    past.withdrawals += ended.withdrawals();
    past.protocol_errors += ended.protocol_errors();
}

awaitable<std::unique_ptr<core::message_stream>> firmware::impl::connect(self_ptr me,
                                                                         heci::client_id client) {
    if (const auto refusal = me->open_refusal(client))
        throw system_error(refusal);
    me->admit(client);
    co_return link_in_memory(me, client);
}

std::unique_ptr<core::message_stream> firmware::impl::link_in_memory(const self_ptr &me,
                                                                     heci::client_id client) {
    memory_options options;
    options.max_message_size = max_message(client, me->device.heci);
    auto [host, far_end] = memory_message_pair(me->executor, options, options);
    auto link = std::make_shared<link_entry>(client);
    auto handed_out = host_end(std::move(host), link, me->orders);
    me->links.push_back(link);
    me->tasks.spawn(serve_link(me, std::move(far_end), std::move(link)));
    return handed_out;
}

awaitable<void> firmware::impl::serve_link(self_ptr me, std::unique_ptr<core::message_stream> below,
                                           link_ptr link) {
    const auto client = link->client;
    const auto stream = firmware_end(std::move(below), link, me->orders, me->log);
    error_code why;
    if (client == heci::client::lme) {
        auto ended = co_await core::as_result(serve_lme(me, *stream, link));
        why = ended ? error_code() : ended.error();
    } else {
        command_face face = [me, function = find(client)->answer](core::const_bytes request) {
            auto reply = me->answer(function, request);
            me->about_to_answer();
            return reply;
        };
        auto ended = co_await core::as_result(serve_commands(*stream, std::move(face)));
        why = ended.error();
    }
    me->links.remove(link);
    me->freed.notify_all();
    if (why == core::cond::cancelled)
        throw system_error(why);
}

awaitable<void> firmware::impl::serve_lme(self_ptr me, core::message_stream &stream,
                                          link_ptr link) {
    ++me->past.lme_sessions;
    lme_link::service_table services = [me](std::uint16_t port) -> lme_link::service {
        me->go_away(); // if it is about to: it takes no work that it would lose
        if (!me->ports.takes(port))
            return {}; // redirection is not served here: open failure 2, assumed
        return [me, port](std::unique_ptr<core::byte_stream> channel) {
            return serve_port(me, std::move(channel), port);
        };
    };
    lme_link lme(stream, me->device, me->orders, std::move(services), me->log);
    link->lme = &lme;
    auto ended = co_await core::as_result(lme.run());
    link->lme = nullptr;
    me->forget(lme);
    if (!ended)
        throw system_error(ended.error());
}

awaitable<void> firmware::impl::serve_port(self_ptr me,
                                           std::unique_ptr<core::byte_stream> connection,
                                           std::uint16_t port) {
    co_await me->ports.serve(std::move(connection), port);
}

// First the answer arrives that brought it about.
awaitable<void> firmware::impl::vanish(self_ptr me, core::duration gone) {
    me->vanishing = gone;
    co_await core::sleep_for(me->device.lme.vanish_delay);
    me->go_away();
}

void firmware::impl::go_away() {
    if (!vanishing)
        return;
    log.info(component, "the LME client goes away");
    lme_back = core::now(executor) + *vanishing;
    vanishing.reset();
    for (const auto &link : links)
        if (link->client == heci::client::lme)
            link->break_down();
}

awaitable<void> firmware::impl::serve_lms(self_ptr me,
                                          std::unique_ptr<core::byte_stream> connection,
                                          std::uint16_t port) {
    ++me->past.lms_connections;
    me->log.debug(component, "LMS connection to port ", port);
    if (me->orders.happens({fault_kind::lms_closes}))
        co_return;
    if (me->orders.happens({fault_kind::lms_mute}))
        while (!me->stopped)
            co_await me->stopping.wait();
    if (!me->stopped)
        co_await serve_port(me, std::move(connection), port);
}

awaitable<void> firmware::impl::accept_lms(self_ptr me,
                                           std::unique_ptr<core::byte_stream> connection,
                                           std::uint16_t port) {
    if (me->ports.takes(port))
        co_await serve_lms(me, std::move(connection), port);
}

} // namespace costrand::sim
