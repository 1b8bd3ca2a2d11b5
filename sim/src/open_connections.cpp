// SPDX-License-Identifier: Apache-2.0
#include "open_connections.hpp"

#include <costrand/core/error.hpp>

#include <boost/asio/buffer.hpp>

#include <utility>

namespace costrand::sim {

class open_connections::listed_stream : public core::byte_stream {
  public:
    listed_stream(std::unique_ptr<core::byte_stream> below, std::shared_ptr<table> all,
                  std::uint64_t number, std::size_t cut_after)
        : below_(std::move(below)),
          all_(std::move(all)),
          number_(number),
          left_(cut_after) {
        all_->emplace(number_, this);
    }
    ~listed_stream() override { all_->erase(number_); }

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        return below_->read_some(buffer);
    }
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        if (left_ == uncut || buffer.size() == 0)
            co_return co_await below_->write_some(buffer);
        if (left_ == 0) {
            below_->close();
            throw system_error(core::errc::closed);
        }
        const auto n = co_await below_->write_some(net::buffer(buffer, left_));
        left_ -= n;
        co_return n;
    }
    awaitable<void> shutdown() override { return below_->shutdown(); }
    void close() noexcept override { below_->close(); }
    net::any_io_executor get_executor() noexcept override { return below_->get_executor(); }

  private:
    std::unique_ptr<core::byte_stream> below_;
    std::shared_ptr<table> all_;
    std::uint64_t number_;
    std::size_t left_;
};

open_connections::entry open_connections::add(std::unique_ptr<core::byte_stream> below,
                                              std::size_t cut_after) {
    const auto number = ++last_;
    return {std::make_unique<listed_stream>(std::move(below), all_, number, cut_after), number};
}

// A closed stream may go at once, and take its place in the list with it.
void open_connections::drop_all_but(std::uint64_t number) noexcept {
    for (auto next = all_->begin(); next != all_->end();) {
        const auto [at, stream] = *next;
        if (at != number)
            stream->close();
        next = all_->upper_bound(at);
    }
}

} // namespace costrand::sim
