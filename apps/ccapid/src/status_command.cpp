// SPDX-License-Identifier: Apache-2.0
#include <costrand/ccapid/status_command.hpp>

#include <costrand/activate/process.hpp>
#include <costrand/ccapi/frame.hpp>
#include <costrand/ccapi/kcm_messages.hpp>
#include <costrand/core/bytes.hpp>
#include <costrand/core/deadline.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/spawn.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace costrand::ccapid {
namespace {

// The program's exit status; the second as systemctl status has it.
constexpr int failed = 1, not_running = 3;

// For the whole exchange: a server answers at once. Our choice.
constexpr auto patience = std::chrono::seconds(10);

struct line {
    std::string_view key, label;
    std::uint64_t ccapi::server_status::*number;
};
constexpr std::array<line, 11> lines = {{
    {"uptime_s", "seconds up", &ccapi::server_status::uptime},
    {"clients", "clients", &ccapi::server_status::clients},
    {"caches", "caches", &ccapi::server_status::caches},
    {"credentials", "credentials", &ccapi::server_status::credentials},
    {"bytes", "bytes kept", &ccapi::server_status::bytes},
    {"iterators", "iterators", &ccapi::server_status::iterators},
    {"locks_held", "locks held", &ccapi::server_status::locks_held},
    {"lock_waiters", "waiting for a lock", &ccapi::server_status::lock_waiters},
    {"change_waiters", "waiting for a change", &ccapi::server_status::change_waiters},
    {"pending_requests", "pending requests", &ccapi::server_status::pending},
    {"users", "users with caches", &ccapi::server_status::users},
}};

awaitable<ccapi::server_status> connect_and_ask(transports::pipe_place place, bool speaks_kcm) {
    const auto framing = speaks_kcm ? transports::kcm_client_framing : transports::ccapi_framing;
    const auto server = co_await transports::connect_pipe(std::move(place), framing);
    if (speaks_kcm)
        co_return co_await ask_kcm_status(*server);
    co_return co_await ask_status(*server);
}

awaitable<void> ask_into(ccapi::server_status &out, transports::pipe_place place, bool speaks_kcm) {
    out = co_await core::with_deadline(patience, connect_and_ask(std::move(place), speaks_kcm));
}

// Throws what the coroutine threw.
ccapi::server_status ask_now(const transports::pipe_place &place, bool speaks_kcm) {
    ccapi::server_status out;
    std::exception_ptr failure;
    net::io_context context(1);
    core::spawn(context.get_executor(), ask_into(out, place, speaks_kcm),
                [&failure](std::exception_ptr thrown) { failure = thrown; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    return out;
}

void complain(const std::string &text) {
    activate::write_text(STDERR_FILENO, "costrand-ccapid: " + text + '\n');
}

} // namespace

awaitable<ccapi::server_status> ask_status(core::message_stream &server) {
    ccapi::frame_header header;
    header.type = ccapi::frame_type::status;
    header.sequence = 1;
    const auto asked = ccapi::encode_frame(header, {});
    co_await server.send(net::buffer(asked.data(), asked.size()));
    std::array<std::byte, 4096> buffer; // far more than it says, for later versions
    const auto size = co_await server.receive(net::buffer(buffer));
    const auto answer = ccapi::decode_frame({buffer.data(), size});
    if (!answer)
        throw system_error(answer.error());
    if (answer->header.status != ccapi::errc::no_error)
        throw system_error(answer->header.status);
    co_return ccapi::decode_status(answer->payload).value();
}

awaitable<ccapi::server_status> ask_kcm_status(core::message_stream &server) {
    const auto &request = ccapi::kcm_status_request;
    co_await server.send(net::buffer(request.data(), request.size()));
    std::array<std::byte, 4096> buffer; // as above
    const auto size = co_await server.receive(net::buffer(buffer));
    core::byte_reader answer({buffer.data(), size});
    const auto outer = answer.be<std::uint32_t>();
    const auto status = static_cast<ccapi::kcm::status>(answer.be<std::uint32_t>());
    if (outer != 0 || answer.failed())
        throw system_error(core::errc::malformed);
    if (status != ccapi::kcm::status::ok)
        throw system_error(status);
    co_return ccapi::decode_status(answer.bytes(answer.remaining())).value();
}

std::string to_text(const ccapi::server_status &status, const std::string &endpoint) {
    constexpr std::size_t width = 22;
    std::string out = "costrand-ccapid at " + endpoint + '\n';
    for (const auto &[key, label, number] : lines)
        out += std::string(label) + std::string(width - label.size(), ' ') +
               std::to_string(status.*number) + '\n';
    return out;
}

std::string to_json(const ccapi::server_status &status, const std::string &endpoint) {
    boost::json::object out;
    out["endpoint"] = endpoint;
    for (const auto &[key, label, number] : lines)
        out[key] = status.*number;
    return boost::json::serialize(out) + '\n';
}

int tell_status(const core::result<transports::pipe_place> &place, bool speaks_kcm, bool json) {
    const std::string where = place ? place->endpoint : "this user's socket";
    try {
        const auto status = ask_now(place.value(), speaks_kcm);
        activate::write_text(STDOUT_FILENO, json ? to_json(status, where) : to_text(status, where));
        return 0;
    } catch (const system_error &e) {
        if (e.code() == transports::pipe_errc::not_running) {
            complain("no server runs at " + where);
            return not_running;
        }
        if (e.code() == ccapi::kcm::status::internal)
            complain("the server at " + where + " tells this to the user who runs it, only");
        else
            complain("the server at " + where + " cannot be asked: " + e.code().message());
    }
    return failed;
}

} // namespace costrand::ccapid
