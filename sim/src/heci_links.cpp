// SPDX-License-Identifier: Apache-2.0
#include "heci_links.hpp"

#include "wire_text.hpp"

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/transports/heci_errc.hpp>

#include <optional>
#include <utility>

namespace costrand::sim {
namespace {

fault_event event_of(fault_kind kind, const link_entry &link, net::const_buffer message) {
    fault_event event{kind, link.client, std::nullopt, {}};
    if (link.client == heci::client::lme && message.size() > 0)
        event.apf_type = *static_cast<const std::uint8_t *>(message.data());
    return event;
}

std::string_view client_name(heci::client_id client) {
    return client == heci::client::lme        ? "lme"
           : client == heci::client::amthi    ? "amthi"
           : client == heci::client::watchdog ? "watchdog"
           : client == heci::client::upid     ? "upid"
           : client == heci::client::hotham   ? "hotham"
                                              : "mkhi";
}

class firmware_stream : public core::message_stream {
  public:
    firmware_stream(std::unique_ptr<core::message_stream> below, link_ptr link, faults &orders,
                    core::log log)
        : below_(std::move(below)),
          link_(std::move(link)),
          orders_(orders),
          log_(std::move(log)) {
        link_->firmware_end = below_.get();
    }
    ~firmware_stream() override {
        link_->firmware_end = nullptr;
        link_->host_closed = true; // nobody serves it any more
    }

    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        for (;;) {
            if (dying_)
                die();
            const auto n = co_await below_->receive(buffer);
            if (n == 0)
                continue; // a driver sends nothing then
            const auto message = net::buffer(buffer, n);
            tell(sent_by::host, message);
            if (!link_->in_memory && happens(fault_kind::reset_on_send, message))
                die();
            if (happens(fault_kind::silence, message))
                continue;
            dying_ = happens(fault_kind::reset_after, message) != nullptr;
            co_return n;
        }
    }

    awaitable<void> send(net::const_buffer message) override {
        if (dying_ || happens(fault_kind::reset_before_reply, message))
            die();
        if (happens(fault_kind::drop_message, message))
            co_return;
        if (const auto *order = happens(fault_kind::inject_message, message)) {
            const auto bytes = order->bytes; // the order may be taken back meanwhile
            tell(sent_by::firmware, net::buffer(bytes));
            co_await below_->send(net::buffer(bytes));
        }
        tell(sent_by::firmware, message);
        co_await below_->send(message);
    }

    std::size_t max_message_size() const noexcept override { return below_->max_message_size(); }
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    const fault *happens(fault_kind kind, net::const_buffer message) {
        return orders_.happens(event_of(kind, *link_, message));
    }
    [[noreturn]] void die() {
        link_->break_down();
        throw system_error(make_error_code(heci::errc::device_reset));
    }

    void tell(sent_by who, net::const_buffer message) const {
        if (!log_.enabled(core::log_level::trace))
            return;
        const core::const_bytes bytes(static_cast<const std::byte *>(message.data()),
                                      message.size());
        log_.trace(client_name(link_->client), who == sent_by::host ? "> " : "< ",
                   wire_text(link_->client, who, bytes));
    }

    std::unique_ptr<core::message_stream> below_;
    link_ptr link_;
    faults &orders_;
    core::log log_;
    bool dying_ = false;
};

class host_stream : public core::message_stream {
  public:
    host_stream(std::unique_ptr<core::message_stream> below, link_ptr link, faults &orders)
        : below_(std::move(below)),
          link_(std::move(link)),
          orders_(orders) {
        link_->in_memory = true;
    }
    ~host_stream() override { link_->host_closed = true; }

    awaitable<std::size_t> receive(net::mutable_buffer buffer) override {
        if (link_->reset)
            throw system_error(make_error_code(heci::errc::device_reset));
        auto n = co_await core::as_result(below_->receive(buffer));
        if (!n)
            throw system_error(as_driver_tells(n.error()));
        co_return *n;
    }

    awaitable<void> send(net::const_buffer message) override {
        if (message.size() == 0)
            co_return; // the driver sends nothing, and says 0
        if (message.size() > max_message_size())
            throw system_error(make_error_code(heci::errc::message_too_large));
        if (!link_->reset && orders_.happens(event_of(fault_kind::reset_on_send, *link_, message)))
            link_->break_down();
        if (link_->reset)
            throw system_error(make_error_code(heci::errc::device_reset));
        auto sent = co_await core::as_result(below_->send(message));
        if (!sent)
            throw system_error(as_driver_tells(sent.error()));
    }

    std::size_t max_message_size() const noexcept override { return below_->max_message_size(); }
    void close() noexcept override {
        link_->host_closed = true;
        below_->close();
    }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    // An end that is gone is a reset device: ENODEV.
    static error_code as_driver_tells(error_code why) {
        if (why == core::cond::closed || why == core::cond::cancelled ||
            why == core::errc::message_too_large)
            return why;
        return make_error_code(heci::errc::device_reset);
    }

    std::unique_ptr<core::message_stream> below_;
    link_ptr link_;
    faults &orders_;
};

} // namespace

std::unique_ptr<core::message_stream> firmware_end(std::unique_ptr<core::message_stream> below,
                                                   link_ptr link, faults &orders, core::log log) {
    return std::make_unique<firmware_stream>(std::move(below), std::move(link), orders,
                                             std::move(log));
}

std::unique_ptr<core::message_stream> host_end(std::unique_ptr<core::message_stream> below,
                                               link_ptr link, faults &orders) {
    return std::make_unique<host_stream>(std::move(below), std::move(link), orders);
}

} // namespace costrand::sim
