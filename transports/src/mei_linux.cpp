// SPDX-License-Identifier: Apache-2.0
// The only file that knows the mei driver: node names, sysfs, and its ioctl.
#include "fd_message_stream.hpp"
#include "heci_errno.hpp"
#include "unique_fd.hpp"

#include <costrand/core/endian.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/transports/heci_mei.hpp>

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <functional>
#include <utility>

namespace costrand::heci {
namespace {

// In: the client's GUID. Out: u32 maximum message length, u8 protocol version (linux/mei.h).
using connect_data = std::array<std::byte, 16>;
constexpr unsigned long connect_client = _IOWR('H', 0x01, connect_data);
static_assert(connect_client == 0xC0104801);

struct attempt {
    mei_options options;
    client_id client;

    unique_fd fd;
    std::size_t max_message_size = 0;
    std::string node;
    error_code failure;
};

std::string kind_of(const std::string &sysfs, const std::string &node) {
    const auto slash = node.rfind('/');
    std::ifstream file(sysfs + node.substr(slash == node.npos ? 0 : slash) + "/kind");
    std::string kind;
    std::getline(file, kind);
    return kind;
}

// Opens and connects one node; the answer is in the attempt.
error_code connect_node(attempt &a) {
    unique_fd fd(::open(a.node.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd.valid())
        return from_open_errno(errno);
    connect_data data = a.client.bytes;
    int done = 0;
    do
        done = ::ioctl(fd.get(), connect_client, data.data());
    while (done < 0 && errno == EINTR);
    if (done < 0)
        return from_connect_errno(errno);
    a.max_message_size = core::load_le<std::uint32_t>(data.data());
    if (a.max_message_size == 0)
        return errc::bad_reply;
    a.fd = std::move(fd);
    return {};
}

// The first node that knows the client. A node that exists, may be the management engine, and
// fails for another reason than that ends the search: its error is the answer.
void search(attempt &a) {
    a.failure = errc::no_driver;
    for (const auto &node : a.options.nodes) {
        const auto kind = kind_of(a.options.sysfs, node);
        if (!kind.empty() && kind != "mei") {
            if (a.failure == errc::no_driver)
                a.failure = errc::no_device;
            continue;
        }
        const auto previous = std::exchange(a.node, node);
        const auto failure = connect_node(a);
        if (failure == errc::no_driver) {
            a.node = previous;
            continue;
        }
        a.failure = failure;
        if (failure != errc::no_client)
            return;
        if (kind.empty())
            a.failure = errc::no_device; // nobody said that it was a management engine
    }
}

void perform(attempt &a) {
    if (a.options.path.empty())
        return search(a);
    a.node = a.options.path;
    a.failure = connect_node(a);
}

class mei_device : public device {
  public:
    explicit mei_device(mei_options options)
        : options_(std::move(options)),
          name_(options_.path.empty() ? "/dev/mei*" : options_.path) {}

    awaitable<std::unique_ptr<core::message_stream>> connect(client_id client) override {
        const auto executor = co_await net::this_coro::executor;
        // Shared with the thread that blocks, which may outlast this coroutine. What it opens then
        // is closed with it.
        auto a = std::make_shared<attempt>();
        a->options = options_;
        a->client = client;
        std::function<void()> work = [a] { perform(*a); };
        co_await core::run_blocking(std::move(work));
        if (!a->node.empty())
            name_ = a->node;
        if (a->failure)
            throw system_error(a->failure, name_);
        co_return std::make_unique<fd_message_stream>(executor, std::move(a->fd), fd_kind::device,
                                                      a->max_message_size);
    }

    std::string name() const override { return name_; }

  private:
    mei_options options_;
    std::string name_;
};

} // namespace

std::unique_ptr<device> open_mei(mei_options options) {
    return std::make_unique<mei_device>(std::move(options));
}

} // namespace costrand::heci
