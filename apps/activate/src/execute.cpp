// SPDX-License-Identifier: Apache-2.0
#include <costrand/activate/execute.hpp>

#include <costrand/activate/process.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/core/time.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include <csignal>
#include <exception>
#include <utility>

namespace costrand::activate {

namespace {

// The clock of the live line, and the reminder that a step still lasts.
awaitable<void> tick(console &says, core::time_point start) {
    const auto executor = co_await net::this_coro::executor;
    for (;;) {
        co_await core::sleep_for(std::chrono::seconds(1));
        says.tick(core::now(executor) - start);
    }
}

awaitable<void> with_clock(awaitable<void> body, console &says, net::any_io_executor executor) {
    core::task_group clock(executor);
    clock.spawn(tick(says, core::now(executor)));
    co_await clock.run(std::move(body));
}

} // namespace

failure failure_of(const std::exception_ptr &thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const error &e) {
        return e.why();
    } catch (const system_error &e) {
        return explain(e.code(), {}, {});
    } catch (const std::exception &e) {
        return {exit_code::generic_failure, printable(e.what(), 300)};
    }
}

end_of_run execute(const std::function<awaitable<void>(net::any_io_executor)> &body,
                   console &says) {
    end_of_run end;
    net::cancellation_signal cancel;
    net::io_context context(1);
    const auto strand = core::make_session_strand(context);

    net::signal_set signals(context);
    for (const int number : {SIGINT, SIGTERM})
        if (!is_ignored(number))
            signals.add(number);
    signals.async_wait([&](error_code ec, int number) {
        if (ec)
            return; // the run is over
        end.signal = number;
        signals.clear(); // a second one has its default effect
        says.log_line(core::log_level::info, "interrupt");
        net::post(strand, [&] { cancel.emit(net::cancellation_type::terminal); });
    });
    core::spawn(strand, with_clock(body(strand), says, strand),
                net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) {
                    if (thrown)
                        end.why = failure_of(thrown);
                    signals.cancel();
                }));
    context.run();
    cancel.slot().clear(); // what it holds refers to the context
    says.end_progress();
    if (end.signal != 0 && end.why)
        end.why->text = "interrupted by " + std::string(signal_name(end.signal)) +
                        ": the channel to AMT, the device and the connection to the server are "
                        "closed; the device keeps what the server had set by then";
    return end;
}

} // namespace costrand::activate
