// SPDX-License-Identifier: Apache-2.0
// Connected devices: what ioctl, read and write of the program get.
#include "supervisor.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/endian.hpp>
#include <costrand/sim/serve.hpp>
#include <costrand/transports/heci_socket.hpp>

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace costrand::amtsim {
namespace {

constexpr std::string_view component = "amtsim";

// linux/mei.h: in the client's GUID, out u32 maximum message length, u8 protocol version.
using connect_data = std::array<std::byte, 16>;
constexpr unsigned connect_client = 0xC0104801;

} // namespace

// The end: the descriptor is none of the device's, or the caller is gone.
std::map<inode, supervisor::node>::iterator supervisor::node_of(const seccomp_notif &call) {
    const auto which = inode_of(task_of(call), argument(call, 0));
    if (!which || !still_waits(call))
        return nodes_.end();
    return nodes_.find(*which);
}

int supervisor::ordered_errno(sim::fault_kind kind, const node &at) {
    const auto *order = device_.inject().happens({kind, at.client});
    return order ? static_cast<int>(order->value) : 0;
}

void supervisor::control(const seccomp_notif &call) {
    const auto found = node_of(call);
    if (found == nodes_.end())
        return go_on(call); // another device's
    if (static_cast<unsigned>(call.data.args[1]) != connect_client)
        return reply(call, ENOTTY);
    auto &at = found->second;
    if (at.ours < 0 || at.connecting)
        return reply(call, EBUSY);
    at.connecting = true;
    links_.spawn(connect(call, found->first));
}

// What the firmware says to a connect: a link for it, or the errno.
awaitable<core::result<supervisor::connected>> supervisor::ask_firmware(heci::client_id client) {
    if (which_ == watched_calls::device_and_io) {
        auto stream = co_await core::as_result(device_.connect_opened(client));
        if (!stream)
            co_return stream.error();
        const auto limit = (*stream)->max_message_size();
        co_return connected{std::move(*stream), limit};
    }
    auto limit = co_await core::as_result(device_.admit_opened(client));
    if (!limit)
        co_return limit.error();
    co_return connected{nullptr, *limit};
}

awaitable<void> supervisor::connect(seccomp_notif call, inode which) {
    connect_data data{};
    int failure = 0;
    heci::client_id client{};
    std::optional<connected> made;
    if (!read_memory(task_of(call), call.data.args[2], data.data(), data.size()) ||
        !still_waits(call)) {
        failure = EFAULT;
    } else {
        client.bytes = data;
        auto answer = co_await ask_firmware(client);
        if (answer)
            made = std::move(*answer);
        else
            failure = sim::errno_of(answer.error());
    }
    const auto found = nodes_.find(which);
    if (found == nodes_.end())
        co_return reply(call, ENODEV);
    node &at = found->second;
    at.connecting = false;
    at.client = client;
    if (const int ordered = failure == 0 ? ordered_errno(sim::fault_kind::connect_fails, at) : 0)
        failure = ordered;
    if (failure == 0) {
        data = {};
        core::store_le(data.data(), static_cast<std::uint32_t>(made->max_message_size));
        data[4] = std::byte{1};
        if (!still_waits(call) ||
            !write_memory(task_of(call), call.data.args[2], data.data(), data.size()))
            failure = EFAULT;
    }
    if (failure == 0)
        begin(at, which, std::move(*made));
    log_.debug(component, "process ", call.pid, ": connect answered with errno ", failure);
    reply(call, failure);
}

void supervisor::begin(node &at, inode which, connected made) {
    auto ours = heci::adopt_socket(listener_.get_executor(), std::exchange(at.ours, -1),
                                   made.max_message_size);
    if (!made.firmware)
        return links_.spawn(serve(std::move(ours), at.client, which));
    at.link = std::make_shared<watched_link>(std::move(ours), std::move(made.firmware));
    links_.spawn(serve_watched(at.link, which));
}

std::shared_ptr<watched_link> supervisor::link_of(const seccomp_notif &call,
                                                  sim::fault_kind failure) {
    const auto found = node_of(call);
    if (found == nodes_.end()) {
        go_on(call);
        return nullptr;
    }
    const node &at = found->second;
    if (at.theirs >= 0 || !at.link) {
        reply(call, ENODEV);
        return nullptr;
    }
    if (const int ordered = ordered_errno(failure, at)) {
        reply(call, ordered);
        return nullptr;
    }
    return at.link;
}

// The kernel reads from the socket when there is a message; we keep a caller only to tell it of a
// reset. Of two callers that one message woke the second waits in the kernel.
void supervisor::read(const seccomp_notif &call) {
    if (auto link = link_of(call, sim::fault_kind::read_fails))
        links_.spawn(read_later(call, std::move(link)));
}

awaitable<void> supervisor::read_later(seccomp_notif call, std::shared_ptr<watched_link> link) {
    while (!link->is_over()) {
        const int copy = copy_descriptor(task_of(call), argument(call, 0));
        if (copy < 0)
            co_return go_on(call); // a descriptor that is closed meanwhile: the kernel says so
        const bool blocks = (::fcntl(copy, F_GETFL) & O_NONBLOCK) == 0;
        pollfd now{copy, POLLIN, 0};
        const bool ready = ::poll(&now, 1, 0) == 1;
        ::close(copy);
        if (ready || !blocks || !still_waits(call))
            co_return go_on(call);
        co_await link->wait_for_news();
    }
    reply(call, ENODEV);
}

void supervisor::write(const seccomp_notif &call) {
    auto link = link_of(call, sim::fault_kind::write_fails);
    if (!link)
        return;
    const auto size = call.data.args[2];
    if (size > link->max_message_size())
        return reply(call, EFBIG);
    std::vector<std::byte> message(static_cast<std::size_t>(size));
    if (!read_memory(task_of(call), call.data.args[1], message.data(), message.size()) ||
        !still_waits(call)) // the memory was another process's
        return reply(call, EFAULT);
    links_.spawn(pass_on(call, std::move(link), std::move(message)));
}

awaitable<void> supervisor::pass_on(seccomp_notif call, std::shared_ptr<watched_link> link,
                                    std::vector<std::byte> message) {
    const auto size = static_cast<std::int64_t>(message.size());
    const int failure = co_await link->write(std::move(message));
    reply(call, failure, size);
}

awaitable<void> supervisor::serve_watched(std::shared_ptr<watched_link> link, inode which) {
    const auto end = co_await link->run();
    if (end == link_end::program_closed)
        nodes_.erase(which);
    else
        show_reset(which, *link);
}

// A socket tells POLLERR when its peer went away with something unread: we write that ourselves.
void supervisor::show_reset(inode which, watched_link &link) {
    const int theirs = copy_from_holder(which);
    if (theirs < 0) { // nobody is left who could see it
        nodes_.erase(which);
        return;
    }
    (void)::send(theirs, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL); // a full socket has something unread
    link.close_program_end();
    nodes_[which].theirs = theirs;
    log_.debug(component, "the program sees a reset device");
}

awaitable<void> supervisor::serve(std::unique_ptr<core::message_stream> link,
                                  heci::client_id client, inode which) {
    co_await device_.serve_heci(std::move(link), client);
    nodes_.erase(which);
}

// Nodes that the program closed before it connected them, or after a reset.
void supervisor::forget_closed() {
    std::erase_if(nodes_, [](const auto &entry) {
        const node &at = entry.second;
        const bool opened = at.ours >= 0 && !at.connecting;
        pollfd now{at.ours, 0, 0};
        if (opened && ::poll(&now, 1, 0) == 1 && (now.revents & POLLHUP) != 0) {
            ::close(at.ours);
            return true;
        }
        if (at.theirs < 0)
            return false;
        const int held = copy_from_holder(entry.first);
        ::close(held >= 0 ? held : at.theirs);
        return held < 0;
    });
}

} // namespace costrand::amtsim
