// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/daemon.hpp>

#include <costrand/activate/process.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <string>

namespace costrand::activate {

void serve_until_signal(const std::function<awaitable<void>()> &service, console &says) {
    std::exception_ptr failure;
    bool asked = false;
    net::cancellation_signal cancel;
    net::io_context context(1);
    const auto strand = core::make_session_strand(context);
    net::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](error_code ec, int number) {
        if (ec)
            return; // the service has ended
        asked = true;
        signals.clear(); // a second one has its default effect
        says.log_line(core::log_level::info, "stops: " + std::string(signal_name(number)));
        net::post(strand, [&] { cancel.emit(net::cancellation_type::terminal); });
    });
    core::spawn(strand, service(),
                net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) {
                    failure = thrown;
                    signals.cancel();
                }));
    context.run();
    cancel.slot().clear(); // what it holds refers to the context
    if (failure && !asked)
        std::rethrow_exception(failure);
}

} // namespace costrand::activate
