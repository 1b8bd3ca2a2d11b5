// SPDX-License-Identifier: Apache-2.0
#include <costrand/apf/host.hpp>

#include <costrand/apf/errc.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/time.hpp>

#include <string_view>
#include <utility>

namespace costrand::apf {
namespace {

constexpr std::string_view component = "apf";

bool refused(error_code why) noexcept {
    return why == errc::open_prohibited || why == errc::open_connect_failed ||
           why == errc::open_unknown_type || why == errc::open_resource_shortage ||
           why == errc::open_rejected;
}

// The firmware gave the session up, or talked nonsense; it is given a new beginning.
bool session_dropped(error_code why) noexcept {
    return why == errc::disconnected || why == errc::protocol_error;
}

} // namespace

// One link with its session. Shared: those who wait for the session hold it through its end.
struct host::connection {
    connection(std::unique_ptr<core::message_stream> l, session_options o, const core::log &log)
        : link(std::move(l)),
          apf(*link, std::move(o), log) {}

    std::unique_ptr<core::message_stream> link;
    apf::session apf;
};

host::host(net::any_io_executor executor, link_dialer dial, host_options options, core::log log)
    : executor_(executor),
      dial_(std::move(dial)),
      options_(std::move(options)),
      log_(std::move(log)),
      tasks_(executor) {}

host::~host() = default;

awaitable<void> host::run() {
    core::assert_on(executor_);
    tasks_.spawn(serve_demand());
    auto joined = co_await core::as_result(tasks_.join());
    stopped_ = true;
    change_.notify_all();
    if (!joined)
        throw system_error(joined.error());
}

void host::stop() noexcept {
    stopped_ = true;
    tasks_.cancel();
    change_.notify_all();
}

awaitable<void> host::serve_demand() {
    for (;;) {
        while (!wanted_)
            co_await demand_.wait();
        auto link = co_await core::as_result(dial_());
        // Whoever asked while it was dialled gets this answer too.
        wanted_ = false;
        if (link) {
            co_await serve(std::move(*link));
            continue;
        }
        if (link.error() == core::cond::cancelled)
            throw system_error(link.error());
        log_.debug(component, "the link could not be opened: ", link.error());
        last_failure_ = link.error();
        ++failures_;
        change_.notify_all();
    }
}

awaitable<void> host::serve(std::unique_ptr<core::message_stream> link) {
    const auto live = std::make_shared<connection>(std::move(link), options_.session, log_);
    current_ = live;
    change_.notify_all();
    auto ended = co_await core::as_result(live->apf.run());
    options_.session.first_number = live->apf.next_number();
    current_.reset();
    // Any other end is told to those who use the session.
    if (!ended && ended.error() == core::cond::cancelled)
        throw system_error(ended.error());
}

awaitable<std::shared_ptr<host::connection>> host::connected() {
    core::assert_on(executor_);
    const auto failures = failures_;
    while (!stopped_) {
        if (current_ && !current_->apf.has_ended())
            co_return current_;
        if (failures_ != failures)
            throw system_error(last_failure_);
        wanted_ = true;
        demand_.notify_one();
        co_await change_.wait();
    }
    throw system_error(core::errc::closed);
}

awaitable<void> host::ready() {
    for (int losses = 1;; ++losses) {
        const auto live = co_await connected();
        auto done = co_await core::as_result(live->apf.ready());
        if (done)
            co_return;
        const error_code why = done.error();
        if (losses >= options_.max_opens || !was_lost(*live, why))
            throw system_error(why);
        co_await before_redial(losses, why);
    }
}

bool host::was_lost(const connection &live, error_code why) {
    return live.apf.link_lost() || session_dropped(why);
}

awaitable<void> host::before_redial(int losses, error_code why) {
    const auto &times = options_.session.times;
    const core::duration pause = losses == 1 ? times.redial : times.redial_again;
    log_.debug(component, "MEI reinitialized (", why, "); replaying APF handshake and retrying in ",
               pause);
    co_await core::sleep_for(pause);
}

awaitable<std::unique_ptr<core::byte_stream>> host::open_channel(std::uint16_t port) {
    const auto &times = options_.session.times;
    int rejections = 0, losses = 0;
    for (int opens = 1;; ++opens) {
        const auto live = co_await connected();
        auto opened = co_await core::as_result(live->apf.open_channel(port));
        if (opened)
            co_return std::move(*opened);
        const error_code why = opened.error();
        const bool lost = was_lost(*live, why);
        rejections += refused(why) ? 1 : 0;
        losses += lost ? 1 : 0;
        if (opens >= options_.max_opens || rejections >= options_.max_rejections ||
            !(refused(why) || lost))
            throw system_error(why);
        if (refused(why)) {
            log_.debug(component, "APF channel open rejected (", why, "); retrying");
            co_await core::sleep_for(times.open_retry);
        } else {
            co_await before_redial(losses, why);
        }
    }
}

std::vector<std::uint16_t> host::forwarded_ports() const {
    return current_ ? current_->apf.forwarded_ports() : std::vector<std::uint16_t>();
}

} // namespace costrand::apf
