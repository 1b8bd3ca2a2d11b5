// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <costrand/apf/host.hpp>
#include <costrand/core/as_result.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/log.hpp>
#include <costrand/core/spawn.hpp>
#include <costrand/core/strand.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>
#include <costrand/transports/amthi_frame.hpp>
#include <costrand/transports/heci_amthi.hpp>
#include <costrand/transports/heci_connect.hpp>
#include <costrand/transports/heci_errc.hpp>
#include <costrand/transports/heci_lme.hpp>
#include <costrand/transports/heci_mei.hpp>
#include <costrand/transports/heci_watchdog.hpp>

#include <unit/activate/support.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace costrand::test {
namespace {

using namespace std::chrono_literals;
using link_ptr = std::unique_ptr<core::message_stream>;

void must(bool holds, const std::string &what) {
    if (!holds)
        throw std::runtime_error(what);
}
void must_fail(const auto &got, const error_code &why, const std::string &what) {
    must(!got && got.error() == why, what + ", not " + (got ? "success" : got.error().message()));
}

const std::vector<std::byte> ask_mode = heci::encode_request(heci::command::control_mode);

awaitable<void> send_question(core::message_stream &link) {
    co_await link.send(net::buffer(ask_mode));
}
awaitable<void> expect_answer(core::message_stream &link) {
    std::vector<std::byte> buffer(link.max_message_size());
    const auto n = co_await link.receive(net::buffer(buffer));
    const auto reply = heci::decode_reply(core::const_bytes(buffer).first(n));
    must(reply && reply->what == heci::command::control_mode, "the reply to the question");
}
awaitable<void> talk(core::message_stream &link) {
    co_await send_question(link);
    co_await expect_answer(link);
}

awaitable<void> limits(heci::device &device) {
    for (const auto client :
         {heci::client::amthi, heci::client::lme, heci::client::watchdog, heci::client::mkhi}) {
        const auto link = co_await device.connect(client);
        must(link->max_message_size() > 0, "the largest message");
    }
}

awaitable<void> facts(heci::device &device) {
    heci::amthi amt(device, heci::timeouts(), core::log());
    const auto versions = co_await amt.read_versions();
    must(versions.find("AMT").starts_with("16."), "the version is the profile's");
    const auto uuid = co_await amt.read_uuid();
    must(uuid.usable(), "a UUID");
    const auto mode = co_await amt.read_control_mode();
    must(mode == heci::control_mode::none, "a new device");
    const auto hashes = co_await amt.read_hashes();
    must(!hashes.empty(), "certificate hashes");
    const auto account = co_await amt.read_local_account();
    must(account.user == "$$OsAdmin" && !account.password.empty(), "the local account");
    const auto enabled = co_await heci::query_enablement(device, heci::timeouts(), core::log());
    must(enabled && enabled->enabled, "AMT is enabled");
}

heci::client_id unknown() {
    heci::client_id nobody{};
    nobody.bytes.fill(std::byte{0x11});
    return nobody;
}

awaitable<void> unknown_client(heci::device &device) {
    const auto got = co_await core::as_result(device.connect(unknown()));
    must_fail(got, heci::errc::no_client, "no such client");
}

awaitable<void> busy_once(heci::device &device) {
    const auto got = co_await core::as_result(device.connect(heci::client::amthi));
    must_fail(got, heci::errc::busy, "busy");
    const auto link = co_await device.connect(heci::client::amthi);
    co_await talk(*link);
}

awaitable<void> busy_for_a_while(heci::device &device) {
    const heci::timeouts limits;
    const auto link =
        co_await heci::connect_with_retry(device, heci::client::amthi, limits, core::log());
    co_await talk(*link);
}

awaitable<void> no_permission(heci::device &device) {
    const auto got = co_await core::as_result(device.connect(heci::client::amthi));
    must_fail(got, heci::errc::no_permission, "no permission");
}

awaitable<void> not_ready(heci::device &device) {
    const auto got = co_await core::as_result(device.connect(heci::client::amthi));
    must_fail(got, heci::errc::not_ready, "not ready");
    const auto link = co_await device.connect(heci::client::amthi);
    co_await talk(*link);
}

awaitable<void> two_links(heci::device &device) {
    const auto one = co_await device.connect(heci::client::amthi);
    const auto other = co_await device.connect(heci::client::amthi);
    for (int i = 0; i < 50; ++i) {
        co_await send_question(*one);
        co_await send_question(*other);
        co_await expect_answer(*other);
        co_await expect_answer(*one);
    }
}

awaitable<void> cancelled_receive(heci::device &device) {
    const auto link = co_await device.connect(heci::client::amthi);
    std::vector<std::byte> buffer(link->max_message_size());
    const auto waited =
        co_await core::as_result(core::with_deadline(20ms, link->receive(net::buffer(buffer))));
    must_fail(waited, core::errc::timed_out, "nothing to receive");
    co_await talk(*link);
}

awaitable<void> close_later(core::message_stream *link) {
    co_await core::sleep_for(20ms); // until the receive waits
    link->close();
}

awaitable<void> close_ends_receive(heci::device &device) {
    const auto link = co_await device.connect(heci::client::amthi);
    core::task_group closer(co_await net::this_coro::executor);
    closer.spawn(close_later(link.get()));
    std::vector<std::byte> buffer(link->max_message_size());
    const auto got = co_await core::as_result(link->receive(net::buffer(buffer)));
    must(!got && got.error() == core::cond::closed, "closed");
    co_await closer.join();
}

awaitable<void> too_large(heci::device &device) {
    const auto link = co_await device.connect(heci::client::amthi);
    const std::vector<std::byte> large(link->max_message_size() + 1);
    const auto sent = co_await core::as_result(link->send(net::buffer(large)));
    must(!sent && (sent.error() == heci::errc::message_too_large ||
                   sent.error() == core::errc::message_too_large),
         "a message that is too large is refused");
    co_await talk(*link);
}

awaitable<void> small_buffer(heci::device &device) {
    const auto link = co_await device.connect(heci::client::amthi);
    co_await send_question(*link);
    std::array<std::byte, 20> just_enough{};
    const auto n = co_await link->receive(net::buffer(just_enough));
    must(n == just_enough.size(), "a buffer of the message's size is enough");
    co_await send_question(*link);
    std::array<std::byte, 19> short_by_one{};
    const auto got = co_await core::as_result(link->receive(net::buffer(short_by_one)));
    must_fail(got, core::errc::message_too_large, "never a part of a message");
}

// The device takes the message or not: after a reset nobody knows. It works again afterwards.
awaitable<void> reset(heci::device &device) {
    const auto link = co_await device.connect(heci::client::amthi);
    co_await talk(*link);
    const auto dead = co_await core::as_result(talk(*link));
    must_fail(dead, heci::errc::device_reset, "the reset");
    const auto again = co_await core::as_result(talk(*link));
    must(!again, "a link stays dead");
    const auto next = co_await device.connect(heci::client::amthi);
    co_await talk(*next);
}

awaitable<void> silence(heci::device &device) {
    const auto link = co_await device.connect(heci::client::amthi);
    const auto got = co_await core::as_result(core::with_deadline(100ms, talk(*link)));
    must_fail(got, core::errc::timed_out, "no answer");
}

awaitable<void> ask_web_server(apf::host &amt) {
    for (int i = 0; i < 3; ++i) {
        const auto channel = co_await amt.open_channel(16992);
        const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        co_await core::write_all(*channel, net::buffer(request));
        const auto page = co_await core::read_until_eof(*channel, 1 << 20);
        must(core::as_text(page).starts_with("HTTP/1.1 "), "the page");
    }
}

awaitable<void> channels(heci::device &device) {
    const auto executor = co_await net::this_coro::executor;
    const heci::timeouts limits;
    const auto dial = [&] { return heci::open_lme(device, limits, core::log()); };
    apf::host amt(executor, dial, apf::host_options(), core::log());
    core::task_group tasks(executor);
    tasks.spawn(amt.run());
    const auto asked = co_await core::as_result(ask_web_server(amt));
    amt.stop();
    co_await tasks.join();
    must(asked.has_value(), "channels over LME: " + (asked ? "" : asked.error().message()));
}

// The calls that a signal or a full queue interrupts are made again.
awaitable<void> interrupted(heci::device &device) {
    const auto link = co_await device.connect(heci::client::amthi);
    for (int i = 0; i < 3; ++i)
        co_await talk(*link);
}

awaitable<void> connect_errors(heci::device &device) {
    for (const auto why :
         {heci::errc::connect_timed_out, heci::errc::connect_refused, heci::errc::not_ready}) {
        const auto got = co_await core::as_result(device.connect(heci::client::amthi));
        must_fail(got, why, "connect");
    }
}

awaitable<void> expect_talk(heci::mei_options options, std::string node) {
    const auto device = heci::open_mei(std::move(options));
    const auto link = co_await device->connect(heci::client::amthi);
    co_await talk(*link);
    must(device->name() == node, "the device's name is " + node);
}

awaitable<void> named_node(heci::device &) {
    heci::mei_options options;
    options.path = "/dev/mei0";
    co_await expect_talk(std::move(options), "/dev/mei0");
}

awaitable<void> missing_node(heci::device &) {
    heci::mei_options options;
    options.nodes = {"/dev/mei7", "/dev/mei1"};
    co_await expect_talk(std::move(options), "/dev/mei1");
}

awaitable<void> other_kinds(heci::device &) {
    const temporary_folder sysfs;
    std::filesystem::create_directory(sysfs.path() / "mei0");
    sysfs.write("mei0/kind", "itouch\n");
    heci::mei_options options;
    options.sysfs = sysfs.path().string();
    options.nodes = {"/dev/mei0", "/dev/mei1"};
    co_await expect_talk(options, "/dev/mei1");
    options.nodes = {"/dev/mei0"};
    const auto none = heci::open_mei(options);
    const auto got = co_await core::as_result(none->connect(heci::client::amthi));
    must_fail(got, heci::errc::no_device, "no management engine");
    // A node of a kernel that does not tell kinds.
    options.nodes = {"/dev/mei1"};
    const auto untold = heci::open_mei(options);
    const auto missing = co_await core::as_result(untold->connect(unknown()));
    must_fail(missing, heci::errc::no_device, "perhaps no management engine");
}

constexpr device_case all[] = {
    {"each client tells its largest message", "", limits},
    {"AMTHI and watchdog tell the device's facts", "", facts},
    {"a client that the firmware lacks is told", "", unknown_client},
    {"a client in use is told, and free later", "busy on amthi", busy_once},
    {"patience gets a busy client", "busy on amthi for 300ms", busy_for_a_while},
    {"a device that may not be opened is told", "no-permission", no_permission},
    {"a device that is resetting is told, and there later", "not-ready", not_ready},
    {"two links to one client do not mix", "", two_links},
    {"a receive that was cancelled has taken nothing", "", cancelled_receive},
    {"close ends a pending receive", "", close_ends_receive},
    {"a message that is too large is refused, and the link lives", "", too_large},
    {"a buffer that is too small never gives a part of a message", "", small_buffer},
    {"a reset before the message is taken", "reset-on-send nth 2 on amthi", reset},
    {"a reset behind the message", "reset-after nth 2 on amthi", reset},
    {"a reset instead of the reply", "reset-before-reply nth 2 on amthi", reset},
    {"a firmware that says nothing", "silence on amthi", silence},
    {"channels over LME reach the web server", "", channels},
    {"calls that are interrupted are made again",
     "connect-fails errno EINTR; read-fails errno EINTR times 2; read-fails errno EAGAIN nth 4; "
     "write-fails errno EINTR nth 1; write-fails errno EAGAIN nth 3",
     interrupted, true},
    {"each errno of a connect has its error",
     "connect-fails errno EFAULT; connect-fails errno EINVAL nth 2; connect-fails errno ENODEV "
     "nth 3",
     connect_errors, true},
    {"a node that is named is used, and no other", "", named_node, true},
    {"a node that is missing is passed over", "", missing_node, true},
    {"nodes of other kinds are passed over", "", other_kinds, true},
};

} // namespace

std::span<const device_case> device_cases() {
    return all;
}

void run_case(
    const device_case &which,
    const std::function<awaitable<void>(net::any_io_executor, const device_case &)> &how) {
    net::io_context context(1);
    const auto strand = core::make_session_strand(context);
    std::exception_ptr failure;
    core::spawn(strand, core::with_deadline(20s, how(strand, which)),
                [&failure](std::exception_ptr e) { failure = e; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace costrand::test
