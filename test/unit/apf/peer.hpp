// SPDX-License-Identifier: Apache-2.0
// A firmware at the other end of an in-memory link: the firmware's state machine and a hook to
// disobey it. It records what it was sent.
#pragma once

#include <costrand/apf/codec.hpp>
#include <costrand/apf/session_core.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream.hpp>
#include <costrand/core/time.hpp>
#include <costrand/sim/memory.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace costrand::test {

class peer {
  public:
    // Looks at each message before the firmware does. False: the firmware does not see it.
    using hook = std::function<bool(const apf::message &)>;

    explicit peer(std::unique_ptr<core::message_stream> link,
                  apf::core_options<apf::firmware_role> options = {})
        : core(with_limit(std::move(options), *link)),
          link_(std::move(link)) {}

    // Until the host's end of the link closes.
    awaitable<void> run() {
        const auto executor = link_->get_executor();
        std::vector<std::byte> buffer(link_->max_message_size());
        apf::action_list actions;
        if (!mute)
            core.start(costrand::core::now(executor), actions);
        perform(actions);
        for (;;) {
            co_await flush();
            auto got = co_await core::as_result(link_->receive(net::buffer(buffer)));
            while (stuck)
                co_await change.wait();
            if (!got)
                break;
            const auto bytes = apf::const_bytes(buffer).first(*got);
            const auto message = apf::decode(bytes);
            if (message)
                note(message->what);
            const bool heard = !mute && (!message || !on_message || on_message(message->what));
            actions.clear();
            if (heard)
                core.received(bytes, costrand::core::now(executor), actions);
            perform(actions);
        }
        link_->close();
        gone = true;
        change.notify_all();
    }

    template <typename M>
    void send(const M &m) {
        outgoing_.push_back(apf::encode(m));
    }
    // From outside of on_message: sends at once.
    template <typename M>
    awaitable<void> send_now(M m) {
        send(m);
        co_await flush();
    }
    awaitable<void> flush() {
        while (!outgoing_.empty()) {
            const auto message = std::move(outgoing_.front());
            outgoing_.erase(outgoing_.begin());
            auto sent = co_await core::as_result(link_->send(net::buffer(message)));
            if (!sent)
                co_return; // the host is gone: receive tells
        }
    }
    // As much as the windows allow.
    awaitable<std::size_t> write(std::uint32_t channel, std::string_view data) {
        apf::action_list actions;
        const auto n = core.write(channel, core::as_bytes(data), actions);
        perform(actions);
        co_await flush();
        co_return n;
    }
    // Asks the host for a channel for an event.
    awaitable<void> open_event() {
        apf::action_list actions;
        (void)core.open(0, costrand::core::now(link_->get_executor()), actions);
        perform(actions);
        co_await flush();
    }
    awaitable<void> close(std::uint32_t channel) {
        apf::action_list actions;
        core.close(channel, actions);
        perform(actions);
        co_await flush();
    }
    void drop_link() {
        stuck = false;
        change.notify_all();
        link_->close();
    }

    template <typename Condition>
    awaitable<void> until(Condition condition) {
        while (!condition())
            co_await change.wait();
    }

    // Messages of the host, as their numbers; what each carried is in the fields below.
    [[nodiscard]] std::size_t count(apf::message_number number) const {
        return static_cast<std::size_t>(std::ranges::count(seen, number));
    }

    apf::firmware_core core;
    hook on_message;
    bool mute = false;
    bool stuck = false;  // reads no more
    bool consume = true; // what arrives is consumed at once
    std::vector<apf::message_number> seen;
    std::vector<std::uint32_t> opens, closes, adjusts; // sender numbers, recipients, amounts
    std::vector<std::size_t> data_sizes;
    std::map<std::uint32_t, std::string> received; // by the firmware's number
    std::vector<std::uint32_t> accepted;           // the firmware's numbers
    std::vector<std::uint32_t> opened;             // channels that the firmware asked for
    bool gone = false;
    core::notifier change;

  private:
    static apf::core_options<apf::firmware_role> with_limit(apf::core_options<apf::firmware_role> o,
                                                            const core::message_stream &link) {
        o.max_message = link.max_message_size();
        return o;
    }

    void note(const apf::message &m) {
        std::visit([this](const auto &one) { seen.push_back(one.number); }, m);
        if (const auto *open = std::get_if<apf::channel_open>(&m))
            opens.push_back(open->sender);
        if (const auto *close = std::get_if<apf::channel_close>(&m))
            closes.push_back(close->recipient);
        if (const auto *adjust = std::get_if<apf::channel_window_adjust>(&m))
            adjusts.push_back(adjust->bytes_to_add);
        if (const auto *data = std::get_if<apf::channel_data>(&m))
            data_sizes.push_back(data->data.size());
        change.notify_all();
    }
    void perform(const apf::action_list &actions) {
        for (const auto &a : actions) {
            if (const auto *s = std::get_if<apf::action::send>(&a))
                outgoing_.push_back(apf::encode(s->what));
            if (const auto *d = std::get_if<apf::action::deliver>(&a))
                deliver(*d);
            if (const auto *o = std::get_if<apf::action::accepted>(&a))
                accepted.push_back(o->channel);
            if (const auto *o = std::get_if<apf::action::opened>(&a))
                opened.push_back(o->channel);
        }
        if (!actions.empty())
            change.notify_all();
    }
    void deliver(const apf::action::deliver &d) {
        received[d.channel] += core::as_text(d.data);
        if (!consume)
            return;
        apf::action_list credits;
        (void)core.consumed(d.channel, d.data.size(), true);
        core.take_credits(credits);
        for (const auto &a : credits)
            outgoing_.push_back(apf::encode(std::get<apf::action::send>(a).what));
    }

    std::unique_ptr<core::message_stream> link_;
    std::vector<std::vector<std::byte>> outgoing_;
};

} // namespace costrand::test
