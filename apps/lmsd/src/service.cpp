// SPDX-License-Identifier: Apache-2.0
#include <costrand/lmsd/service.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/time.hpp>
#include <costrand/transports/holders.hpp>
#include <costrand/transports/lms_tcp.hpp>

#include <boost/asio/error.hpp>

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace costrand::lmsd {
namespace {

constexpr std::string_view component = "lmsd";

constexpr std::uint16_t firmware_ports[] = {transports::lms_plain_port, transports::lms_tls_port};

// After an accept that failed for want of descriptors or memory. Our choice: long enough not to
// burn the processor, short enough for nobody to notice.
constexpr auto accept_again = std::chrono::milliseconds(200);

std::string where(const std::string &address, std::uint16_t port) {
    const bool is_v6 = address.find(':') != address.npos;
    return (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

std::string why_not(error_code why, std::uint16_t port) {
    if (why != net::error::address_in_use)
        return why.message();
    const auto others = transports::to_string(transports::listeners_of_port(port));
    return "the port is in use by " +
           (others.empty() ? "another program, which is not seen from here" : others);
}

bool is_missing_ipv6(error_code why) {
    return why == net::error::address_family_not_supported ||
           why == boost::system::errc::address_not_available;
}

} // namespace

service::service(net::any_io_executor executor, relay &to, core::log log, std::size_t clients)
    : executor_(executor),
      relay_(to),
      log_(std::move(log)),
      places_(clients),
      tasks_(executor) {}

service::~service() = default;

void service::listen(const std::string &address, std::uint16_t port, std::uint16_t of_firmware) {
    try {
        listeners_.emplace_back(of_firmware, executor_, address, port);
    } catch (const system_error &e) {
        if (is_missing_ipv6(e.code()))
            throw;
        throw std::runtime_error(where(address, port) + ": " + why_not(e.code(), port));
    }
    log_.info(component, "listens on ", where(address, listeners_.back().acceptor.port()));
}

void service::listen_here() {
    for (const auto port : firmware_ports)
        listen("127.0.0.1", port, port);
    for (const auto port : firmware_ports) {
        try {
            listen("::1", port, port);
        } catch (const system_error &e) {
            log_.info(component, "does not listen on ", where("::1", port), ": ", e.code());
        }
    }
}

void service::take_over(std::span<const transports::passed_socket> sockets) {
    for (const auto &[descriptor, name] : sockets) {
        const std::string which =
            "the passed socket " + std::to_string(descriptor) + (name.empty() ? "" : " " + name);
        try {
            listeners_.emplace_back(std::uint16_t{0}, executor_, descriptor);
        } catch (const system_error &e) {
            throw std::runtime_error(which +
                                     " is no TCP socket that listens: " + e.code().message());
        }
        auto &taken = listeners_.back();
        const auto port = taken.acceptor.port();
        for (const auto known : firmware_ports)
            if (name == std::to_string(known) || (taken.of_firmware == 0 && port == known))
                taken.of_firmware = known;
        if (taken.of_firmware == 0)
            throw std::runtime_error(which + " on port " + std::to_string(port) +
                                     ": its name (FileDescriptorName=) has to be 16992 or 16993, "
                                     "the firmware's port that it is for");
        log_.info(component, "listens on port ", port, ", passed by the service manager, for ",
                  taken.of_firmware);
    }
}

std::vector<std::uint16_t> service::ports() const {
    std::vector<std::uint16_t> out;
    for (const auto &one : listeners_)
        out.push_back(one.acceptor.port());
    return out;
}

awaitable<void> service::run() {
    for (auto &one : listeners_)
        tasks_.spawn(accept(one));
    co_await tasks_.join();
}

awaitable<void> service::accept(listener &at) {
    for (;;) {
        auto place = co_await places_.acquire();
        auto client = co_await core::as_result(at.acceptor.accept());
        if (client) {
            tasks_.spawn(serve(std::move(*client), at.of_firmware, std::move(place)));
            continue;
        }
        if (client.error() == core::cond::cancelled)
            throw system_error(client.error());
        log_.warn(component, "a client cannot be taken in: ", client.error());
        co_await core::sleep_for(accept_again);
    }
}

awaitable<void> service::serve(std::unique_ptr<core::byte_stream> client, std::uint16_t of_firmware,
                               slot_queue::slot place) {
    const slot_queue::slot held(std::move(place)); // given back before the frame's parameters
    co_await relay_.serve(std::move(client), of_firmware);
}

} // namespace costrand::lmsd
