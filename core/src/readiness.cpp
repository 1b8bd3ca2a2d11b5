// SPDX-License-Identifier: Apache-2.0
#include <costrand/core/readiness.hpp>

#include <costrand/core/error.hpp>

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace costrand::core {
namespace {

// As many are asked for at once, more at the next time. Our choice.
constexpr int most_at_once = 128;

int make_set() {
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0)
        throw system_error(error_code(errno, boost::system::system_category()));
    return fd;
}

} // namespace

readiness::readiness(net::any_io_executor executor) : set_(std::move(executor), make_set()) {}

// Edge-triggered: told once for each arrival, so that nothing is to be undone while nobody waits.
void readiness::add(member &place, int fd) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &place;
    if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0)
        throw system_error(error_code(errno, boost::system::system_category()));
    ++members_;
    try {
        place.told.emplace(set_.get_executor());
        if (!is_armed_)
            arm();
    } catch (...) { // no memory
        remove(place, fd);
        throw;
    }
}

void readiness::remove(member &place, int fd) noexcept {
    ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, fd, nullptr);
    place.told.reset();
    if (--members_ == 0) {  // nothing keeps the context running then
        error_code ignored; // of a descriptor that is open
        set_.cancel(ignored);
    }
}

awaitable<void> readiness::wait(member &place) {
    return place.told->wait();
}

void readiness::arm() {
    set_.async_wait(net::posix::descriptor_base::wait_read,
                    [weak = weak_from_this()](const error_code &cancelled) {
                        const auto self = weak.lock();
                        if (!self)
                            return;
                        if (!cancelled)
                            self->collect();
                        self->is_armed_ = false;
                        if (self->members_ > 0)
                            self->arm();
                    });
    is_armed_ = true;
}

// All that can be read are known before the first of them runs: any may leave the set meanwhile.
void readiness::collect() {
    std::array<epoll_event, most_at_once> events;
    const int n = ::epoll_wait(set_.native_handle(), events.data(), most_at_once, 0);
    wake_list woken;
    for (int i = 0; i < n; ++i) {
        const auto &event = events[static_cast<std::size_t>(i)];
        auto &place = *static_cast<member *>(event.data.ptr);
        place.may_read = true;
        place.ended = place.ended || (event.events & ~std::uint32_t{EPOLLIN}) != 0;
        place.told->wake(woken);
    }
    woken.run();
}

} // namespace costrand::core
